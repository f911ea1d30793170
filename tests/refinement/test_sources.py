"""Latents that share several features: their sources, and that each gets one."""
import numpy as np
import pytest

import vsc_tf
from vsc_tf import posteriors
from vsc_tf.refinement import surgery, unmix
from vsc_tf.refinement.sources import find_sources

RNG = np.random.default_rng(0)
N = 3000
ON = RNG.random((N, 3)) < [0.3, 0.25, 0.15]
SIZES = RNG.uniform(0.7, 1.7, (N, 3))
FEATURES = ON + RNG.normal(0., 0.05, (N, 3))
MIXING = np.array([[2., -1., 0.5], [1., 3., -1.], [-0.3, 1., 2.]])  # Columns: what one moves.
SCALE = 0.03


def mixed(values, mixing=MIXING):
    """Codes of latents that are on where any of the values is not 0."""
    on = values.any(axis=1)
    noise = RNG.normal(0., SCALE, values.shape)
    return (values @ mixing.T[:values.shape[1], :values.shape[1]] + noise) * on[:, None]


def found_in(z, features=FEATURES, zero=None):
    zero = np.zeros(z.shape[1]) if zero is None else zero
    return find_sources(z, zero, np.full(z.shape, SCALE), features)


@pytest.mark.parametrize("always", [False, True])
@pytest.mark.parametrize("signs", [False, True])
@pytest.mark.parametrize("count", [2, 3])
def test_each_source_is_one_feature(count, signs, always):
    values = SIZES * ON * (RNG.choice([-1., 1.], SIZES.shape) if signs else 1.)
    z = mixed(values[:, :count]) if not always else (
        values[:, :count] @ MIXING[:count, :count].T + RNG.normal(4., SCALE, (N, count)))
    (found,) = found_in(z)
    assert found.latents.tolist() == [*range(count)]
    sources = z @ found.unmixing.T - found.zero
    seen = np.abs(np.corrcoef(sources.T, values[:, :count].T)[:count, count:])
    assert sorted(seen.argmax(axis=1)) == [*range(count)] and seen.max(axis=1).min() > 0.99
    for source, gate, k in zip(sources.T, found.gates, seen.argmax(axis=1), strict=True):
        assert (gate.is_on(FEATURES) == ON[:, k]).mean() > 0.99
        assert np.abs(source[~ON[:, k]]).mean() < 0.1 * np.abs(source[ON[:, k]]).mean()


def test_a_latent_that_is_always_on_gets_the_gate_of_its_feature():
    z = np.where(ON[:, :1], RNG.choice([-1., 1.], (N, 1)), 0.) + RNG.normal(2., SCALE, (N, 1))
    (found,) = found_in(z)
    assert found.zero == pytest.approx(2., abs=0.1)
    assert (found.gates[0].is_on(FEATURES) == ON[:, 0]).mean() > 0.99


def test_what_off_says_stays_the_missing_value():
    zero = np.array([1., -2.])
    (found,) = found_in(mixed(SIZES[:, :2] * ON[:, :2]), zero=zero)
    np.testing.assert_allclose(found.zero, found.unmixing @ zero)


def test_latents_of_one_feature_each_are_left():
    assert not found_in(SIZES * ON)


def test_two_ways_in_which_one_feature_varies_are_left():
    place, size, on = RNG.uniform(-1., 1., N), SIZES[:, 0], ON[:, 0]
    features = np.stack([on * size, on * size * place, on], axis=1)
    for first, second in ((size, size * place), (size * (1 + place), size * (1 - place)),
                          (RNG.normal(size=N), RNG.normal(size=N))):
        assert not found_in(np.stack([on * first, on * second], axis=1), features)


def test_features_that_exclude_each_other_are_told_apart():
    on = np.stack([ON[:, 0], ~ON[:, 0] & ON[:, 1]], axis=1)
    (found,) = found_in(mixed(SIZES[:, :2] * on), on * 1.)
    gates = np.stack([gate.is_on(on * 1.) for gate in found.gates], axis=1)
    assert sorted(gates.mean(axis=0)) == pytest.approx(sorted(on.mean(axis=0)), abs=0.01)


