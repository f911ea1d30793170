"""What each selector chooses, and what the choice costs."""
import math

import numpy as np
import pytest
import tensorflow as tf

from vsc_tf import distributions, posteriors
from vsc_tf.priors import SELECTORS, PseudoInputPrior
from vsc_tf.priors.selectors import NETWORKED, kl_to_uniform

BATCH, COUNT, FEATURES = 6, 4, 5

every_selector = pytest.mark.parametrize("selector", SELECTORS)
networked = pytest.mark.parametrize("selector", NETWORKED)


@pytest.fixture
def x():
    return np.random.default_rng(0).normal(0, 1, [BATCH, FEATURES]).astype(np.float32)


@pytest.fixture
def kl():
    return np.random.default_rng(1).uniform(0, 50, [BATCH, COUNT]).astype(np.float32)


def make(selector, x, scores=None):
    """A built layer; with `scores` `[BATCH, COUNT]` it gives x exactly these scores."""
    prior = PseudoInputPrior(COUNT, selector)
    prior.bind(posteriors.SpikeAndSlab(latent_dim=3))
    prior.build((None, *x.shape[1:]))
    if scores is not None:
        kernel = np.linalg.lstsq(np.c_[x, np.ones(BATCH)], scores, rcond=None)[0]
        prior.network.set_weights([kernel[:-1], kernel[-1]])
        np.testing.assert_allclose(prior.network(x), scores, atol=1e-4)
    return prior


def softmax(scores):
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)


@every_selector
def test_weights_lie_on_the_simplex(selector, x, kl):
    weights, selection_kl = make(selector, x).weights_of(x, kl)
    assert weights.shape == (BATCH, COUNT) and selection_kl.shape == (BATCH,)
    assert weights.dtype == selection_kl.dtype == tf.float32
    assert float(tf.reduce_min(weights)) >= 0
    # Unless they sum to one the weighted KL is no bound: training then drives it below 0.
    np.testing.assert_allclose(tf.reduce_sum(weights, axis=-1), np.ones(BATCH), rtol=1e-6)


@every_selector
def test_price_of_the_selection_is_the_divergence_of_the_weights_from_uniform(selector, x, kl):
    weights, selection_kl = (t.numpy() for t in make(selector, x).weights_of(x, kl))
    by_hand = np.sum(weights * np.log(np.maximum(weights, 1e-30)), axis=-1) + math.log(COUNT)
    np.testing.assert_allclose(selection_kl, by_hand, rtol=1e-4, atol=1e-5)
    assert (selection_kl <= math.log(COUNT) + 1e-6).all()
    if selector in ("hard", "nearest"):
        np.testing.assert_allclose(selection_kl, np.full(BATCH, math.log(COUNT)), rtol=1e-6)


def test_soft_is_the_softmax_of_the_network(x, kl):
    scores = np.random.default_rng(2).normal(0, 2, [BATCH, COUNT])
    np.testing.assert_allclose(
        make("soft", x, scores).weights_of(x, kl)[0], softmax(scores), rtol=1e-3, atol=1e-5)


def test_paper_is_the_sharpened_softmax_renormalised(x, kl):
    scores = np.random.default_rng(2).normal(0, 0.2, [BATCH, COUNT])
    sharpened = 1 / (1 + np.exp(-60 * (softmax(scores) - 0.5)))
    expected = sharpened / sharpened.sum(axis=-1, keepdims=True)
    assert expected.max() > 0.8 > 0.7 > expected.max(axis=-1).min()  # Sharp choices, and not.
    # Scores are set to 1e-5; the slope of 60 makes it 1e-3 of the odds.
    np.testing.assert_allclose(
        make("paper", x, scores).weights_of(x, kl)[0], expected, rtol=5e-3, atol=1e-5)


