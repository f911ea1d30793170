"""Bodies of encoders and decoders."""
import importlib

import keras
import numpy as np
import pytest

import vsc_tf
from vsc_tf import networks


def test_mlp_has_one_hidden_relu_layer_on_flattened_input():
    body = networks.mlp(16)
    features = body(np.random.default_rng(0).normal(size=(5, 4, 3)).astype("float32"))
    assert features.shape == (5, 16)
    assert float(keras.ops.min(features)) == 0  # ReLU: of 80 features some are off.
    assert [tuple(w.shape) for w in body.weights] == [(12, 16), (16,)]


def test_mlp_is_the_formula_by_hand():
    body = networks.mlp(7)
    x = np.random.default_rng(1).normal(size=(3, 5)).astype("float32")
    body(x)
    kernel, bias = (w.numpy() for w in body.weights)
    np.testing.assert_allclose(body(x), np.maximum(x @ kernel + bias, 0), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("widths", [[8, 4], (8, 4)], ids=["list", "tuple"])
def test_mlp_takes_a_sequence_of_widths(widths):
    body = networks.mlp(widths, name="encoder")
    assert body(np.zeros((2, 6), "float32")).shape == (2, 4)
    assert body.name == "encoder"
    assert [tuple(w.shape) for w in body.weights] == [(6, 8), (8,), (8, 4), (4,)]


@pytest.mark.parametrize("hidden_units", [0, -1, True, 2.5, "16", None, [], [8, 0], [8, "4"]],
                         ids=repr)
def test_mlp_rejects_bad_hidden_units(hidden_units):
    with pytest.raises(ValueError, match="`hidden_units` must be a positive integer or a sequence "
                                         "of them. Received: hidden_units="):
        networks.mlp(hidden_units)


def test_mlp_has_the_dtype_policy_it_is_given_or_the_global_one():
    x = np.ones((2, 3), "float32")
    given = networks.mlp(4, dtype="mixed_bfloat16")
    assert given(x).dtype == "bfloat16" and given.weights[0].dtype == "float32"
    assert networks.mlp(4)(x).dtype == "float32"
    keras.config.set_dtype_policy("mixed_bfloat16")
    assert networks.mlp(4)(x).dtype == "bfloat16"


def test_mlp_survives_a_keras_round_trip(tmp_path):
    body = networks.mlp([8, 4])
    x = np.random.default_rng(2).normal(size=(3, 2, 3)).astype("float32")
    expected = body(x)
    body.save(tmp_path / "body.keras")
    np.testing.assert_array_equal(keras.models.load_model(tmp_path / "body.keras")(x), expected)


@pytest.mark.parametrize("shape", [
    (28, 28), (28, 28, 3), (32, 32, 1), (32, 32, 3), (64, 64), (64, 64, 3), (9, 7, 1), (2, 3),
], ids=str)
def test_conv_halves_the_sides_three_times_and_comes_back(shape):
    encoder, decoder = networks.conv(shape, filters=(4, 6, 8))
    x = np.random.default_rng(0).random((5, *shape)).astype("float32")
    features = encoder(x)
    assert features.shape == (5, -(-shape[0] // 8) * -(-shape[1] // 8) * 8)
    decoded = decoder(np.ones((5, 3), "float32"))
    assert decoded.shape == (5, *shape[:2], 4)
    for body, name in ((encoder, "encoder"), (decoder, "decoder")):
        convolutions = [w for w in body.weights if len(w.shape) == 4]
        assert len(convolutions) == 3 and body.name == name
    assert float(keras.ops.min(features)) == float(keras.ops.min(decoded)) == 0  # ReLU.


def test_conv_sees_where_things_are():
    encoder, _ = networks.conv((32, 32), filters=(4, 4, 4))
    x = np.zeros((2, 32, 32), "float32")
    x[0, :3, :3] = x[1, -3:, -3:] = 1
    encoder(x)
    encoder.set_weights([np.abs(w) for w in encoder.get_weights()])  # No ReLU is off.
    maps = np.reshape(encoder(x), (2, 4, 4, 4))
    assert maps[0, 0, 0].max() > 0 and maps[0, 3, 3].max() == 0
    assert maps[1, 3, 3].max() > 0 and maps[1, 0, 0].max() == 0


@pytest.mark.parametrize(("arguments", "message"), [
    (((561,),), r"Received: shape=\(561,\). Use networks.mlp for tables, networks.conv1d for sig"),
    (((561,),), r"`shape` must be that of an image"),
    ((28,), r"`shape` must be that of an image.*Received: shape=28"),
    (((4, 4, 3, 2),), r"`shape` must be that of an image"),
    (((0, 4),), r"`shape` must be that of an image"),
    (((8, 8), ()), r"`filters` must be a sequence of positive integers. Received: filters="),
    (((8, 8), (4, 0)), r"`filters` must be a sequence of positive integers"),
    (((8, 8), (4, 2.5)), r"`filters` must be a sequence of positive integers"),
    (((8, 8), 4), r"`filters` must be a sequence of positive integers. Received: filters=4"),
])
def test_conv_rejects_what_is_no_image(arguments, message):
    with pytest.raises(ValueError, match=message):
        networks.conv(*arguments)


def test_conv_has_the_dtype_policy_it_is_given():
    for body, x in zip(networks.conv((8, 8), (4, 4, 4), dtype="mixed_bfloat16"),
                       (np.ones((2, 8, 8), "float32"), np.ones((2, 3), "float32"))):
        assert body(x).dtype == "bfloat16" and body.weights[0].dtype == "float32"


def test_a_model_of_conv_bodies_trains_and_is_saved(tmp_path):
    images = np.random.default_rng(0).random((20, 9, 7)).astype("float32")
    encoder, decoder = networks.conv((9, 7), filters=(4, 4, 4))
    model = vsc_tf.Autoencoder(3, encoder=encoder, decoder=decoder,
                               likelihood="continuous_bernoulli", seed=0)
    model.compile(optimizer="adam", jit_compile=False)
    model.fit(images, batch_size=10, verbose=0)
    model.save(tmp_path / "m.keras")
    again = keras.models.load_model(tmp_path / "m.keras")
    np.testing.assert_array_equal(again.reconstruct(images), model.reconstruct(images))
    assert model.likelihood.head.units == 1  # Pixel by pixel.


@pytest.mark.parametrize("shape", [
    (5,), (8,), (9,), (13, 2), (64,), (101, 3), (128, 9), (561,)], ids=str)
def test_conv1d_halves_the_length_three_times_and_comes_back(shape):
    encoder, decoder = networks.conv1d(shape, filters=(4, 6, 8))
    x = np.random.default_rng(0).random((5, *shape)).astype("float32")
    features = encoder(x)
    assert features.shape == (5, -(-shape[0] // 8) * 8)
    decoded = decoder(np.ones((5, 3), "float32"))
    assert decoded.shape == (5, shape[0], 4)
    for body, name in ((encoder, "encoder"), (decoder, "decoder")):
        convolutions = [w for w in body.weights if len(w.shape) == 3]
        assert len(convolutions) == 3 and body.name == name
    assert float(keras.ops.min(features)) == float(keras.ops.min(decoded)) == 0  # ReLU.


@pytest.mark.parametrize("length", [5, 8, 21])
def test_conv1d_decodes_every_point(length):
    _, decoder = networks.conv1d((length,), filters=(4, 4, 4))
    z = np.ones((1, 3), "float32")
    decoder(z)
    decoder.set_weights([np.abs(w) for w in decoder.get_weights()])
    assert float(keras.ops.min(decoder(z))) > 0  # The ends are cropped, not filled with zeros.


def test_conv1d_sees_where_things_are():
    encoder, _ = networks.conv1d((64, 2), filters=(4, 4, 4))
    x = np.zeros((2, 64, 2), "float32")
    x[0, :3] = x[1, -3:] = 1
    encoder(x)
    encoder.set_weights([np.abs(w) for w in encoder.get_weights()])  # No ReLU is off.
    maps = np.reshape(encoder(x), (2, 8, 4))
    assert maps[0, 0].max() > 0 and maps[0, 7].max() == 0
    assert maps[1, 7].max() > 0 and maps[1, 0].max() == 0


def test_conv1d_takes_the_shortest_signal_for_its_filters():
    for count in (1, 2, 4):
        shortest = 2**(count - 1) + 1
        assert networks.conv1d((shortest,), (4,) * count)[0](np.ones((2, shortest))).shape == (2, 4)
        with pytest.raises(ValueError, match=f"length of at least {shortest} for {count}"):
            networks.conv1d((shortest - 1,), (4,) * count)


@pytest.mark.parametrize(("arguments", "message"), [
    (((28, 28, 1),), r"`shape` must be that of a signal, \(length,\) or \(length, channels\)"),
    (((28, 28, 1),), r"Received: shape=\(28, 28, 1\). Use networks.conv for images"),
    (((),), r"`shape` must be that of a signal"),
    ((128,), r"`shape` must be that of a signal.*Received: shape=128"),
    (((None, 3),), r"`shape` must be that of a signal.*Received: shape=\(None, 3\)"),
    (((0, 4),), r"`shape` must be that of a signal"),
    (((64, 2.5),), r"`shape` must be that of a signal"),
    (((4, 9),), r"length of at least 5 for 3 convolutions, which halve it"),
    (((4, 9),), r"Received: shape=\(4, 9\). Give fewer filters, or use networks.mlp"),
    (((64,), ()), r"`filters` must be a sequence of positive integers. Received: filters=\(\)"),
    (((64,), 4), r"`filters` must be a sequence of positive integers. Received: filters=4"),
    (((64,), (4, True)), r"`filters` must be a sequence of positive integers"),
])
def test_conv1d_rejects_what_is_no_signal(arguments, message):
    with pytest.raises(ValueError, match=message):
        networks.conv1d(*arguments)


def test_conv1d_has_the_dtype_policy_it_is_given():
    for body, x in zip(networks.conv1d((21,), (4, 4, 4), dtype="mixed_bfloat16"),
                       (np.ones((2, 21), "float32"), np.ones((2, 3), "float32"))):
        assert body(x).dtype == "bfloat16" and body.weights[0].dtype == "float32"


def test_a_model_of_conv1d_bodies_trains_and_is_saved(tmp_path):
    signals = np.random.default_rng(0).normal(size=(20, 21, 3)).astype("float32")
    encoder, decoder = networks.conv1d((21, 3), filters=(4, 4, 4))
    model = vsc_tf.VSC(3, encoder=encoder, decoder=decoder, likelihood="learned_gaussian",
                       prior=vsc_tf.PseudoInputPrior(3), seed=0)
    model.compile(optimizer="adam", jit_compile=False)
    model.adapt(signals)
    before = [np.array(w) for w in (*encoder.weights, *decoder.weights)]
    history = model.fit(signals, batch_size=10, verbose=0).history  # Two steps.
    assert int(model.optimizer.iterations) == 2 and np.isfinite(history["loss"]).all()
    for old, new in zip(before, (*encoder.weights, *decoder.weights)):
        assert (old != np.array(new)).any()
    model.save(tmp_path / "m.keras")
    again = keras.models.load_model(tmp_path / "m.keras")
    np.testing.assert_array_equal(again.reconstruct(signals), model.reconstruct(signals))
    assert model.reconstruct(signals).shape == signals.shape
    assert model.likelihood.head.units == 6  # Point by point.


def test_conv1d_bodies_are_served(tmp_path):
    signals = np.random.default_rng(0).normal(size=(20, 21, 2)).astype("float32")
    encoder, decoder = networks.conv1d((21, 2), filters=(4, 4, 4))
    model = vsc_tf.VAE(3, encoder=encoder, decoder=decoder, likelihood="gaussian", seed=0)
    model.adapt(signals)
    found = vsc_tf.serving.check(vsc_tf.serving.export(model, tmp_path / "signals"))
    assert max(worst for outputs in found.values() for worst in outputs.values()) < 1e-5


def test_another_backend_is_refused_with_the_cure(monkeypatch):
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    with pytest.raises(ImportError, match="vsc_tf needs Keras on TensorFlow. Received: backend "
                                          "'jax'. Set KERAS_BACKEND=tensorflow"):
        importlib.reload(networks)


def test_identity_is_known_by_its_layers(tmp_path):
    body = networks.identity("decoder", "mixed_bfloat16")
    body(np.ones((2, 3), "float32"))
    body.save(tmp_path / "body.keras")
    assert networks.is_identity(keras.models.load_model(tmp_path / "body.keras"))
    assert not networks.is_identity(networks.mlp(3))
