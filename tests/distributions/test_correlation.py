"""Total correlation over a batch: known values, the naive sum, and memory."""
import math

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_probability as tfp

from vsc_tf.distributions import Normal, mixture_log_prob, pairwise_log_prob, total_correlation

tfd = tfp.distributions

N, BATCH, LATENT = 7, 11, 13  # Primes: a size says which axes it is made of.


def draw(dtype="float32"):
    rng = np.random.default_rng(0)
    return tuple(v.astype(dtype) for v in (
        rng.normal(0, 1, [N, LATENT]), rng.normal(0, 1, [BATCH, LATENT]),
        rng.uniform(0.2, 2, [BATCH, LATENT])))


def naive(z, loc, scale):
    """log (1/B) sum_b prod_j q_bj less sum_j log (1/B) sum_b q_bj, from one [n, B, J] tensor."""
    table = Normal(loc, scale).log_prob(z[:, None])
    log_count = tf.math.log(tf.cast(tf.shape(loc)[0], z.dtype))
    joint = tf.reduce_logsumexp(tf.reduce_sum(table, axis=-1), axis=1) - log_count
    single = tf.reduce_logsumexp(table, axis=1) - log_count
    return joint - tf.reduce_sum(single, axis=-1)


def ours(z, loc, scale):
    return total_correlation(z, Normal(loc, scale))


@pytest.mark.parametrize("jit_compile", [False, True])
def test_values_and_gradients_equal_the_naive_ones(jit_compile):
    def both(function):
        @tf.function(jit_compile=jit_compile)
        def compute(*parts):
            with tf.GradientTape() as tape:
                tape.watch(parts)
                value = function(*parts)
            return value, *tape.gradient(value, parts)
        return compute

    parts = [tf.constant(v) for v in draw()]
    for a, b in zip(both(ours)(*parts), both(naive)(*parts), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(("corners", "expected"), [
    pytest.param([(3, 3), (-3, -3)], math.log(2), id="one coin twice"),
    pytest.param([(3, 3), (3, -3), (-3, 3), (-3, -3)], 0., id="two coins"),
    pytest.param([(3, 3, 3), (-3, -3, -3)], 2 * math.log(2), id="one coin thrice"),
])
def test_narrow_posteriors_at_corners_have_the_multi_information_of_coins(corners, expected):
    q = Normal(tf.constant(corners, tf.float32), 0.1)
    np.testing.assert_allclose(total_correlation(q.loc, q), len(corners) * [expected], atol=1e-3)


def test_one_posterior_for_all_has_independent_latents():
    z, loc, scale = draw()
    value = ours(tf.constant(z), tf.constant(loc[:1]), tf.constant(scale[:1]))
    np.testing.assert_allclose(value, np.zeros(N), atol=1e-4)


def largest_tensor(function):
    """Most values of one tensor in the graph of `function` and its gradient, loops included."""
    def with_gradient(*parts):
        with tf.GradientTape() as tape:
            tape.watch(parts)
            value = function(*parts)
        return value, tape.gradient(value, parts)

    shapes = ((N, LATENT), (BATCH, LATENT), (BATCH, LATENT))
    graph = tf.function(with_gradient).get_concrete_function(
        *(tf.TensorSpec(shape) for shape in shapes)).graph
    graphs = [graph, *(f.graph for f in graph._functions.values() if hasattr(f, "graph"))]
    return max(tensor.shape.num_elements() or 0 for inner in graphs
               for op in inner.get_operations() for tensor in op.outputs)


def test_memory_does_not_grow_with_all_three_axes():
    assert largest_tensor(naive) >= N * BATCH * LATENT  # The search finds one.
    assert largest_tensor(ours) < N * BATCH * LATENT


def test_mixture_of_normals_is_the_sum_of_its_components_by_hand():
    z, loc, scale = draw("float64")
    table = -0.5 * ((z[:, None] - loc) / scale)**2 - np.log(scale) - 0.5 * math.log(2 * math.pi)
    components = Normal(loc, scale)
    np.testing.assert_allclose(pairwise_log_prob(z, components), table.sum(-1), rtol=1e-9)
    np.testing.assert_allclose(
        mixture_log_prob(z, components), np.log(np.exp(table.sum(-1)).mean(1)), rtol=1e-9)
