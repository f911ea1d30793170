"""Thresholded codes: the identities by hand and by draws, and their numerics far out."""
import itertools

import numpy as np
import pytest
import scipy.integrate
import scipy.special
import scipy.stats
import tensorflow as tf
from tensorflow_probability import distributions as tfd

from vsc_tf.distributions import (
    GammaThreshold,
    GammaThresholdedLaplace,
    ThresholdedLaplace,
    ThresholdedNormal,
)

RNG = np.random.default_rng(0)
COUNT = 200_000
SCALES, THRESHOLDS = (1e-3, 0.05, 0.3, 2., 10.), (0., 0.05, 0.5, 3., 10.)
BASES = {ThresholdedNormal: scipy.stats.norm, ThresholdedLaplace: scipy.stats.laplace}
both = pytest.mark.parametrize("kind", BASES, ids=lambda kind: kind.__name__)


def by_the_words(noise, loc, threshold):
    """The definition: what is left of the noise beyond its threshold, about loc."""
    return np.where(np.abs(noise) <= threshold, 0.,
                    loc + np.sign(noise) * (np.abs(noise) - threshold))


def within(value, terms):
    error = 4 * np.std(terms) / np.sqrt(len(terms)) + 1e-6
    assert abs(float(value) - np.mean(terms)) <= error


@both
@pytest.mark.parametrize(("loc", "scale", "threshold"), [
    (0.7, 0.5, 0.4), (-2., 0.3, 1.), (0., 1., 2.), (1., 0.2, 1e-3)])
def test_says_what_draws_by_the_definition_are(kind, loc, scale, threshold):
    z = by_the_words(scale * BASES[kind].rvs(size=COUNT, random_state=RNG), loc, threshold)
    d = kind(loc, scale, threshold)
    within(d.spike_probs, z != 0.)
    within(d.mean(), z)
    within(d.variance(), (z - z.mean())**2)
    within(d.absolute_moment(0.4), np.abs(z - 0.4) * (z != 0.))
    within(d.entropy(), -d.log_prob(z.astype("float32")).numpy())
    for at in (-0.5, loc + 0.1):
        within(d.cdf(at), z <= at)


@both
def test_density_of_what_is_on_is_that_of_the_noise_that_made_it(kind):
    loc, scale, threshold = 0.5, 0.3, 0.4
    z = np.array([-1., 0.1, 0.5001, 2.], "float32")
    noise = np.abs(z - loc) + threshold
    np.testing.assert_allclose(kind(loc, scale, threshold).prob(z),
                               BASES[kind].pdf(noise, scale=scale), rtol=1e-4)


def test_a_thresholded_laplace_is_a_spike_and_slab():
    d = ThresholdedLaplace(0.7, 0.5, 0.4)
    assert float(d.spike_probs) == pytest.approx(np.exp(-0.8), rel=1e-6)
    assert float(d.prob(1.2)) == pytest.approx(
        np.exp(-0.8) * scipy.stats.laplace.pdf(1.2, 0.7, 0.5), rel=1e-5)


@pytest.mark.parametrize(("a", "b", "s"), [(3., 12., 0.1), (0.5, 1., 2.), (20., 80., 0.3)])
def test_with_gamma_thresholds_it_still_is_one(a, b, s):
    d = GammaThresholdedLaplace(0.7, s, a, b)
    assert float(d.spike_probs) == pytest.approx((b * s / (1 + b * s))**a, rel=1e-5)
    threshold = RNG.gamma(a, 1 / b, COUNT)
    z = by_the_words(RNG.laplace(0., s, COUNT), 0.7, threshold)
    within(d.spike_probs, z != 0.)
    within(d.mean(), z)
    within(d.variance(), (z - z.mean())**2)
    within(d.thresholds.mean(), threshold)


@pytest.mark.parametrize("args", [(3., 12., 3., 12.), (1.5, 4., 3., 12.), (8., 50., 3., 5.8)])
def test_divergence_of_gamma_thresholds_is_that_of_the_paper(args):
    a, b, c, d = args
    expected = ((a - c) * scipy.special.digamma(a) - scipy.special.gammaln(a)
                + scipy.special.gammaln(c) + c * np.log(b / d) + a * (d - b) / b)
    kl = tfd.kl_divergence(GammaThreshold(a, b), GammaThreshold(c, d))
    assert float(kl) == pytest.approx(expected, rel=1e-4, abs=1e-5)


@both
@pytest.mark.parametrize(("q", "p"), [
    ((0.7, 0.5, 0.4), (0., 0.3, 0.5)), ((-1., 0.1, 0.1), (0.2, 1., 2.)),
    ((0., 0.4, 1.), (0., 0.2, 0.6))])
def test_divergence_agrees_with_draws_and_is_at_most_that_of_the_noise(kind, q, p):
    z = by_the_words(q[1] * BASES[kind].rvs(size=COUNT, random_state=RNG), q[0], q[2])
    z = z.astype("float32")
    q, p = kind(*q), kind(*p)
    within(q.kl_divergence(p), (q.log_prob(z) - p.log_prob(z)).numpy())


