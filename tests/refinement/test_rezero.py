"""Moving a latent's zero: which latents, how far, and that the model stays the same function."""
import keras
import numpy as np
import pytest
import tensorflow as tf

import vsc_tf
from vsc_tf import callbacks
from vsc_tf.models.rezero import find_moves


def shift_of(values, on=None, scale=0.25):
    """The shift of one latent with slab means `values`, on everywhere unless said."""
    loc = np.asarray(values, float)[:, None]
    z = loc if on is None else np.where(np.asarray(on)[:, None], loc, 0.)
    moves = find_moves(z, loc, np.full_like(loc, scale))
    assert not moves.turned.any()
    return float(moves.shifts[0])


LONE = 20. + 3. * np.arange(30)  # Each alone in a window that is 4 * 0.25 = 1 wide.


def test_zero_goes_to_the_middle_of_the_interval_with_most_values():
    assert shift_of([*LONE, 9.8, 9.9, 10.0, 10.2, 10.4]) == pytest.approx(10.0)


def test_values_wider_apart_than_the_window_are_not_one_value():
    assert shift_of([*LONE, 1., 1.1, 1.2, 10., 11.5, 13., 14.5]) == pytest.approx(1.1)


def test_a_latent_that_is_off_often_keeps_its_zero():
    values = [5.] * 20
    assert shift_of(values, [True] * 18 + [False] * 2) == 0.
    assert shift_of(values, [True] * 19 + [False]) == 5.


def test_a_value_must_be_more_common_than_off():
    values = [*LONE, 5., 5.1, 5.2]
    assert shift_of([*values, 0., 0., 0.], [True] * 33 + [False] * 3) == 0.
    assert shift_of([*values, 0., 0.], [True] * 33 + [False] * 2) == pytest.approx(5.1)


def test_values_spread_evenly_have_none_that_stands_out():
    assert shift_of(np.linspace(-9., 9., 200)) == 0.


def test_of_two_values_the_one_where_other_latents_vary_least_is_missing():
    there = np.arange(100) < 80
    other = np.where(there, np.linspace(-5., 5., 100), 0.)
    loc = np.column_stack([np.where(there, 2., -12.), other])
    z = np.column_stack([loc[:, 0], other])
    assert find_moves(z, loc, np.full_like(loc, 0.25)).shifts[0] == -12.
    assert find_moves(z[:, :1], loc[:, :1], np.full([100, 1], 0.25)).shifts[0] == 2.


def bound_of(values):
    loc = np.asarray(values)[:, None]
    return float(find_moves(loc, loc, np.full_like(loc, 0.25)).bounds[0])


def test_the_new_gate_is_even_halfway_to_the_other_values():
    missing = [-12.] * 50
    assert bound_of([*missing, *np.linspace(1., 11., 50)]) == pytest.approx(6.75)  # 5 % at 1.5.
    assert bound_of([*missing, *np.linspace(-34., -24., 50)]) == pytest.approx(-6.25)  # -24.5.


def test_gates_stay_where_other_values_are_on_both_sides():
    assert bound_of([*[1.] * 50, *np.linspace(-9., 10., 50)]) == 0.
    assert bound_of([1.] * 50) == 0.


def test_dead_latents_keep_their_zero():
    assert shift_of([5.] * 10, [False] * 10) == 0.


def moves_of(reversed_values, reversed_on, others_on=4):
    """Of a latent that is on where `reversed_on`, beside others on where the feature is there."""
    there = np.arange(20) < 10
    loc = np.column_stack([reversed_values, *[np.linspace(1., 9., 20)] * others_on])
    on = np.column_stack([reversed_on, *[there] * others_on])
    return find_moves(np.where(on, loc, 0.), loc, np.full_like(loc, 0.25))


def test_a_latent_on_where_its_feature_is_missing_is_turned():
    missing = np.arange(20) >= 10
    moves = moves_of(np.where(missing, -8., 3.), missing)
    assert moves.turned.tolist() == [True, False, False, False, False]
    assert moves.shifts.tolist() == [-8., 0., 0., 0., 0.]


def test_a_reversed_latent_is_told_by_how_the_others_vary_not_by_how_many_are_on():
    missing = np.arange(20) >= 10
    for spread, turned in ((0.7, True), (1., False)):  # Variances 0.49 and 1 of those elsewhere.
        other = np.linspace(-4., 4., 10)
        loc = np.column_stack([np.where(missing, -8., 3.), 9. + np.append(other, spread * other)])
        z = np.column_stack([np.where(missing, -8., 0.), loc[:, 1]])
        assert find_moves(z, loc, np.full_like(loc, 0.25)).turned.tolist() == [turned, False]


