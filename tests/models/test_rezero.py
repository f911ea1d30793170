"""Moving a latent's zero: which latents, how far, and that the model stays the same function."""
import keras
import numpy as np
import pytest

import vsc_tf
from vsc_tf import callbacks
from vsc_tf.models.rezero import shifts_to_common_values


def shift_of(values, on=None, scale=0.25):
    """The shift of one latent with slab means `values`, on everywhere unless said."""
    loc = np.asarray(values, float)[:, None]
    z = loc if on is None else np.where(np.asarray(on)[:, None], loc, 0.)
    return float(shifts_to_common_values(z, loc, np.full_like(loc, scale))[0])


def test_zero_goes_to_the_middle_of_the_interval_with_most_values():
    cluster = [9.8, 9.9, 10.0, 10.2, 10.4]  # 0.6 wide; a window is 4 * 0.25 = 1.
    assert shift_of([-8., -4., 0.1, 4., 8., *cluster]) == pytest.approx(10.0)


def test_values_wider_apart_than_the_window_are_not_one_value():
    assert shift_of([1., 1.1, 1.2, 10., 11.5, 13., 14.5]) == pytest.approx(1.1)


def test_a_latent_that_is_off_often_keeps_its_zero():
    values, on = [5.] * 10, [True] * 7 + [False] * 3
    assert shift_of(values, on) == 0.
    assert shift_of(values, [True] * 8 + [False] * 2) == 5.


def test_a_value_must_be_more_common_than_off():
    on = [True] * 8 + [False] * 2
    spread = [-2., 2., 4., 6., 8., 10., 12.]
    assert shift_of([*spread, 13.5, 0., 0.], on) == 0.
    assert shift_of([*spread[:-1], 10.2, 10.5, 0., 0.], on) == pytest.approx(10.2)


def test_dead_latents_keep_their_zero():
    assert shift_of([5.] * 10, [False] * 10) == 0.


@pytest.fixture
def model(rows):
    """Trained a little, then with all gates open: the state that `rezero` is for."""
    model = vsc_tf.VSC(latent_dim=4, seed=1, prior=vsc_tf.PseudoInputPrior(5),
                       encoder=vsc_tf.networks.mlp(8), decoder=vsc_tf.networks.mlp(8))
    model.compile(optimizer=keras.optimizers.Adam(0.01))
    model.fit(rows, batch_size=32, epochs=20, verbose=0)
    bias = model.head.dense.bias
    bias.assign(bias + np.repeat([40., 0., 0.], 4).astype("float32"))
    return model


def test_rezero_changes_codes_but_not_what_the_model_computes(model, rows):
    before, codes = model.evaluate(rows, verbose=0), model.encode(rows)
    pictures = model.decode(codes.z)
    shifts = model.rezero(rows)
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
    shifts = shifts_to_common_values(codes.z, codes.loc, codes.scale)
    j = int(np.abs(shifts).argmax())
    codes.z[:, j] = shifts[j]
    common = model.decode(codes.z)
    np.testing.assert_array_equal(model.rezero(rows), shifts)
    off = model.encode(rows).z
    off[:, j] = 0.
    np.testing.assert_allclose(model.decode(off), common, rtol=1e-4)


def test_the_zero_is_kept_by_a_file(model, rows, tmp_path):
    model.rezero(rows)
    model.save(tmp_path / "m.keras")
    restored = keras.models.load_model(tmp_path / "m.keras")
    np.testing.assert_array_equal(restored.zero, model.zero)
    z = model.encode(rows).z
    np.testing.assert_array_equal(restored.decode(z), model.decode(z))


def steps_of(rows, epochs, batch_size, **when):
    """The optimizer steps at which the callback has zeros moved."""
    model = vsc_tf.VSC(latent_dim=2, seed=1, encoder=vsc_tf.networks.mlp(4),
                       decoder=vsc_tf.networks.mlp(4), prior=vsc_tf.PseudoInputPrior(3))
    model.compile(optimizer="adam")
    seen = []
    model.rezero = lambda x: seen.append(int(model.optimizer.iterations))
    model.fit(rows, batch_size=batch_size, epochs=epochs, verbose=0,
              callbacks=[callbacks.Rezero(rows, **when)])
    return seen


def test_callback_moves_at_multiples_between_its_ends(rows):
    assert steps_of(rows, epochs=8, batch_size=48, begin=4, end=12, every=4) == [4, 8, 12]


def test_callback_waits_for_the_end_of_the_epoch(rows):
    assert steps_of(rows, epochs=4, batch_size=32, begin=0, end=100, every=4) == [6, 9, 12]


@pytest.mark.parametrize(("begin", "end", "every", "name"), [
    (-1, 5, 1, "begin"), (0, 2.5, 1, "end"), (0, True, 1, "end"), (0, 5, 0, "every")])
def test_callback_counts_in_whole_steps(rows, begin, end, every, name):
    with pytest.raises(ValueError, match=f"whole numbers.*Received: {name}="):
        callbacks.Rezero(rows, begin, end, every)


def test_callback_needs_a_vsc(rows):
    model = vsc_tf.VAE(latent_dim=2, encoder=vsc_tf.networks.mlp(4),
                       decoder=vsc_tf.networks.mlp(4))
    model.compile(optimizer="adam")
    with pytest.raises(ValueError, match="needs a VSC. Received: VAE"):
        model.fit(rows, verbose=0, callbacks=[callbacks.Rezero(rows, 0, 5)])
