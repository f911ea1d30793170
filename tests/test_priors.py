"""PseudoInputPrior: what each selector chooses, and how the layer is started and kept."""
import math

import keras
import numpy as np
import pytest
import tensorflow as tf

from vsc_tf.priors import SELECTORS, PseudoInputPrior

BATCH, COUNT, FEATURES = 6, 4, 5

every_selector = pytest.mark.parametrize("selector", SELECTORS)
networked = pytest.mark.parametrize("selector", ["soft", "hard", "paper"])


@pytest.fixture
def x():
    return np.random.default_rng(0).normal(0, 1, [BATCH, FEATURES]).astype(np.float32)


@pytest.fixture
def kl():
    return np.random.default_rng(1).uniform(0, 50, [BATCH, COUNT]).astype(np.float32)


def make(selector, x, kl, scores=None):
    """A built layer; with `scores` `[BATCH, COUNT]` it gives x exactly these scores."""
    prior = PseudoInputPrior(COUNT, selector)
    prior(x, kl)
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
    weights, selection_kl = make(selector, x, kl)(x, kl)
    assert weights.shape == (BATCH, COUNT) and selection_kl.shape == (BATCH,)
    assert weights.dtype == selection_kl.dtype == tf.float32
    assert float(tf.reduce_min(weights)) >= 0
    # Unless they sum to one the weighted KL is no bound: training then drives it below 0.
    np.testing.assert_allclose(tf.reduce_sum(weights, axis=-1), np.ones(BATCH), rtol=1e-6)


@every_selector
def test_price_of_the_selection_is_the_divergence_of_the_weights_from_uniform(selector, x, kl):
    weights, selection_kl = (t.numpy() for t in make(selector, x, kl)(x, kl))
    by_hand = np.sum(weights * np.log(np.maximum(weights, 1e-30)), axis=-1) + math.log(COUNT)
    np.testing.assert_allclose(selection_kl, by_hand, rtol=1e-4, atol=1e-5)
    assert (selection_kl <= math.log(COUNT) + 1e-6).all()
    if selector in ("hard", "nearest"):
        np.testing.assert_allclose(selection_kl, np.full(BATCH, math.log(COUNT)), rtol=1e-6)


def test_soft_is_the_softmax_of_the_network(x, kl):
    scores = np.random.default_rng(2).normal(0, 2, [BATCH, COUNT])
    np.testing.assert_allclose(
        make("soft", x, kl, scores)(x, kl)[0], softmax(scores), rtol=1e-3, atol=1e-5)


def test_paper_is_the_sharpened_softmax_renormalised(x, kl):
    scores = np.random.default_rng(2).normal(0, 0.2, [BATCH, COUNT])
    sharpened = 1 / (1 + np.exp(-60 * (softmax(scores) - 0.5)))
    expected = sharpened / sharpened.sum(axis=-1, keepdims=True)
    assert expected.max() > 0.8 > 0.7 > expected.max(axis=-1).min()  # Sharp choices, and not.
    # Scores are set to 1e-5; the slope of 60 makes it 1e-3 of the odds.
    np.testing.assert_allclose(
        make("paper", x, kl, scores)(x, kl)[0], expected, rtol=5e-3, atol=1e-5)


def test_hard_is_one_hot_forward_with_the_gradient_of_the_softmax(x, kl):
    scores = np.random.default_rng(2).normal(0, 2, [BATCH, COUNT])
    prior = make("hard", x, kl, scores)
    with tf.GradientTape() as tape:
        weights = prior(x, kl)[0]
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
    prior = make("nearest", x, kl)
    np.testing.assert_array_equal(prior(x, kl)[0], np.eye(COUNT)[kl.argmin(axis=-1)])
    assert prior.network is None
    assert [w.name for w in prior.trainable_weights] == ["pseudo_inputs"]


def test_nearest_passes_the_gradient_of_the_chosen_divergence_only(x, kl):
    prior, table = make("nearest", x, kl), tf.constant(kl)
    with tf.GradientTape() as tape:
        tape.watch(table)
        loss = tf.reduce_sum(prior(x, table)[0] * table)
    np.testing.assert_array_equal(tape.gradient(loss, table), np.eye(COUNT)[kl.argmin(axis=-1)])


