"""Densities, moments and divergence of SpikeAndSlab: by hand, by Monte Carlo, by identities."""
import math

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_probability as tfp

from vsc_tf.distributions import SpikeAndSlab

tfd = tfp.distributions

CASES = pytest.mark.parametrize(("gamma", "loc", "scale"), [
    pytest.param(0.25, -1.0, 0.5, id="sparse"),
    pytest.param(0.9, 2.0, 1.5, id="dense"),
    pytest.param(0.02, 0.0, 0.1, id="rarely-on"),
])
PAIRS = pytest.mark.parametrize(("q", "p"), [  # (gamma, loc, scale) each.
    pytest.param((0.5, 0.5, 1.0), (0.5, 0.5, 1.0), id="identical"),
    pytest.param((0.9, -1.0, 0.3), (0.2, 0.0, 1.0), id="dense-vs-sparse"),
    pytest.param((0.02, 0.2, 2.0), (0.7, 0.0, 1.5), id="rarely-on"),
    pytest.param((0.5, 1.0, 0.5), (0.5, -1.0, 2.0), id="gates-alike"),
])
DRAWS = 100_000


def spike_and_slab(gamma, loc, scale):
    return SpikeAndSlab(math.log(gamma / (1 - gamma)), loc, scale)


def normal_pdf(x, loc, scale):
    return math.exp(-0.5 * ((x - loc) / scale) ** 2) / (scale * math.sqrt(2 * math.pi))


def five_standard_errors(terms):
    """Beyond this one honest comparison in two million fails."""
    return float(5 * terms.std() / math.sqrt(terms.size) + 1e-6)


@CASES
def test_density_is_an_atom_at_zero_and_a_scaled_normal_elsewhere(gamma, loc, scale):
    points = [0.0, 0.3, -2.0, loc + scale]
    expected = [1 - gamma] + [gamma * normal_pdf(x, loc, scale) for x in points[1:]]
    d = spike_and_slab(gamma, loc, scale)
    np.testing.assert_allclose(d.prob(points), expected, rtol=1e-4, atol=1e-37)  # Subnormals: 0.
    log_expected = [math.log1p(-gamma)] + [
        math.log(gamma) - 0.5 * ((x - loc) / scale) ** 2
        - math.log(scale * math.sqrt(2 * math.pi)) for x in points[1:]]
    np.testing.assert_allclose(d.log_prob(points), log_expected, rtol=1e-5, atol=1e-5)


@CASES
def test_density_sums_to_one_over_line_and_atom(gamma, loc, scale):
    x = np.linspace(loc - 9 * scale, loc + 9 * scale, 4000, dtype=np.float32)
    assert 0.0 not in x
    d = spike_and_slab(gamma, loc, scale)
    total = np.trapezoid(d.prob(x).numpy(), x) + float(d.prob(0.0))
    assert total == pytest.approx(1, abs=1e-5)


@CASES
def test_moments_match_the_formulas_by_hand(gamma, loc, scale):
    d = spike_and_slab(gamma, loc, scale)
    variance = gamma * (scale**2 + loc**2) - (gamma * loc) ** 2
    assert float(d.mean()) == pytest.approx(gamma * loc, rel=1e-5)
    assert float(d.variance()) == pytest.approx(variance, rel=1e-5)
    assert float(d.stddev()) == pytest.approx(math.sqrt(variance), rel=1e-5)
    assert float(d.spike_probs) == pytest.approx(gamma, rel=1e-5)


@CASES
def test_entropy_is_that_of_the_gate_and_a_share_of_the_slab(gamma, loc, scale):
    gate = -gamma * math.log(gamma) - (1 - gamma) * math.log(1 - gamma)
    slab = 0.5 * math.log(2 * math.pi * math.e * scale**2)
    assert float(spike_and_slab(gamma, loc, scale).entropy()) == pytest.approx(
        gate + gamma * slab, rel=1e-5)


@CASES
def test_cdf_jumps_by_the_atom_at_zero(gamma, loc, scale):
    points = [-1.5, -1e-6, 0.0, 1e-6, 0.7, 99.0]
    expected = [gamma * 0.5 * (1 + math.erf((x - loc) / scale / math.sqrt(2)))
                + (1 - gamma) * (x >= 0) for x in points]
    cdf = spike_and_slab(gamma, loc, scale).cdf(points).numpy()
    np.testing.assert_allclose(cdf, expected, rtol=1e-5, atol=1e-7)
    assert cdf[2] - cdf[1] == pytest.approx(1 - gamma, abs=1e-4)  # 1e-6 of slab in between.
    assert cdf[-1] == pytest.approx(1)


@pytest.mark.parametrize(("gamma", "loc", "mode"), [
    pytest.param(0.25, -1.0, 0.0, id="more-likely-off"),
    pytest.param(0.9, 2.0, 2.0, id="more-likely-on"),
    pytest.param(0.501, -3.0, -3.0, id="just-on"), pytest.param(0.499, 3.0, 0.0, id="just-off"),
])
def test_mode_is_the_slab_mean_where_a_draw_is_more_likely_on_than_off(gamma, loc, mode):
    assert float(spike_and_slab(gamma, loc, 0.1).mode()) == mode