def test_hard_is_one_hot_forward_with_the_gradient_of_the_softmax(x, kl):
    scores = np.random.default_rng(2).normal(0, 2, [BATCH, COUNT])
    prior = make("hard", x, scores)
    with tf.GradientTape() as tape:
        weights = prior.weights_of(x, kl)[0]
        loss = tf.reduce_sum(weights * kl)
    with tf.GradientTape() as soft_tape:
        soft_loss = tf.reduce_sum(tf.nn.softmax(prior.network(x)) * kl)
    np.testing.assert_array_equal(weights, np.eye(COUNT)[scores.argmax(axis=-1)])
    ours = tape.gradient(loss, prior.network.trainable_weights)
    theirs = soft_tape.gradient(soft_loss, prior.network.trainable_weights)
    for a, b in zip(ours, theirs):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-5)
        assert np.abs(b).max() > 0.1


def test_nearest_is_the_component_of_the_smallest_divergence(x, kl):
    prior = make("nearest", x)
    np.testing.assert_array_equal(prior.weights_of(x, kl)[0], np.eye(COUNT)[kl.argmin(axis=-1)])
    assert prior.network is None
    assert [w.name for w in prior.trainable_weights] == ["pseudo_inputs"]


def test_nearest_passes_the_gradient_of_the_chosen_divergence_only(x, kl):
    prior, table = make("nearest", x), tf.constant(kl)
    with tf.GradientTape() as tape:
        tape.watch(table)
        loss = tf.reduce_sum(prior.weights_of(x, table)[0] * table)
    np.testing.assert_array_equal(tape.gradient(loss, table), np.eye(COUNT)[kl.argmin(axis=-1)])


@networked
def test_extreme_scores_give_finite_weights_and_gradients(selector, x, kl):
    scores = 1e4 * np.eye(COUNT)[[0, 1, 2, 3, 0, 1]]
    prior = make(selector, x)
    prior.network.set_weights([1e4 * np.ones([FEATURES, COUNT]) * [1, -1, 2, 0], scores[0]])
    with tf.GradientTape() as tape:
        weights, selection_kl = prior.weights_of(x, kl)
        loss = tf.reduce_sum(weights * kl) + tf.reduce_sum(selection_kl)
    assert np.isfinite(weights).all() and np.isfinite(selection_kl).all()
    assert all(np.isfinite(g).all()
               for g in tape.gradient(loss, prior.network.trainable_weights))


@every_selector
def test_works_on_images_inside_a_function(selector):
    images = np.random.default_rng(3).uniform(size=[BATCH, 3, 4, 2]).astype(np.float32)
    prior = make(selector, images)
    weights, _ = tf.function(prior.weights_of)(images, tf.zeros([BATCH, COUNT]))
    assert weights.shape == (BATCH, COUNT)
    assert prior.pseudo_inputs.shape == (COUNT, 3, 4, 2)


def test_optimal_is_the_cheapest_selector_there_is(x):
    kl = np.random.default_rng(1).uniform(0, 5, [BATCH, COUNT]).astype(np.float32)

    def cost(selector):
        weights, price = make(selector, x).weights_of(x, kl)
        return tf.reduce_sum(weights * kl, axis=-1).numpy() + price.numpy()

    costs = {selector: cost(selector) for selector in SELECTORS}
    np.testing.assert_allclose(
        costs["optimal"], -np.log(np.exp(-kl.astype("float64")).mean(axis=-1)), rtol=1e-5)
    for selector in SELECTORS:
        assert (costs["optimal"] <= costs[selector] + 1e-5).all(), selector
    assert make("optimal", x).network is None


@every_selector
def test_cost_of_a_code_is_that_of_the_components_by_their_weights(selector, x):
    rng = np.random.default_rng(2)
    q, p = (distributions.SpikeAndSlab(*(tf.constant(v, tf.float32) for v in (
        rng.normal(size=shape), rng.normal(size=shape), rng.uniform(0.5, 2., shape))))
        for shape in ((BATCH, 3), (COUNT, 3)))
    prior, table = make(selector, x), distributions.pairwise_kl(q, p)
    weights, price = prior.weights_of(x, table)
    found = prior.kl(q, p, x, z=None)
    np.testing.assert_allclose(found.kl, tf.reduce_sum(weights * table, axis=-1), rtol=1e-5)
    np.testing.assert_array_equal(found.price, price)
    np.testing.assert_array_equal(found.weights, weights)
    np.testing.assert_array_equal(prior.choice(q, p, x), tf.argmax(weights, axis=-1))


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
