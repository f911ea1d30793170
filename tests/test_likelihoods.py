"""Likelihoods: densities against float64 formulas, and the shapes they take."""
import keras
import numpy as np
import pytest
import tensorflow as tf

from vsc_tf import likelihoods
from vsc_tf.likelihoods import (
    Bernoulli, ContinuousBernoulli, FixedGaussian, LearnedGaussian)

N, FEATURES = 5, 3


def given(layer, *params):
    """The distribution of a layer whose head gives `params`, each `[values]`, for any input.

    Built on one feature of value 1: the head's kernel is 0 and its bias is `params`.
    """
    layer.event_shape = params[0].shape
    layer.build((None, 1))
    layer.head.set_weights([np.zeros([1, np.size(params)]), np.concatenate(params)])
    return layer(tf.ones([1, 1]))


def normal_log_prob(x, loc, variance):
    return -0.5 * (np.log(2 * np.pi * variance) + (x - loc) ** 2 / variance)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_bernoulli_log_prob_is_minus_the_cross_entropy(rng):
    logits = np.array([-100.0, -3.0, 0.0, 2.0, 100.0])
    d = given(Bernoulli(), logits)
    for x in (np.array([0, 0, 1, 1, 1.0]), np.array([1, 1, 0, 0, 0.0]), rng.uniform(size=5)):
        log_on, log_off = -np.logaddexp(0, -logits), -np.logaddexp(0, logits)
        expected = np.sum(x * log_on + (1 - x) * log_off)
        assert float(d.log_prob(x[None])[0]) == pytest.approx(expected, rel=1e-5)
    np.testing.assert_allclose(d.mean()[0], 1 / (1 + np.exp(-logits)), rtol=1e-5, atol=1e-37)


LOGITS = [-50.0, -3.0, -0.1, -1e-3, 0.0, 1e-3, 0.05, 0.3, 2.0, 50.0]


@pytest.mark.parametrize("logit", LOGITS)
def test_continuous_bernoulli_integrates_to_one(logit):
    d = given(ContinuousBernoulli(), np.array([logit]))
    x = np.linspace(0, 1, 20_001, dtype=np.float32)[:, None]
    density = np.exp(d.log_prob(x).numpy().astype("float64"))
    # Trapezoid rule: h^2 / 12 times the slope's change, 50^2 at most: 5e-7; float32 logs: 1e-5.
    assert np.trapezoid(density, dx=1 / 20_000) == pytest.approx(1, abs=5e-5)


@pytest.mark.parametrize("logit", LOGITS)
def test_continuous_bernoulli_log_prob_matches_its_formula(logit):
    d = given(ContinuousBernoulli(), np.array([logit]))
    x = np.array([[0.0], [0.2], [0.9], [1.0]])
    # p^x (1-p)^(1-x) = exp(logit x) / (1 + exp(logit)); its integral over [0, 1] is
    # (exp(logit) - 1) / logit / (1 + exp(logit)), so C p^x (1-p)^(1-x) is as follows.
    log_norm = np.log(np.expm1(logit) / logit) if logit else 0.0
    np.testing.assert_allclose(
        d.log_prob(x), (logit * x - log_norm)[:, 0], rtol=1e-5, atol=2e-5)


def test_continuous_bernoulli_has_finite_gradients_everywhere():
    logits = tf.constant([[-120.0, -1.0, -1e-6, 0.0, 1e-6, 1.0, 120.0]])
    layer = ContinuousBernoulli(event_shape=(7,))
    layer.build((None, 7))
    layer.head.set_weights([np.eye(7), np.zeros(7)])
    for x in (0.0, 0.3, 1.0):
        with tf.GradientTape() as tape:
            tape.watch(logits)
            log_prob = layer(logits).log_prob(tf.fill([1, 7], x))
        assert np.isfinite(log_prob).all()
        assert np.isfinite(tape.gradient(log_prob, logits)).all()


@pytest.mark.parametrize("scale", [0.1, 1.0, 3])
def test_fixed_gaussian_log_prob_matches_its_formula(scale, rng):
    loc, x = rng.normal(size=6), rng.normal(size=6)
    d = given(FixedGaussian(scale), loc)
    expected = normal_log_prob(x, loc, scale**2).sum()
    assert float(d.log_prob(x[None])[0]) == pytest.approx(expected, rel=1e-5)
    np.testing.assert_allclose(d.mean()[0], loc, rtol=1e-6)


