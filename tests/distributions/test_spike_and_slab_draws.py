"""Draws of SpikeAndSlab: exact, relaxed by a scaled sigmoid, and binary concrete."""
import math

import numpy as np
import pytest
import tensorflow as tf

from vsc_tf.distributions import SpikeAndSlab

DRAWS = 100_000


def logit(gamma):
    return math.log(gamma / (1 - gamma))


def rate_tolerance(rate, n=DRAWS):
    """Five standard errors of a frequency."""
    return 5 * math.sqrt(rate * (1 - rate) / n)


@pytest.mark.parametrize("gamma", [0.01, 0.5, 0.9, 0.999])
@pytest.mark.parametrize("draw", [
    pytest.param(lambda d: d.sample(DRAWS, seed=[1, 2]), id="sample"),
    pytest.param(lambda d: d.concrete_sample(2.0, DRAWS, seed=[1, 2]), id="concrete_sample"),
    pytest.param(lambda d: d.concrete_sample(200.0, DRAWS, seed=[3, 4]), id="sharp-concrete"),
])
def test_share_of_non_zeros_is_the_spike_probability(draw, gamma):
    d = SpikeAndSlab(logit(gamma), 0.0, 1.0)
    z = draw(d).numpy()
    assert np.mean(z != 0.0) == pytest.approx(gamma, abs=rate_tolerance(gamma))
    assert float(d.spike_probs) == pytest.approx(gamma, rel=1e-5)


def test_a_declared_spike_probability_of_nine_tenths_is_drawn_as_nine_tenths():
    # A replication of the paper feeds log gamma where log-odds belong: its gate samples
    # sigmoid(log 0.9) = 0.47 where it declares 0.90.
    z = SpikeAndSlab(logit(0.9), 1.0, 1e-6).relaxed_sample(1e6, DRAWS, seed=[5, 6]).numpy()
    assert np.mean(z > 0.5) == pytest.approx(0.9, abs=rate_tolerance(0.9))
    wrong = SpikeAndSlab(math.log(0.9), 1.0, 1e-6).sample(DRAWS, seed=[5, 6]).numpy()
    assert np.mean(wrong != 0.0) == pytest.approx(0.9 / 1.9, abs=rate_tolerance(0.47))


def test_noise_given_makes_the_draw_that_the_formula_says():
    d = SpikeAndSlab([logit(0.3), logit(0.7)], [2.0, -1.0], [0.5, 0.1])
    z = d.from_noise([[0.29, 0.71], [0.31, 0.69]], [[2.0, 3.0], [2.0, 3.0]])
    np.testing.assert_allclose(z, [[3.0, 0.0], [0.0, -0.7]], rtol=1e-6)


@pytest.mark.parametrize("sharpness", [1.0, 50.0])
def test_relaxed_gate_is_above_one_half_as_often_as_the_exact_one_is_on(sharpness):
    z = SpikeAndSlab(logit(0.3), 1.0, 1e-6).relaxed_sample(sharpness, DRAWS, seed=[7, 8])
    assert np.mean(z.numpy() > 0.5) == pytest.approx(0.3, abs=rate_tolerance(0.3))


@pytest.mark.parametrize("name", ["sample", "concrete"])
def test_draws_off_are_exact_zeros_and_draws_on_follow_the_slab(name):
    d = SpikeAndSlab(0.0, 3.0, 0.5)
    z = (d.sample(DRAWS, seed=[1, 1]) if name == "sample"
         else d.concrete_sample(2.0, DRAWS, seed=[1, 1])).numpy()
    on = z[z != 0.0]
    assert on.min() > 0.2  # 5.6 deviations below the mean: nothing is merely small.
    assert on.mean() == pytest.approx(3.0, abs=5 * 0.5 / math.sqrt(on.size))
    assert on.std() == pytest.approx(0.5, abs=5 * 0.5 / math.sqrt(2 * on.size))


def test_relaxed_draws_tend_to_exact_ones_as_sharpness_grows():
    d = SpikeAndSlab(logit(0.3), 1.0, 1e-6)  # The draw is then the gate itself.
    undecided = []
    for sharpness in (50.0, 200.0, 1e4, 1e8):
        gate = d.relaxed_sample(sharpness, DRAWS, seed=[9, 9]).numpy()
        undecided.append(np.mean((gate > 0.01) & (gate < 0.99)))
        # The gate is S(c y) with y uniform over an interval of length 1.
        share = 2 * logit(0.99) / sharpness
        assert undecided[-1] == pytest.approx(share, abs=rate_tolerance(share) + 1e-5)
    assert undecided[-1] == 0.0