@both
def test_the_published_divergence_is_never_less_where_thresholds_are_equal(kind):
    loc, scale = RNG.normal(0., 1., 500), np.exp(RNG.normal(-1., 1., 500))
    threshold = np.exp(RNG.normal(-1., 1., 500))
    q, p = kind(loc, scale, threshold), kind(0., 0.3, threshold)
    assert (q.base.kl_divergence(p.base) - q.kl_divergence(p)).numpy().min() >= -1e-9


@both
def test_divergence_by_quadrature(kind):
    q, p = (tf.constant(v, tf.float64) for v in (0.8, 0.25, 0.3)), (
        tf.constant(v, tf.float64) for v in (0., 0.1, 0.25))
    q, p = kind(*q), kind(*p)

    def term(z):
        log_q = float(q.log_prob(z))
        return np.exp(log_q) * (log_q - float(p.log_prob(z)))

    on = sum(scipy.integrate.quad(term, *edges, limit=200)[0]
             for edges in ((-6., -1e-9), (1e-9, 0.8), (0.8, 8.)))
    off = float(q.prob_off * (q.log_prob_off - p.log_prob_off))
    assert float(q.kl_divergence(p)) == pytest.approx(on + off, rel=1e-6)


def values(kind, dtype):
    """Everything that is said of a grid of distributions, and of their divergences from one."""
    loc, scale, threshold = (tf.constant(v, dtype) for v in zip(
        *itertools.product((-3., 0., 0.2, 5.), SCALES, THRESHOLDS)))
    q = kind(loc, scale, threshold)
    p = kind(*(tf.constant(v, dtype) for v in (0., 0.1, 0.25)))
    return {"on": q.spike_probs, "log_on": q.log_prob_on, "mean": q.mean(),
            "variance": q.variance(), "entropy": q.entropy(), "absolute": q.absolute_moment(1.),
            "kl": q.kl_divergence(p), "back": tf.gather(p.kl_divergence(q), tf.where(
                threshold > 0.)[:, 0])}


@both
def test_float32_is_close_to_float64_from_tiny_to_large_scales_and_thresholds(kind):
    with tf.device("CPU"):
        ours, exact = values(kind, tf.float32), values(kind, tf.float64)
    for name, value in ours.items():
        assert np.isfinite(value).all(), name
        np.testing.assert_allclose(value, exact[name], rtol=2e-4, atol=2e-5, err_msg=name)


@both
def test_gradients_are_finite_from_tiny_to_large_scales_and_thresholds(kind):
    loc, scale, threshold = (tf.constant(v) for v in zip(
        *itertools.product((-3., 0., 5.), SCALES, THRESHOLDS[1:])))
    p = kind(0., 0.1, 0.25)
    with tf.GradientTape() as tape:
        tape.watch([loc, scale, threshold])
        q = kind(loc, scale, threshold)
        total = tf.reduce_sum(q.kl_divergence(p)) + tf.reduce_sum(q.variance() + q.mean())
    for gradient in tape.gradient(total, [loc, scale, threshold]):
        assert np.isfinite(gradient).all()


@pytest.mark.parametrize("log_concentration", [-30., -10., 0., 10.])
@pytest.mark.parametrize("log_rate", [-30., 0., 30.])
def test_gates_that_are_almost_always_on_or_off_have_finite_gradients(log_concentration, log_rate):
    outputs = [tf.constant(v) for v in (0.5, -2., log_concentration, log_rate)]
    with tf.GradientTape() as tape:
        tape.watch(outputs)
        q = GammaThresholdedLaplace(outputs[0], *(tf.exp(v) for v in outputs[1:]))
        kl = q.kl_divergence(ThresholdedLaplace(0., 0.1, 0.25))
    assert np.isfinite(kl)
    assert all(np.isfinite(gradient) for gradient in tape.gradient(kl, outputs))


@both
@pytest.mark.parametrize("alpha", [0.05, 0.1, 0.2, 0.5])
def test_about_zero_a_share_alpha_is_on(kind, alpha):
    p = kind.about_zero(alpha, None, [1, 2])
    np.testing.assert_allclose(p.spike_probs, np.full([1, 2], alpha), rtol=1e-5)
    published = {ThresholdedNormal: (.620, .520, .405, .213),
                 ThresholdedLaplace: (.300, .230, .161, .069)}[kind]  # [F22].
    expected = published[(0.05, 0.1, 0.2, 0.5).index(alpha)]
    assert float(p.threshold[0, 0]) == pytest.approx(expected, abs=6e-4)


@both
def test_draws_of_what_is_on_are_those_of_the_slab(kind):
    d = kind(0.7, 0.5, 0.4)
    z = d.slab_from_noise(RNG.normal(size=COUNT).astype("float32")).numpy()
    assert (z != 0.).all()
    within(d.mean() / d.spike_probs, z)
    within(d.moments(0.7)[2] / d.spike_probs, (z - 0.7)**2)