def test_one_on_for_most_with_one_value_is_on_for_the_others():
    def turned(is_on, values=-2., features=None, quiet=1.):
        """Beside a latent that says something, `quiet` times as much where the first is off."""
        other = RNG.normal(size=N) * np.where(is_on, 1., quiet) * (RNG.random(N) < 0.5)
        z = np.column_stack([is_on * (values + RNG.normal(0., SCALE, N)), other])
        features = np.stack([is_on, other], axis=1) if features is None else features
        found = found_in(z, features, zero=np.array([0.5, 0.]))
        if not found:
            return False
        (sources,) = found
        assert sources.latents.tolist() == [0] and sources.zero == pytest.approx(-1.5, abs=0.01)
        np.testing.assert_array_equal(sources.gates[0].is_on(features), ~is_on)
        return True

    there = RNG.random(N)
    assert turned(there < 0.7) and turned(there < 0.9)
    assert not turned(there < 0.6)
    assert not turned(there < 0.8, values=RNG.normal(-2., 1., N))
    assert not turned(there < 0.8, quiet=0.3)  # More is said where it is on.
    assert not turned(there < 0.8, features=RNG.normal(size=(N, 2)))


@pytest.mark.parametrize("codes", ["noise", "twice the same", "always on", "one value each"])
def test_what_has_no_sources_is_left(codes):
    z = {"noise": lambda: RNG.normal(0., 0.1 * SCALE, (N, 3)),
         "twice the same": lambda: np.repeat(SIZES[:, :1] * ON[:, :1], 2, axis=1),
         "always on": lambda: RNG.normal(size=(N, 3)),
         "one value each": lambda: np.tile([[1., -1., 0.5], [-1., 1., 0.5], [1., 1., -0.5]],
                                           (N // 3, 1))}[codes]()
    assert not found_in(z.astype("float32"))


def test_what_the_encoder_cannot_tell_is_left():
    assert not found_in(mixed(SIZES * ON), RNG.normal(size=(N, 2)))


@pytest.fixture
def model(rows, monkeypatch):
    made = vsc_tf.VSC(latent_dim=4, seed=1, prior=vsc_tf.PseudoInputPrior(5), recipe=None,
                      posterior=posteriors.SpikeAndSlab(spike_bias=1.),
                      encoder=vsc_tf.networks.mlp(3), decoder=vsc_tf.networks.mlp(8))
    made.adapt(rows)
    made.posterior.zero.assign([0.5, -1., 0.2, 0.1])
    monkeypatch.setattr("vsc_tf.refinement.surgery.encoder_features", lambda model, x: FEATURES)
    codes = made.encode(rows)
    z = np.column_stack([mixed(SIZES * ON), ON[:, 1] & ON[:, 2]])
    monkeypatch.setattr(made, "encode",
                        lambda x: codes._replace(z=z, scale=np.full(z.shape, SCALE)))
    return made


def test_slabs_and_decoder_turn_together(model, rows):
    q, kernel = model.q(rows), model.decoder.weights[0].numpy()
    zero = model.posterior.zero.numpy()
    read = (q.loc.numpy() + zero) @ kernel
    (found,) = unmix(model, rows)
    assert found.latents.tolist() == [0, 1, 2]
    after, turned = model.q(rows), model.decoder.weights[0].numpy()
    np.testing.assert_allclose((after.loc.numpy() + model.posterior.zero.numpy()) @ turned, read,
                               rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(
        after.loc.numpy()[:, :3] + found.zero, (q.loc.numpy() + zero)[:, :3] @ found.unmixing.T,
        rtol=1e-4, atol=1e-4)
    features = model.encoder(model.scaling(rows)).numpy()
    for latent, gate in enumerate(found.gates):
        np.testing.assert_allclose(after.logits[:, latent], features @ gate.kernel + gate.bias,
                                   rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(after.logits[:, 3], q.logits[:, 3], rtol=1e-5)


def test_slabs_are_as_wide_as_what_they_are_made_of(model, rows):
    model.posterior.dense.kernel.assign(0. * model.posterior.dense.kernel)
    model.posterior.dense.bias.assign([*[1.] * 4, *[0.] * 4, *[2. * np.log(SCALE)] * 4])
    (found,) = unmix(model, rows)
    expected = SCALE * np.sqrt(np.sum(found.unmixing**2, axis=1))
    np.testing.assert_allclose(model.q(rows).scale.numpy()[0, :3], expected, rtol=1e-4)


def test_what_costs_more_than_it_may_is_undone(model, rows, monkeypatch):
    def loss():
        return model.last_losses(rows).numpy().mean()

    before, first = model.get_weights(), loss()
    (found,) = unmix(model, rows)
    lost = (loss() - first) / len(found.latents)
    model.set_weights(before)
    monkeypatch.setattr(surgery, "MOST_LOST", lost - 0.01)
    assert unmix(model, rows) == []
    for weight, values in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(weight, values)
    monkeypatch.setattr(surgery, "MOST_LOST", lost + 0.01)
    assert len(unmix(model, rows)) == 1


def test_a_frozen_decoder_is_left_alone(model, rows):
    model.decoder.trainable = False
    assert unmix(model, rows) == []
