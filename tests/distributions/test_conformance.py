"""What all distributions of the library have in common."""
import inspect

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_probability as tfp

from tests.distributions.examples import CLASSES, EXAMPLES, QUADRATIC, WITH_DENSITY, draws, example
from vsc_tf.distributions import CodeDistribution, take

tfd = tfp.distributions
EITHER = pytest.mark.parametrize("dtype", ["float32", "float64"])


@pytest.fixture(params=EXAMPLES, ids=lambda kind: kind.__name__)
def d(request):
    return example(request.param)


def test_every_distribution_has_an_example():
    assert set(EXAMPLES) == CLASSES


def test_keeps_the_contract(d):
    assert isinstance(d, CodeDistribution) and isinstance(d, tfd.Distribution)
    assert type(d).__doc__ and ">>> " in type(d).__doc__


def test_parameter_properties_name_the_parameters_of_the_constructor(d):
    properties = type(d).parameter_properties()
    assert set(EXAMPLES[type(d)]) <= set(properties)
    assert set(properties) <= set(inspect.signature(type(d)).parameters)


def test_draws_have_finite_density_and_the_distribution_s_dtype_and_shape(d):
    z = d.sample(7, seed=[0, 1])
    assert z.shape == [7, 4, 3] and z.dtype == d.dtype
    assert d.log_prob(z).shape == [7, 4, 3]
    assert np.isfinite(d.log_prob(z)).all()
    np.testing.assert_allclose(d.prob(z), np.exp(d.log_prob(z)), rtol=1e-5)


def test_sample_and_from_noise_are_the_same_draws(d):
    ours = draws(d, 20_000)
    theirs = d.sample(len(ours), seed=[3, 4]).numpy()
    for power in (1, 2):
        spread = np.hypot(*((z**power).std(axis=0) for z in (ours, theirs)))
        apart = np.abs((ours**power).mean(axis=0) - (theirs**power).mean(axis=0))
        assert (apart <= 5 * spread / np.sqrt(len(ours)) + 1e-5).all()


@EITHER
@pytest.mark.parametrize("kind", EXAMPLES)
def test_results_have_the_dtype_of_the_parameters(kind, dtype):
    d = example(kind, dtype)
    results = [d.mean(), d.variance(), d.mode(), d.entropy(), d.log_prob_on, d.log_prob_off,
               d.spike_probs, d.slab_mean, take(d, [0, 1]).centre, *d.moments(0.3),
               d.absolute_moment(0.3)]
    if kind in QUADRATIC:
        results += d.quadratic(0.3)
    assert {result.dtype for result in results} == {tf.as_dtype(dtype)}


@EITHER
@pytest.mark.parametrize("kind", EXAMPLES)
def test_probabilities_of_on_and_off_add_up_to_one(kind, dtype):
    d = example(kind, dtype)
    tight = {"float32": 1e-6, "float64": 1e-14}[dtype]
    on, off = np.exp(d.log_prob_on), np.exp(d.log_prob_off)
    np.testing.assert_allclose(on + off, np.ones([4, 3]), rtol=10 * tight)
    np.testing.assert_allclose(d.spike_probs, on, rtol=10 * tight)
    np.testing.assert_allclose(d.log_odds, d.log_prob_on - d.log_prob_off, atol=10 * tight)
    assert (off > 0).all() == (off > 0).any() == kind.has_atom
    if kind.has_atom:
        np.testing.assert_allclose(d.log_prob(0.), d.log_prob_off, rtol=tight)


def test_mode_is_off_exactly_where_a_draw_is_more_likely_off(d):
    mode = d.mode().numpy()
    assert mode.shape == (4, 3)
    np.testing.assert_array_equal(mode == 0., d.spike_probs.numpy() < 0.5)
    assert (mode == 0.).any() == d.has_atom and (mode != 0.).any()


def test_attributes_say_what_draws_are(d):
    z = draws(d, 5000)
    assert (z == 0.).any() == d.has_atom
    assert (z >= 0.).all() == d.one_sided
    if d.one_sided:
        assert np.isneginf(d.log_prob(-0.5)).all()


