"""Normal codes with Gamma thresholds against integrals over thresholds, and by the definition."""
import numpy as np
import pytest
import scipy.integrate
import scipy.special
import scipy.stats
import tensorflow as tf

from vsc_tf import posteriors, priors
from vsc_tf.distributions import GammaThresholdedNormal, ThresholdedNormal

LOC, SCALE = 0.7, 0.5
NORMAL = scipy.stats.norm
CASES = [(0.1, 0.5), (1., 0.2), (1., 300.), (3., 12.), (40., 2.), (40., 12.)]
each = pytest.mark.parametrize(("a", "b"), CASES)


def made(a, b, dtype="float64"):
    return GammaThresholdedNormal(*(tf.constant(v, dtype) for v in (LOC, SCALE, a, b)))


def expected(a, b, of):
    """The mean of a function of the threshold in standard deviations, by a sum over its log."""
    rate, width = b * SCALE, 1 / np.sqrt(a)
    mode = 2 * a / (rate + np.sqrt(rate**2 + 4 * a))
    log_x = np.linspace(np.log(mode) - 25 / a - 8 * width, np.log(a / rate) + 8 * width, 20_000)
    density = np.exp(scipy.stats.gamma(a, scale=1 / rate).logpdf(np.exp(log_x)) + log_x)
    return scipy.integrate.trapezoid(of(np.exp(log_x)) * density, log_x)


@each
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_its_integrals_are_right(a, b, dtype):
    d, off = made(a, b, dtype), 1.3 / SCALE
    close = {"rel": 1e-4, "abs": 1e-30}
    assert float(d.spike_probs) == pytest.approx(
        expected(a, b, lambda x: 2 * NORMAL.sf(x)), **close)
    assert float(d.prob_off) == pytest.approx(
        expected(a, b, lambda x: scipy.special.erf(x / np.sqrt(2))), **close)
    assert float(d.moments(LOC)[2]) == pytest.approx(SCALE**2 * expected(
        a, b, lambda x: 2 * ((1 + x**2) * NORMAL.sf(x) - x * NORMAL.pdf(x))), rel=3e-4, abs=1e-30)
    assert float(d.prob(LOC + 1.3)) == pytest.approx(
        expected(a, b, lambda x: NORMAL.pdf(off + x) / SCALE), **close)
    assert float(d.cdf(LOC - 1.3)) == pytest.approx(
        expected(a, b, lambda x: NORMAL.sf(off + x)), **close)


@pytest.mark.parametrize(("a", "b"), [(0.1, 4.), (1., 300.), (3., 12.), (40., 2.)])
def test_its_divergence_from_a_fixed_threshold_is_right(a, b):
    q, p = made(a, b), ThresholdedNormal(*(tf.constant(v, tf.float64) for v in (0., 0.4, 0.3)))
    edges = [LOC - 14., LOC - 1., 0., LOC, LOC + 1., LOC + 14.]  # Of what is smooth.
    points, weights = np.polynomial.legendre.leggauss(60)
    z, w = (np.concatenate(parts) for parts in zip(*(
        ((high + low) / 2 + (high - low) / 2 * points, (high - low) / 2 * weights)
        for low, high in zip(edges, edges[1:]))))
    log_q = q.log_prob(z).numpy()
    on = w @ (np.exp(log_q) * (log_q - p.log_prob(z).numpy()))
    off = float(q.prob_off * (q.log_prob_off - p.log_prob_off))
    assert float(q.kl_divergence(p)) == pytest.approx(on + off, rel=1e-4, abs=1e-6)


@pytest.mark.parametrize("b", [1e-3, 0.5, 4., 300.])
@pytest.mark.parametrize("a", [1e-3, 0.03, 0.1, 1., 1e3])
def test_it_is_on_or_off(a, b):
    d = made(a, b, "float32")
    assert float(d.log_prob_on) <= 0.
    assert float(d.spike_probs + d.prob_off) == pytest.approx(1., abs=1e-4 if a >= 0.03 else 0.03)


def test_draws_are_those_of_the_definition_and_of_the_slab():
    rng, n = np.random.default_rng(0), 40_000
    a, b = 3., 4.
    noise, threshold = SCALE * rng.normal(size=n), rng.gamma(a, 1 / b, n)
    beyond = np.abs(noise) - threshold
    z = (LOC + np.sign(noise) * beyond)[beyond > 0]
    d = made(a, b, "float32")
    assert abs(len(z) / n - float(d.spike_probs)) < 4 * np.sqrt(float(d.spike_probs) / n)
    slab = d.slab_from_noise(rng.normal(size=4000).astype("float32")).numpy()
    assert scipy.stats.ks_2samp(z, slab).pvalue > 1e-3
    np.testing.assert_allclose(d.vary(slab, tf.zeros_like(slab), tf.constant(0.999999)), slab,
                               rtol=5e-3, atol=5e-3)


def test_draws_of_the_slab_have_the_gradient_of_their_quantile():
    b, normal = tf.constant(4., tf.float64), tf.constant([0.3, -1.2], tf.float64)

    def slab(b):
        return made(3., 1., "float64").copy(rate=b).slab_from_noise(normal)

    with tf.GradientTape() as tape:
        tape.watch(b)
        z = slab(b)
    ahead, behind = slab(b + 1e-4), slab(b - 1e-4)
    assert float(tape.gradient(z, b)) == pytest.approx(
        float(tf.reduce_sum(ahead - behind)) / 2e-4, rel=1e-3)


@pytest.mark.parametrize("log_scale", [-40., 0., 40.])
def test_whatever_a_network_gives_it_has_finite_divergences_and_gradients(log_scale):
    outputs = [tf.constant(v) for v in np.meshgrid(
        0.7, log_scale, [-40., -2., 0., 5., 10., 40.], [-40., -10., -5., 0., 5., 40.])]
    layer = posteriors.GammaThresholdedNormal(latent_dim=1)
    with tf.GradientTape() as tape:
        tape.watch(outputs)
        q = layer.distribution(*(tf.cast(v, tf.float32) for v in outputs))
        kl = q.kl_divergence(ThresholdedNormal(0., 0.3, 0.5))
        total = tf.reduce_sum(kl) + tf.reduce_sum(q.mean() + q.variance())
        for normal in (1e-4, 0.3, -4.):
            total += tf.reduce_sum(q.slab_from_noise(tf.fill(q.loc.shape, normal)))
    assert np.isfinite(kl).all() and (kl.numpy() > -1e-3).all()
    assert all(np.isfinite(gradient).all() for gradient in tape.gradient(total, outputs))


def test_as_a_prior_it_is_refused_with_the_cure():
    posterior = posteriors.GammaThresholdedNormal(latent_dim=3)
    with pytest.raises(ValueError, match="has no closed form.*PseudoInputPrior.*ThresholdedPrior"):
        priors.PseudoInputPrior(2).bind(posterior)
    with pytest.raises(NotImplementedError, match="has no expected log density"):
        made(3., 4.).kl_divergence(made(3., 5.))
