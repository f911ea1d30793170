"""Signs and sums of the objective, and its two divergences of gates and of choices."""
import math

import numpy as np
import pytest
import tensorflow as tf

from vsc_tf import objectives
from vsc_tf.objectives import (
    Terms, TotalCorrelationTerms, VAETerms, beta_loss, beta_tc_loss, kl_to_uniform, loss, sparsity_kl,
    sparsity_price)


@pytest.fixture
def terms():
    """Two observations; every term another number."""
    return Terms(reconstruction=tf.constant([-10.0, -7.0]), kl=tf.constant([3.0, 1.0]),
                 selection_kl=tf.constant([0.5, 0.25]), sparsity=tf.constant([2.0, 4.0]),
                 gate_penalty=tf.constant([100.0, 50.0]), l0=tf.constant([6.0, 5.0]))


def test_bounds_are_reconstruction_less_what_the_code_costs(terms):
    np.testing.assert_allclose(terms.elbo_paper, [-13.0, -8.0])
    np.testing.assert_allclose(terms.elbo, [-13.5, -8.25])


def test_bounds_grow_with_reconstruction_and_fall_with_every_cost(terms):
    for bound in objectives.BOUNDS:
        assert (getattr(terms._replace(reconstruction=terms.reconstruction + 1), bound)
                > getattr(terms, bound)).numpy().all()
        assert (getattr(terms._replace(kl=terms.kl + 1), bound)
                < getattr(terms, bound)).numpy().all()
    dearer = terms._replace(selection_kl=terms.selection_kl + 1)
    assert (dearer.elbo < terms.elbo).numpy().all()
    np.testing.assert_array_equal(dearer.elbo_paper, terms.elbo_paper)


@pytest.mark.parametrize("bound", objectives.BOUNDS)
def test_loss_is_minus_the_bound_plus_penalties(terms, bound):
    value = loss(terms, bound, sparsity_weight=0.5, gate_penalty_weight=0.01)
    expected = -getattr(terms, bound) + 0.5 * terms.sparsity + 0.01 * terms.gate_penalty
    np.testing.assert_allclose(value, expected, rtol=1e-6)


def test_loss_by_hand(terms):
    # 10 + 3 + 0.5 + 2 and 7 + 1 + 0.25 + 4: the bound is `elbo`, the sparsity counts fully.
    np.testing.assert_allclose(loss(terms), [15.5, 12.25])
    np.testing.assert_allclose(loss(terms, sparsity_weight=0.0), [13.5, 8.25])


def test_expected_number_of_active_latents_is_a_count_and_not_in_the_loss(terms):
    np.testing.assert_array_equal(loss(terms._replace(l0=terms.l0 + 9)), loss(terms))


def sparsity_by_hand(logits, alpha):
    """J KL(mean of spikes || alpha) in float64."""
    h = np.mean(1 / (1 + np.exp(-np.asarray(logits, "float64"))), axis=-1)
    kl = h * np.log(h / alpha) + (1 - h) * np.log((1 - h) / (1 - alpha))
    return np.shape(logits)[-1] * kl


