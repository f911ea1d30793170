"""How finely the values of a column are told apart: whole numbers, answers, few decimals."""
from typing import Any

import numpy as np
import tensorflow as tf

ROWS = 5000  # That are looked at.
DECIMALS = 5  # Of scaled values; closer ones are the same.


def steps(values: np.ndarray) -> np.ndarray:
    """Of each column of `values` `[n, columns]`, how far a typical value is from the next one.

    Rows vote: the median over rows of the distance to the nearest other value, so it is next to 0
    for numbers that are not rounded, and where half of a column is 0 and the rest is not rounded.
    A column of one value has 0. NaN is missing.

    >>> steps(np.array([[1., 0.], [2., 0.], [2., 0.], [5., 0.]])).tolist()
    [1.0, 0.0]
    """
    rows: Any = slice(None)
    if len(values) > ROWS:
        rows = np.random.default_rng(0).integers(0, len(values), ROWS)
    return np.array([_step(column[~np.isnan(column)])
                     for column in values[rows].round(DECIMALS).T])


def rounded(scale: tf.Tensor, step: tf.Tensor) -> tf.Tensor:
    """Standard deviation of a number with this `scale` that is rounded to multiples of `step`.

    >>> float(rounded(3., 12.**0.5 * 4.))
    5.0
    """
    return tf.sqrt(tf.square(scale) + tf.square(step) / 12.)


def _step(column):
    distinct, counts = np.unique(column, return_counts=True)
    if len(distinct) < 2:
        return 0.
    gaps = np.diff(distinct)
    nearest = np.minimum(np.r_[np.inf, gaps], np.r_[gaps, np.inf])
    order = np.argsort(nearest)
    half = np.searchsorted(np.cumsum(counts[order]), counts.sum() / 2)
    return float(nearest[order][half])