def test_slab_mean_is_the_mean_of_what_is_on(d):
    np.testing.assert_allclose(d.slab_mean, d.mean() / d.spike_probs, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("kind", QUADRATIC)
@pytest.mark.parametrize("centre", [0., -1.5, np.array([0.5, -2., 3.], "float32")], ids=str)
def test_quadratic_is_the_log_density_on_and_off(kind, centre):
    d = example(kind)
    off, on, linear, square = d.quadratic(centre)
    z = np.abs(np.random.default_rng(0).normal(0.5, 0.2, [50, 4, 3])).astype("float32")
    distance = z - centre
    np.testing.assert_allclose(on + distance * (linear + square * distance), d.log_prob(z),
                               rtol=1e-4, atol=2e-3)  # About 3, at a scale of 0.1: 30^2 / 2.
    expected = d.log_prob_off if kind.has_atom else np.zeros([4, 3])
    np.testing.assert_allclose(tf.broadcast_to(off, [4, 3]), expected, rtol=1e-6)


def test_variance_is_the_square_of_the_standard_deviation(d):
    assert d.mean().shape == d.variance().shape == [4, 3]
    np.testing.assert_allclose(d.stddev() ** 2, d.variance(), rtol=1e-5)


def test_cumulative_probability_rises_to_one_with_a_step_at_zero(d):
    edges = tf.reshape(tf.constant([-50., -1e-4, 1e-4, 50.]), [4, 1, 1])
    low, before, after, high = d.cdf(edges).numpy()
    assert (low <= before).all() and (before <= after).all() and (after <= high).all()
    np.testing.assert_allclose(high, np.ones([4, 3]), atol=1e-5)
    if d.has_atom:
        np.testing.assert_allclose(after - before, np.exp(d.log_prob_off), atol=2e-3)


@pytest.mark.parametrize("kind", [kind for kind in EXAMPLES if kind.has_atom])
def test_validate_args_refuses_scales_that_are_none(kind):
    parameters = {**{name: 0. for name in EXAMPLES[kind]}, "scale": -1.}
    with pytest.raises(tf.errors.InvalidArgumentError, match="`scale` must be positive"):
        kind(**parameters, validate_args=True)


def test_batch_can_be_sliced_copied_taken_and_made_independent(d):
    np.testing.assert_allclose(d[1:3].mean(), d.mean()[1:3], rtol=1e-6)
    np.testing.assert_allclose(d.copy().mean(), d.mean())
    np.testing.assert_allclose(take(d, [2, 0, 2]).mean(), d.mean().numpy()[[2, 0, 2]], rtol=1e-6)
    assert tfd.Independent(d, 1).log_prob(d.sample(seed=[0, 1])).shape == [4]


def test_crosses_function_boundaries(d):
    passed = tf.function(lambda x: x)(d)
    assert type(passed) is type(d)
    np.testing.assert_array_equal(passed.sample(seed=[0, 1]), d.sample(seed=[0, 1]))


def test_is_the_same_for_the_same_seed(d):
    np.testing.assert_array_equal(d.sample(5, seed=[2, 3]), d.sample(5, seed=[2, 3]))
    changes = not np.array_equal(d.sample(5, seed=[2, 3]), d.sample(5, seed=[2, 4]))
    assert changes == d.has_density


@pytest.mark.parametrize("kind", WITH_DENSITY)
def test_runs_under_xla(kind):
    d, uniform, normal = example(kind), tf.random.uniform([5, 4, 3]), tf.random.normal([5, 4, 3])

    @tf.function(jit_compile=True)
    def compiled(d):
        z = d.from_noise(uniform, normal)
        return z, d.log_prob(z), d.entropy(), *d.moments(), d.vary(z, normal, tf.constant(0.5))

    z = d.from_noise(uniform, normal)
    expected = z, d.log_prob(z), d.entropy(), *d.moments(), d.vary(z, normal, tf.constant(0.5))
    for ours, theirs in zip(compiled(d), expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ["from_noise", "vary", "quadratic", "sharpened",
                                  "absolute_moment"])
def test_what_a_family_does_not_define_is_named(name):
    class Family(CodeDistribution):
        pass

    arguments = {"from_noise": (0., 0.), "vary": (0., 0., 0.), "sharpened": (10.,)}.get(name, ())
    with pytest.raises(NotImplementedError, match="Family"):
        getattr(Family(), name)(*arguments)