@CASES
def test_draws_have_the_stated_moments_entropy_and_cdf(gamma, loc, scale):
    d = spike_and_slab(gamma, loc, scale)
    z = d.sample(DRAWS, seed=[3, 4])
    estimates = {"mean": z.numpy(), "entropy": -d.log_prob(z).numpy(),
                 "variance": (z.numpy() - gamma * loc) ** 2}
    for name, terms in estimates.items():
        exact = float(getattr(d, name)())
        assert terms.mean() == pytest.approx(exact, abs=five_standard_errors(terms)), name
    for x in (-0.1, 0.0, 0.5):
        below = (z.numpy() <= x).astype(float)
        assert below.mean() == pytest.approx(
            float(d.cdf(x)), abs=five_standard_errors(below)), x


def kl_by_hand(q, p):
    (g, m, s), (h, n, t) = q, p
    slab = math.log(t / s) + (s**2 + (m - n) ** 2) / (2 * t**2) - 0.5
    return g * slab + g * math.log(g / h) + (1 - g) * math.log((1 - g) / (1 - h))


@PAIRS
def test_kl_matches_the_formula_by_hand(q, p):
    kl = spike_and_slab(*q).kl_divergence(spike_and_slab(*p))
    assert float(kl) == pytest.approx(kl_by_hand(q, p), rel=1e-5, abs=1e-6)


@PAIRS
def test_kl_matches_monte_carlo(q, p):
    kl = float(spike_and_slab(*q).kl_divergence(spike_and_slab(*p)))
    q, p = spike_and_slab(*q), spike_and_slab(*p)
    z = q.sample(DRAWS, seed=[0, 17])
    terms = (q.log_prob(z) - p.log_prob(z)).numpy()
    assert kl == pytest.approx(terms.mean(), abs=five_standard_errors(terms))


def test_kl_is_cross_entropy_less_entropy():
    q, p = spike_and_slab(0.3, 1.0, 0.5), spike_and_slab(0.6, -0.5, 2.0)
    z = q.sample(DRAWS, seed=[5, 6])
    cross = -p.log_prob(z).numpy()
    assert float(q.entropy() + q.kl_divergence(p)) == pytest.approx(
        cross.mean(), abs=five_standard_errors(cross))


def random_parameters(rng, n):
    return (rng.uniform(-30, 30, n).astype(np.float32), rng.normal(0, 3, n).astype(np.float32),
            np.exp(rng.uniform(-5, 3, n)).astype(np.float32))


def test_kl_to_itself_is_zero():
    q = SpikeAndSlab(*random_parameters(np.random.default_rng(1), 1000))
    np.testing.assert_array_equal(q.kl_divergence(q), np.zeros(1000))


def test_kl_is_never_negative():
    rng = np.random.default_rng(2)
    logits, loc, scale = random_parameters(rng, 20_000)
    q = SpikeAndSlab(logits, loc, scale)
    far = SpikeAndSlab(*random_parameters(rng, 20_000))
    near = SpikeAndSlab(logits + 1e-3, loc + 1e-3 * scale, scale * 1.001)
    assert float(tf.reduce_min(q.kl_divergence(far))) >= 0
    # So close by, 0 up to rounding of logs of size 30: 30 * 2^-23 = 4e-6.
    assert float(tf.reduce_min(q.kl_divergence(near))) >= -4e-6


def test_float64_parameters_give_float64_results():
    q, p = (0.3, 1.0, 0.5), (0.6, -0.5, 2.0)
    kl = tfd.kl_divergence(*(SpikeAndSlab(np.float64(math.log(g / (1 - g))), m, s)
                             for g, m, s in (q, p)))
    assert kl.dtype == tf.float64
    assert float(kl) == pytest.approx(kl_by_hand(q, p), rel=1e-12)
    d = SpikeAndSlab(0.0, np.zeros(3), 1.0)
    assert {t.dtype for t in (d.sample(seed=[0, 1]), d.relaxed_sample(9.0, seed=[0, 1]),
                              d.concrete_sample(9.0, seed=[0, 1]), d.cdf(0.5), d.mode(),
                              d.entropy())} == {tf.float64}


def test_parameters_broadcast_and_so_do_both_sides_of_the_kl():
    q = SpikeAndSlab(tf.zeros([4, 1, 3]), 0.0, tf.ones([3]))
    p = SpikeAndSlab(0.5, tf.zeros([5, 1]), 2.0)
    assert q.batch_shape == [4, 1, 3] and q.event_shape == []
    for name in ("mean", "variance", "stddev", "mode", "entropy"):
        assert getattr(q, name)().shape == [4, 1, 3], name
    assert q.log_prob(tf.zeros([2, 4, 1, 3])).shape == [2, 4, 1, 3]
    assert q.cdf(0.0).shape == [4, 1, 3]
    assert q.kl_divergence(p).shape == [4, 5, 3]
