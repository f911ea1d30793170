"""Latents on for either of two features, one of which no other latent tells."""
import numpy as np
import pytest

import vsc_tf
from vsc_tf import posteriors
from vsc_tf.refinement import split
from vsc_tf.refinement.union import find_unions

RNG = np.random.default_rng(0)
A, B, C = (RNG.random((3, 3000)) < [[0.3], [0.2], [0.4]])
FEATURES = np.stack([A, B, C], axis=1) * [3., -2., 10.] + RNG.normal(0., 0.1, (3000, 3)) + 5.


def found(*columns, features=FEATURES):
    return find_unions(np.stack(columns, axis=1), features)


def test_the_second_feature_needs_no_latent_and_gets_a_gate():
    (union,) = found(A, C, A | B)
    assert union.latent == 2
    np.testing.assert_array_equal(union.own.is_on(FEATURES), A)
    np.testing.assert_array_equal(union.other.is_on(FEATURES), B)  # Where A is there, too.
    log_odds = FEATURES @ union.other.kernel + union.other.bias
    assert np.median(np.abs(log_odds)) == pytest.approx(3., rel=0.02)


def test_it_need_not_be_on_for_all_of_the_first():
    """The latent keeps what it says of the first, and no more."""
    place = RNG.random(3000)
    features = np.column_stack([FEATURES, A * (1. + place)])
    part = A & (place > 0.03)
    (union,) = found(A, C, part | B, features=features)
    assert (union.own.is_on(features) == part).mean() > 0.95
    assert (union.other.is_on(features) == B).mean() > 0.99
    assert not found(A, C, A & (place > 0.2) | B, features=features)
    (union,) = found(A, C, A & (RNG.random(3000) < 0.97) | B)  # Nothing tells which part.
    np.testing.assert_array_equal(union.own.is_on(FEATURES), A)


def test_gates_do_not_depend_on_the_units_of_the_features():
    units = np.array([1e-3, 1., 1e4])
    (union,), (other,) = found(A, A | B), found(A, A | B, features=FEATURES * units)
    np.testing.assert_allclose(other.other.kernel * units, union.other.kernel, rtol=1e-3,
                               atol=1e-4)


def test_one_feature_is_left_alone():
    assert not found(A, C, B)
    assert not found(A, A)
    assert not found(A, A | (RNG.random(3000) < 0.3))  # Nothing tells the rest.
    assert not found(A, np.ones(3000, bool))
    assert not found(np.zeros(3000, bool), A)


def test_a_part_of_a_feature_is_no_feature():
    size = RNG.normal(size=3000)
    features = np.stack([B * (3. + size), B * (3. - size)], axis=1)
    assert not found(B & (size > 0.), B, features=features)
    assert not found(B & (size > 1.), B, features=features)


def test_what_excludes_or_implies_the_first_is_left_alone():
    only = B & ~A
    assert not found(A, A | only, features=np.stack([A, only], axis=1) * 1.)
    more = A | B
    assert not found(A, more, features=np.stack([A, more], axis=1) * 1.)


def test_both_are_said_by_latents_of_their_own(rows, monkeypatch):
    model = vsc_tf.VSC(latent_dim=4, seed=1, prior=vsc_tf.PseudoInputPrior(5), recipe=None,
                       posterior=posteriors.SpikeAndSlab(spike_bias=1.),
                       encoder=vsc_tf.networks.mlp(8), decoder=vsc_tf.networks.mlp(8))
    x = np.resize(rows, (3000, *rows.shape[1:]))
    model.adapt(x)
    monkeypatch.setattr("vsc_tf.refinement.surgery.encoder_features", lambda model, x: np.pad(
        FEATURES, ((0, 0), (0, 5))))
    codes, column = model.encode(x), model.decoder.weights[0].numpy()
    is_on = np.stack([A, A | B, C, np.zeros_like(A)], axis=1)
    monkeypatch.setattr(model, "encode", lambda x: codes._replace(z=np.where(is_on, 1., 0.)))
    (union,) = split(model, x)
    kernel, bias = (weight.numpy() for weight in model.posterior.dense.weights)
    np.testing.assert_array_equal(kernel[:, [1, 3]].T, [union.own.kernel, union.other.kernel])
    np.testing.assert_array_equal(bias[[1, 3]], np.float32([union.own.bias, union.other.bias]))
    np.testing.assert_array_equal(kernel[:, [7, 11]], kernel[:, [5, 9]])  # The slab of both.
    np.testing.assert_array_equal(model.decoder.weights[0], column[[0, 1, 2, 1]])