def test_a_latent_on_with_its_feature_keeps_its_gate_though_it_has_one_value():
    there = np.arange(20) < 10
    moves = moves_of(np.full(20, 5.), there)
    assert not moves.turned.any() and not moves.shifts.any()


def test_a_reversed_latent_must_have_one_value_nearly_as_common_as_off():
    missing = np.arange(20) >= 10
    values = np.linspace(-9., 9., 20)  # Two to a window.
    assert not moves_of(values, missing).turned.any()
    values[10:18] = -8.  # 8 of 20, against 10 off: more than three quarters.
    assert moves_of(values, missing).turned[0]
    values[16:18] = [4., 7.]
    assert not moves_of(values, missing).turned.any()


def following(values, on, leader_on):
    """Of two latents, the second on where `leader_on`: the first one's shift and gate."""
    leader = np.linspace(20., 60., len(values))  # Not one value of its own.
    loc, is_on = np.column_stack([values, leader]), np.column_stack([on, leader_on])
    moves = find_moves(np.where(is_on, loc, 0.), loc, np.full_like(loc, 0.25))
    assert not moves.turned.any() and moves.gate_of[1] == 1
    return float(moves.shifts[0]), int(moves.gate_of[0])


def test_a_latent_with_nothing_to_say_without_another_gets_its_gate():
    n = np.arange(510)
    leads, everywhere, spread = n < 450, n >= 0, np.linspace(5., 8.5, 510)
    # As there are others on both sides of 7, the gate would stay as it is.
    assert following(np.where(leads, spread, 7.), everywhere, leads) == (7., 1)
    # What it says without the other one is not one value.
    assert following(spread, everywhere, n % 8 > 0) == (0., 0)
    # Where off says 0 often it cannot say 7, but 0.4 is as good as 0.
    leads, mostly = n < 300, n < 400
    assert following(np.where(leads, spread, 7.), mostly, leads) == (0., 0)
    assert following(np.where(leads, spread, 0.4), mostly, leads) == (pytest.approx(0.4), 1)
    # On for seven in eight of the other's observations: it has something to say about those.
    some = np.where(leads, n % 8 > 0, n < 400)
    assert following(np.where(leads, spread, 0.4), some, leads) == (0., 0)
    # On without the other for 8 % of all.
    assert following(np.where(leads, spread, 0.4), n < 340, leads) == (0., 0)


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


def test_shifts_change_codes_but_not_what_the_model_computes(model, rows, monkeypatch):
    monkeypatch.setattr("vsc_tf.models.vsc.find_moves", lambda *codes: find_moves(
        *codes)._replace(bounds=np.zeros(4)))
    before, codes = model.evaluate(rows, verbose=0), model.encode(rows)
    pictures = model.decode(codes.z)
    shifts = model.rezero(rows).shifts
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
    np.testing.assert_array_equal(model.rezero(rows).shifts, shifts)
    off = codes.z - shifts  # Of latents that are all on, without the new gates.
    off[:, j] = 0.
    np.testing.assert_allclose(model.decode(off), common, rtol=1e-4)


def test_the_zero_is_kept_by_a_file(model, rows, tmp_path):
    model.rezero(rows)
    model.save(tmp_path / "m.keras")
    restored = keras.models.load_model(tmp_path / "m.keras")
    np.testing.assert_array_equal(restored.zero, model.zero)
    z = model.encode(rows).z
    np.testing.assert_array_equal(restored.decode(z), model.decode(z))


def test_turned_gates_are_on_where_they_were_off(model, rows):
    before = model.q(rows)
    turned = np.array([True, False, True, False])
    model.head.move(np.zeros(4), turned, np.zeros(4), np.arange(4))
    after = model.q(rows)
    sign = np.where(turned, -1., 1.)
    np.testing.assert_allclose(after.logits, before.logits * sign, rtol=1e-5, atol=1e-4)
    np.testing.assert_allclose(after.loc, before.loc, rtol=1e-6)
    np.testing.assert_allclose(after.scale, before.scale, rtol=1e-6)


def test_new_gates_are_a_function_of_the_slab_mean(model, rows):
    before, shifts, bounds = model.q(rows), np.array([0., 2., 0., -1.]), [0., 3., 0., -4.]
    model.head.move(shifts, np.zeros(4, bool), np.array(bounds), np.arange(4))
    after = model.q(rows)
    np.testing.assert_allclose(after.loc, before.loc - shifts, atol=1e-5)
    for j in (1, 3):  # Log-odds -3 at the new zero, 0 at the bound.
        expected = 3. * (after.loc[:, j] / bounds[j] - 1.)
        np.testing.assert_allclose(after.logits[:, j], expected, rtol=1e-4, atol=1e-4)
    for j in (0, 2):
        np.testing.assert_allclose(after.logits[:, j], before.logits[:, j], rtol=1e-5)


