"""Latents of each feature that moves, carried out on a model."""
import sys

import keras
import numpy as np
import pytest

import vsc_tf
from vsc_tf import metrics
from vsc_tf.refinement import regroup

WHERE = "vsc_tf.refinement"
N = 4000
RNG = np.random.default_rng(0)
THERE = RNG.random((N, 3)) < 0.3


@pytest.fixture(scope="module")
def x():
    """Three bumps that move, one beside the other."""
    place = RNG.uniform(3., 7., (N, 3, 1))
    made = (THERE[..., np.newaxis] * np.exp(-0.5 * (np.arange(10) - place)**2)).reshape(N, 30)
    return (made + RNG.normal(0., 0.05, made.shape)).astype("float32")


def fitted(x, prior):
    keras.utils.set_random_seed(0)
    made = vsc_tf.VSC(latent_dim=20, seed=0, prior=prior, recipe=None,
                      posterior=vsc_tf.posteriors.SpikeAndSlab(spike_bias=20.),  # All are on.
                      likelihood="shared_gaussian", scaling="none",
                      encoder=vsc_tf.networks.mlp(64), decoder=vsc_tf.networks.mlp(64))
    made.compile(keras.optimizers.Adam(3e-3), steps_per_execution=10)
    made.fit(x, batch_size=200, epochs=30, verbose=0)
    return made


@pytest.fixture(scope="module")
def trained(x):
    made = fitted(x, vsc_tf.PseudoInputPrior(8))
    return made, made.get_weights()


@pytest.fixture
def model(trained):
    made, weights = trained
    made.decoder.trainable = True
    made.set_weights(weights)
    return made


def told(z):
    """How well each latent that is on tells each feature by being on."""
    is_on = z[:, (z != 0.).mean(axis=0) > 0.01] != 0.
    return np.abs(np.corrcoef(is_on.T, THERE.T)[:-3, -3:])


def test_latents_that_tell_all_become_latents_of_each(model, x):
    assert set((model.encode(x).z != 0.).mean(axis=0)) == {0., 1.}
    before, elbo = model.reconstruct(x), model.evaluate(x, verbose=0)["elbo"]
    parted = regroup(model, x)
    z = model.encode(x).z
    r = told(z)
    assert parted and r.max(axis=0).min() > 0.95 and np.median(r, axis=1).max() < 0.1
    assert metrics.presence_accuracy(z, THERE).min() > 0.97
    assert np.mean((model.reconstruct(x) - before)**2) < 0.1 * before.var(axis=0).mean()
    assert model.evaluate(x, verbose=0)["elbo"] > elbo - 5. * len(parted)
    assert regroup(model, x) == []  # Each tells one.


def test_what_costs_too_much_is_undone(model, x, monkeypatch):
    before = model.get_weights()
    monkeypatch.setattr(sys.modules[f"{WHERE}.regroup"], "MOST_LOST", -np.inf)  # All are missed.
    assert regroup(model, x) == []
    for weight, values in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(weight, values)


def test_features_that_their_latents_tell_are_left(x):
    is_on = np.column_stack([np.ones(N), THERE[:, 0], THERE[:, 1] & (x[:, 14] > 0.3),
                             THERE[:, 1] & (x[:, 14] <= 0.3)]) > 0.
    missed = sys.modules[f"{WHERE}.regroup"]._missed(is_on, THERE)
    assert missed.tolist() == [False, False, True]  # By one latent, by two, by one that is more.


def test_where_no_features_are_found_nothing_changes(model):
    noise = RNG.normal(size=(N, 30)).astype("float32")
    before = model.get_weights()
    assert regroup(model, noise) == []
    for weight, values in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(weight, values)


def test_a_frozen_decoder_is_left_alone(model, x):
    model.decoder.trainable = False
    assert regroup(model, x) == []


@pytest.mark.parametrize("parts", [
    {"likelihood": vsc_tf.likelihoods.LinearGaussian(0.5), "decoder": None},
    {"decoder": vsc_tf.networks.conv((8, 8, 1), (4, 4))[1]}])
def test_decoders_that_are_no_stack_of_dense_layers_are_left_alone(parts):
    images = np.random.default_rng(0).normal(size=(2000, 8, 8, 1)).astype("float32")
    model = vsc_tf.VSC(latent_dim=4, encoder=vsc_tf.networks.mlp(8), recipe=None, **parts)
    model.compile("adam")
    model.fit(images, batch_size=500, epochs=1, verbose=0)
    assert regroup(model, images) == []


def test_what_says_next_to_nothing_is_left(model, x, monkeypatch):
    module = sys.modules["vsc_tf.refinement.regroup"]
    monkeypatch.setattr(module, "NOTABLE", np.inf)
    before = model.get_weights()
    assert regroup(model, x) == []
    for weight, values in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(weight, values)


def test_other_priors_need_no_pseudo_inputs(x):
    fixed = fitted(x, "fixed_sparse")
    assert regroup(fixed, x)
    assert told(fixed.encode(x).z).max(axis=0).min() > 0.95


def test_it_needs_gates_that_can_be_set():
    with pytest.raises(ValueError, match="needs a model with a posteriors.SpikeAndSlab"):
        regroup(vsc_tf.VAE(latent_dim=2), np.zeros([4, 3]))
