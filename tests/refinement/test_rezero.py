"""Moves carried out: the model stays the same function, and gates are what they should be."""
import keras
import numpy as np
import pytest
import tensorflow as tf

import vsc_tf
from vsc_tf import posteriors
from vsc_tf.refinement import rezero
from vsc_tf.refinement.rezero import Moves, find_moves


@pytest.fixture
def model(rows):
    """Trained a little, then with all gates open: the state that `rezero` is for."""
    model = vsc_tf.VSC(latent_dim=4, seed=1, prior=vsc_tf.PseudoInputPrior(5), recipe=None,
                       posterior=posteriors.SpikeAndSlab(spike_bias=1.),
                       encoder=vsc_tf.networks.mlp(8), decoder=vsc_tf.networks.mlp(8))
    model.compile(optimizer=keras.optimizers.Adam(0.01), jit_compile=False)
    model.fit(rows, batch_size=32, epochs=20, verbose=0)
    bias = model.posterior.dense.bias
    bias.assign(bias + np.repeat([40., 0., 0.], 4).astype("float32"))
    return model


def test_shifts_change_codes_but_not_what_the_model_computes(model, rows, monkeypatch):
    monkeypatch.setattr("vsc_tf.refinement.surgery.find_moves", lambda *codes: find_moves(
        *codes)._replace(bounds=np.zeros(4)))
    before, codes = model.evaluate(rows, verbose=0), model.encode(rows)
    pictures = model.decode(codes.z)
    shifts = rezero(model, rows).shifts
    assert np.abs(shifts).max() > 0.1
    moved = model.encode(rows)
    np.testing.assert_allclose(moved.z, codes.z - shifts, atol=1e-5)
    np.testing.assert_allclose(moved.scale, codes.scale, rtol=1e-6)
    np.testing.assert_allclose(model.decode(moved.z), pictures, rtol=1e-4)
    after = model.evaluate(rows, verbose=0)
    for name in ("reconstruction", "kl", "selection_kl", "sparsity", "elbo"):
        assert after[name] == pytest.approx(before[name], rel=1e-4), name


def test_off_then_says_what_the_common_value_said(model, rows):
    codes = model.encode(rows)
    shifts = find_moves(codes.z, codes.loc, codes.scale).shifts
    j = int(np.abs(shifts).argmax())
    codes.z[:, j] = shifts[j]
    common = model.decode(codes.z)
    np.testing.assert_array_equal(rezero(model, rows).shifts, shifts)
    off = codes.z - shifts  # Of latents that are all on, without the new gates.
    off[:, j] = 0.
    np.testing.assert_allclose(model.decode(off), common, rtol=1e-4)


def test_the_zero_is_kept_by_a_file(model, rows, tmp_path):
    rezero(model, rows)
    model.save(tmp_path / "m.keras")
    restored = keras.models.load_model(tmp_path / "m.keras")
    np.testing.assert_array_equal(restored.posterior.zero, model.posterior.zero)
    z = model.encode(rows).z
    np.testing.assert_array_equal(restored.decode(z), model.decode(z))


@pytest.fixture
def move(model, rows, monkeypatch):
    """Function that carries out the `Moves` that it is given; returns q(z|x) before and after."""
    def carry_out(shifts=(0, 0, 0, 0), turned=(0, 0, 0, 0), bounds=(0, 0, 0, 0),
                  gate_of=(0, 1, 2, 3)):
        moves = Moves(np.array(shifts, "float32"), np.array(turned, bool),
                      np.array(bounds, "float32"), np.array(gate_of))
        before = model.q(rows)
        monkeypatch.setattr("vsc_tf.refinement.surgery.find_moves", lambda *codes: moves)
        assert rezero(model, rows) is moves
        return before, model.q(rows)

    return carry_out


def test_turned_gates_are_on_where_they_were_off(move):
    turned = np.array([True, False, True, False])
    before, after = move(turned=turned)
    sign = np.where(turned, -1., 1.)
    np.testing.assert_allclose(after.logits, before.logits * sign, rtol=1e-5, atol=1e-4)
    np.testing.assert_allclose(after.loc, before.loc, rtol=1e-6)
    np.testing.assert_allclose(after.scale, before.scale, rtol=1e-6)


def test_new_gates_are_a_function_of_the_slab_mean(move):
    shifts, bounds = np.array([0., 2., 0., -1.]), [0., 3., 0., -4.]
    before, after = move(shifts=shifts, bounds=bounds)
    np.testing.assert_allclose(after.loc, before.loc - shifts, atol=1e-5)
    for j in (1, 3):  # Log-odds -3 at the new zero, 0 at the bound.
        expected = 3. * (after.loc[:, j] / bounds[j] - 1.)
        np.testing.assert_allclose(after.logits[:, j], expected, rtol=1e-4, atol=1e-4)
    for j in (0, 2):
        np.testing.assert_allclose(after.logits[:, j], before.logits[:, j], rtol=1e-5)


def test_a_latent_that_follows_another_has_its_gate(move):
    before, after = move(gate_of=[0, 3, 2, 3])
    np.testing.assert_allclose(after.logits, tf.gather(before.logits, [0, 3, 2, 3], axis=1),
                               rtol=1e-5)
    np.testing.assert_allclose(after.loc, before.loc, rtol=1e-6)


@pytest.mark.parametrize(("posterior", "found"), [
    (posteriors.SpikeAndSlab("relu_exp"), "SpikeAndSlab with spike_activation='relu_exp'"),
    (posteriors.RectifiedNormal(), "RectifiedNormal")], ids=["relu_exp", "rectified"])
def test_gates_that_are_no_logits_are_refused(rows, posterior, found):
    model = vsc_tf.VSC(latent_dim=2, posterior=posterior)
    model.adapt(rows)
    with pytest.raises(ValueError, match=f"gates are logits. Received: posterior={found}"):
        rezero(model, rows)
