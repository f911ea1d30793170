"""RectifiedNormal against formulas by hand, and its numerics far out."""
import numpy as np
import pytest
import scipy.stats
import tensorflow as tf

from vsc_tf.distributions import (
    RectifiedNormal,
    SpikeAndExponential,
    SpikeAndHalfNormal,
    pairwise_kl,
)

NORMAL = scipy.stats.norm
M, S = np.meshgrid([-6., -1., 0., 0.3, 2., 9.], [0.2, 1., 3.])
G = NORMAL.sf(-M / S)  # On-probability.
PHI = NORMAL.pdf(M / S)
E1, E2 = M * G + S * PHI, M**2 * G + 2 * M * S * PHI + S**2 * (G - M / S * PHI)
SLAB = -G * np.log(S) - 0.5 * (G - M / S * PHI)  # E[log of the slab, less its constant].
OFF = (1 - G) * NORMAL.logcdf(-M / S)
Q = RectifiedNormal(M, S)


def test_probabilities_and_moments_by_hand():
    np.testing.assert_allclose(Q.spike_probs, G, rtol=1e-10)
    np.testing.assert_allclose(Q.mean(), E1, rtol=1e-9)
    np.testing.assert_allclose(Q.variance(), E2 - E1**2, rtol=1e-7, atol=1e-15)
    np.testing.assert_allclose(Q.mode(), np.maximum(M, 0.))
    np.testing.assert_allclose(Q.entropy(), 0.5 * np.log(2 * np.pi) * G - SLAB - OFF, rtol=1e-7)


def test_density_is_the_normal_s_above_zero_with_the_rest_at_zero():
    np.testing.assert_allclose(Q.log_prob(0.7), NORMAL.logpdf(0.7, M, S), rtol=1e-10)
    np.testing.assert_allclose(  # From 30 standard deviations on it stays what it is there.
        Q.log_prob(0.), NORMAL.logcdf(np.maximum(-M / S, -30.)), rtol=1e-6)
    assert np.isneginf(Q.log_prob(-0.1)).all()