def test_sharp_relaxed_draws_have_the_moments_of_exact_ones():
    d = SpikeAndSlab(logit(0.3), 2.0, 0.7)
    z = d.relaxed_sample(1e7, DRAWS, seed=[2, 9]).numpy()
    assert z.mean() == pytest.approx(
        float(d.mean()), abs=float(5 * z.std() / math.sqrt(DRAWS)))
    squares = (z - float(d.mean())) ** 2
    assert squares.mean() == pytest.approx(
        float(d.variance()), abs=float(5 * squares.std() / math.sqrt(DRAWS)))


def test_gradient_of_relaxed_draws_is_that_of_the_formula():
    # float64: with the noise fixed by the seed, central differences are the truth.
    logits, loc, scale = (tf.constant(v, tf.float64) for v in (
        [0.3, -1.0, 2.0], [1.0, -2.0, 0.5], [0.5, 1.0, 2.0]))

    def draw(*parts):
        return tf.reduce_sum(SpikeAndSlab(*parts).relaxed_sample(5.0, 50, seed=[0, 3]), axis=0)

    with tf.GradientTape() as tape:
        tape.watch((logits, loc, scale))
        z = draw(logits, loc, scale)
    gradients = tape.gradient(z, (logits, loc, scale))
    step = 1e-5
    for i, gradient in enumerate(gradients):
        shift = [step * (i == j) for j in range(3)]
        up = draw(logits + shift[0], loc + shift[1], scale + shift[2])
        down = draw(logits - shift[0], loc - shift[1], scale - shift[2])
        np.testing.assert_allclose(gradient, (up - down) / (2 * step), rtol=1e-6, atol=1e-6)


def test_straight_through_gate_has_the_gradient_of_the_binary_concrete():
    # Forward the gate is 0 or 1; backward it is S(c (logit + noise)), so the mean gradient is
    # the derivative of E[S(c (logit + logistic noise))], here by numerical integration.
    logit_value, sharpness = 0.4, 2.0
    logits = tf.fill([DRAWS], logit_value)
    with tf.GradientTape() as tape:
        tape.watch(logits)
        z = SpikeAndSlab(logits, 1.0, 1e-6).concrete_sample(sharpness, seed=[4, 2])[0]
    gradient = tape.gradient(z, logits).numpy()
    assert set(np.round(np.unique(z), 4)) == {0.0, 1.0}
    u = (np.arange(100_000) + 0.5) / 100_000
    soft = 1 / (1 + np.exp(-sharpness * (logit_value + np.log(u) - np.log1p(-u))))
    expected = np.mean(sharpness * soft * (1 - soft))
    assert gradient.mean() == pytest.approx(
        expected, abs=float(5 * gradient.std() / math.sqrt(DRAWS)))


def test_straight_through_draw_passes_the_slab_gradient_of_the_hard_gate():
    loc, scale = tf.fill([1000], 3.0), tf.fill([1000], 0.5)
    with tf.GradientTape() as tape:
        tape.watch((loc, scale))
        z = SpikeAndSlab(0.0, loc, scale).concrete_sample(2.0, seed=[8, 1])[0]
    to_loc, to_scale = tape.gradient(z, (loc, scale))
    is_on = (z.numpy() != 0.0).astype("float32")
    np.testing.assert_array_equal(to_loc, is_on)
    np.testing.assert_allclose(to_scale, is_on * (z - 3.0) / 0.5, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("draw", [
    pytest.param(lambda d, n, seed: d.sample(n, seed=seed), id="sample"),
    pytest.param(lambda d, n, seed: d.relaxed_sample(50.0, n, seed=seed), id="relaxed_sample"),
    pytest.param(lambda d, n, seed: d.concrete_sample(2.0, n, seed=seed), id="concrete_sample"),
])
def test_draws_are_fixed_by_the_seed_and_independent_of_each_other(draw):
    d = SpikeAndSlab(tf.fill([4, 3], 50.0), 0.0, 1.0)  # Always on: all draws are Normal.
    z = draw(d, 2, [0, 1]).numpy()
    assert z.shape == (2, 4, 3)
    assert np.unique(z).size == z.size  # One shared parameter, 24 draws.
    np.testing.assert_array_equal(draw(d, 2, [0, 1]), z)
    assert not np.any(draw(d, 2, [0, 2]).numpy() == z)


def test_one_draw_is_the_default_of_the_relaxed_ones():
    d = SpikeAndSlab(tf.zeros([3]), 0.0, 1.0)
    assert d.relaxed_sample(50.0, seed=1).shape == [1, 3]
    assert d.concrete_sample(2.0, seed=1).shape == [1, 3]
