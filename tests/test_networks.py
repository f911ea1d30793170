"""Bodies of encoders and decoders."""
import importlib

import keras
import numpy as np
import pytest

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


def test_another_backend_is_refused_with_the_cure(monkeypatch):
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    with pytest.raises(ImportError, match="vsc_tf needs Keras on TensorFlow. Received: backend "
                                          "'jax'. Set KERAS_BACKEND=tensorflow"):
        importlib.reload(networks)
