"""What every data set is checked for."""
import numpy as np
import pytest

from vsc_tf.datasets.base import Dataset, Info, Split, check_split

X = np.arange(12.0).reshape(4, 3)


def test_dataset_brings_arrays_to_their_dtypes():
    data = Dataset(Split(X, [0, 1, 1, 0], X), Split(X.astype(np.uint8), np.zeros(4), X),
                   Info("mine", (3,)))
    for split in (data.train, data.test):
        assert split.x.dtype == np.float32
        assert split.y.dtype == np.int64
        assert split.factors.dtype == np.float32
    np.testing.assert_array_equal(data.test.x, X)


def test_float32_arrays_are_not_copied():
    x = X.astype(np.float32)
    assert check_split(Split(x), "mine").x is x


@pytest.mark.parametrize(("split", "message"), [
    pytest.param(Split(np.zeros(3)), r"shape \[n, ...\].*Received: shape \(3,\).*x\[:, None\]",
                 id="one-dimension"),
    pytest.param(Split(np.zeros([0, 3])), r"at least one observation.*shape \(0, 3\)",
                 id="no-rows"),
    pytest.param(Split(np.zeros([3, 0])), r"at least one observation.*shape \(3, 0\)",
                 id="no-columns"),
    pytest.param(Split(np.where(X == 7, np.nan, X)),
                 r"expected finite.*Received: 1 NaN.*the first, nan, at index \(2, 1\)",
                 id="nan"),
    pytest.param(Split(np.where(X > 9, -np.inf, X)),
                 r"Received: 2 NaN or infinite.*-inf, at index \(3, 1\).*Remove", id="infinite"),
    pytest.param(Split(X * 1e300), r"finite values \(in float32\).*inf, at index \(0, 1\)",
                 id="too-large-for-float32"),
    pytest.param(Split(np.full([2, 2], "a")), "real numbers.*Received: dtype <U1", id="text"),
    pytest.param(Split(X * 1j), "real numbers.*Received: dtype complex128", id="complex"),
    pytest.param(Split(X, np.zeros(5)), r"`y` of shape \[4\].*Received: shape \(5,\)",
                 id="labels-of-another-length"),
    pytest.param(Split(X, np.zeros([4, 1])), r"`y` of shape \[4\].*Received: shape \(4, 1\)",
                 id="labels-in-a-column"),
    pytest.param(Split(X, [0, 1, 2, -1]), "whole numbers from 0", id="negative-label"),
    pytest.param(Split(X, [0, 1, 2, 0.5]), "whole numbers from 0.*dtype float64",
                 id="fractional-label"),
    pytest.param(Split(X, list("abca")), r"whole numbers from 0.*\['a', 'b', 'c'\].*np.unique",
                 id="text-label"),
    pytest.param(Split(X, factors=X[:3]), r"`factors` of shape \[4, k\].*shape \(3, 3\)",
                 id="factors-of-another-length"),
    pytest.param(Split(X, factors=X * np.nan), "expected finite", id="nan-factor"),
])
def test_check_split_rejects(split, message):
    with pytest.raises(ValueError, match="mine test: .*" + message):
        check_split(split, "mine test")


@pytest.mark.parametrize(("train", "test", "info", "message"), [
    pytest.param(Split(X), Split(X[:, :2]), Info("mine", (3,)),
                 r"mine test: .*shape \(3,\).*Received: \(2,\)", id="shapes-differ"),
    pytest.param(Split(X, np.zeros(4)), Split(X), Info("mine", (3,)),
                 "mine: expected `y` in both.*none for test", id="labels-of-one-split"),
    pytest.param(Split(X), Split(X, factors=X), Info("mine", (3,)),
                 "mine: expected `factors` in both.*none for train", id="factors-of-one-split"),
    pytest.param(Split(X, [0, 1, 2, 0]), Split(X, [0, 0, 0, 0]),
                 Info("mine", (3,), class_names=("a", "b")),
                 "mine train: expected labels in 0..1.*Received: label 2", id="nameless-class"),
])
def test_dataset_rejects(train, test, info, message):
    with pytest.raises(ValueError, match=message):
        Dataset(train, test, info)