def test_learned_gaussian_log_prob_matches_its_formula(rng):
    loc, log_variance, x = (rng.normal(size=6) for _ in range(3))
    d = given(LearnedGaussian(variance_floor=0.01), loc, log_variance)
    expected = normal_log_prob(x, loc, 0.01 + np.exp(log_variance)).sum()
    assert float(d.log_prob(x[None])[0]) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("layer", [FixedGaussian(mean_activation="sigmoid"),
                                   LearnedGaussian(mean_activation="sigmoid")],
                         ids=lambda layer: type(layer).__name__)
def test_mean_activation_is_applied_to_the_mean_only(layer, rng):
    loc, log_variance = np.array([-2.0, 0.0, 3.0]), np.array([-1.0, 0.5, 2.0])
    d = given(layer, *(loc, log_variance)[:layer.params_per_value])
    np.testing.assert_allclose(d.mean()[0], 1 / (1 + np.exp(-loc)), rtol=1e-6)
    variance = 1e-6 + np.exp(log_variance) if layer.params_per_value == 2 else np.ones(3)
    np.testing.assert_allclose(d.variance()[0], variance, rtol=1e-5)


@pytest.mark.parametrize("floor", [1e-6, 1e-3])
def test_variance_floor_bounds_the_density_of_values_that_never_change(floor):
    # A head that has learned a constant pixel perfectly and drives its variance to 0.
    log_variance = tf.constant([[-1e4, -100.0, -20.0]])
    layer = LearnedGaussian(floor, event_shape=(3,))
    layer.build((None, 3))
    layer.head.set_weights([np.c_[np.zeros([3, 3]), np.eye(3)], np.zeros(6)])
    with tf.GradientTape() as tape:
        tape.watch(log_variance)
        log_prob = layer(log_variance).log_prob(tf.zeros([1, 3]))
    highest = 3 * normal_log_prob(0.0, 0.0, floor)
    assert highest - 0.01 < float(log_prob[0]) <= highest + 1e-4
    assert np.isfinite(tape.gradient(log_prob, log_variance)).all()


ALL = pytest.mark.parametrize("layer_class", list(likelihoods.LIKELIHOODS.values()))


@ALL
@pytest.mark.parametrize(("features", "event"), [
    pytest.param((N, FEATURES), (8,), id="vector"),
    pytest.param((N, FEATURES), (4, 4, 2), id="image-from-vector"),
    pytest.param((N, 4, 4, FEATURES), (4, 4, 2), id="image-from-feature-map"),
    pytest.param((N, 7, FEATURES), (7, 2), id="sequence-from-sequence"),
])
def test_shapes_of_features_and_observations(layer_class, features, event, rng):
    layer = layer_class(event_shape=event)
    d = layer(tf.constant(rng.normal(size=features), tf.float32))
    assert d.batch_shape == [N] and tuple(d.event_shape) == event
    assert d.mean().shape == (N, *event)
    assert d.log_prob(tf.fill([N, *event], 0.5)).shape == [N]
    # A feature map is mapped point by point: as many outputs as a point has values.
    points = event[-1] if len(features) > 2 else np.prod(event)
    assert layer.head.units == layer.params_per_value * points


def test_feature_maps_are_mapped_point_by_point(rng):
    # Exchanging two points of the feature map exchanges the same two of the mean.
    layer = LearnedGaussian(event_shape=(2, 3, 2))
    features = rng.normal(size=(1, 2, 3, FEATURES)).astype(np.float32)
    exchanged = features.copy()
    exchanged[0, 0, 0], exchanged[0, 1, 2] = features[0, 1, 2], features[0, 0, 0]
    mean, other = layer(features).mean().numpy(), layer(exchanged).mean().numpy()
    np.testing.assert_allclose(other[0, 0, 0], mean[0, 1, 2], rtol=1e-6)
    np.testing.assert_allclose(other[0, 1, 2], mean[0, 0, 0], rtol=1e-6)
    np.testing.assert_allclose(other[0, 0, 1:], mean[0, 0, 1:], rtol=1e-6)


@ALL
def test_images_without_a_channel_are_mapped_point_by_point_too(layer_class, rng):
    layer = layer_class(event_shape=(2, 3))
    features = rng.normal(size=(4, 2, 3, FEATURES)).astype(np.float32)
    mean = layer(features).mean().numpy()
    assert mean.shape == (4, 2, 3) and layer.head.units == layer.params_per_value
    np.testing.assert_allclose(layer(features[:, ::-1]).mean(), mean[:, ::-1], rtol=1e-6)


@ALL
def test_sum_of_log_probs_stays_float32_under_bfloat16(layer_class):
    layer = layer_class(event_shape=(4,), dtype="mixed_bfloat16")
    d = layer(tf.ones([2, 3]))
    assert layer.head.compute_dtype == "bfloat16"
    assert d.log_prob(tf.fill([2, 4], 0.5)).dtype == tf.float32


