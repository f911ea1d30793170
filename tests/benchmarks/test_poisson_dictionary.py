"""The expected log probability of counts: by draws, and by hand."""
import math

import numpy as np
import pytest
import tensorflow as tf

from benchmarks import gradients, poisson_dictionary

N, J, D = 3, 4, 5


@pytest.mark.parametrize("case", [
    "thresholded_normal, exact", "thresholded_laplace, exact", "gamma_thresholded_laplace, exact",
    "spike_and_slab, sigmoid"])
def test_it_is_the_mean_over_draws(case):
    _, posterior, _, _ = gradients.problem(gradients.CASES[case], 0)
    rng = np.random.default_rng(1)
    outputs = posterior.outputs_per_latent
    q = posterior.distribution(*(tf.constant(rng.normal(0., 0.5, (N, J)), tf.float32)
                                 for _ in range(outputs)))
    atoms = tf.constant(rng.normal(0., 0.2, (J, D)), tf.float32)
    x = tf.constant(rng.poisson(1., (N, D)), tf.float32)
    z = q.sample(50_000, seed=(2, 3))
    drawn = poisson_dictionary.log_prob(tf.reshape(z, [-1, J]), atoms, tf.tile(x, [50_000, 1]))
    drawn = drawn.numpy().reshape(-1, N).astype("float64")
    error = drawn.std(axis=0) / math.sqrt(len(drawn))
    found = poisson_dictionary.expected_log_prob(q, atoms, x).numpy()
    assert (np.abs(found - drawn.mean(axis=0)) < 4 * error).all()


def test_one_latent_by_hand():
    _, posterior, _, _ = gradients.problem(gradients.CASES["thresholded_laplace, exact"], 0)
    q = posterior.distribution(tf.ones([1, 1]), tf.zeros([1, 1]))  # loc 1, scale 1, threshold 0.1.
    on = math.exp(-0.1)
    rate = 1. - on + on * math.exp(0.5) / (1. - 0.25)
    found = poisson_dictionary.expected_log_prob(q, tf.constant([[0.5]]), tf.constant([[2.]]))
    assert found.numpy() == pytest.approx([2 * 0.5 * on - rate - math.log(2.)], rel=1e-5)
