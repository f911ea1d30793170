"""Spikes with half-Normal and exponential slabs against SciPy's, and their numerics far out."""
import numpy as np
import pytest
import scipy.stats
import tensorflow as tf

from vsc_tf.distributions import RectifiedNormal, SpikeAndExponential, SpikeAndHalfNormal

SLABS = {SpikeAndHalfNormal: scipy.stats.halfnorm, SpikeAndExponential: scipy.stats.expon}
each = pytest.mark.parametrize(("kind", "slab"), SLABS.items(), ids=lambda v: getattr(
    v, "__name__", ""))
LOGITS, SCALES = np.meshgrid([-120., -3., 0.5, 120.], [1e-4, 0.3, 1., 1e3])


@each
def test_density_moments_and_quantiles_are_scipy_s(kind, slab):
    gamma, scale, z = 0.3, np.array([0.5, 2.]), np.array([[0.1], [1.], [7.]])
    d, slab = kind(np.log(gamma / (1 - gamma)), scale), slab(scale=scale)
    np.testing.assert_allclose(d.prob(z), gamma * slab.pdf(z), rtol=1e-10)
    np.testing.assert_allclose(d.prob(0.), [1 - gamma] * 2, rtol=1e-10)
    np.testing.assert_allclose(d.cdf(z), 1 - gamma + gamma * slab.cdf(z), rtol=1e-8)
    np.testing.assert_allclose(d.mean(), gamma * slab.mean(), rtol=1e-10)
    second = gamma * (slab.var() + slab.mean()**2)
    np.testing.assert_allclose(d.variance(), second - (gamma * slab.mean())**2, rtol=1e-10)
    normal = np.array([[-3.], [0.], [2.]])
    np.testing.assert_allclose(
        d.slab.from_noise(None, normal), slab.ppf(scipy.stats.norm.cdf(normal)), rtol=1e-8)


@each
def test_divergence_between_two_by_hand(kind, slab):
    g, h, s, t = 0.7, 0.2, 0.5, 2.
    q, p = (kind(tf.constant(np.log(v / (1 - v))), scale) for v, scale in ((g, s), (h, t)))
    of_slabs = (np.log(t / s) + s**2 / (2 * t**2) - 0.5 if kind is SpikeAndHalfNormal
                else np.log(t / s) + s / t - 1)
    expected = g * (np.log(g / h) + of_slabs) + (1 - g) * np.log((1 - g) / (1 - h))
    np.testing.assert_allclose(q.kl_divergence(p), expected, rtol=1e-8)


@each
@pytest.mark.parametrize("name", ["mean", "variance", "mode", "entropy", "KL to", "KL from",
                                  "draws", "density"])
def test_values_and_gradients_are_finite_far_out(kind, slab, name):
    other = RectifiedNormal(tf.constant(0.3), 0.5)
    function = {
        "KL to": lambda d: d.kl_divergence(other), "KL from": lambda d: other.kl_divergence(d),
        "draws": lambda d: d.from_noise(tf.constant(0.5), tf.constant([[[-5.]], [[5.]]])),
        "density": lambda d: d.log_prob(tf.constant([[[0.]], [[1e-6]], [[5.]]])),
    }.get(name, lambda d: getattr(d, name)())

    @tf.function(jit_compile=True)
    def values_and_gradients(*parameters):
        with tf.GradientTape() as tape:
            tape.watch(parameters)
            value = function(kind(*parameters))
        return value, *tape.gradient(value, parameters, unconnected_gradients="zero")

    parameters = (tf.constant(v, tf.float32) for v in (LOGITS, SCALES))
    assert all(np.isfinite(result).all() for result in values_and_gradients(*parameters))


@each
def test_the_median_of_the_slab_is_where_a_standard_normal_has_its_own(kind, slab):
    d = kind(tf.constant(0.), 2.)
    median = d.slab.from_noise(None, tf.constant(0.))
    np.testing.assert_allclose(median, slab(scale=2.).median(), rtol=1e-6)
    np.testing.assert_allclose(d.from_noise(tf.constant([0.4, 0.6]), tf.constant(0.)),
                               [median, 0.])
