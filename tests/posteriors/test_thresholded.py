"""Gradients of thresholded draws, each by the name it has."""
import numpy as np
import pytest
import tensorflow as tf

from vsc_tf import distributions, posteriors
from vsc_tf.distributions.sparse import concrete_gate

SHAPE, SEED = [4, 3], tf.constant([1, 2])
KINDS = {posteriors.ThresholdedNormal: distributions.ThresholdedNormal,
         posteriors.ThresholdedLaplace: distributions.ThresholdedLaplace}
both = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)


def derivatives(kind, gradients):
    """Draws and their derivatives by loc, scale and threshold, each [4, 3]."""
    loc, scale, threshold = (tf.fill(SHAPE, v) for v in (0.7, 0.5, 0.4))
    layer = kind(gradients=gradients, latent_dim=3)
    with tf.GradientTape() as tape:
        tape.watch([loc, scale, threshold])
        z = layer.draw(KINDS[kind](loc, scale, threshold), 1, SEED, True, {})[0]
    return z.numpy(), [g.numpy() for g in tape.gradient(z, [loc, scale, threshold])]


@both
def test_published_and_subgradient_differ_by_the_noise_that_counts_twice(kind):
    (z, published), (same, sub) = (derivatives(kind, name) for name in ("published", "subgradient"))
    np.testing.assert_array_equal(z, same)
    on = z != 0.
    assert on.any() and not on.all()
    noise = np.where(on, (z - 0.7) + np.sign(z - 0.7) * 0.4, np.nan)  # Of what is on.
    np.testing.assert_allclose(sub[0], on)
    np.testing.assert_allclose(sub[1], np.where(on, noise / 0.5, 0.), rtol=1e-4)
    np.testing.assert_allclose(sub[2], np.where(on, -np.sign(noise), 0.))
    np.testing.assert_allclose(published[0], 1. + on)
    np.testing.assert_allclose((published[1] - sub[1])[on], noise[on] / 0.5, rtol=1e-4)
    assert (published[1][~on] != 0.).all()  # What is off is told that it moved.
    np.testing.assert_allclose(published[2], sub[2])


@both
def test_exact_ones_tell_the_gate_too(kind):
    z, (loc, scale, threshold) = derivatives(kind, "exact")
    assert ((z != 0.) == (loc != 0.)).all()
    assert (scale != 0.).all() and (threshold != 0.).all()


@both
def test_the_expected_gradient_of_the_mean_is_that_of_the_mean(kind):
    """E[z] is linear in the gate, so the relaxation of "exact" is right on average."""
    loc, scale, threshold = (tf.fill([1, 3], v) for v in (1., 0.5, 0.4))
    layer = kind(gradients="exact", latent_dim=3)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([loc, scale, threshold])
        q = KINDS[kind](loc, scale, threshold)
        drawn = tf.reduce_mean(layer.draw(q, 200_000, SEED, True, {}), axis=0)
        mean = q.mean()
    for value in (loc, scale, threshold):
        ours, expected = (tape.gradient(of, value).numpy() for of in (drawn, mean))
        np.testing.assert_allclose(ours, expected, rtol=0.25, atol=0.02)


def test_a_gate_is_on_as_often_as_it_says():
    uniform = tf.random.stateless_uniform([200_000], SEED)
    for odds in (-2., 0., 1.):
        on = concrete_gate(tf.constant(odds), 2., uniform).numpy()
        assert set(np.unique(on)) == {0., 1.}
        assert on.mean() == pytest.approx(1 / (1 + np.exp(-odds)), abs=0.005)


def test_learned_thresholds_are_one_for_all_draws_of_an_observation():
    """As published: how often draws are on differs between latents, and is right on average."""
    layer = posteriors.GammaThresholdedLaplace(gradients="published", latent_dim=300)
    concentration = tf.fill([1, 300], 3.)
    with tf.GradientTape() as tape:
        tape.watch(concentration)
        q = distributions.GammaThresholdedLaplace(tf.zeros([1, 300]), 1., concentration, 3.)
        z = layer.draw(q, 1000, SEED, True, {})
    share = (z.numpy() != 0.).mean(axis=0)
    assert share.std() > 0.1 and share.mean() == pytest.approx(0.75**3, abs=0.05)
    assert np.isfinite(tape.gradient(z, concentration)).all()


def test_exact_gradients_of_normal_draws_pass_through_the_threshold_that_is_drawn():
    """On average they are those of the mean, of which the threshold is integrated out."""
    layer = posteriors.GammaThresholdedNormal(gradients="exact", latent_dim=40_000)
    parameters = [tf.fill([1, 40_000], v) for v in (1., 0.5, 3., 7.)]
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(parameters)
        q = distributions.GammaThresholdedNormal(*parameters)
        drawn, mean = layer.draw(q, 4, SEED, True, {}), 4. * q.mean()
    for value in parameters:
        ours, expected = (tf.reduce_mean(tape.gradient(of, value)).numpy() / 4.
                          for of in (drawn, mean))
        np.testing.assert_allclose(ours, expected, rtol=0.1)
