"""A latent for each feature that adds up, carried out on a model."""
from typing import NamedTuple

import keras
import numpy as np
import pytest

import vsc_tf
from vsc_tf import metrics
from vsc_tf.refinement import separate
from vsc_tf.refinement.additive import find_additive
from vsc_tf.refinement.gates import learned

WHERE = "vsc_tf.refinement.separation"


class Drawn(NamedTuple):
    x: np.ndarray
    presence: np.ndarray
    clean: np.ndarray  # x without its noise.


@pytest.fixture(scope="module")
def drawn():
    rng = np.random.default_rng(0)
    presence = rng.random((4000, 3)) < 0.3
    clean = (presence * rng.uniform(0.7, 1.7, presence.shape)) @ rng.normal(size=(3, 8))
    x = clean + rng.normal(0., 0.1, clean.shape)
    return Drawn(x.astype("float32"), presence, clean.astype("float32"))


def fitted(drawn, prior):
    keras.utils.set_random_seed(0)
    made = vsc_tf.VSC(latent_dim=6, seed=0, prior=prior, recipe=None,
                      likelihood="shared_gaussian", scaling="none",
                      encoder=vsc_tf.networks.mlp(64), decoder=vsc_tf.networks.mlp(64))
    made.compile(keras.optimizers.Adam(3e-3), steps_per_execution=10)
    made.fit(drawn.x, batch_size=200, epochs=50, verbose=0)
    return made


@pytest.fixture(scope="module")
def trained(drawn):
    made = fitted(drawn, vsc_tf.PseudoInputPrior(8))
    return made, made.get_weights()


@pytest.fixture
def model(trained, drawn, monkeypatch):
    made, weights = trained
    made.decoder.trainable = True
    made.set_weights(weights)
    of_states(made, drawn, monkeypatch)
    return made


def of_states(model, drawn, monkeypatch):
    """As if its latents told the first feature alone, the second alone, both, and the third."""
    a, b, c = drawn.presence.T
    off = np.zeros_like(a)
    states = np.stack([a & ~b, b & ~a, a & b, c, off, off], 1) * 1.
    clean = model.scaling(drawn.clean)
    monkeypatch.setattr(f"{WHERE}.find_additive", lambda z, outputs, features: find_additive(
        states, np.asarray(clean), features))


def test_each_feature_gets_a_latent_and_little_else_changes(model, drawn):
    x, presence, _ = drawn
    before, elbo = model.reconstruct(x), model.evaluate(x, verbose=0)["elbo"]
    found = separate(model, x)
    assert found.values.shape == (4000, 3)
    z = model.encode(x).z
    assert (z != 0.).any(axis=0).sum() == 3
    assert metrics.presence_accuracy(z, presence).min() > 0.97
    after = model.reconstruct(x)
    assert np.mean((after - before)**2) < 0.05 * before.var(axis=0).mean()
    # The prior has come along: with slabs of data at pseudo-inputs it is thousands of nats.
    assert model.evaluate(x, verbose=0)["elbo"] > elbo - 4. * 3
    assert np.median(model.q(x).scale.numpy()[z != 0.] / np.abs(z[z != 0.])) < 0.3


def test_where_no_gate_tells_both_sides_each_gets_a_latent(monkeypatch):
    rng = np.random.default_rng(0)
    presence = rng.random((4000, 3)) < 0.3
    values = presence * rng.uniform(0.7, 1.7, presence.shape) * rng.choice([-1, 1], presence.shape)
    clean = values @ rng.normal(size=(3, 8))
    x = (clean + rng.normal(0., 0.1, clean.shape)).astype("float32")
    signed = Drawn(x, presence, clean.astype("float32"))
    model = fitted(signed, vsc_tf.PseudoInputPrior(64))
    of_states(model, signed, monkeypatch)
    monkeypatch.setattr("vsc_tf.refinement.gates.learned", lambda on, features: (
        learned(on, features) if on.mean() < 0.2 else None))
    found = separate(model, x)
    z, sides = model.encode(x).z, np.concatenate([values > 0., values < 0.], axis=1)
    assert sorted(found.side) == [-1., -1., -1., 1., 1., 1.]
    assert metrics.presence_accuracy(z, sides).min() > 0.97
    prior = model.components().sample(200, seed=(0, 0)).numpy() != 0.
    assert prior.mean(axis=(0, 1)).sum() < 1.  # 0.9 of data; 1.1 if either side were both.


def test_what_changes_too_much_is_undone(model, drawn, monkeypatch):
    before = model.get_weights()
    monkeypatch.setattr(f"{WHERE}.SAME", 0.)
    assert separate(model, drawn.x) is None
    for weight, values in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(weight, values)
    monkeypatch.setattr(f"{WHERE}.SAME", 1.)
    assert separate(model, drawn.x) is not None


def test_a_frozen_decoder_is_left_alone(model, drawn):
    model.decoder.trainable = False
    assert separate(model, drawn.x) is None


def test_other_priors_need_no_pseudo_inputs(drawn, monkeypatch):
    fixed = fitted(drawn, "fixed_sparse")
    of_states(fixed, drawn, monkeypatch)
    assert separate(fixed, drawn.x).values.shape == (4000, 3)
    assert metrics.presence_accuracy(fixed.encode(drawn.x).z, drawn.presence).min() > 0.97


@pytest.mark.parametrize("parts", [
    {"likelihood": vsc_tf.likelihoods.LinearGaussian(0.5), "decoder": None},
    {"decoder": vsc_tf.networks.conv((8, 8, 1), (4, 4))[1]}])
def test_decoders_that_are_no_stack_of_dense_layers_are_left_alone(parts):
    x = np.random.default_rng(0).normal(size=(50, 8, 8, 1)).astype("float32")
    model = vsc_tf.VSC(latent_dim=4, encoder=vsc_tf.networks.mlp(8), recipe=None, **parts)
    model.compile("adam")
    model.fit(x, batch_size=50, epochs=1, verbose=0)
    assert separate(model, x) is None


def test_it_needs_gates_that_can_be_set():
    with pytest.raises(ValueError, match="needs a model with a posteriors.SpikeAndSlab"):
        separate(vsc_tf.VAE(latent_dim=2), np.zeros([4, 3]))
