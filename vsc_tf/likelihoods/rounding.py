"""Values that are rounded, such as whole numbers: how coarsely, and what a density of them is."""
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow_probability import distributions as tfd

from vsc_tf.distributions.sparse import NUMBER

ROWS = 5000  # That are looked at.
DECIMALS = 5  # Of scaled values; closer ones are the same.


class Rounded(tfd.Normal):
    """A Normal for numbers that are known to within a step only.

    `log_prob` is the mean log density of x + u, with u uniform in (-step / 2, step / 2):

        log N(x; loc, scale) - step^2 / (24 scale^2)

    So it is at most the log probability of the rounded value, less log step ([TOB16] section 3.1),
    while a density at the value itself can be as large as one likes. Without steps it is a Normal.

    Args:
        loc: Means.
        scale: Standard deviations, `step` / sqrt(12) and more: what rounding alone makes of them.
        step: Numbers of at least 0, how far a value is from the next one.

    >>> round(float(Rounded(0., 1., 1.).log_prob(0.) - Rounded(0., 1., 0.).log_prob(0.)), 4)
    -0.0417
    """

    def __init__(self, loc: tf.Tensor, scale: tf.Tensor, step: tf.Tensor):
        parameters = dict(locals())
        super().__init__(loc, scale, name="Rounded")
        self.step = tf.convert_to_tensor(step, self.dtype)
        self._parameters = {name: parameters[name] for name in ("loc", "scale", "step")}

    @classmethod
    def _parameter_properties(cls, dtype, num_classes=None):
        return {**super()._parameter_properties(dtype, num_classes), "step": NUMBER}

    def _log_prob(self, x):
        return super()._log_prob(x) - tf.square(self.step / self.scale) / 24.


def rounded(scale: tf.Tensor, step: tf.Tensor) -> tf.Tensor:
    """Standard deviation of what had a deviation of `scale` before it was rounded.

    >>> round(float(rounded(3., 12.**0.5 * 4.)), 3)
    5.0
    """
    return tf.sqrt(tf.square(scale) + tf.square(step) / 12.)


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


def _step(column):
    distinct, counts = np.unique(column, return_counts=True)
    if len(distinct) < 2:
        return 0.
    gaps = np.diff(distinct)
    nearest = np.minimum(np.r_[np.inf, gaps], np.r_[gaps, np.inf])
    order = np.argsort(nearest)
    half = np.searchsorted(np.cumsum(counts[order]), counts.sum() / 2)
    return float(nearest[order][half])
