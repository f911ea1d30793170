"""Which latents' zeros move, how far, and what becomes of their gates."""
import numpy as np
import pytest

from vsc_tf.refinement.rezero import find_moves


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


def test_a_value_of_two_thirds_is_missing_unless_codes_clearly_vary_less_at_another():
    rng = np.random.default_rng(0)
    for share, calm, shift in ((0.25, 0.97, 2.), (0.25, 0.7, -12.), (0.4, 0.97, -12.)):
        rare = np.arange(2000) < share * 2000
        other = rng.normal(size=2000) * np.where(rare, calm, 1.)
        loc = np.column_stack([np.where(rare, -12., 2.), other])
        assert find_moves(loc, loc, np.full_like(loc, 0.25)).shifts[0] == shift


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
