"""Noisy copies."""
import numpy as np
import pytest

from vsc_tf import datasets


def test_noise_has_the_wanted_size_and_stays_in_range():
    x = np.full((200, 300), 5.0)
    x[0, :2] = 0.0, 10.0
    noisy = datasets.noisy(x, share=0.1, seed=1)
    assert noisy.dtype == np.float32 and noisy.min() >= 0.0 and noisy.max() <= 10.0
    assert np.std(noisy[1:] - 5.0) == pytest.approx(1.0, rel=0.02)
    np.testing.assert_array_equal(noisy, datasets.noisy(x, share=0.1, seed=1))
    assert (noisy != datasets.noisy(x, share=0.1, seed=2)).any()


@pytest.mark.parametrize(("x", "share", "message"), [
    ([], 0.3, "at least one observation"), ([[np.nan]], 0.3, "1 values not finite"),
    ([[1.0]], -0.1, "non-negative number. Received: -0.1"),
    ([[1.0]], np.nan, "non-negative number"),
])
def test_bad_input(x, share, message):
    with pytest.raises(ValueError, match=message):
        datasets.noisy(x, share)