def test_a_latent_that_follows_another_has_its_gate(model, rows):
    before = model.q(rows)
    model.head.move(np.zeros(4), np.zeros(4, bool), np.zeros(4), np.array([0, 3, 2, 3]))
    after = model.q(rows)
    np.testing.assert_allclose(after.logits, tf.gather(before.logits, [0, 3, 2, 3], axis=1),
                               rtol=1e-5)
    np.testing.assert_allclose(after.loc, before.loc, rtol=1e-6)


def test_gates_of_the_paper_are_refused(rows):
    model = vsc_tf.VSC(latent_dim=2, spike_activation="relu_exp")
    model.adapt(rows)
    with pytest.raises(ValueError, match="logits. Received .*spike_activation='relu_exp'"):
        model.rezero(rows)


def steps_of(rows, epochs, batch_size, others=(), **when):
    """The optimizer steps at which the callback has zeros moved."""
    model = vsc_tf.VSC(latent_dim=2, seed=1, encoder=vsc_tf.networks.mlp(4),
                       decoder=vsc_tf.networks.mlp(4), prior=vsc_tf.PseudoInputPrior(3))
    model.compile(optimizer="adam")
    seen = []
    model.rezero = lambda x: seen.append(int(model.optimizer.iterations))
    model.fit(rows, batch_size=batch_size, epochs=epochs, verbose=0,
              callbacks=[*others, callbacks.Rezero(rows, **when)])
    return seen


def test_callback_moves_at_multiples_between_its_ends(rows):
    assert steps_of(rows, epochs=8, batch_size=48, begin=4, end=12, every=4) == [4, 8, 12]


def test_callback_waits_for_the_end_of_the_epoch(rows):
    assert steps_of(rows, epochs=4, batch_size=32, begin=0, end=100, every=4) == [6, 9, 12]


def test_callback_waits_for_the_end_of_the_slab_warm_up(rows):
    warm_up = callbacks.SlabWarmUp(3, 3)
    assert steps_of(rows, 5, 48, [warm_up], begin=0, end=9, every=2) == [6, 8]


def test_callback_looks_at_all_of_ordered_data():
    x = callbacks.Rezero(np.arange(60_000)[:, None], 0, 1).x.ravel()
    assert (len(x), x[0], x[-1]) == (5000, 0, 59_999) and np.diff(x).max() <= 13
    assert callbacks.Rezero(np.arange(3)[:, None], 0, 1).x.ravel().tolist() == [0, 1, 2]


@pytest.mark.parametrize(("begin", "end", "every", "message"), [
    (-1, 5, 1, "Rezero counts .* whole numbers of at least 0. Received: -1"),
    (0, 2.5, 1, "whole numbers of at least 0. Received: 2.5"),
    (0, True, 1, "whole numbers of at least 0. Received: True"),
    (0, 5, 0, "`every` must be a positive integer. Received: every=0"),
    (5, 4, 1, "`end` that is not before `begin`. Received: begin=5, end=4")])
def test_callback_counts_in_whole_steps(rows, begin, end, every, message):
    with pytest.raises(ValueError, match=message):
        callbacks.Rezero(rows, begin, end, every)


@pytest.mark.parametrize(("x", "message"), [
    (np.zeros([9, 5], "float32"), r"\(n, 12\)|shape"), (np.full([9, 12], np.nan), "NaN|finite")])
def test_callback_refuses_data_before_the_first_step(rows, x, message):
    model = vsc_tf.VSC(latent_dim=2, encoder=vsc_tf.networks.mlp(4),
                       decoder=vsc_tf.networks.mlp(4))
    model.compile(optimizer="adam")
    with pytest.raises(ValueError, match=message):
        model.fit(rows, verbose=0, callbacks=[callbacks.Rezero(x, 0, 5)])
    assert int(model.optimizer.iterations) == 0


def test_callback_needs_a_vsc(rows):
    model = vsc_tf.VAE(latent_dim=2, encoder=vsc_tf.networks.mlp(4),
                       decoder=vsc_tf.networks.mlp(4))
    model.compile(optimizer="adam")
    with pytest.raises(ValueError, match="needs a VSC .*Received: VAE"):
        model.fit(rows, verbose=0, callbacks=[callbacks.Rezero(rows, 0, 5)])
