"""The deterministic auto-encoder."""
import keras
import numpy as np
import pytest
import tensorflow as tf

import vsc_tf


def make(seed=1, **kwargs):
    keras.utils.set_random_seed(0)
    model = vsc_tf.Autoencoder(3, seed=seed, encoder=vsc_tf.networks.mlp(16),
                               decoder=vsc_tf.networks.mlp(16), recipe=None, **kwargs)
    model.compile(optimizer=keras.optimizers.Adam(0.01), jit_compile=False)
    return model


def test_loss_is_minus_the_log_likelihood_at_the_code(rows):
    model = make()
    model.adapt(rows)
    mean = model.decode(model.encode(rows).z).astype("float64")
    by_hand = (rows * np.log(mean) + (1 - rows) * np.log1p(-mean)).sum(axis=1)
    terms = model.evaluate(rows, verbose=0)
    assert set(terms) == {"loss", "reconstruction"}
    assert terms["reconstruction"] == pytest.approx(by_hand.mean(), rel=1e-5)
    assert terms["loss"] == -terms["reconstruction"]


def test_code_is_linear_in_the_encoders_features(rows):
    model = make()
    model.adapt(rows)
    kernel, bias = (w.numpy() for w in model.posterior.dense.weights)
    codes = model.encode(rows)
    np.testing.assert_allclose(codes.z, model.encoder(rows).numpy() @ kernel + bias, atol=1e-5)
    np.testing.assert_array_equal(codes.mean, codes.z)
    assert codes._fields == ("z",)


def test_training_copies_the_blocks_and_has_no_noise(rows):
    trained = []
    for seed in (1, 2):
        model = make(seed)
        model.fit(tf.data.Dataset.from_tensors(rows).repeat(150), verbose=0)
        trained.append(model.get_weights())
    assert np.mean((model.reconstruct(rows) > 0.5) == rows) > 0.99
    for a, b in zip(*trained, strict=True):
        np.testing.assert_array_equal(a, b)


def test_there_is_no_prior_to_draw_from(rows):
    model = make()
    model.adapt(rows)
    for use in (lambda: model.generate(3), lambda: model.log_likelihood(rows),
                lambda: model.log_weights(rows)):
        with pytest.raises(ValueError, match="needs a model with a prior. Received: Autoencoder"):
            use()


def test_a_linear_one_with_the_principal_axes_leaves_the_other_components():
    rng = np.random.default_rng(0)
    x = (rng.normal(size=(50, 6)) * [3., 2., 1., 0.5, 0.2, 0.1]).astype("float32")
    x -= x.mean(axis=0)
    _, singular, axes = np.linalg.svd(x)
    linear = keras.layers.Activation("linear")
    model = vsc_tf.Autoencoder(2, encoder=keras.Sequential([linear]), likelihood="gaussian",
                               decoder=keras.Sequential([linear]), seed=0)
    model.adapt(x)
    model.compile(jit_compile=False)
    model.posterior.dense.set_weights([axes[:2].T, np.zeros(2)])
    model.likelihood.head.set_weights([axes[:2], np.zeros(6)])
    lost = (singular[2:]**2).sum()
    assert np.sum((model.reconstruct(x) - x)**2) == pytest.approx(lost, rel=1e-4)
    # Normals of scale 1: half the squared error, and log sqrt(2 pi) for each of six values.
    assert model.evaluate(x, verbose=0)["loss"] == pytest.approx(
        0.5 * lost / 50 + 3 * np.log(2 * np.pi), rel=1e-4)
