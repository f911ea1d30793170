import numpy as np
import pytest

from vsc_tf.metrics import sap

N = 2000
RNG = np.random.default_rng(0)
LINES = RNG.normal(size=(N, 3))
COINS = RNG.integers(0, 2, (N, 2))


def test_continuous_factor_is_r_squared():
    z = LINES + RNG.normal(size=(N, 3))
    squares = np.square(np.corrcoef(z, LINES, rowvar=False)[:3, 3:])
    second, best = np.sort(squares, axis=0)[1:]
    assert sap(z, LINES) == pytest.approx(np.mean(best - second))


def test_one_latent_has_a_constant_one_for_second():
    z = LINES[:, :1] + RNG.normal(size=(N, 1))
    assert sap(z, LINES[:, :1]) == pytest.approx(
        np.corrcoef(z.T, LINES[:, :1].T)[0, 1] ** 2)
    assert sap(COINS[:, :1], COINS[:, :1]) == 0.5


@pytest.mark.parametrize(("classes", "gap"), [(2, 1 / 2), (3, 2 / 3), (5, 4 / 5)])
def test_perfect_discrete_code_is_above_chance_only(classes, gap):
    factor = (np.arange(N) % classes)[:, None]
    assert sap(np.hstack([factor, np.ones((N, 1))]), factor) == pytest.approx(gap)


def test_discrete_accuracy_is_balanced():
    # Nearest mean: 0 where off, 1 where on; of the rare class three quarters are on.
    n = 400
    factor = np.arange(n) % 10 == 0
    z = np.zeros(n)
    z[np.flatnonzero(factor)[:30]] = 1.0
    assert sap(z[:, None], factor[:, None]) == pytest.approx((1.0 + 0.75) / 2 - 0.5, abs=0.1)


def test_discrete_accuracy_is_of_the_half_not_fitted_to():
    factor = np.arange(100) % 20  # Means of two or three observations, which they fit by chance.
    noise = np.random.default_rng(2).normal(size=(100, 1))
    scores = [sap(noise, factor[:, None], seed) for seed in range(10)]
    assert np.mean(scores) < 0.04


def test_order_of_class_means_does_not_matter():
    factor = RNG.integers(0, 3, N)
    shuffled = np.array([5.0, -3.0, 1.0])[factor]
    assert sap(shuffled[:, None], factor[:, None]) == pytest.approx(2 / 3)


@pytest.mark.parametrize("factors", [LINES, COINS], ids=["continuous", "discrete"])
def test_known_limits(factors):
    noise = np.random.default_rng(1).normal(size=(N, 5))
    assert sap(noise, factors) < 0.03
    assert sap(np.hstack([factors, factors]), factors) == pytest.approx(0.0, abs=1e-9)
    assert sap(np.full((N, 2), 0.1), factors) == 0.0
    z = factors + 0.5 * noise[:, :factors.shape[1]]
    expected = sap(z, factors)
    assert sap(z[:, ::-1], factors) == pytest.approx(expected)
    assert sap(-1e200 * z, 3.0 * factors) == pytest.approx(expected)
    assert sap(np.hstack([z, np.zeros((N, 3))]), factors) == pytest.approx(expected)
    assert sap(z, np.hstack([factors, np.ones((N, 1))])) == pytest.approx(expected)


def test_seed_matters_to_halves_only():
    z = COINS + RNG.normal(size=(N, 2))
    assert sap(z, COINS, seed=1) == sap(z, COINS, seed=1) != sap(z, COINS, seed=2)
    assert sap(LINES, LINES, seed=1) == sap(LINES, LINES, seed=2)


def test_class_seen_once():
    factor = np.zeros((40, 1))
    factor[3] = 1.0
    assert 0.0 <= sap(LINES[:40], factor) <= 1.0


@pytest.mark.parametrize(("change", "message"), [
    pytest.param({"z": np.full((N, 1), np.inf)}, "`z` must be finite", id="inf"),
    pytest.param({"z": LINES[:30]}, "as many rows as `z`, 30", id="lengths"),
    pytest.param({"z": LINES[:19], "factors": LINES[:19]}, "at least 20 rows", id="few"),
    pytest.param({"factors": np.ones((N, 2))}, "at least 1 factors that vary", id="constant"),
    pytest.param({"seed": "0"}, "`seed` must be.*Received: seed='0'", id="seed"),
])
def test_bad_input(change, message):
    with pytest.raises(ValueError, match=message):
        sap(**({"z": LINES, "factors": LINES} | change))
