"""Latents that tell two features which exclude each other, one on each side of 0."""
import numpy as np
import pytest

import vsc_tf
from vsc_tf import posteriors
from vsc_tf.refinement import split
from vsc_tf.refinement.sides import find_sides

RNG = np.random.default_rng(0)
N = 3000
WHICH = RNG.integers(0, 4, N)  # 0 and 1: one of two features; 2 and 3: neither.
A, B = WHICH == 0, WHICH == 1
OTHER = RNG.random(N) < 0.3
SIZES = RNG.uniform(0.7, 1.7, N)
SIDES = SIZES * A - SIZES * B
FEATURES = np.stack([A, B, OTHER], axis=1) + RNG.normal(0., 0.05, (N, 3))


def apart(z):
    """Each side moves columns of its own."""
    return np.concatenate([np.maximum(z, 0.), np.maximum(-z, 0.)], axis=1)


def found(*columns, effect=apart, features=FEATURES):
    return find_sides(np.stack(columns, axis=1), effect, features)


def test_each_side_gets_a_gate():
    (union,) = found(OTHER * SIZES, SIDES)
    assert union.latent == 1
    np.testing.assert_array_equal(union.own.is_on(FEATURES), A)
    np.testing.assert_array_equal(union.other.is_on(FEATURES), B)


def test_a_feature_with_a_sign_is_one():
    assert not found(SIDES, effect=lambda z: z @ [[1., 2.]])
    assert not found(SIDES, effect=lambda z: np.tanh(z))  # Nor if the sides saturate.


def test_sides_that_do_the_same_are_one_feature():
    assert not found(SIDES, effect=np.abs)


@pytest.mark.parametrize("nothing", [0., np.nan])
def test_sides_that_do_nothing_are_left(nothing):
    assert not found(SIDES, effect=lambda z: z * nothing)


@pytest.mark.parametrize(("angle", "count"), [(55., 0), (65., 1), (115., 1), (125., 0)])
def test_what_sides_do_must_differ(angle, count):
    up, down = (np.array([np.cos(a), np.sin(a)]) for a in (0., np.deg2rad(angle)))
    effect = lambda z: np.maximum(z, 0.) * up + np.maximum(-z, 0.) * down
    assert len(found(SIDES, effect=effect)) == count


def test_values_that_pass_through_0_are_of_one_feature():
    for values, count in ((RNG.normal(size=N), 0), (RNG.normal(size=N) + 5. * (A * 1. - B), 1)):
        z = (A | B) * values
        features = np.stack([z > 0., z < 0.], axis=1) * 1.
        assert len(found(z, features=features)) == count


def test_sides_of_one_feature_that_other_latents_tell_too_are_left():
    assert not found(SIDES, (A | B) * SIZES)
    assert not found(SIDES, ((A | B) & (RNG.random(N) < 0.85)) * SIZES)
    assert found(SIDES, (WHICH == 2) * SIZES)  # It excludes both: another feature.
    assert found(SIDES, A * SIZES)  # It tells one of the two.


def test_what_is_rare_or_always_on_is_left():
    assert not found(np.where(np.arange(N) % 25 == 0, -1., 1.) * (A | B))
    assert not found(np.where(A, 1., -1.) * SIZES)


def test_one_side_is_one_feature():
    assert not found(SIZES * A, np.zeros(N))


def test_what_the_encoder_cannot_tell_is_left():
    assert not found(SIDES, features=RNG.normal(size=(N, 2)))


def test_both_are_said_by_latents_of_their_own(rows, monkeypatch):
    model = vsc_tf.VSC(latent_dim=3, seed=1, prior=vsc_tf.PseudoInputPrior(5), recipe=None,
                       posterior=posteriors.SpikeAndSlab(spike_bias=1.),
                       encoder=vsc_tf.networks.mlp(8), decoder=vsc_tf.networks.mlp(8))
    x = np.resize(rows, (N, *rows.shape[1:]))
    model.adapt(x)
    monkeypatch.setattr("vsc_tf.refinement.surgery.encoder_features", lambda model, x: np.pad(
        FEATURES, ((0, 0), (0, 5))))
    codes, decode = model.encode(x), model.decode
    z = np.stack([OTHER * SIZES, SIDES, np.zeros(N)], axis=1).astype("float32")
    monkeypatch.setattr(model, "encode", lambda x: codes._replace(z=z))

    def decoded(z, batch_size):
        """The other feature moves a column of large units far, and both sides move it little."""
        up, down = np.maximum(z[:, 1], 0.), np.maximum(-z[:, 1], 0.)
        return 5e3 + np.stack([1e3 * (10. * z[:, 0] + 0.3 * (up + down)), up, down], axis=1)

    monkeypatch.setattr(model, "decode", decoded)
    kernel = model.posterior.dense.kernel.numpy()
    (union,) = split(model, x)
    after, bias = (weight.numpy() for weight in model.posterior.dense.weights)
    np.testing.assert_array_equal(after[:, [1, 2]].T, [union.own.kernel, union.other.kernel])
    np.testing.assert_array_equal(bias[[1, 2]], np.float32([union.own.bias, union.other.bias]))
    np.testing.assert_array_equal(after[:, [4, 5, 7, 8]], kernel[:, [4, 4, 7, 7]])
    np.testing.assert_allclose(decode([[0., 1.5, 0.]]), decode([[0., 0., 1.5]]), rtol=1e-5)
