"""Mean squared error."""
import numpy as np
import pytest

from vsc_tf import metrics


def test_by_hand_and_over_any_shape():
    x = np.arange(12.0).reshape(2, 3, 2)
    assert metrics.squared_error(x, x) == 0.0
    assert metrics.squared_error(x, x + np.array([1.0, -3.0])) == 5.0


@pytest.mark.parametrize(("x", "x_hat", "message"), [
    (np.zeros((2, 3)), np.zeros((2, 1)), "the same shape"),
    (np.zeros((1, 2)), [[0.0, np.inf]], "`x_hat` must be finite"),
    (np.zeros((1, 0)), np.zeros((1, 0)), "one column|one row|shape"),
])
def test_bad_input(x, x_hat, message):
    with pytest.raises(ValueError, match=message):
        metrics.squared_error(x, x_hat)
