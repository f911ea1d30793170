"""Pairs of latents that share two features: their axes, and that each gets one."""
import numpy as np
import pytest

import vsc_tf
from vsc_tf import posteriors
from vsc_tf.refinement import unmix
from vsc_tf.refinement.axes import find_axes

RNG = np.random.default_rng(0)
N = 3000
A, B = RNG.random((2, N)) < [[0.3], [0.25]]
SIZES = RNG.uniform(0.7, 1.7, (2, N))
FEATURES = np.stack([A, B], axis=1) + RNG.normal(0., 0.05, (N, 2))
DIRECTIONS = np.array([[2., -1.], [1., 3.]]) / np.sqrt([5., 10.])  # Columns of unit length.


def pair(values, noise=0.03):
    """Codes of two latents that are on where either value is not 0."""
    on = values.any(axis=0)
    return (values.T @ DIRECTIONS.T + RNG.normal(0., noise, (N, 2))) * on[:, None]


def test_directions_and_gates_are_found():
    signs = RNG.choice([-1., 1.], (2, N))
    for values in (SIZES * [A, B], SIZES * signs * [A, B]):
        (axes,) = find_axes(pair(values), FEATURES)
        assert axes[:2] == (0, 1)
        order = np.abs(axes.directions.T @ DIRECTIONS).argmax(axis=1)
        assert sorted(order) == [0, 1]
        cosines = np.abs(np.sum(axes.directions * DIRECTIONS[:, order], axis=0))
        np.testing.assert_allclose(cosines, 1., atol=2e-3)
        for gate, there in zip(axes.gates, np.array([A, B])[order], strict=True):
            assert (gate.is_on(FEATURES) == there).mean() > 0.99


def test_pairs_that_are_on_for_different_observations_are_left():
    z = pair(SIZES * [A, B])
    z[RNG.random(N) < 0.2, 0] = 0.
    assert not find_axes(z, FEATURES)


def test_two_ways_in_which_one_feature_varies_are_left():
    place, size = RNG.uniform(-1., 1., N), SIZES[0]
    features = np.stack([A * size, A * size * place, A], axis=1)
    for first, second in ((size, size * place), (size * (1 + place), size * (1 - place)),
                          (RNG.normal(size=N), RNG.normal(size=N))):
        assert not find_axes(np.stack([A * first, A * second], axis=1), features)


def test_features_that_come_together_or_exclude_each_other_are_left():
    for other in (A & (RNG.random(N) < 0.7), ~A & B):
        values = SIZES * [A, other]
        assert not find_axes(pair(values), np.stack([A, other], axis=1) * 1.)


def test_what_the_encoder_cannot_tell_is_left():
    assert not find_axes(pair(SIZES * [A, B]), RNG.normal(size=(N, 2)))


@pytest.fixture
def model(rows, monkeypatch):
    made = vsc_tf.VSC(latent_dim=3, seed=1, prior=vsc_tf.PseudoInputPrior(5), recipe=None,
                      posterior=posteriors.SpikeAndSlab(spike_bias=1.),
                      encoder=vsc_tf.networks.mlp(2), decoder=vsc_tf.networks.mlp(8))
    made.adapt(rows)
    made.posterior.zero.assign([0.5, -1., 0.2])
    monkeypatch.setattr("vsc_tf.refinement.surgery._features", lambda model, x: FEATURES)
    codes = made.encode(rows)
    z = np.column_stack([pair(SIZES * [A, B]), A | B])
    monkeypatch.setattr(made, "encode", lambda x: codes._replace(z=z))
    return made


def test_slabs_and_decoder_turn_together(model, rows):
    q, kernel = model.q(rows), model.decoder.weights[0].numpy()
    read = (q.loc.numpy() + model.posterior.zero.numpy()) @ kernel
    (axes,) = unmix(model, rows)
    after, turned = model.q(rows), model.decoder.weights[0].numpy()
    np.testing.assert_allclose((after.loc.numpy() + model.posterior.zero.numpy()) @ turned, read,
                               rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(axes.directions @ after.loc.numpy()[:, :2].T,
                               q.loc.numpy()[:, :2].T, rtol=1e-4, atol=1e-5)
    features = model.encoder(model.scaling(rows)).numpy()
    for latent, gate in enumerate(axes.gates):
        np.testing.assert_allclose(after.logits[:, latent], features @ gate.kernel + gate.bias,
                                   rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(after.logits[:, 2], q.logits[:, 2], rtol=1e-5)


def test_a_frozen_decoder_is_left_alone(model, rows):
    model.decoder.trainable = False
    assert unmix(model, rows) == []
