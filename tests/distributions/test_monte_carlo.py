"""Closed forms of every distribution against its own draws, within 5 standard errors."""
import numpy as np
import pytest
import tensorflow as tf

from tests.distributions.examples import (
    COMPONENTS,
    EXAMPLES,
    FEWER_PAIRS,
    PAIRS,
    WITH_DENSITY,
    agree,
    draws,
    example,
    is_finite,
)
from vsc_tf.distributions import Normal, Point, RectifiedNormal, SpikeAndSlab, pairwise_kl

DTYPES = ("float32", "float64")
every = pytest.mark.parametrize("kind", EXAMPLES, ids=lambda kind: kind.__name__)
with_density = pytest.mark.parametrize("kind", WITH_DENSITY, ids=lambda kind: kind.__name__)
pairs, fewer_pairs = (pytest.mark.parametrize(
    "pair", some, ids=lambda pair: f"{pair[0].__name__}-{pair[1].__name__}")
    for some in (PAIRS, FEWER_PAIRS))


@every
@pytest.mark.parametrize("dtype", DTYPES)
def test_draws_have_the_zeros_mean_and_variance_that_are_said(kind, dtype):
    d = example(kind, dtype)
    z = draws(d).astype("float64")
    agree(d.spike_probs, z != 0.)
    agree(d.mean(), z)
    agree(d.variance(), (z - d.mean().numpy()) ** 2)


@every
@pytest.mark.parametrize("centre", [0., 1.5, np.array([[0.5, -2., 3.]], "float32")], ids=str)
def test_moments_about_a_centre_agree_with_draws(kind, centre):
    d = example(kind)
    z = draws(d).astype("float64")
    on, distance = z != 0., z - centre
    for ours, terms in zip(d.moments(centre), (on, on * distance, on * distance**2), strict=True):
        agree(ours, terms)
    agree(d.absolute_moment(centre), on * np.abs(distance))


@every
@pytest.mark.parametrize("dtype", DTYPES)
def test_entropy_agrees_with_draws(kind, dtype):
    d = example(kind, dtype)
    agree(d.entropy(), -d.log_prob(draws(d)).numpy())


def test_the_finite_divergences_are_known():
    # From 10 families but the point to 4 two-sided ones with an atom; among the 3 one-sided; to 2
    # dense ones.
    assert len(PAIRS) == 10 * 4 + 3 * 3 + 2 * 2
    assert not is_finite(SpikeAndSlab, Normal) and not is_finite(SpikeAndSlab, RectifiedNormal)
    assert is_finite(Normal, SpikeAndSlab) and not is_finite(Point, Point)


@pairs
def test_divergence_agrees_with_draws(pair):
    q, p = example(pair[0]), example(pair[1], shift=0.3)
    z = draws(q, 200_000 if pair in FEWER_PAIRS else 20_000)
    agree(q.kl_divergence(p), (q.log_prob(z) - p.log_prob(z)).numpy(), rounding=2e-5)


@fewer_pairs
def test_divergence_in_float64_agrees_with_draws(pair):
    q, p = example(pair[0], "float64"), example(pair[1], "float64", shift=0.3)
    z = draws(q, 20_000)
    agree(q.kl_divergence(p), (q.log_prob(z) - p.log_prob(z)).numpy(), rounding=2e-5)


@pytest.mark.parametrize(
    "pair", [(q, p) for q in WITH_DENSITY for p in COMPONENTS if not is_finite(q, p)],
    ids=lambda pair: f"{pair[0].__name__}-{pair[1].__name__}")
def test_where_the_divergence_is_infinite_draws_are_impossible(pair):
    q, p = (example(kind) for kind in pair)
    impossible = np.isneginf(p.log_prob(draws(q, 2000)))
    # A density at 0 is no probability of 0: there the atom of q is what p lacks.
    assert impossible.any() or (q.has_atom and np.isneginf(p.log_prob_off).all())


@fewer_pairs
@pytest.mark.parametrize("dtype", DTYPES)
def test_pairwise_divergences_are_sums_over_latents(pair, dtype):
    q, p = example(pair[0], dtype), example(pair[1], dtype, shift=0.3)
    apart = type(q)(**{name: tf.broadcast_to(getattr(q, name), [4, 3])[:, tf.newaxis]
                       for name in EXAMPLES[pair[0]]})
    expected = tf.reduce_sum(apart.kl_divergence(p), axis=-1)
    table = pairwise_kl(q, p)
    assert table.shape == [4, 4] and table.dtype == expected.dtype
    np.testing.assert_allclose(table, expected, rtol={"float32": 1e-4, "float64": 1e-12}[dtype])


@pytest.mark.parametrize("kind", COMPONENTS, ids=lambda kind: kind.__name__)
def test_divergence_to_itself_is_zero_and_to_others_positive(kind):
    d = example(kind)
    np.testing.assert_allclose(d.kl_divergence(d), np.zeros([4, 3]), atol=2e-6)
    assert float(tf.reduce_min(d.kl_divergence(example(kind, shift=0.5)))) > 0


@with_density
def test_at_likeness_one_nothing_is_varied(kind):
    d, z, noise = example(kind), draws(example(kind), 500), tf.random.normal([500, 4, 3])
    np.testing.assert_allclose(d.vary(z, noise, tf.constant(1.)), z, rtol=1e-5, atol=1e-5)


@with_density
@pytest.mark.parametrize("likeness", [0., 0.7, 0.99])
def test_varied_draws_are_draws_of_the_same_slab(kind, likeness):
    """At 0 whatever z is: here ones, of which no family makes all its draws."""
    d = example(kind)
    z = draws(d)
    z = z if likeness else np.ones_like(z)
    noise = np.random.default_rng(9).normal(size=z.shape).astype("float32")
    varied = d.vary(z, noise, tf.constant(likeness)).numpy()
    np.testing.assert_array_equal(varied == 0., z == 0.)
    _, first, second = (part / d.spike_probs for part in d.moments())
    for j in np.ndindex(4, 3):
        on = varied[(slice(None), *j)][z[(slice(None), *j)] != 0.].astype("float64")
        agree(first[j], on, rounding=1e-4)
        agree(second[j], on**2, rounding=1e-4)


@with_density
def test_varied_values_are_the_more_alike_the_higher_the_likeness(kind):
    d = example(kind)
    z = draws(d, 20_000)
    noise = np.random.default_rng(9).normal(size=z.shape).astype("float32")

    def correlations(likeness):
        varied = d.vary(z, noise, tf.constant(likeness)).numpy()
        return [np.corrcoef(*(values[(slice(None), *j)][z[(slice(None), *j)] != 0.]
                              for values in (z, varied)))[0, 1] for j in np.ndindex(4, 3)]

    assert np.max(np.abs(correlations(0.))) < 5 / np.sqrt((z != 0.).sum(axis=0).min())
    assert np.min(correlations(0.9)) > 0.8
    assert (np.array(correlations(0.99)) > correlations(0.9)).all()


@pytest.mark.parametrize("kind", [kind for kind in WITH_DENSITY if kind.one_sided],
                         ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("z", [1e-30, 1e-3, 20., 1e4])
def test_values_far_out_are_varied_to_finite_positive_ones(kind, z):
    d = example(kind)
    for likeness in (0., 0.5, 1.):
        varied = d.vary(tf.fill([4, 3], z), tf.zeros([4, 3]), tf.constant(likeness)).numpy()
        assert np.isfinite(varied).all() and (varied > 0.).all()
