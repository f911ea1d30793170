"""Latents that share a feature: which they are, and the one gate that they get."""
import keras
import numpy as np
import pytest

import vsc_tf
from vsc_tf.refinement import gates, join, surgery
from vsc_tf.refinement.join import Joined, find_joined

WHERE = "vsc_tf.refinement.surgery"

N = 4000
RNG = np.random.default_rng(0)
THERE = RNG.random(N) < 0.3
PLACE = RNG.uniform(-1., 1., N)
LOC = np.stack([PLACE + 0.7, 0.7 - PLACE], axis=1)
OTHER = RNG.random(N) < 0.3  # Another feature, with a latent of its own.
FEATURES = np.column_stack([THERE, OTHER]).astype("float32")


def codes(loc=LOC, on=THERE[:, np.newaxis]):
    loc = np.column_stack([loc, RNG.uniform(1., 2., N)])
    on = np.column_stack([np.broadcast_to(on, (N, 2)), OTHER])
    return np.maximum(loc, 0.) * on, loc


def test_both_parts_of_a_feature_get_its_gate():
    (found,) = find_joined(*codes(), FEATURES)
    assert found.latents == [0, 1]
    np.testing.assert_array_equal(found.gate.is_on(FEATURES), THERE)


@pytest.mark.parametrize("loc", [
    np.stack([PLACE + 0.7, PLACE + 2.], axis=1),  # The second is on for all of it.
    np.stack([PLACE, -PLACE], axis=1),  # One for each side, so never on together.
    np.stack([PLACE + 0.7, 0.1 - PLACE], axis=1)])  # The second for half of it.
def test_what_one_latent_tells_is_left(loc):
    assert find_joined(*codes(loc), FEATURES) == []


def test_features_that_mostly_come_together_are_two():
    a, b = (THERE & (RNG.random(N) < 0.85) for _ in range(2))
    on, sizes = np.column_stack([a, b]), RNG.uniform(0.7, 1.5, (N, 2))
    assert np.corrcoef(on.T)[0, 1] > 0.75
    loc = sizes * on + RNG.normal(0., 0.05, (N, 2))  # Near 0 where one is missing.
    features = np.column_stack([on, FEATURES]).astype("float32")
    assert find_joined(*codes(loc, on), features) == []
    begin_at_0 = on * sizes + ~on * RNG.uniform(-0.6, 0.6, (N, 2))
    assert len(find_joined(*codes(begin_at_0, on), features)) == 1  # The gap is what tells.


def test_where_no_gate_can_be_learned_nothing_is_joined():
    assert find_joined(*codes(), RNG.normal(size=(N, 4)).astype("float32")) == []


def test_latents_that_are_on_for_all_or_none_are_left():
    assert find_joined(np.ones([N, 2]), np.ones([N, 2]), FEATURES) == []
    assert find_joined(np.zeros([N, 2]), np.ones([N, 2]), FEATURES) == []


@pytest.fixture(scope="module")
def trained():
    keras.utils.set_random_seed(0)
    x = np.column_stack([THERE * (1. + PLACE), THERE * (1. - PLACE), THERE, OTHER])
    x = (x + RNG.normal(0., 0.1, x.shape)).astype("float32")
    model = vsc_tf.VSC(latent_dim=3, seed=0, recipe=None, prior=vsc_tf.PseudoInputPrior(8),
                       encoder=vsc_tf.networks.mlp(32), decoder=vsc_tf.networks.mlp(32))
    model.compile(keras.optimizers.Adam(3e-3), steps_per_execution=10)
    model.fit(x, batch_size=200, epochs=10, verbose=0)
    return model, x, model.get_weights()


@pytest.fixture
def fitted(trained, monkeypatch):
    """A model, its data, and a gate: its first and last latent are to tell THERE together."""
    model, x, weights = trained
    model.set_weights(weights)
    gate = gates.learned(THERE, surgery.encoder_features(model, x))
    monkeypatch.setattr(f"{WHERE}.find_joined", lambda *codes: [Joined([0, 2], gate)])
    return model, x, gate


def test_joined_latents_are_on_for_the_same_observations(fitted, monkeypatch):
    model, x, gate = fitted
    monkeypatch.setattr(f"{WHERE}.MOST_LOST", np.inf)
    before = model.encode(x)
    assert [each.latents for each in join(model, x)] == [[0, 2]]
    after = model.encode(x)
    is_on = gate.is_on(surgery.encoder_features(model, x))
    assert (is_on == THERE).mean() > 0.99
    for j in (0, 2):
        np.testing.assert_array_equal(after.z[:, j] != 0., is_on)
    np.testing.assert_array_equal(after.z[:, 1], before.z[:, 1])
    np.testing.assert_array_equal(after.loc, before.loc)


def test_what_costs_too_much_is_undone(fitted, monkeypatch):
    model, x, _ = fitted
    before = model.get_weights()
    monkeypatch.setattr(f"{WHERE}.MOST_LOST", -np.inf)
    assert join(model, x) == []
    for weight, values in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(weight, values)


def test_it_needs_gates_that_can_be_set():
    with pytest.raises(ValueError, match="needs a model with a posteriors.SpikeAndSlab"):
        join(vsc_tf.VAE(latent_dim=2), np.zeros([4, 3]))
