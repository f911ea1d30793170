import tracemalloc

import numpy as np
import pytest

from vsc_tf.metrics import active_sets, class_rates, jaccard


def sparse(n, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, 8)) * (rng.random((n, 8)) < 0.3), rng.integers(0, 3, n)


def pair_by_pair(z, y):
    sets = [frozenset(np.flatnonzero(row)) for row in z]
    classes = np.unique(y).tolist()
    total, pairs = np.zeros((2, len(classes), len(classes)))
    for i, a in enumerate(sets):
        for j, b in enumerate(sets):
            if i != j:
                cell = classes.index(y[i]), classes.index(y[j])
                total[cell] += len(a & b) / len(a | b) if a | b else 1.0
                pairs[cell] += 1
    return total / pairs


def test_rates_by_hand():
    z = [[1e-20, 0.0], [-3.0, 0.0], [0.0, 2.0], [5.0, 1.0]]
    assert class_rates(z, [4, 4, -1, -1]).tolist() == [[0.5, 1.0], [1.0, 0.0]]
    assert class_rates(z, ["x"] * 4).tolist() == [[0.75, 0.5]]


@pytest.mark.parametrize("block", [7, 64, 1024])  # Smaller than, across, and all of the data.
def test_jaccard_is_that_of_all_pairs(monkeypatch, block):
    monkeypatch.setattr(active_sets, "_BLOCK", block)
    z, y = sparse(90)
    assert (~z.any(axis=1)).sum() > 1  # Pairs of empty sets are among them.
    result = jaccard(z, y)
    np.testing.assert_allclose(result, pair_by_pair(z, y), rtol=1e-6)
    np.testing.assert_array_equal(result, result.T)


def test_empty_sets_are_equal_to_each_other_only():
    z = [[0.0, 0.0], [0.0, 0.0], [1.0, 0.0], [2.0, 0.0]]
    np.testing.assert_array_equal(jaccard(z, [0, 0, 1, 1]), [[1.0, 0.0], [0.0, 1.0]])


def test_an_observation_is_not_paired_with_itself():
    assert jaccard([[1.0, 0.0], [0.0, 1.0]], [0, 0]).tolist() == [[0.0]]


def test_classes_with_sets_of_their_own():
    y = np.arange(60) % 3
    np.testing.assert_array_equal(jaccard(np.eye(3)[y], y), np.eye(3))


def test_order_scale_and_dead_latents_do_not_matter():
    z, y = sparse(200)
    expected = jaccard(z, y)
    shuffle = np.random.default_rng(1).permutation(200)
    np.testing.assert_allclose(jaccard(z[shuffle], y[shuffle]), expected)
    np.testing.assert_array_equal(jaccard(-1e-9 * z[:, ::-1], y), expected)
    np.testing.assert_array_equal(jaccard(np.hstack([z, np.zeros((200, 5))]), y), expected)


def test_dense_codes_are_all_alike():
    np.testing.assert_array_equal(jaccard(np.ones((9, 4)), np.arange(9) % 3), np.ones((3, 3)))


def test_memory_holds_no_square_of_the_observations():
    z, y = sparse(6000)
    tracemalloc.start()
    jaccard(z, y)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 40e6  # A float32 [n, n] would be 144 MB.


@pytest.mark.parametrize(("z", "y", "message"), [
    pytest.param([[np.nan]] * 4, [0, 0, 1, 1], "`z` must be finite", id="nan"),
    pytest.param([[1.0]] * 4, [0, 0, 1], "as many labels as `z` has rows, 4", id="lengths"),
    pytest.param([[1.0]] * 4, [0.5] * 4, "must hold classes", id="continuous"),
])
@pytest.mark.parametrize("measure", [class_rates, jaccard])
def test_bad_input(measure, z, y, message):
    with pytest.raises(ValueError, match=message):
        measure(z, y)


def test_class_without_a_pair():
    with pytest.raises(ValueError, match="two observations or more of each class.*class 1 .* 1"):
        jaccard([[1.0]] * 3, ["a", "b", "a"])
