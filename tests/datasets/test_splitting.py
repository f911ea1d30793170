"""The random split: sizes, repetition, and nothing lost."""
import numpy as np
import pytest

from vsc_tf.datasets.base import Info, Split
from vsc_tf.datasets.splitting import random_split

X = np.arange(20.0)[:, None]


def split(x=X, y=None, factors=None, test_fraction=0.25, seed=0):
    x = np.asarray(x)
    return random_split(Split(x, y, factors), Info("mine", x.shape[1:]), test_fraction, seed)


def test_every_observation_lands_in_one_split_with_its_label_and_factors():
    data = split(y=np.arange(20), factors=-X)
    assert len(data.train.x) == 15 and len(data.test.x) == 5
    both = np.concatenate([data.train.x, data.test.x])
    np.testing.assert_array_equal(np.sort(both, axis=0), X)
    for part in (data.train, data.test):
        np.testing.assert_array_equal(part.y, part.x[:, 0])
        np.testing.assert_array_equal(part.factors, -part.x)


def test_the_seed_decides():
    np.testing.assert_array_equal(split(seed=1).test.x, split(seed=1).test.x)
    assert not np.array_equal(split(seed=1).test.x, split(seed=2).test.x)


@pytest.mark.parametrize(("arguments", "message"), [
    (dict(x=X[:1]), "one observation for train.*Received: 1 observations.*leaves 1 and 0"),
    (dict(x=X[:3], test_fraction=0.1), "leaves 3 and 0.*Change test_fraction"),
    (dict(x=X[:3], test_fraction=0.9), "leaves 0 and 3"),
    (dict(x=X[:0]), "at least one observation"),
    (dict(test_fraction=0), "`test_fraction`.*between 0 and 1.*Received: test_fraction=0"),
    (dict(test_fraction=1.0), "Received: test_fraction=1.0"),
    (dict(test_fraction="half"), "Received: test_fraction='half'"),
    (dict(seed=-1), "`seed` to be a non-negative integer. Received: seed=-1"),
    (dict(seed=0.5), "Received: seed=0.5"),
    (dict(y=np.zeros(19)), r"mine: expected `y` of shape \[20\]"),
])
def test_rejects(arguments, message):
    with pytest.raises(ValueError, match=message):
        split(**arguments)
