"""Density and draws of the mixture of components: the prior of importance weights."""
import math

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_probability as tfp

from vsc_tf.distributions import (
    SpikeAndSlab,
    mixture_log_prob,
    mixture_sample,
    pairwise_log_prob,
)

tfd = tfp.distributions

DRAWS = 20_000


@pytest.fixture
def components():
    """Three components over four latents: different gates, places and widths."""
    return SpikeAndSlab(
        tf.constant([[2.0, -1.0, 0.0, -3.0], [-2.0, 1.0, 0.5, 0.0], [0.0, 0.0, -1.0, 1.0]]),
        tf.constant([[1.0, 0.0, -2.0, 0.5], [-1.0, 0.3, 2.0, 0.0], [0.0, 4.0, 0.0, -1.0]]),
        tf.constant([[0.5, 1.0, 0.3, 1.0], [1.0, 2.0, 0.7, 0.4], [1.5, 1.0, 1.0, 1.0]]))


def codes(n=50):
    """Codes with zeros in every pattern, nothing on included."""
    rng = np.random.default_rng(4)
    z = rng.normal(0, 2, [n, 4]).astype(np.float32) * rng.integers(0, 2, [n, 4])
    z[0] = 0
    return z.astype(np.float32)


def naive_log_prob(z, components):
    return tf.reduce_sum(components.log_prob(z[:, None, :]), axis=-1)


def test_log_prob_under_each_component_equals_the_distribution_s_own(components):
    np.testing.assert_allclose(
        pairwise_log_prob(codes(), components), naive_log_prob(codes(), components),
        rtol=1e-5, atol=1e-4)  # Squares of some 100 nats in float32.


def test_mixture_log_prob_equals_a_tfp_mixture(components):
    mixture = tfd.MixtureSameFamily(
        tfd.Categorical(logits=tf.zeros([3])), tfd.Independent(components, 1))
    np.testing.assert_allclose(
        mixture_log_prob(codes(), components), mixture.log_prob(codes()), rtol=1e-5, atol=1e-4)


def test_mixture_of_one_is_that_one(components):
    one = components[:1]
    np.testing.assert_allclose(
        mixture_log_prob(codes(), one), naive_log_prob(codes(), one)[:, 0], rtol=1e-5, atol=1e-4)


def test_mixture_density_sums_to_one():
    # One latent: the line by the trapezoid rule, and the atom at 0.
    components = SpikeAndSlab([[1.0], [-2.0]], [[0.5], [-1.0]], [[0.7], [2.0]])
    x = np.linspace(-20, 20, 20_000, dtype=np.float32)[:, None]
    density = np.exp(mixture_log_prob(x, components))
    atom = math.exp(mixture_log_prob(tf.zeros([1, 1]), components)[0])
    assert np.trapezoid(density, x[:, 0]) + atom == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("logits", [0.5, [0.5, 0.5, 0.5, 0.5]], ids=["scalar", "vector"])
def test_parameters_may_broadcast(components, logits):
    full = SpikeAndSlab(tf.fill([3, 4], 0.5), components.loc, components.scale)
    short = SpikeAndSlab(logits, components.loc, components.scale)
    np.testing.assert_array_equal(
        mixture_log_prob(codes(), short), mixture_log_prob(codes(), full))
    np.testing.assert_array_equal(
        mixture_sample(9, short, seed=[1, 2]), mixture_sample(9, full, seed=[1, 2]))


def test_each_component_has_mass_one_under_the_mixture_s_draws(components):
    # E over the mixture of p_u / mixture is 1 for each u, and the ratio is at most 3.
    z = mixture_sample(DRAWS, components, seed=[1, 2])
    ratio = tf.exp(pairwise_log_prob(z, components) - mixture_log_prob(z, components)[:, None])
    assert float(tf.reduce_max(ratio)) <= 3.001
    error = 5 * ratio.numpy().std(axis=0) / math.sqrt(DRAWS)
    assert (abs(ratio.numpy().mean(axis=0) - 1) <= error).all()


def test_draws_have_the_on_frequency_and_mean_of_the_mixture(components):
    z = mixture_sample(DRAWS, components, seed=[3, 4]).numpy()
    assert z.shape == (DRAWS, 4) and z.dtype == np.float32
    rate = tf.reduce_mean(components.spike_probs, axis=0).numpy()
    error = 5 * np.sqrt(rate * (1 - rate) / DRAWS)
    assert (abs(np.mean(z != 0, axis=0) - rate) <= error).all()  # Exact zeros, as often as due.
    mean = tf.reduce_mean(components.mean(), axis=0).numpy()
    assert (abs(z.mean(axis=0) - mean) <= 5 * z.std(axis=0) / math.sqrt(DRAWS)).all()


def test_a_draw_takes_all_its_latents_from_one_component():
    # Always on, 100 apart: a code that mixed two components would have signs of both.
    components = SpikeAndSlab(50.0, [[-50.0] * 3, [50.0] * 3], 1.0)
    signs = np.sign(mixture_sample(2000, components, seed=[5, 6]).numpy()).sum(axis=1)
    assert set(signs) == {-3.0, 3.0}
    share = np.mean(signs > 0)
    assert share == pytest.approx(0.5, abs=5 * 0.5 / math.sqrt(2000))


def test_draws_are_fixed_by_the_seed(components):
    first, second = (mixture_sample(5, components, seed=[1, 2]) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert not np.array_equal(first, mixture_sample(5, components, seed=[1, 3]))


def test_number_of_draws_may_be_a_tensor(components):
    @tf.function
    def drawn(n):
        return mixture_sample(n, components, seed=[0, 1])

    assert drawn(tf.constant(6)).shape == (6, 4)


def test_saturated_components_have_finite_log_prob_and_gradient():
    logits = tf.constant([[-120.0, 120.0], [120.0, -120.0]])
    with tf.GradientTape() as tape:
        tape.watch(logits)
        log_prob = mixture_log_prob(
            tf.constant([[0.0, 1.0], [1.0, 0.0], [0.0, 0.0]]),
            SpikeAndSlab(logits, tf.zeros([2, 2]), tf.ones([2, 2])))
    assert np.isfinite(log_prob).all()
    assert np.isfinite(tape.gradient(log_prob, logits)).all()
