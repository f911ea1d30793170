"""What all likelihoods share: shapes, the fused density, names, messages."""
import keras
import numpy as np
import pytest
import tensorflow as tf
import tensorflow_probability as tfp

from vsc_tf import likelihoods
from vsc_tf.likelihoods import Bernoulli, FixedGaussian, LearnedGaussian

N, FEATURES = 5, 3

ALL = pytest.mark.parametrize("layer_class", [
    kind for kind in likelihoods.LIKELIHOODS.values() if not kind.reads_codes])


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
        return tfp.distributions.Normal(loc, tf.exp(self.log_scale))


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


@pytest.mark.parametrize(("name", "layer_class"), likelihoods.LIKELIHOODS.items())
def test_get_makes_a_likelihood_by_name_and_passes_layers_through(name, layer_class):
    layer = likelihoods.get(name)
    assert type(layer) is layer_class
    assert likelihoods.get(layer) is layer
    assert likelihoods.get(name, dtype="mixed_bfloat16").compute_dtype == "bfloat16"


@pytest.mark.parametrize("identifier", ["normal", None, 3, ["bernoulli"], keras.layers.Dense(3)],
                         ids=str)
def test_get_names_the_likelihoods_there_are(identifier):
    with pytest.raises(ValueError, match=r"`likelihood` must be a vsc_tf.likelihoods Likelihood or "
                                         r"one of \['bernoulli', .*Received: likelihood="):
        likelihoods.get(identifier)
