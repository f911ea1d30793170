"""Poisson and negative binomial: their densities, sizes of rows, and what they refuse."""
import numpy as np
import pytest
import scipy.stats
import tensorflow as tf

from vsc_tf import likelihoods
from vsc_tf.scaling import Scaling

X = np.array([[0., 3., 10.], [1., 0., 0.], [4., 2., 7.]], "float32")


def test_poisson_is_scipys(given):
    p = given(likelihoods.Poisson(), np.log([0.5, 2., 9.]))
    expected = scipy.stats.poisson.logpmf(X, [0.5, 2., 9.]).sum(axis=1)
    np.testing.assert_allclose(p.log_prob(X), expected, rtol=1e-5)
    np.testing.assert_allclose(p.mean()[0], [0.5, 2., 9.], rtol=1e-5)


def test_negative_binomial_is_scipys_with_mean_and_dispersion(given):
    mean, r = np.array([0.5, 2., 9.]), np.array([0.3, 1., 20.])
    layer = likelihoods.NegativeBinomial()
    given(layer, np.log(mean))
    low, high = np.log(0.01), np.log(1e4)
    share = (np.log(r) - low) / (high - low)
    layer.log_dispersion.assign(np.log(share / (1 - share)))
    p = layer(tf.ones([1, 1]))
    expected = scipy.stats.nbinom.logpmf(X, r, r / (r + mean)).sum(axis=1)
    np.testing.assert_allclose(p.log_prob(X), expected, rtol=1e-4)
    np.testing.assert_allclose(p.variance()[0], mean + mean**2 / r, rtol=1e-4)


@pytest.mark.parametrize("kind", [likelihoods.Poisson, likelihoods.NegativeBinomial])
def test_rates_go_with_the_size_of_the_row(kind):
    layer = kind("row_sum", event_shape=(3,))
    features = tf.ones([3, 2])
    layer(features)
    layer.adapt(X)
    assert float(layer.mean_size) == pytest.approx(X.sum() / 3)
    sized, plain = layer(features).mean().numpy(), kind(event_shape=(3,))
    raw = layer.raw(layer(features), Scaling("log1p"), tf.constant(X))["mean"].numpy()
    np.testing.assert_allclose(raw, sized * (X.sum(axis=1) / (X.sum() / 3))[:, None], rtol=1e-5)
    # The density is that of the plain likelihood at those rates.
    plain(features)
    for row, mean in zip(X, raw):
        plain.head.set_weights([np.zeros([2, 3]), np.log(mean)])
        np.testing.assert_allclose(layer.log_prob(features, tf.constant(X))[list(map(
            tuple, X)).index(tuple(row))], plain(features[:1]).log_prob(row)[0], rtol=1e-4)


def test_rates_start_at_the_means():
    layer = likelihoods.Poisson(event_shape=(3,))
    layer(tf.zeros([1, 2]))
    layer.adapt(np.repeat(X, 100, axis=0))
    np.testing.assert_allclose(layer(tf.zeros([1, 2])).mean()[0], X.mean(axis=0), rtol=5e-3)


def test_a_missing_count_adds_nothing():
    layer = likelihoods.NegativeBinomial(event_shape=(3,))
    features = tf.random.stateless_normal([3, 4], [0, 1])
    layer(features)
    holes = np.where(X == 3., np.nan, X)
    found = layer.observed_log_prob(features, tf.constant(holes))
    values = layer(features).distribution.log_prob(X).numpy()
    np.testing.assert_allclose(found, np.where(np.isnan(holes), 0., values).sum(axis=1), rtol=1e-5)


@pytest.mark.parametrize(("value", "problem"), [
    (-1., "-1, a negative number, in column 1 of row 0"),
    (0.5, "0.5, a fraction, in column 1 of row 0")])
def test_what_is_no_count_is_named(value, problem):
    x = X.copy()
    x[0, 1] = value
    for kind in (likelihoods.Poisson, likelihoods.NegativeBinomial):
        with pytest.raises(ValueError, match=f"needs counts.*Received: {problem}.*not normalised"):
            kind().check(x)
    likelihoods.Poisson().check(np.where(X == 3., np.nan, X))


def test_bad_sizes_are_named():
    with pytest.raises(ValueError, match="`size_factor` must be one of.*'column'"):
        likelihoods.Poisson("column")
    with pytest.raises(ValueError, match=r"`size_factor` is for rows.*\(4, 4\)"):
        likelihoods.Poisson("row_sum", event_shape=(4, 4))(tf.zeros([1, 2]))


@pytest.mark.parametrize("log_rate", [-1e6, 1e6])
def test_extreme_rates_stay_finite(given, log_rate):
    for kind in (likelihoods.Poisson, likelihoods.NegativeBinomial):
        p = given(kind(), np.full(3, log_rate))
        assert np.isfinite(p.log_prob(X)).all() and np.isfinite(p.mean()).all()
