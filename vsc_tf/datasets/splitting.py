"""Random split of your own data into train and test."""
import numpy as np

from vsc_tf.datasets.base import Dataset, Info, Split, check_split
from vsc_tf.datasets.on_demand import OnDemand


def random_split(split: Split, info: Info, test_fraction: float, seed: int,
                 groups: np.ndarray | None = None) -> Dataset:
    """Splits observations at random; the result depends only on their number and the seed.

    With groups, it depends on those, and no group is in both splits.

    Args:
        split: `Split` with all observations.
        info: `Info` of the data set; its name is used in messages.
        test_fraction: Share of observations in the test split, in (0, 1).
        seed: Non-negative integer.
        groups: For each observation what it belongs to, such as a person; `test_fraction` is a
            share of these then.

    Returns:
        A `Dataset` whose splits keep the order of the observations.

    Raises:
        ValueError: The data fail `check_split`, an argument is out of range, or a split would
            be empty.

    >>> import numpy as np
    >>> from vsc_tf.datasets.base import Info
    >>> data = random_split(Split(np.eye(10)), Info("eye", (10,)), test_fraction=0.2, seed=0)
    >>> len(data.train.x), len(data.test.x)
    (8, 2)
    """
    # Before splitting: messages give the file's indices.
    split = check_split(split, info.name, info.table is not None)
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
        raise ValueError(f"{info.name}: expected `seed` to be a non-negative integer. "
                         f"Received: seed={seed!r}")
    if not isinstance(test_fraction, (int, float)) or not 0 < test_fraction < 1:
        raise ValueError(f"{info.name}: expected `test_fraction` to be a number between 0 and 1. "
                         f"Received: test_fraction={test_fraction!r}")
    # Groups in order of their first observation; without any, each observation is one.
    which = np.arange(len(split.x)) if groups is None else _numbered(groups, info.name)
    count = int(which.max()) + 1
    test_count = round(count * test_fraction)
    if not 0 < test_count < count:
        raise ValueError(
            f"{info.name}: expected at least one observation for train and one for test. "
            f"Received: {count} {'observations' if groups is None else 'groups'} with "
            f"test_fraction={test_fraction}, which leaves {count - test_count} and {test_count}. "
            "Change test_fraction, or add data.")
    in_test = np.zeros(count, bool)
    in_test[np.random.default_rng(seed).permutation(count)[:test_count]] = True
    in_test = in_test[which]
    return Dataset(_rows(split, ~in_test), _rows(split, in_test), info)


def _numbered(groups: np.ndarray, where: str) -> np.ndarray:
    """A number for each observation's group, from 0."""
    numbers: dict[str, int] = {}
    if any(group is None or group != group for group in groups):
        raise ValueError(f"{where}: expected a group for each observation. Received: a missing "
                         "value. Fill it, or remove the row.")
    return np.array([numbers.setdefault(str(group), len(numbers)) for group in groups])


def _rows(split: Split, mask: np.ndarray) -> Split:
    x = split.x.subset(mask) if isinstance(split.x, OnDemand) else split.x[mask]
    return Split(x, *(None if values is None else values[mask]
                      for values in (split.y, split.factors)))
