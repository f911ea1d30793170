"""Multi-information of codes whose entropies are known."""
import numpy as np
import pytest

from vsc_tf import metrics


def test_what_is_independent_shares_nothing_and_copies_share_all():
    a, b = (column.ravel() for column in np.meshgrid([0., 0.5, -1.5, 9.], [0., 1e-30]))
    assert metrics.multi_information(np.column_stack([a, b])) == pytest.approx(0., abs=1e-12)
    copies = np.column_stack([a, a, -a])
    assert metrics.multi_information(copies) == pytest.approx(2 * np.log(4))


def test_by_hand():
    # Entropies of 1/4 : 3/4, 1/2, and 1/4 : 1/2 : 1/4.
    z = [[0., 0.], [0., 0.], [0., 0.7], [1.1, 0.7]]
    quarter = 0.25 * np.log(4) + 0.75 * np.log(4 / 3)
    assert metrics.multi_information(z) == pytest.approx(
        quarter + np.log(2) - (0.5 * np.log(4) + 0.5 * np.log(2)))


def test_zeros_have_a_bin_and_what_is_far_out_has_one():
    z = np.array([[1e-6], [0.], [3.], [300.]])
    assert metrics.multi_information(np.hstack([z, z])) == pytest.approx(
        0.5 * np.log(4) + 0.5 * np.log(2))


@pytest.mark.parametrize(("z", "message"), [
    ([[np.nan], [1.]], "`z` must be finite"), ([1., 2.], "`z` must have two axes"),
    ([[1.]], "`z` must have at least 2 rows")])
def test_bad_codes_are_refused(z, message):
    with pytest.raises(ValueError, match=message):
        metrics.multi_information(z)
