"""Random split of your own data into train and test."""
import numpy as np

from vsc_tf.datasets.base import Dataset, Info, Split, check_split
from vsc_tf.datasets.stored import Stored


def random_split(split: Split, info: Info, test_fraction: float, seed: int) -> Dataset:
    """Splits observations at random; the result depends only on their number and the seed.

    Args:
        split: `Split` with all observations.
        info: `Info` of the data set; its name is used in messages.
        test_fraction: Share of observations in the test split, in (0, 1).
        seed: Non-negative integer.

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
    split = check_split(split, info.name)  # Before splitting: messages give the file's indices.
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
        raise ValueError(f"{info.name}: expected `seed` to be a non-negative integer. "
                         f"Received: seed={seed!r}")
    if not isinstance(test_fraction, (int, float)) or not 0 < test_fraction < 1:
        raise ValueError(f"{info.name}: expected `test_fraction` to be a number between 0 and 1. "
                         f"Received: test_fraction={test_fraction!r}")
    count = len(split.x)
    test_count = round(count * test_fraction)
    if not 0 < test_count < count:
        raise ValueError(
            f"{info.name}: expected at least one observation for train and one for test. "
            f"Received: {count} observations with test_fraction={test_fraction}, which leaves "
            f"{count - test_count} and {test_count}. Change test_fraction, or add data.")
    in_test = np.zeros(count, bool)
    in_test[np.random.default_rng(seed).permutation(count)[:test_count]] = True
    return Dataset(_rows(split, ~in_test), _rows(split, in_test), info)


def _rows(split: Split, mask: np.ndarray) -> Split:
    x = split.x.subset(mask) if isinstance(split.x, Stored) else split.x[mask]
    return Split(x, *(None if values is None else values[mask]
                      for values in (split.y, split.factors)))
