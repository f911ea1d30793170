"""Noise that is the same on any number of replicas."""
import numpy as np
import pytest
import scipy.stats
import tensorflow as tf

from vsc_tf import randomness

SEED = tf.constant([3, 4])


def test_draws_of_a_gamma_have_its_distribution_and_its_gradients():
    a, b = tf.fill([2000, 10], 3.), tf.fill([2000, 10], 12.)
    with tf.GradientTape() as tape:
        tape.watch((a, b))
        drawn = randomness.gamma(a, b, SEED)
        mean = tf.reduce_mean(drawn)
    of_a, of_b = (tf.reduce_sum(g).numpy() for g in tape.gradient(mean, (a, b)))
    fit = scipy.stats.kstest(drawn.numpy().ravel(), scipy.stats.gamma(3., scale=1 / 12).cdf)
    assert fit.pvalue > 1e-3
    assert (of_a, of_b) == (pytest.approx(1 / 12, rel=0.02), pytest.approx(-3 / 144, rel=0.02))


def test_a_replicas_gamma_draws_are_its_rows_of_those_of_the_global_batch(monkeypatch):
    a = np.random.default_rng(0).uniform(0.3, 9., (7, 4)).astype("float32")
    whole = randomness.gamma(a, 2., SEED).numpy()
    for first, rows in ((0, 5), (5, 2)):
        monkeypatch.setattr(randomness, "rows_of_global_batch",
                            lambda _, first=first: (tf.constant(7), tf.constant(first)))
        part = randomness.gamma(a[first:first + rows], 2., SEED)
        np.testing.assert_array_equal(part, whole[first:first + rows])


def test_gammas_of_extreme_parameters_are_finite_with_their_gradients():
    a = tf.constant([[1e-7, 1e-3, 1., 1e4, 1e8]])
    for rate in (1e-7, 1., 1e8):
        with tf.GradientTape() as tape:
            tape.watch(a)
            drawn = randomness.gamma(a, tf.fill([1, 5], rate), SEED)
        assert np.isfinite(drawn).all() and (drawn.numpy() >= 0.).all()
        assert np.isfinite(tape.gradient(drawn, a)).all()


def test_no_gamma_draw_is_zero():
    # Its logarithm would be infinite, and the gradient of it NaN.
    assert randomness.gamma(tf.fill([200, 50], 0.005), 1., SEED).numpy().min() > 0.