@pytest.mark.parametrize(("n", "t"), [(0., 1.), (-2., 0.5), (4., 2.)])
def test_divergence_to_another_by_hand(n, t):
    expected = (SLAB + G * np.log(t) + (E2 - 2 * n * E1 + n**2 * G) / (2 * t**2)
                + OFF - (1 - G) * NORMAL.logcdf(-n / t))
    p = RectifiedNormal(tf.constant(n, tf.float64), t)
    np.testing.assert_allclose(Q.kl_divergence(p), expected, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("h", [0.05, 0.7])
@pytest.mark.parametrize("t", [0.3, 2.])
def test_divergence_to_a_spike_and_half_normal_by_hand(h, t):
    expected = (SLAB + OFF + G * (np.log(t) - np.log(2)) + E2 / (2 * t**2)
                - G * np.log(h) - (1 - G) * np.log(1 - h))
    p = SpikeAndHalfNormal(tf.constant(np.log(h / (1 - h))), t)
    np.testing.assert_allclose(Q.kl_divergence(p), expected, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("h", [0.05, 0.7])
@pytest.mark.parametrize("b", [0.3, 2.])
def test_divergence_to_a_spike_and_exponential_by_hand(h, b):
    expected = (SLAB + OFF + G * (np.log(b) - np.log(2 * np.pi) / 2) + E1 / b
                - G * np.log(h) - (1 - G) * np.log(1 - h))
    p = SpikeAndExponential(tf.constant(np.log(h / (1 - h))), b)
    np.testing.assert_allclose(Q.kl_divergence(p), expected, rtol=1e-8, atol=1e-10)


RATIO, SCALE = (np.float32(part.ravel()) for part in np.meshgrid(
    [-1e4, -100., -31., -29., -13., -3., 0., 3., 13., 29., 31., 100., 1e4],
    [1e-4, 1e-2, 1., 1e3]))


def functions():
    """Name -> what is made of (loc, scale): all that a loss can hold."""
    one = tf.ones_like(RATIO)
    others = {"itself": RectifiedNormal(0.1 * one, one),
              "a narrow one": RectifiedNormal(-1e-3 * one, 1e-4 * one),
              "half-Normal": SpikeAndHalfNormal(-3. * one, one),
              "exponential": SpikeAndExponential(-3. * one, one)}
    noise = tf.random.stateless_normal([5, *RATIO.shape], [0, 1])
    values = {name: lambda q, name=name: getattr(q, name) for name in (
        "spike_probs", "log_prob_on", "log_prob_off", "log_odds", "slab_mean")}
    values |= {name: lambda q, name=name: getattr(q, name)() for name in (
        "mean", "variance", "mode", "entropy")}
    values |= {f"KL to {name}": lambda q, p=p: q.kl_divergence(p) for name, p in others.items()}
    values |= {f"KL from {name}": lambda p, q=q: q.kl_divergence(p)
               for name, q in others.items() if isinstance(q, RectifiedNormal)}
    return {**values, "moments": lambda q: tf.stack(q.moments(0.3)),
            "draws": lambda q: q.from_noise(noise, noise),
            "density at 0": lambda q: q.log_prob(tf.zeros_like(RATIO)),
            "density at draws": lambda q: q.log_prob(q.from_noise(noise, noise)),
            "pairwise_kl": lambda q: pairwise_kl(
                RectifiedNormal(q.loc[:, None], q.scale[:, None]),
                RectifiedNormal(q.loc[:, None], q.scale[:, None]))}


@pytest.mark.parametrize("jit_compile", [False, True])
@pytest.mark.parametrize("name", functions())
def test_values_and_gradients_are_finite_far_out(name, jit_compile):
    function = functions()[name]

    @tf.function(jit_compile=jit_compile)
    def values_and_gradients(loc, scale):
        with tf.GradientTape() as tape:
            tape.watch([loc, scale])
            value = function(RectifiedNormal(loc, scale))
        return value, *tape.gradient(value, [loc, scale], unconnected_gradients="zero")

    for result in values_and_gradients(tf.constant(RATIO * SCALE), tf.constant(SCALE)):
        bad = ~np.isfinite(result.numpy())
        assert not bad.any(), np.argwhere(bad)[:5]


def test_far_above_zero_it_is_a_normal():
    q = RectifiedNormal(tf.constant([50., 1e4, 1e6]), 1.)
    np.testing.assert_allclose(q.variance(), [1., 1., 1.], rtol=1e-5)
    np.testing.assert_allclose(q.mean(), [50., 1e4, 1e6])
    np.testing.assert_allclose(q.entropy(), np.full(3, NORMAL.entropy()), rtol=1e-5)
    assert (q.spike_probs == 1.).numpy().all()


@pytest.mark.parametrize("ratio", np.linspace(-20., 20., 9))
def test_float32_is_float64_to_rounding(ratio):
    single, double = (RectifiedNormal(tf.constant(ratio, dtype), 1.)
                      for dtype in ("float32", "float64"))
    for name in ("mean", "variance", "entropy"):
        np.testing.assert_allclose(
            getattr(single, name)(), getattr(double, name)(), rtol=1e-2, atol=1e-6)
    np.testing.assert_allclose(single.log_odds, double.log_odds, rtol=1e-4)


def test_draws_have_the_gradient_of_a_path():
    loc, scale, noise = tf.constant([1., 1.]), tf.constant([2., 2.]), tf.constant([0.5, -3.])
    with tf.GradientTape() as tape:
        tape.watch([loc, scale])
        z = RectifiedNormal(loc, scale).from_noise(noise, noise)
    slope_of_loc, slope_of_scale = tape.gradient(z, [loc, scale])
    np.testing.assert_allclose(z, [2., 0.])
    np.testing.assert_allclose(slope_of_loc, [1., 0.])
    np.testing.assert_allclose(slope_of_scale, [0.5, 0.])


def test_the_mean_of_what_is_on_is_above_0_however_rarely_it_is():
    loc, scale = np.array([-0.5, -0.99, -1.01, -2.9, -5., -1e3]), 0.1
    a = -loc / scale
    expected = loc + scale * np.exp(scipy.stats.norm.logpdf(a) - scipy.stats.norm.logsf(a))
    expected[-1] = scale / a[-1]  # Float64 has no digits left there.
    found = RectifiedNormal(loc.astype("float32"), np.float32(scale)).slab_mean
    np.testing.assert_allclose(found, expected, rtol=2e-3)
