"""Numbers too large to compute with, and NaN: they must not pass for an answer.

A gate that is NaN compares as off, and a ReLU makes 0 of NaN: networks give clean zeros and
pictures for rows that they know nothing of.
"""
import warnings
from typing import Any

import numpy as np
import tensorflow as tf

REACH = 1e15  # Scaled observations and codes; products and squares of larger ones overflow.


def in_reach(values: tf.Tensor) -> tf.Tensor:
    """Whether all values of each row are below `REACH`, bool `[n]`; NaN is not.

    >>> in_reach(tf.constant([[1., -2.], [1e20, 0.], [float("nan"), 0.]])).numpy().tolist()
    [True, False, False]
    """
    return tf.reduce_all(tf.abs(values) < REACH, axis=range(1, len(values.shape)))


def or_nan(good: tf.Tensor, values: tf.Tensor) -> tf.Tensor:
    """Rows of values `[n, ...]` that are good; the others are NaN."""
    return tf.where(tf.reshape(good, [-1] + [1] * (len(values.shape) - 1)), values, float("nan"))


def check_weights(model: Any, *parts: str) -> None:
    """A ValueError for a model whose training broke; of these parts alone, if some are named."""
    if not np.isfinite(model.total_of_weights(*parts)):
        raise ValueError(f"This {type(model).__name__} has weights that are NaN or infinite, so "
                         "training broke. Load an earlier checkpoint, or train again with a "
                         "smaller learning rate or another scaling.")


def name_rows(results: Any, what: str) -> None:
    """A UserWarning that names the rows whose results, arrays `[n, ...]`, are not finite."""
    good = [np.isfinite(array).reshape(len(array), -1).all(axis=1)
            for array in tf.nest.flatten(results)]
    bad = np.flatnonzero(~np.logical_and.reduce(good))
    if bad.size:
        rows = ", ".join(map(str, bad[:5])) + ", ..." * (bad.size > 5)
        warnings.warn(
            f"{bad.size} of {len(good[0])} rows have no finite {what}, index {rows}. Their values "
            "are too far from those that the model was fitted to; leave these rows out, or mend "
            "them. The others are not concerned.", UserWarning, stacklevel=3)
