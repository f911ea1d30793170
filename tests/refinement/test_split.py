"""Latents on for either of two features: which they are, and that they become two."""
import keras
import numpy as np
import pytest

import vsc_tf
from vsc_tf import posteriors
from vsc_tf.refinement import split
from vsc_tf.refinement.split import Split, find_splits

# Two features, each there for half of the observations, independent of each other.
A, B = (np.indices([2, 2, 25]).reshape(3, 100) == 1)[:2]


def found(*columns):
    return find_splits(np.stack(columns, axis=1))


def test_on_for_either_of_two_is_found_whatever_else_is_there():
    assert found(A, B, A | B) == [Split(2, 0, 1)]
    assert found(A & B, A | B, B, ~A & ~B, A, B, A) == [Split(1, 2, 4)]


def test_one_feature_both_or_all_observations_are_left():
    assert not found(A, B, A, A & B)
    assert not found(A, ~A, A | ~A)
    assert not found(A, B, np.zeros(100, bool))


def test_of_its_own_two_in_a_thousand_may_be_unexplained():
    a, b = np.repeat([A, B], 40, axis=1)  # 4,000 observations, 1,000 without a feature.
    for more, splits in ((6, 1), (7, 0)):  # Of 3,006 and 3,007 that it is on for.
        on = a | b
        on[np.flatnonzero(~on)[:more]] = True
        assert len(found(a, b, on)) == splits


def test_it_must_be_on_for_half_of_each():
    only = np.flatnonzero(A & ~B)  # 25, as many as of `B` alone; all of those stay.
    for less, splits in ((12, 1), (13, 0)):
        on = A | B
        on[only[:less]] = False
        assert len(found(A, B, on)) == splits


def test_what_is_on_for_the_same_is_no_part_of_it():
    n = np.arange(2000)
    often, rare = n % 20 < 12, (n // 20) % 50 < 7  # 60 % and 14 %; 5.6 % without the former.
    beside = np.flatnonzero(rare & ~often)
    for more, splits in ((60, 0), (80, 1)):  # 95.2 % and 93.8 % of either are of both.
        on = often.copy()
        on[beside[:more]] = True
        assert len(found(often, rare, on, rare)) == splits


def test_one_that_is_nearly_always_on_is_left():
    n = np.arange(100)
    for more, splits in ((6, 1), (7, 0)):  # On for 88 % and 91 %.
        a, b = n % 10 < 7, n // 10 < more
        assert len(found(a, b, a | b)) == splits


def test_each_must_be_there_without_the_other():
    n = np.arange(1000)
    often, rare = n % 2 == 0, n % 10 < 1  # P(rare and not often) = 0: it is part of it.
    assert not found(often, rare, often | rare)
    for every, splits in ((9, 1), (11, 0)):  # 5.6 % and 4.5 % of all without the other.
        rare = (n // 2) % every == 0
        assert len(found(often, rare, often | rare)) == splits


def test_parts_of_one_feature_are_not_two():
    n = np.arange(1000)
    small, large = n < 250, (n >= 250) & (n < 500)  # Exclusive.
    assert not found(small, large, small | large)
    upper, lower = n < 400, (n >= 100) & (n < 500)  # Mostly together.
    assert not found(upper, lower, upper | lower)


def test_what_more_latents_are_on_for_is_the_feature():
    assert found(A, B, A | B, A | B, A, B) == [Split(2, 0, 1), Split(3, 0, 1)]
    assert not found(A, B, A | B, A | B, A)  # B has but one.
    assert not found(A, B, A | B, A | B, B)
    nearly = A | B
    nearly[:5] = True  # 75 of 80 that either is on for: 94 %.
    assert found(A, B, A | B, nearly) == [Split(2, 0, 1)]
    nearly[3:5] = False  # 75 of 78: 96 %.
    assert not found(A, B, A | B, nearly)


def trained(rows, decoder):
    model = vsc_tf.VSC(latent_dim=4, seed=1, prior=vsc_tf.PseudoInputPrior(5), recipe=None,
                       posterior=posteriors.SpikeAndSlab(spike_bias=1.),
                       encoder=vsc_tf.networks.mlp(8), decoder=decoder)
    model.compile(optimizer="adam", jit_compile=False)
    model.fit(rows, batch_size=48, verbose=0)
    return model


@pytest.fixture
def model(rows):
    return trained(rows, vsc_tf.networks.mlp(8))


def gates(model, rows, monkeypatch):
    """Latent 2 is on for either of what 0 and 1 are on for, latent 3 never."""
    codes = model.encode(rows)
    a, b = np.indices([2, 2, -(-len(rows) // 4)]).reshape(3, -1)[:2, :len(rows)] == 1
    is_on = np.stack([a, b, a | b, np.zeros_like(a)], axis=1)
    monkeypatch.setattr(model, "encode", lambda x: codes._replace(
        z=np.where(is_on, codes.loc, 0.)))


def test_the_copy_has_slab_and_column_and_each_the_gate_of_one(model, rows, monkeypatch):
    before, column = model.q(rows), model.decoder.weights[0].numpy()
    gates(model, rows, monkeypatch)
    assert split(model, rows) == [Split(2, 0, 1)]
    after = model.q(rows)
    for values, was, order in ((after.logits, before.logits, [0, 1, 0, 1]),
                               (after.loc, before.loc, [0, 1, 2, 2]),
                               (after.scale, before.scale, [0, 1, 2, 2])):
        np.testing.assert_allclose(values, np.take(was, order, axis=1), rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(model.decoder.weights[0], column[[0, 1, 2, 2]])


def test_where_one_feature_is_there_the_model_is_the_same_function(model, rows, monkeypatch):
    model.posterior.zero.assign([0.5, -1., 2., 0.])
    z = np.array([[3., 0., 1.5, 0.], [0., 2., -1.5, 0.], [0., 0., 0., 0.]], "float32")
    pictures = model.decode(z)
    gates(model, rows, monkeypatch)
    split(model, rows)
    z[1] = [0., 2., 0., -1.5]  # The second feature alone: the copy says it.
    np.testing.assert_allclose(model.decode(z), pictures, rtol=1e-5)


def unchanged(model, rows, monkeypatch):
    gates(model, rows, monkeypatch)
    before = model.get_weights()
    assert split(model, rows) == []
    for was, weight in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(was, weight)


def test_where_no_latent_is_left_none_is_split(model, rows, monkeypatch):
    model.posterior.zero.assign([0., 0., 0., 1.])  # Never on, but the decoder reads 1 of it.
    unchanged(model, rows, monkeypatch)


@pytest.mark.parametrize("first", [
    [keras.layers.LayerNormalization(), keras.layers.Dense(8)], [keras.layers.Activation("tanh")]],
    ids=["normalization", "no-weights"])
def test_a_decoder_that_does_not_begin_with_a_dense_layer_is_left_alone(first, rows, monkeypatch):
    unchanged(trained(rows, keras.Sequential(first)), rows, monkeypatch)


def test_gates_of_the_paper_are_refused(rows):
    model = vsc_tf.VSC(latent_dim=2, posterior=posteriors.SpikeAndSlab("relu_exp"))
    model.adapt(rows)
    with pytest.raises(ValueError, match="gates are logits. Received: .*'relu_exp'"):
        split(model, rows)


def test_a_frozen_decoder_is_left_alone(model, rows, monkeypatch):
    model.decoder.trainable = False
    unchanged(model, rows, monkeypatch)
