import numpy as np
import pytest

from vsc_tf.metrics import dci
from vsc_tf.metrics.dci import _completeness, _disentanglement

N = 1200
DISCRETE = np.random.default_rng(0).integers(0, 3, (N, 2))
CONTINUOUS = np.random.default_rng(1).uniform(-1, 1, (N, 2))


def test_scores_by_hand():
    R = np.array([[0.5, 0.5, 0.0], [0.0, 0.5, 0.5]])
    # Latent 1 serves both factors equally: D_j = 1, 0, 1 with weights 1/4, 1/2, 1/4.
    assert _disentanglement(R) == pytest.approx(0.5)
    assert _completeness(R) == pytest.approx(1.0 - np.log(2) / np.log(3))
    R[1] = 0.0  # Nothing matters to factor 1, so it is not complete.
    assert _disentanglement(R) == pytest.approx(1.0)
    assert _completeness(R) == pytest.approx((1.0 - np.log(2) / np.log(3)) / 2)


@pytest.mark.parametrize("factors", [DISCRETE, CONTINUOUS, np.hstack([DISCRETE, CONTINUOUS])],
                         ids=["discrete", "continuous", "both"])
def test_perfect_code(factors):
    result = dci(factors, factors)
    assert result.disentanglement > 0.97
    assert result.completeness > 0.97
    assert result.informativeness > 0.97
    np.testing.assert_array_equal(result.importance.argmax(axis=1), range(factors.shape[1]))
    np.testing.assert_allclose(result.importance.sum(axis=1), 1.0)


def test_duplicated_code_is_disentangled_but_not_complete():
    result = dci(np.hstack([CONTINUOUS, CONTINUOUS]), CONTINUOUS)
    assert result.disentanglement > 0.95
    assert result.completeness == pytest.approx(0.5, abs=0.1)  # Two of four: 1 - log_4 2.


def test_one_latent_of_both_factors_is_complete_but_not_disentangled():
    both = DISCRETE @ np.array([[1.0], [3.0]])
    result = dci(both, DISCRETE)
    assert result.disentanglement == pytest.approx(0.0, abs=1e-9)
    assert (result.completeness, result.informativeness) == (1.0, 1.0)


def test_random_code():
    result = dci(np.random.default_rng(2).normal(size=(N, 8)), np.hstack([DISCRETE, CONTINUOUS]))
    assert max(result[:3]) < 0.1


def test_informativeness_is_relative_to_the_best_constant():
    # Chance is 90 % right here, and is worth nothing.
    rare = (np.arange(N) % 10 == 0).astype(float)
    noise = np.random.default_rng(3).normal(size=(N, 2))
    factors = np.column_stack([rare, rare])
    assert dci(noise, factors).informativeness == 0.0
    # A linear code with noise: R^2 = 1 / (1 + 1).
    noisy = np.random.default_rng(4).normal(size=(N, 2))
    codes = noisy + np.random.default_rng(5).normal(size=(N, 2))
    assert dci(codes, noisy).informativeness == pytest.approx(0.5, abs=0.12)


def test_origin_of_a_factor_does_not_matter():
    noise = np.random.default_rng(3).normal(size=(N, 2))
    assert dci(noise, CONTINUOUS + 50.0).informativeness < 0.05
    assert dci(CONTINUOUS, CONTINUOUS + 50.0)[:3] == pytest.approx(
        dci(CONTINUOUS, CONTINUOUS)[:3], abs=0.01)


def test_order_does_not_matter_much_and_scale_and_dead_latents_not_at_all():
    z = CONTINUOUS + 0.1 * np.random.default_rng(6).normal(size=(N, 2))
    expected = dci(z, CONTINUOUS, seed=1)
    same = dci(z, CONTINUOUS, seed=1)
    np.testing.assert_array_equal(same.importance, expected.importance)
    np.testing.assert_allclose(dci(z[:, ::-1], CONTINUOUS)[:3], expected[:3], atol=0.03)
    np.testing.assert_allclose(
        dci(1e200 * z, 1e200 * CONTINUOUS, seed=1)[:3], expected[:3], atol=1e-3)
    dead = np.column_stack([np.zeros(N), z, np.full(N, 0.1)])
    padded = dci(dead, np.column_stack([np.ones(N), CONTINUOUS]), seed=1)
    np.testing.assert_allclose(padded[:3], expected[:3], atol=1e-9)
    np.testing.assert_allclose(padded.importance[1:, 1:3], expected.importance)
    assert not padded.importance[0].any() and not padded.importance[:, [0, 3]].any()


def test_constant_codes():
    result = dci(np.full((N, 3), 0.1), DISCRETE)
    assert result[:3] == (0.0, 0.0, 0.0)
    assert result.importance.tolist() == [[0.0] * 3] * 2


@pytest.mark.parametrize("n", [20, 40])
def test_few_observations_give_numbers(n):
    factors = np.column_stack([np.arange(n) == 3, CONTINUOUS[:n, 0]])
    result = dci(CONTINUOUS[:n], factors)
    assert np.isfinite(result.importance).all() and np.isfinite(result[:3]).all()


@pytest.mark.parametrize(("change", "message"), [
    pytest.param({"z": np.full((N, 1), np.nan)}, "`z` must be finite", id="nan"),
    pytest.param({"z": DISCRETE[:30]}, "as many rows as `z`, 30", id="lengths"),
    pytest.param({"factors": DISCRETE[:, :1]}, "at least 2 factors that vary", id="one-factor"),
    pytest.param({"seed": True}, "`seed` must be.*Received: seed=True", id="seed"),
])
def test_bad_input(change, message):
    with pytest.raises(ValueError, match=message):
        dci(**({"z": DISCRETE, "factors": DISCRETE} | change))
