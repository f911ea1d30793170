"""Sources of what the decoder makes: which are found, and which are left alone."""
import numpy as np
import pytest

from vsc_tf.refinement.additive import dependence, find_additive

N = 3000
RNG = np.random.default_rng(0)
ON = RNG.random((N, 3)) < 0.3
SIZES = RNG.uniform(0.7, 1.7, (N, 3))
LOADINGS = np.array([[1., 0.5, 0., 1.], [0., 1., -1., 0.5], [0.5, 0., 1., 1.]])
FEATURES = np.column_stack([ON, SIZES * ON]).astype("float32")


def states(on):
    """Latents for the first feature alone, the second alone, both, and the third."""
    a, b, c = on.T
    return np.stack([a & ~b, b & ~a, a & b, c], axis=1).astype("float32")


def test_features_are_found_behind_their_states():
    found = find_additive(states(ON), (SIZES * ON) @ LOADINGS, FEATURES)
    r = np.abs(np.corrcoef(found.values.T, (SIZES * ON).T))[:3, 3:]
    order = r.argmax(axis=0)
    assert sorted(order) == [0, 1, 2] and r[order, [0, 1, 2]].min() > 0.98
    np.testing.assert_array_equal(found.values[:, order] != 0., ON)
    for source, feature in enumerate(order):
        gate, slab = found.gates[feature], found.slabs[feature]
        np.testing.assert_array_equal(gate.is_on(FEATURES), ON[:, source])
        on = ON[:, source]
        np.testing.assert_allclose(FEATURES[on] @ slab.kernel + slab.bias,
                                   found.values[on, feature], atol=0.05)
    made = (SIZES * ON) @ LOADINGS @ found.unmixing.T - found.offset
    np.testing.assert_allclose(made * (found.values != 0.), found.values, atol=1e-5)


def test_of_two_that_are_alike_none_is_lost():
    alike = np.array([[1., 1., 0., 0.], [1., 1., 0.1, 0.], [0., 0., 0., 1.]])
    found = find_additive(states(ON), (SIZES * ON) @ alike, FEATURES)
    r = np.abs(np.corrcoef(found.values.T, (SIZES * ON).T))[:-3, -3:]
    assert r.shape == (3, 3) and r.max(axis=0).min() > 0.98


def test_behind_latents_that_are_always_on_they_are_looked_for():
    found = find_additive(np.ones([N, 4]), (SIZES * ON) @ LOADINGS, FEATURES)
    r = np.abs(np.corrcoef(found.values.T, (SIZES * ON).T))[:3, 3:]
    assert r.max(axis=0).min() > 0.98


BASELINE = RNG.normal(size=N)
DRIFTS = (SIZES * ON) @ LOADINGS + BASELINE[:, np.newaxis] * [1., -1., 1., 2.]
SEEN = np.column_stack([FEATURES, BASELINE]).astype("float32")


def test_a_baseline_is_never_missing():
    always = np.ones([N, 1])
    found = find_additive(np.hstack([states(ON), always]), DRIFTS, SEEN)
    r = np.abs(np.corrcoef(found.values.T, np.column_stack([SIZES * ON, BASELINE]).T))[:4, 4:]
    order = r.argmax(axis=0)
    assert sorted(order) == [0, 1, 2, 3] and r[order, range(4)].min() > 0.98
    assert found.always.tolist() == [k == order[3] for k in range(4)]
    np.testing.assert_array_equal(found.gates[order[3]].is_on(SEEN), True)
    np.testing.assert_array_equal(found.away(0. * found.values)[:, order[3]], np.inf)
    np.testing.assert_array_equal(found.values[:, order[:3]] != 0., ON)


def test_a_baseline_that_is_told_is_left():
    codes = np.column_stack([SIZES * (ON ^ (RNG.random([N, 3]) < 0.1)), BASELINE])  # Told roughly.
    assert find_additive(codes, DRIFTS, SEEN) is None


def test_more_baselines_than_latents_that_are_always_on_are_none():
    assert find_additive(states(ON), DRIFTS, SEEN) is None


SIGNED = SIZES * ON * RNG.choice([-1., 1.], (N, 3))


def test_where_no_gate_tells_a_source_each_side_has_one():
    codes = np.pad(states(ON), ((0, 0), (0, 2)))
    found = find_additive(codes, SIGNED @ LOADINGS, SIGNED.astype("float32"))
    sides = np.concatenate([np.maximum(SIGNED, 0.), np.maximum(-SIGNED, 0.)], axis=1)
    r = np.corrcoef(np.abs(found.values).T, sides.T)[:6, 6:]
    order = r.argmax(axis=0)
    assert sorted(order) == [0, 1, 2, 3, 4, 5] and r[order, range(6)].min() > 0.98
    np.testing.assert_array_equal(found.values[:, order] != 0., sides != 0.)
    away = found.away(SIGNED @ LOADINGS @ found.unmixing.T - found.offset)[:, order]
    np.testing.assert_allclose(
        away[sides > 0.], np.abs(found.values[:, order])[sides > 0.], atol=1e-5)
    assert away[sides == 0.].max() < 0.2
    np.testing.assert_array_equal(found.side[order[:3]], -found.side[order[3:]])


def test_sides_need_latents_for_all():
    codes = np.pad(states(ON), ((0, 0), (0, 1)))
    assert find_additive(codes, SIGNED @ LOADINGS, SIGNED.astype("float32")) is None


def test_sides_that_are_told_are_left():
    sides = np.concatenate([np.maximum(SIGNED, 0.), np.maximum(-SIGNED, 0.)], axis=1)
    assert dependence(sides != 0.) > 0.05  # They exclude each other.
    assert find_additive(sides, SIGNED @ LOADINGS, SIGNED.astype("float32")) is None


def together(on):
    return np.column_stack([on[:, 0], on[:, 0] ^ (RNG.random(N) < 0.1), on[:, 2]])


@pytest.mark.parametrize(("z", "values", "features"), [
    (SIZES * ON, SIZES * ON, FEATURES),  # Latents are independent as it is.
    (states(together(ON)), SIZES * together(ON), FEATURES),  # Features are not.
    (states(ON), RNG.normal(size=(N, 3)), FEATURES),  # Nothing is ever missing.
    (states(ON), SIZES * ON, RNG.normal(size=(N, 6)).astype("float32"))])  # No gate can tell.
def test_what_is_no_better_is_left(z, values, features):
    assert find_additive(z, values @ LOADINGS, features) is None


@pytest.mark.parametrize(("rows", "values"), [
    (499, SIZES * ON),  # Too few observations.
    (N, np.where(ON, np.nan, SIZES)), (N, 0. * SIZES)])
def test_what_cannot_be_told_is_left(rows, values):
    x = (values @ LOADINGS).astype("float32")[:rows]
    assert find_additive(states(ON)[:rows], x, FEATURES[:rows]) is None


def test_one_source_is_none():
    assert find_additive(states(ON), (SIZES * ON)[:, :1] * [[1., 2.]], FEATURES) is None


def test_dependence_by_hand():
    a, b = np.indices([2, 2, 25]).reshape(3, 100)[:2] == 1
    r = -1 / 3  # Of two that exclude each other, each on for a quarter.
    assert dependence(np.stack([a & ~b, b & ~a], 1)) == pytest.approx(r**2 - 0.01)
    always, never = np.ones(100, bool), np.zeros(100, bool)
    assert dependence(np.stack([a, always, never, b], 1)) == pytest.approx(-0.01)
