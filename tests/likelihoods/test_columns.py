"""Columns: each value by its own kind, in its own place."""
import numpy as np
import pytest
import tensorflow as tf
from tensorflow_probability import distributions as tfd

from vsc_tf.likelihoods import Columns

KINDS = [("poisson", 1), ("categorical", 3), ("gaussian", 1), ("bernoulli", 1),
         ("negative_binomial", 1), ("categorical", 2), ("gaussian", 1)]
X = np.array([[3., 0, 1, 0, 0.5, 1, 7, 0, 1, -1.5], [0., 1, 0, 0, 2., 0, 0, 1, 0, 0.]], "float32")
V = np.linspace(-1., 1., 20).reshape(2, 10).astype("float32")


@pytest.fixture
def layer():
    made = Columns(KINDS, event_shape=(10,))
    made.build((None, 4))
    return made


def test_log_prob_is_the_sum_over_columns(layer):
    p = layer.distribution(tf.constant(V))
    by_hand = (
        tfd.Poisson(log_rate=V[:, 0]).log_prob(X[:, 0])
        + tfd.OneHotCategorical(V[:, 1:4]).log_prob(X[:, 1:4])
        + tfd.Normal(V[:, 4], 1.).log_prob(X[:, 4])
        + tfd.Bernoulli(V[:, 5]).log_prob(X[:, 5])
        + tfd.NegativeBinomial(1., V[:, 6]).log_prob(X[:, 6])  # Starts with a dispersion of 1.
        + tfd.OneHotCategorical(V[:, 7:9]).log_prob(X[:, 7:9])
        + tfd.Normal(V[:, 9], 1.).log_prob(X[:, 9]))
    np.testing.assert_allclose(p.log_prob(X), by_hand, rtol=1e-5)
    np.testing.assert_allclose(p.mean()[:, 1:4], tf.nn.softmax(V[:, 1:4]), rtol=1e-5)
    np.testing.assert_allclose(p.mean()[:, 5], tf.sigmoid(V[:, 5]), rtol=1e-5)
    np.testing.assert_allclose(p.mean()[:, 0], np.exp(V[:, 0]), rtol=1e-5)


def test_probabilities_of_all_classes_sum_to_one(layer):
    # Over all values of the discrete columns but the counts, the densities sum to one.
    p = layer.distribution(tf.constant(V[:1]))
    rows = [np.concatenate([X[0, :1], np.eye(3)[i], X[0, 4:5], [b], X[0, 6:7], np.eye(2)[j],
                            X[0, 9:]]) for i in range(3) for b in (0., 1.) for j in range(2)]
    total = sum(float(tf.exp(p.log_prob(row[None].astype("float32")))[0]) for row in rows)
    rest = layer.distribution(tf.constant(V[:1])).distribution.log_prob(X[:1]).numpy()[
        0, [0, 4, 6, 9]]
    assert total == pytest.approx(np.exp(rest.sum()), rel=1e-4)


def test_a_missing_column_adds_nothing(layer):
    features = tf.random.stateless_normal([2, 4], [0, 1])
    holes = X.copy()
    holes[0, 1:4] = np.nan
    holes[1, 6] = np.nan
    values = layer(features).distribution.log_prob(X).numpy()
    found = layer.observed_log_prob(features, tf.constant(holes))
    np.testing.assert_allclose(found, np.where(np.isnan(holes), 0., values).sum(1), rtol=1e-5)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(layer.observed_log_prob(features, tf.constant(holes)))
    assert all(np.isfinite(g).all() for g in tape.gradient(loss, layer.trainable_weights))


def test_a_size_column_is_known_and_not_modelled():
    layer = Columns([("poisson", 1), ("size", 1), ("gaussian", 1)], event_shape=(3,))
    layer.build((None, 4))
    x = np.array([[4., 10., 0.], [4., 40., 0.]], "float32")
    layer.adapt(x)
    assert float(layer.mean_size) == 25.
    features = tf.ones([2, 4])
    p = layer(features)
    rate = p.mean().numpy()[0, 0]
    expected = (tfd.Poisson(rate * x[:, 1] / 25.).log_prob(x[:, 0])
                + tfd.Normal(p.mean()[:, 2], 1.).log_prob(0.))
    np.testing.assert_allclose(layer.log_prob(features, tf.constant(x)), expected, rtol=1e-5)


def test_sizes_may_be_fractions_and_missing_ones_are_the_mean():
    layer = Columns([("poisson", 1), ("size", 1)], event_shape=(2,))
    layer.build((None, 4))
    x = np.array([[4., 0.2], [4., 0.6], [4., np.nan]], "float32")
    layer.check(x)
    layer.adapt(x)
    rate = layer(tf.ones([3, 4])).mean().numpy()[:, 0]
    found = layer.observed_log_prob(tf.ones([3, 4]), tf.constant(x))
    expected = tfd.Poisson(rate * np.array([0.5, 1.5, 1.], "float32")).log_prob(4.)
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    with pytest.raises(ValueError, match="'size' needs numbers above 0.*Received: 0 in row 1"):
        layer.check(np.array([[4., 0.2], [4., 0.]]))


def test_starts_at_frequencies(layer):
    x = np.repeat(X, [3, 1], axis=0)
    layer.adapt(np.repeat(x, 250, axis=0))
    mean = layer(tf.zeros([1, 4])).mean().numpy()[0]
    np.testing.assert_allclose(mean[[0, 1, 2, 3, 5, 6, 7, 8]],
                               x.mean(0)[[0, 1, 2, 3, 5, 6, 7, 8]], atol=0.02)


def test_numbers_are_scored_scaled_and_all_else_as_it_is(layer):
    scaled = tf.zeros([2, 10])
    np.testing.assert_array_equal(layer.target(X, scaled), np.where(
        np.isin(np.arange(10), [4, 9]), 0., X))
    scaling = layer.usual_scaling()
    scaling.adapt(X)
    np.testing.assert_allclose(scaling.inverse(scaling(X)), X, atol=1e-5)
    np.testing.assert_array_equal(scaling(X).numpy()[:, 1:4], X[:, 1:4])
    assert scaling(X).numpy()[:, 6].tolist() == pytest.approx([1., -1.])  # log(1 + x), scaled.


@pytest.mark.parametrize(("columns", "message"), [
    ([("normal", 1)], "`columns` must be one of.*'normal'"),
    ([("gaussian", 0)], "`columns` must be a positive integer"),
    ([("poisson", 2)], r"one value unless it is categorical. Received: \('poisson', 2\)"),
    ([("size", 1), ("size", 1)], "at most one size")])
def test_bad_columns_are_named(columns, message):
    with pytest.raises(ValueError, match=message):
        Columns(columns)


def test_another_number_of_values_is_named():
    with pytest.raises(ValueError, match=r"Columns of 10 values expect.*Received: \(4,\)"):
        Columns(KINDS, event_shape=(4,))(tf.zeros([1, 2]))


def test_what_is_no_count_or_probability_is_refused(layer):
    layer.check(X)
    for place, value in ((0, 0.5), (6, -1.), (2, 2.)):
        bad = X.copy()
        bad[1, place] = value
        with pytest.raises(ValueError, match="Columns likelihood needs"):
            layer.check(bad)