@pytest.mark.parametrize("alpha", [0.01, 0.3, 0.99])
def test_sparsity_matches_the_formula_by_hand(alpha):
    logits = np.random.default_rng(0).normal(-1, 3, [20, 13])
    expected = sparsity_by_hand(logits, alpha)
    np.testing.assert_allclose(sparsity_kl(tf.constant(logits), alpha), expected, rtol=1e-10)
    np.testing.assert_allclose(
        sparsity_kl(tf.constant(logits, tf.float32), alpha), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("alpha", [0.01, 0.05, 0.5, 0.9])
def test_sparsity_is_zero_where_the_mean_spike_is_alpha(alpha):
    all_alike = tf.fill([1, 60], math.log(alpha / (1 - alpha)))
    assert float(sparsity_kl(all_alike, alpha)[0]) == pytest.approx(0, abs=60 * 1e-6)


def test_sparsity_looks_at_the_mean_spike_only():
    # Half on, half off: the mean spike is 1/2, whatever each latent does.
    logits = tf.constant([[40.0] * 5 + [-40.0] * 5, [0.0] * 10])
    np.testing.assert_allclose(sparsity_kl(logits, 0.5), [0.0, 0.0], atol=1e-5)
    np.testing.assert_allclose(*(sparsity_kl(logits, 0.1)[i] for i in range(2)), rtol=1e-5)


def test_sparsity_is_never_negative():
    rng = np.random.default_rng(1)
    logits = rng.normal(0, 1, [5000, 6]) * rng.uniform(0, 40, [5000, 1])
    for alpha in (0.01, 0.5, 0.99):
        values = sparsity_kl(tf.constant(logits, tf.float32), alpha)
        assert float(tf.reduce_min(values)) >= -6 * 1e-6  # Rounding, times 6 latents.


def test_sparsity_draws_the_mean_spike_towards_alpha():
    logits = tf.constant([[0.0, 0.0], [-6.0, -6.0]])  # Mean spikes 0.5 and 0.0025.
    with tf.GradientTape() as tape:
        tape.watch(logits)
        value = sparsity_kl(logits, 0.1)
    gradient = tape.gradient(value, logits).numpy()
    assert (gradient[0] > 0).all() and (gradient[1] < 0).all()  # Descent: down, up.


@pytest.mark.parametrize("logit", [-120.0, -40.0, 40.0, 120.0])
@pytest.mark.parametrize("alpha", [1e-6, 0.05, 0.999])
def test_sparsity_of_saturated_gates_is_finite_with_its_gradient(logit, alpha):
    logits = tf.fill([2, 5], logit)
    with tf.GradientTape() as tape:
        tape.watch(logits)
        value = sparsity_kl(logits, alpha)
    # All on or all off: J log(1 / alpha) or J log(1 / (1 - alpha)).
    limit = -5 * (math.log(alpha) if logit > 0 else math.log1p(-alpha))
    np.testing.assert_allclose(value, [limit, limit], rtol=1e-4, atol=1e-5)
    assert np.isfinite(tape.gradient(value, logits)).all()


@pytest.mark.parametrize("alpha", [0.01, 0.3, 0.49])
def test_price_is_the_same_for_each_active_latent(alpha):
    logits = np.random.default_rng(0).normal(-1, 3, [20, 13])
    spikes = 1 / (1 + np.exp(-logits))
    expected = (spikes * np.log((1 - alpha) / alpha)).sum(axis=-1)
    np.testing.assert_allclose(sparsity_price(tf.constant(logits), alpha), expected, rtol=1e-10)


def test_price_is_what_gates_cost_by_the_kl_of_each_latent_up_to_a_constant():
    # sum_j KL(Bernoulli(h_j) || Bernoulli(alpha)) for gates that are on or off.
    n, alpha = np.arange(14), 0.2
    logits = np.where(np.arange(13) < n[:, None], 60.0, -60.0)
    kl = n * np.log(1 / alpha) + (13 - n) * np.log(1 / (1 - alpha))
    np.testing.assert_allclose(
        sparsity_price(tf.constant(logits), alpha), kl - kl[0], atol=1e-6)


def test_price_never_pays_for_an_active_latent():
    logits = tf.constant([[-6.0, -6.0, -6.0, 2.0]])  # Here the KL to alpha does.
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(logits)
        price, kl = sparsity_price(logits, 0.4), sparsity_kl(logits, 0.4)
    assert (tape.gradient(price, logits).numpy() > 0).all()
    assert (tape.gradient(kl, logits).numpy() < 0).any()


def test_choosing_uniformly_costs_nothing():
    log_weights = tf.math.log(tf.fill([3, 8], 1 / 8))
    np.testing.assert_allclose(kl_to_uniform(log_weights), [0, 0, 0], atol=1e-6)


@pytest.mark.parametrize("gap", [20.0, 100.0, 1000.0])
def test_a_certain_choice_costs_log_u(gap):
    # Log-weights of -1000 are where 0 log 0 would be a NaN in a form with plain weights.
    log_weights = tf.nn.log_softmax(gap * tf.eye(8))
    np.testing.assert_allclose(kl_to_uniform(log_weights), np.full(8, math.log(8)), rtol=1e-5)


def test_price_of_a_choice_lies_between_zero_and_log_u():
    scores = np.random.default_rng(2).normal(0, 1, [2000, 5]) * np.geomspace(
        1e-3, 1e3, 2000)[:, None]
    value = kl_to_uniform(tf.nn.log_softmax(tf.constant(scores, tf.float32))).numpy()
    assert value.min() >= -1e-6 and value.max() <= math.log(5) + 1e-6
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    weights /= weights.sum(axis=1, keepdims=True)
    by_hand = np.sum(weights * np.log(np.maximum(weights, 1e-300)), axis=1) + math.log(5)
    np.testing.assert_allclose(value, by_hand, rtol=1e-4, atol=1e-5)


def test_losses_of_the_dense_models_by_hand():
    dense = VAETerms(tf.constant([-10.0, -7.0]), tf.constant([3.0, 1.0]))
    np.testing.assert_allclose(dense.elbo, [-13.0, -8.0])
    np.testing.assert_allclose(beta_loss(dense), [13.0, 8.0])
    np.testing.assert_allclose(beta_loss(dense, 4.0), [22.0, 11.0])  # 10 + 4 * 3, 7 + 4 * 1.
    np.testing.assert_allclose(beta_loss(dense, 0.0), [10.0, 7.0])
    tc = TotalCorrelationTerms(*dense, tf.constant([0.5, 2.0]))
    np.testing.assert_allclose(tc.elbo, dense.elbo)
    np.testing.assert_allclose(beta_tc_loss(tc), -dense.elbo)
    np.testing.assert_allclose(beta_tc_loss(tc, 5.0), [15.0, 16.0])  # 13 + 4 * 0.5, 8 + 4 * 2.
