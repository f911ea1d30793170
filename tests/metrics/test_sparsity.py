import json
import math

import numpy as np
import pytest

from vsc_tf.metrics import active, correlation, group_purity, live, on_rates, sparsity


def test_hand_worked_case():
    z = np.array([[0.0, 3.0, 0.0, 0.0], [0.0, 3.0, 4.0, 0.0]])
    report = sparsity(z)
    assert report["l0_mean"] == 1.5
    assert report["l0_sd"] == 0.5
    assert report["zero_fraction"] == 5 / 8
    assert report["hoyer"] == pytest.approx(np.mean([1.0, 2.0 - 7.0 / 5.0]))
    assert (report["live"], report["dead"], report["always_on"]) == (2, 2, 1)
    assert "active_units" not in report


def test_borders_of_live_and_always_on():
    z = np.zeros((200, 4))
    z[:1, 0] = 1.0    # 0.5 %: dead.
    z[:2, 1] = 1.0    # 1 %: live.
    z[:198, 2] = 1.0  # 99 %: not yet always on.
    z[:199, 3] = 1.0  # 99.5 %: always on.
    np.testing.assert_allclose(on_rates(z), [0.005, 0.01, 0.99, 0.995])
    assert live(z).tolist() == [False, True, True, True]
    report = sparsity(z)
    assert (report["live"], report["dead"], report["always_on"]) == (3, 1, 1)


@pytest.mark.parametrize(("code", "hoyer"), [
    pytest.param([0.0, 0.0, -7.0, 0.0], 1.0, id="one-non-zero"),
    pytest.param([2.0, -2.0, 2.0, 2.0], 0.0, id="all-equal"),
    pytest.param([1e-200, 0.0, 0.0, 0.0], 1.0, id="tiny"),
    pytest.param([1e200, 1e200, 1e200, 1e200], 0.0, id="huge"),
    pytest.param([0.0, 0.0, 0.0, 0.0], 0.0, id="nothing-on"),
])
def test_hoyer_limits(code, hoyer):
    assert sparsity([code])["hoyer"] == pytest.approx(hoyer, abs=1e-12)


def test_hoyer_passes_over_empty_rows_and_is_zero_for_one_dimension():
    assert sparsity([[0.0, 0.0], [1.0, 0.0]])["hoyer"] == 1.0
    assert sparsity([[1.0], [2.0]])["hoyer"] == 0.0


def test_active_units_come_from_the_posterior_mean():
    mean = np.array([[0.0, 0.09, 1.0], [0.0, -0.09, -1.0]])  # Variances 0, 0.0081, 1.
    assert active(mean).tolist() == [False, False, True]
    assert sparsity(np.ones((2, 3)), mean)["active_units"] == 1


def test_purity_of_active_units_does_not_change_when_a_code_gets_given_up_dimensions():
    """Correlation knows no size: noise of size 0.001 counts in purity unless it is left out."""
    rng = np.random.default_rng(0)
    factors = rng.normal(size=(2000, 2))
    given_up = 0.001 * (factors.sum(axis=1, keepdims=True) + rng.normal(size=(2000, 5)))
    for z in (factors, np.hstack([factors, given_up])):
        A = correlation(z, factors)
        assert group_purity(A, [0, 1], active(z)) == pytest.approx(1.0)
    assert group_purity(A, [0, 1], live(z)) < 0.5


def test_random_code_has_the_rates_it_was_drawn_with():
    rng = np.random.default_rng(0)
    on = rng.random((5000, 20)) < 0.3
    report = sparsity(np.where(on, rng.normal(size=on.shape), 0.0).astype(np.float32))
    error = math.sqrt(20 * 0.3 * 0.7 / 5000)
    assert report["l0_mean"] == pytest.approx(6.0, abs=5 * error)
    assert report["l0_sd"] == pytest.approx(math.sqrt(20 * 0.3 * 0.7), rel=0.05)
    assert report["live"] == 20


def test_report_survives_json():
    report = sparsity(np.eye(3), np.eye(3))
    assert json.loads(json.dumps(report)) == report


@pytest.mark.parametrize(("z", "message"), [
    pytest.param([[1.0, np.nan]], r"`z` must be finite.*1 NaN.*\(0, 1\)", id="nan"),
    pytest.param([[np.inf, 0.0]], "`z` must be finite", id="infinite"),
    pytest.param([1.0, 2.0], r"two axes.*Received: shape=\(2,\)", id="rank-1"),
    pytest.param(np.zeros((2, 2, 2)), r"two axes.*\(2, 2, 2\)", id="rank-3"),
    pytest.param(np.zeros((0, 3)), r"at least 1 rows.*\(0, 3\)", id="no-rows"),
    pytest.param(np.zeros((3, 0)), r"one column.*\(3, 0\)", id="no-columns"),
    pytest.param([["a", "b"]], "real numbers.*Received: dtype", id="strings"),
    pytest.param([[1j, 0.0]], "real numbers.*complex", id="complex"),
])
def test_bad_codes(z, message):
    for measure in (sparsity, on_rates, live):
        with pytest.raises(ValueError, match=message):
            measure(z)


@pytest.mark.parametrize(("mean", "message"), [
    pytest.param(np.zeros((3, 2)), "as many rows as `z`, 2", id="length"),
    pytest.param(np.zeros((2, 3)), r"shape of `z`, \(2, 2\).*\(2, 3\)", id="width"),
    pytest.param(np.full((2, 2), np.nan), "`posterior_mean` must be finite", id="nan"),
])
def test_bad_posterior_mean(mean, message):
    with pytest.raises(ValueError, match=message):
        sparsity(np.zeros((2, 2)), mean)


@pytest.mark.parametrize(("mean", "message"), [
    pytest.param([[1.0, np.nan]], "`posterior_mean` must be finite", id="nan"),
    pytest.param(np.zeros((0, 3)), "`posterior_mean`.*at least 1 rows", id="no-rows"),
    pytest.param([1.0, 2.0], "`posterior_mean`.*two axes", id="rank-1"),
])
def test_bad_means_of_active_units(mean, message):
    with pytest.raises(ValueError, match=message):
        active(mean)