def gradients(log_prob, layer, features, x, upstream):
    with tf.GradientTape() as tape:
        tape.watch(features)
        value = log_prob(features, x)
        total = tf.reduce_sum(value * upstream)
    return [value, *tape.gradient(total, [features, *layer.trainable_weights])]


@ALL
@pytest.mark.parametrize("features", [(N, FEATURES), (N, 4, 4, FEATURES)])
def test_fused_log_prob_and_its_gradients_equal_the_plain_ones(layer_class, features, rng):
    layer = layer_class(event_shape=(4, 4, 2))
    features = tf.constant(rng.normal(size=features), tf.float32)
    x = tf.constant(rng.uniform(size=(N, 4, 4, 2)), tf.float32)
    upstream = tf.constant(rng.normal(size=N), tf.float32)
    plain = gradients(lambda f, x: layer(f).log_prob(x), layer, features, x, upstream)
    fused = gradients(layer.fused_log_prob, layer, features, x, upstream)
    for expected, got in zip(plain, fused, strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-5)


@ALL
def test_fused_log_prob_stays_float32_under_bfloat16(layer_class):
    layer = layer_class(event_shape=(4,), dtype="mixed_bfloat16")
    x = tf.fill([2, 4], 0.5)
    plain = layer(tf.ones([2, 3])).log_prob(x)
    fused = layer.fused_log_prob(tf.ones([2, 3]), x)
    assert fused.dtype == tf.float32
    np.testing.assert_allclose(fused, plain, rtol=1e-5)


class TrainedScale(Bernoulli):
    """A user's own likelihood, with a weight besides those of the head."""

    def build(self, input_shape):
        super().build(input_shape)
        self.log_scale = self.add_weight(name="log_scale", shape=(), initializer="ones")

    def per_value(self, loc):
        return likelihoods.tfd.Normal(loc, tf.exp(self.log_scale))


def test_weights_of_a_users_own_likelihood_keep_their_gradients(rng):
    layer = TrainedScale(event_shape=(2,))
    features = tf.constant(rng.normal(size=(N, FEATURES)), tf.float32)
    layer(features)
    for slope in gradients(layer.fused_log_prob, layer, features, tf.ones([N, 2]), tf.ones(N)):
        assert np.abs(slope).max() > 0.


@pytest.mark.parametrize("shape", [(N, 8, 8, FEATURES), (N, 4, FEATURES)])
def test_features_of_another_map_are_named(shape):
    with pytest.raises(ValueError, match=r"must have shape \(batch, features\) or \(batch, "
                                         r"\*\(4, 4\), features\).*Flatten"):
        Bernoulli(event_shape=(4, 4, 1))(tf.zeros(shape))


def test_unknown_event_shape_is_named():
    with pytest.raises(ValueError, match="Bernoulli must know the shape.*Give event_shape="):
        Bernoulli()(tf.zeros([N, FEATURES]))


@pytest.mark.parametrize("event_shape", [5, "ab", (), (0,), (3, None), (2.0,), (True,)], ids=repr)
def test_bad_event_shape_is_named(event_shape):
    with pytest.raises(ValueError, match="`event_shape` must be a tuple of positive integers"
                                         ".*Received: event_shape="):
        FixedGaussian(event_shape=event_shape)


@pytest.mark.parametrize("value", [0, -1.0, True, "1", None, float("nan"), float("inf")])
def test_bad_scales_and_floors_are_named(value):
    with pytest.raises(ValueError, match="`scale` must be a positive number.*Received: scale="):
        FixedGaussian(value)
    with pytest.raises(ValueError, match="`variance_floor` must be a positive number"):
        LearnedGaussian(value)


def test_unknown_mean_activation_is_named():
    with pytest.raises(ValueError, match="activation function.*zigmoid"):
        FixedGaussian(mean_activation="zigmoid")


@pytest.mark.parametrize(("name", "layer_class"), likelihoods.LIKELIHOODS.items())
def test_get_makes_a_likelihood_by_name_and_passes_layers_through(name, layer_class):
    layer = likelihoods.get(name)
    assert type(layer) is layer_class
    assert likelihoods.get(layer) is layer
    assert likelihoods.get(name, dtype="mixed_bfloat16").compute_dtype == "bfloat16"


@pytest.mark.parametrize("identifier", ["normal", None, 3, ["bernoulli"], keras.layers.Dense(3)],
                         ids=str)
def test_get_names_the_likelihoods_there_are(identifier):
    with pytest.raises(ValueError, match=r"`likelihood` must be a vsc_tf.likelihoods layer or one "
                                         r"of \['bernoulli', .*Received: likelihood="):
        likelihoods.get(identifier)
