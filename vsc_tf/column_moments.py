"""Mean and variance of columns, and lengths of rows, which may be weighted and lack values."""
import numpy as np
import tensorflow as tf


def of(x: np.ndarray, weights: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance of each value, in float64."""
    if np.isnan(x).any():
        return _of_observed(x, np.ones(len(x)) if weights is None else weights)
    if weights is None:
        return x.mean(axis=0, dtype=np.float64), x.var(axis=0, dtype=np.float64)
    mean = np.average(x, axis=0, weights=weights)
    return mean, np.average((x - mean)**2, axis=0, weights=weights)


def _of_observed(x: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance of the values of each column that are not missing."""
    counted = weights[:, None] * ~np.isnan(x)
    total, filled = counted.sum(axis=0), np.nan_to_num(x.astype(np.float64))
    mean = (counted * filled).sum(axis=0) / total
    return mean, (counted * (filled - mean)**2).sum(axis=0) / total


def norms(x: tf.Tensor) -> tf.Tensor:
    """L2 norm of each observation, `[n, 1, ...]` for broadcasting."""
    x = tf.cast(x, tf.float32)
    x = tf.where(tf.math.is_nan(x), 0., x)
    axes = list(range(1, len(x.shape)))
    return tf.sqrt(tf.reduce_sum(x**2, axis=axes, keepdims=True))
