import numpy as np
import pytest

from vsc_tf.metrics import importance_weighted, mean_with_error


def log_normal(x, mean, variance):
    return -0.5 * (np.log(2 * np.pi * variance) + np.square(x - mean) / variance)


def linear_gaussian(K, n, seed=0):
    """log w [K, n] and log p(x) [n] of z ~ N(0, 1), x ~ N(2 z, 0.5); q is too wide, and off."""
    rng = np.random.default_rng(seed)
    x = 2.0 * rng.normal(size=n) + np.sqrt(0.5) * rng.normal(size=n)
    mean, variance = 2.0 * x / 4.5 + 0.2, 0.3
    z = mean + np.sqrt(variance) * rng.normal(size=(K, n))
    log_weights = (log_normal(z, 0.0, 1.0) + log_normal(x, 2.0 * z, 0.5)
                   - log_normal(z, mean, variance))
    return log_weights, log_normal(x, 0.0, 4.5)


def test_one_draw_is_the_elbo_draw():
    log_weights = linear_gaussian(1, 50)[0]
    np.testing.assert_array_equal(importance_weighted(log_weights), log_weights[0])


def test_by_hand():
    np.testing.assert_allclose(
        importance_weighted(np.log([[1.0, 4.0], [2.0, 4.0], [6.0, 4.0]])), np.log([3.0, 4.0]))


def test_many_draws_find_the_likelihood_known_in_closed_form():
    log_weights, log_likelihood = linear_gaussian(20_000, 40)
    np.testing.assert_allclose(importance_weighted(log_weights), log_likelihood, atol=0.05)


def test_bound_rises_with_draws_towards_the_likelihood():
    log_weights, log_likelihood = linear_gaussian(64, 4000)
    gaps = [mean_with_error(importance_weighted(log_weights[:K]) - log_likelihood)
            for K in (1, 4, 64)]
    means, errors = np.array(gaps).T
    assert (np.diff(means) > 3 * errors[1:]).all() and means[-1] < 2 * errors[-1]
    # K = 1: minus the divergence of q from the posterior N(2 x / 4.5, 1 / 9), by hand.
    kl = 0.5 * (0.3 * 9 + 0.04 * 9 - 1 - np.log(0.3 * 9))
    assert means[0] == pytest.approx(-kl, abs=4 * errors[0])


def test_exact_posterior_needs_one_draw():
    x, z = np.random.default_rng(1).normal(size=(2, 30))
    log_weights = (log_normal(z, 0.0, 1.0) + log_normal(x, 2.0 * z, 0.5)
                   - log_normal(z, 2.0 * x / 4.5, 1 / 9))
    np.testing.assert_allclose(importance_weighted(log_weights[None]), log_normal(x, 0.0, 4.5))


@pytest.mark.parametrize("shift", [-1e5, 1e5])
def test_tiny_and_huge_likelihoods(shift):
    log_weights = linear_gaussian(10, 20)[0]
    np.testing.assert_allclose(
        importance_weighted(log_weights + shift) - shift, importance_weighted(log_weights))
    assert importance_weighted(log_weights.astype(np.float32)).dtype == np.float64


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_draw_without_weight_counts_as_zero(dtype):
    log_weights = np.array([[-np.inf, 3.0], [0.0, -np.inf]], dtype)
    np.testing.assert_allclose(importance_weighted(log_weights), [-np.log(2), 3 - np.log(2)])


def test_mean_with_error_by_hand():
    result = mean_with_error([1.0, 2.0, 6.0])
    assert result.mean == 3.0
    assert result.standard_error == pytest.approx(np.sqrt((4 + 1 + 9) / 2 / 3))
    assert type(result.mean) is type(result.standard_error) is float


@pytest.mark.parametrize(("log_weights", "message"), [
    pytest.param([[0.0, np.nan]], "`log_weights` must be finite.*1 NaN", id="nan"),
    pytest.param([[0.0, np.inf]], "`log_weights` must be finite", id="inf"),
    pytest.param([[0.0, -np.inf]] * 2, "positive weight.*1 of them, the first at 1", id="none"),
    pytest.param([0.0, 1.0], "`log_weights` must have two axes", id="rank"),
    pytest.param(np.zeros((0, 3)), "at least 1 rows", id="no-draws"),
    pytest.param(np.zeros((3, 0)), "at least 1 rows and one column", id="no-observations"),
])
def test_bad_weights(log_weights, message):
    with pytest.raises(ValueError, match=message):
        importance_weighted(log_weights)


@pytest.mark.parametrize(("values", "message"), [
    pytest.param([1.0, np.nan], "`values` must be finite", id="nan"),
    pytest.param([1.0], "`values` must have at least 2 rows", id="one"),
    pytest.param([[1.0, 2.0]], r"one number for each.*shape=\(1, 2\)", id="rank"),
])
def test_bad_values(values, message):
    with pytest.raises(ValueError, match=message):
        mean_with_error(values)
