"""Features that move: which gates are found, and where there is nothing to find."""
import numpy as np
import pytest

from vsc_tf.refinement.subspaces import find_subspaces

N = 3000
RNG = np.random.default_rng(0)
THERE = RNG.random((N, 3)) < [0.25, 0.3, 0.4]


def bumps(there):
    """Bumps that are somewhere or nowhere, one beside the other [n, 10 features]."""
    place = RNG.uniform(3., 7., (*there.shape, 1))
    made = there[..., np.newaxis] * np.exp(-0.5 * (np.arange(10) - place)**2)
    return made.reshape(len(there), -1)


def noise(x):
    return RNG.normal(0., 0.05, x.shape)


def accuracies(gates, x, there):
    """Best balanced accuracy of each gate, and the feature that it tells."""
    found = []
    for gate in gates:
        on = gate.is_on(x)
        right = [0.5 * (on[k].mean() + (~on[~k]).mean()) for k in there.T]
        found.append((int(np.argmax(right)), max(right)))
    return sorted(found)


def test_features_that_move_are_found():
    x = bumps(THERE)
    x += noise(x)
    found = accuracies(find_subspaces([x], x), x, THERE)
    assert [k for k, _ in found] == [0, 1, 2] and min(right for _, right in found) > 0.97


def test_features_that_overlap_are_found():
    x = bumps(THERE) @ RNG.normal(size=(30, 30))
    x += noise(x)
    found = accuracies(find_subspaces([x], x), x, THERE)
    assert [k for k, _ in found] == [0, 1, 2] and min(right for _, right in found) > 0.95


def test_squares_that_cover_each_other_are_found():
    places = np.array([[4, 4], [9, 7], [5, 11]]) + RNG.uniform(-1., 1., (N, 3, 2))
    away = np.abs(np.indices([16, 16]) - places[..., np.newaxis, np.newaxis])  # [N, 3, 2, 16, 16]
    x = np.zeros([N, 16, 16])
    for covered, there in zip(np.moveaxis((away < 3.).all(axis=2), 1, 0), THERE.T, strict=True):
        grey = RNG.uniform(0.4, 1., (N, 1, 1))
        x = np.where(covered & there[:, np.newaxis, np.newaxis], grey, x)
    x = (x + noise(x)).reshape(N, 256)
    for pixels in (None, x):
        found = accuracies(find_subspaces([x], x, pixels), x, THERE)
        is_told = [k for k, _ in found] == [0, 1, 2] and min(right for _, right in found) > 0.95
        assert is_told == (pixels is not None)


def test_features_that_come_together_or_exclude_each_other_are_none():
    a, b, c = THERE.T
    for there in ((a, a ^ (RNG.random(N) < 0.1), c), (a & ~b, b, c)):
        x = bumps(np.column_stack(there))
        x += noise(x)
        assert len(find_subspaces([x], x)) != 3


@pytest.mark.parametrize("x", [
    RNG.normal(size=(N, 20)), np.zeros([N, 4]), np.ones([N, 1]),
    bumps(np.ones([N, 3], bool))])  # Never missing.
def test_where_nothing_is_missing_nothing_is_found(x):
    assert find_subspaces([x], x) == []


def test_places_of_one_feature_are_none():
    x = bumps(THERE)[:, :10]
    assert find_subspaces([x + noise(x)], x) == []


def test_few_observations_tell_nothing():
    x = bumps(THERE)
    assert find_subspaces([x[:1999]], x[:1999]) == []


def test_without_a_gate_there_is_none():
    x = bumps(THERE)
    assert find_subspaces([x + noise(x)], RNG.normal(size=(N, 5))) == []


def test_what_is_not_finite_tells_nothing():
    x = bumps(THERE)
    assert find_subspaces([x, np.where(x > 0.9, np.nan, x)], x) == []
