"""Weights of observations: a weight of k is k copies, a weight of 0 is not there."""
import keras
import numpy as np
import pytest
import tensorflow as tf

import vsc_tf
from vsc_tf import models, priors, scaling

RNG = np.random.default_rng(0)
X = RNG.normal(size=(12, 3)).astype("float32")
W = np.array([1, 2, 0, 3, 1, 1, 0, 2, 1, 1, 2, 2], "float32")
COPIES = np.repeat(X, W.astype(int), axis=0)


def model_of(kind=models.VAE, **arguments):
    keras.utils.set_random_seed(0)
    model = kind(2, seed=0, encoder=vsc_tf.networks.mlp(4), decoder=vsc_tf.networks.mlp(4),
                 likelihood="gaussian", scaling="standardise", recipe=None, **arguments)
    model.compile(optimizer="sgd")
    return model


@pytest.mark.parametrize("method", scaling.METHODS)
def test_a_scaling_of_weights_is_one_of_copies(method):
    weighted, copied = scaling.Scaling(method), scaling.Scaling(method)
    weighted.adapt(X, W)
    copied.adapt(COPIES)
    for one, other in zip(weighted.weights, copied.weights, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5)


def test_evaluate_is_the_weighted_mean():
    model = model_of(models.Autoencoder)  # Nothing is drawn.
    model.adapt(X)
    rows = np.array([model.evaluate(x[None], verbose=0)["loss"] for x in X])
    found = model.evaluate(X, sample_weight=100 * W, batch_size=5, verbose=0)["loss"]
    assert found == pytest.approx(np.average(rows, weights=W), rel=1e-5)
    assert model.evaluate(COPIES, verbose=0)["loss"] == pytest.approx(found, rel=1e-5)
    batches = tf.data.Dataset.from_tensor_slices((X, X, W)).batch(5)
    assert model.evaluate(batches, verbose=0)["loss"] == pytest.approx(found, rel=1e-5)


def test_noise_of_batches_does_not_repeat_however_small_the_weights():
    model = model_of()
    model.adapt(X)
    same = np.repeat(X[:1], 12, axis=0)
    found = [model.evaluate(same, sample_weight=np.full(12, w), batch_size=1, verbose=0)["elbo"]
             for w in (1., 1e-3)]
    assert found[0] == pytest.approx(found[1], rel=1e-5)


def test_a_step_of_weights_is_one_of_copies():
    weighted, copied = model_of(models.Autoencoder), model_of(models.Autoencoder)
    start = None
    for model, x, given in ((weighted, X, {"sample_weight": W}), (copied, COPIES, {})):
        model.adapt(x, **given)
        start = start or model.get_weights()
        model.set_weights(start)
        history = model.fit(x, batch_size=len(x), epochs=3, verbose=0, **given).history
        model.losses_seen = history["loss"]
    np.testing.assert_allclose(weighted.losses_seen, copied.losses_seen, rtol=1e-4)
    for one, other in zip(weighted.get_weights(), copied.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("shuffle", [True, False])
def test_rows_of_weight_0_change_nothing(shuffle):
    other = X.copy()
    other[W == 0] = 1e3
    found = []
    for x in (X, other):
        model = model_of(models.VSC, prior=priors.PseudoInputPrior(3))
        history = model.fit(x, sample_weight=W, batch_size=4, epochs=2, verbose=0, shuffle=shuffle,
                            validation_data=(x, None, W)).history
        found.append([*model.get_weights(), history["loss"], history["val_loss"]])
    for one, another in zip(*found, strict=True):
        np.testing.assert_array_equal(one, another)


def test_a_validation_split_takes_its_weights_along():
    model = model_of(models.Autoencoder)
    history = model.fit(X, sample_weight=W, validation_split=0.5, batch_size=3, verbose=0).history
    assert history["val_loss"][0] == pytest.approx(
        model.evaluate(X[6:], sample_weight=W[6:], verbose=0)["loss"])


def test_weights_that_are_none_are_refused_before_the_first_step():
    model = model_of()
    for way in (model.fit, model.adapt):
        with pytest.raises(ValueError, match="`sample_weight` must be an array of 12 numbers"):
            way(X, sample_weight=-W)
    batches = tf.data.Dataset.from_tensor_slices(X).batch(5)
    model.adapt(X)
    for way in (model.fit, model.evaluate):
        with pytest.raises(ValueError, match=r"`sample_weight` goes with an array.*\(x, labels, w"):
            way(batches, sample_weight=W)
        with pytest.raises(ValueError, match="`sample_weight` must be an array of 12 numbers"):
            way(X, sample_weight=W[:3])
    with pytest.raises(ValueError, match="`validation_data` must be an array of 12 numbers"):
        model.fit(X, validation_data=(X, None, -W))
    with pytest.raises(ValueError, match="no classes.*class_weight. Give sample_weight"):
        model.fit(X, class_weight={0: 1.})
    assert int(model.optimizer.iterations) == 0
