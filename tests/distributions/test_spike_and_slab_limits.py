"""Finite values and gradients of SpikeAndSlab where gates saturate and scales are extreme."""
import numpy as np
import pytest
import tensorflow as tf

from vsc_tf.distributions import SpikeAndSlab

GRID = np.stack(np.meshgrid(  # Every combination of logits, locs and scales.
    [-120.0, 0.0, 120.0], [-1e3, -1.0, 0.0, 1e-6, 1e3], [1e-6, 1.0, 1e3],
    indexing="ij")).reshape(3, -1).astype(np.float32)


def all_finite(name, function, parameters):
    """Asserts it of `function(*parameters)` and of its gradient in each of them."""
    parameters = [tf.constant(p) for p in parameters]
    with tf.GradientTape() as tape:
        tape.watch(parameters)
        values = function(*parameters)
    gradients = tape.gradient(values, parameters, unconnected_gradients="zero")
    assert np.isfinite(values).all(), name
    for number, gradient in enumerate(gradients):
        bad = ~np.isfinite(gradient)
        cases = [p.numpy()[bad].tolist() for p in parameters if p.shape == bad.shape]
        assert not bad.any(), f"gradient of {name} in parameter {number} at {cases}"


def test_the_grid_holds_every_combination():
    assert GRID.shape == (3, 45)
    assert len(set(map(tuple, GRID.T))) == 45


@pytest.mark.parametrize("x", [0.0, 1e-6, 0.5, -3.0, 1e3])
@pytest.mark.parametrize("name", ["log_prob", "prob", "cdf"])
def test_densities_are_finite(name, x):
    all_finite(name, lambda *p: getattr(SpikeAndSlab(*p), name)(x), GRID)


@pytest.mark.parametrize("name", ["mean", "variance", "stddev", "entropy", "mode"])
def test_moments_are_finite(name):
    all_finite(name, lambda *p: getattr(SpikeAndSlab(*p), name)(), GRID)


@pytest.mark.parametrize("sharpness", [1.0, 200.0, 1e6])
@pytest.mark.parametrize("name", ["relaxed_sample", "concrete_sample"])
def test_relaxed_draws_are_finite(name, sharpness):
    all_finite(name, lambda *p: getattr(SpikeAndSlab(*p), name)(sharpness, 40, seed=[0, 5]), GRID)


@pytest.mark.parametrize("uniform", [0.0, 1 - 2**-24])
def test_the_outermost_noise_keeps_gates_finite(uniform, monkeypatch):
    # One draw in eight million is 0, and its logistic noise would be -inf.
    def stuck(shape, seed, minval=0.0, dtype=tf.float32):
        return tf.fill(shape, tf.cast(max(minval, uniform), dtype))

    monkeypatch.setattr(tf.random, "stateless_uniform", stuck)
    for name in ("relaxed_sample", "concrete_sample"):
        all_finite(name, lambda c, *p: getattr(SpikeAndSlab(*p), name)(c, seed=[0, 1]),
                   [np.full(45, 2.0, np.float32), *GRID])  # In the sharpness too.


def test_exact_draws_are_finite():
    z = SpikeAndSlab(*GRID).sample(40, seed=[0, 5]).numpy()
    assert np.isfinite(z).all()
    assert (z[:, GRID[0] == -120] == 0).all()
    assert (z[:, GRID[0] == 120] != 0).all()


def test_kl_of_every_combination_to_every_other_is_finite():
    # As 45 x 45 pairs: values and gradients in q and in p.
    q, p = np.repeat(GRID, 45, axis=1), np.tile(GRID, 45)
    all_finite("kl", lambda *v: SpikeAndSlab(*v[:3]).kl_divergence(SpikeAndSlab(*v[3:])), [*q, *p])
    kl = SpikeAndSlab(*q).kl_divergence(SpikeAndSlab(*p)).numpy()
    assert kl.min() >= -1e-6  # Rounding; most of them are huge.


@pytest.mark.parametrize("logit", [-120.0, -30.0, 30.0, 120.0])
def test_kl_of_opposite_gates_is_their_log_odds(logit):
    kl = SpikeAndSlab(logit, 0.0, 1.0).kl_divergence(SpikeAndSlab(-logit, 0.0, 1.0))
    assert float(kl) == pytest.approx(abs(logit), rel=1e-6)


@pytest.mark.parametrize("logit", [-120.0, 120.0])
def test_log_probabilities_of_saturated_gates_do_not_saturate(logit):
    # log(1 - sigmoid(120)) is -inf in float32 when written out like that.
    d = SpikeAndSlab(logit, 0.0, 1.0)
    slab = -0.5 * np.log(2 * np.pi) - 0.5
    assert float(d.log_prob(0.0)) == pytest.approx(min(0.0, -logit), abs=1e-6)
    assert float(d.log_prob(1.0)) == pytest.approx(min(0.0, logit) + slab, rel=1e-6)


def test_gradient_in_saturated_logits_still_points_back():
    # d log_prob / d logits is 1 - gamma when on and -gamma when off: 1 where the gate is
    # wrong and saturated, so that an observation can always bring a latent back.
    logits = tf.constant([-120.0, 120.0])
    with tf.GradientTape() as tape:
        tape.watch(logits)
        log_prob = SpikeAndSlab(logits, 0.0, 1.0).log_prob([1.0, 0.0])
    np.testing.assert_allclose(tape.gradient(log_prob, logits), [1.0, -1.0], rtol=1e-6)