@networked
def test_extreme_scores_give_finite_weights_and_gradients(selector, x, kl):
    scores = 1e4 * np.eye(COUNT)[[0, 1, 2, 3, 0, 1]]
    prior = make(selector, x, kl)
    prior.network.set_weights([1e4 * np.ones([FEATURES, COUNT]) * [1, -1, 2, 0], scores[0]])
    with tf.GradientTape() as tape:
        weights, selection_kl = prior(x, kl)
        loss = tf.reduce_sum(weights * kl) + tf.reduce_sum(selection_kl)
    assert np.isfinite(weights).all() and np.isfinite(selection_kl).all()
    assert all(np.isfinite(g).all()
               for g in tape.gradient(loss, prior.network.trainable_weights))


@every_selector
def test_works_on_images_inside_a_function(selector):
    images = np.random.default_rng(3).uniform(size=[BATCH, 3, 4, 2]).astype(np.float32)
    prior = PseudoInputPrior(COUNT, selector)
    weights, _ = tf.function(lambda a, b: prior(a, b))(images, tf.zeros([BATCH, COUNT]))
    assert weights.shape == (BATCH, COUNT)
    assert prior.pseudo_inputs.shape == (COUNT, 3, 4, 2)


def test_start_from_puts_observations_in(x, kl):
    prior = make("soft", x, kl)
    prior.start_from(x[:COUNT])
    np.testing.assert_array_equal(prior.pseudo_inputs, x[:COUNT])


@pytest.mark.parametrize("shape", [(COUNT + 1, FEATURES), (COUNT, FEATURES + 1), (FEATURES,)])
def test_start_from_rejects_other_shapes(shape, x, kl):
    with pytest.raises(ValueError, match=r"observations of shape \(4, 5\). Received: shape "):
        make("soft", x, kl).start_from(np.zeros(shape, "float32"))


def test_without_start_from_pseudo_inputs_are_small_and_differ(x, kl):
    start = PseudoInputPrior(50, start="random")
    start.build((None, 40))
    values = start.pseudo_inputs.numpy()
    assert abs(values).max() < 0.5 and values.std() == pytest.approx(0.05, rel=0.1)


def test_sharpen_spikes_is_off_by_default_and_follows_the_formula():
    logits = tf.constant([-3.0, 0.0, 0.2, 120.0])
    np.testing.assert_array_equal(PseudoInputPrior(2).component_logits(logits), logits)
    h = 1 / (1 + np.exp(-logits.numpy().astype("float64")))
    sharpened = tf.sigmoid(PseudoInputPrior(2, sharpen_spikes=True).component_logits(logits))
    np.testing.assert_allclose(sharpened, 1 / (1 + np.exp(-10 * (h - 0.5))), rtol=1e-5)


@pytest.mark.parametrize(("arguments", "message"), [
    ({"count": 0}, "`count` must be a positive integer.*Received: count=0"),
    ({"count": -2}, "`count` must be a positive integer.*Received: count=-2"),
    ({"count": 2.0}, "`count` must be a positive integer.*Received: count=2.0"),
    ({"count": True}, "`count` must be a positive integer.*Received: count=True"),
    ({"count": "3"}, "`count` must be a positive integer.*Received: count='3'"),
    ({"selector": "argmax"}, "`selector` must be one of.*'nearest'.*Received: selector='argmax'"),
    ({"selector": None}, "`selector` must be one of.*Received: selector=None"),
    ({"start": "zeros"}, r"`start` must be one of \('data', 'random'\). Received: start='zeros'"),
])
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        PseudoInputPrior(**arguments)


@pytest.mark.parametrize("shape", [(None,), (None, None, 3)])
def test_unknown_shapes_are_named(shape):
    with pytest.raises(ValueError, match=r"inputs of known shape \(batch, ...\). Received: "):
        PseudoInputPrior(2).build(shape)


@every_selector
def test_survives_a_keras_round_trip(selector, x, kl, tmp_path):
    inputs = [keras.Input([FEATURES]), keras.Input([COUNT])]
    layer = PseudoInputPrior(COUNT, selector, start="random", sharpen_spikes=True)
    model = keras.Model(inputs, layer(*inputs))
    layer.start_from(x[:COUNT])
    model.save(tmp_path / "prior.keras")
    restored = keras.models.load_model(tmp_path / "prior.keras")
    for ours, theirs in zip(restored([x, kl]), model([x, kl])):
        np.testing.assert_array_equal(ours, theirs)
    again = restored.layers[-1]
    np.testing.assert_array_equal(again.pseudo_inputs, x[:COUNT])
    assert again.get_config() == layer.get_config()
    assert (again.start, again.sharpen_spikes) == ("random", True)
