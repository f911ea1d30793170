"""Importance-weighted estimates of the log-likelihood from a model's log-weights [BGS16]."""
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from vsc_tf.metrics import _arrays


class Estimate(NamedTuple):
    """A mean and its standard error over observations."""

    mean: float
    standard_error: float


def importance_weighted(log_weights: ArrayLike) -> np.ndarray:
    """Estimate of log p(x) for each observation from K draws, in nats ([BGS16] eq. 8).

        L_K = log( 1/K sum over k of w_k ),   w_k = p(x, z_k) / q(z_k | x),  z_k ~ q(z | x)

    In expectation a lower bound on log p(x), which tightens as K grows. K = 1 gives log w, a
    single-sample estimate of the ELBO.

    Args:
        log_weights: Array [K, n] of log w in nats; -inf is a weight of 0.

    Returns:
        float64 [n], computed by log-sum-exp in float64, so that very small and very large
        likelihoods neither underflow nor overflow.

    Raises:
        ValueError: `log_weights` is not of rank 2, is empty, holds NaN or +inf, or all draws of
            an observation have weight 0.

    >>> importance_weighted(np.log([[1., 2.], [3., 2.]])).round(4).tolist()
    [0.6931, 0.6931]
    """
    array = np.asarray(log_weights)
    if array.ndim == 2 and array.dtype.kind == "f":
        array = array.astype(np.float64)
        none = np.flatnonzero(np.isneginf(array).all(axis=0))
        if len(array) and len(none):
            raise ValueError("Argument `log_weights` must have a draw of positive weight for each "
                             f"observation. Received: only -inf for {len(none)} of them, the "
                             f"first at {none[0]}. Draw more, or find out why p(x, z) is 0.")
        # -inf has been checked; as the smallest finite number it passes the general check.
        array = np.where(np.isneginf(array), np.finfo(np.float64).min, array)
    weights = _arrays.matrix("log_weights", array, min_rows=1)
    largest = weights.max(axis=0)
    total = np.exp(np.maximum(weights - largest, -1000.0)).sum(axis=0)  # exp(-1000) is 0.
    return largest + np.log(total) - np.log(len(weights))


def mean_with_error(values: ArrayLike) -> Estimate:
    """Mean over observations, e.g. of `importance_weighted`, and its standard error.

        standard error = sqrt( sum over i of (v_i - mean)^2 / (n - 1) / n )

    The error covers the sampling of the n observations and the draws of z, as each observation
    has its own draws.

    Args:
        values: Array [n], n >= 2.

    Returns:
        An `Estimate` of two floats, in the units of `values`.

    Raises:
        ValueError: `values` is not finite, not of rank 1, or shorter than 2.

    >>> mean_with_error([-3., -1.])
    Estimate(mean=-2.0, standard_error=1.0)
    """
    array = np.asarray(values)
    if array.ndim != 1:
        raise ValueError("Argument `values` must hold one number for each observation, shape "
                         f"[n]. Received: shape={array.shape}. Reduce the draws first, e.g. "
                         "with importance_weighted(log_weights).")
    array = _arrays.matrix("values", array[:, None])
    return Estimate(float(array.mean()), float(array.std(ddof=1) / np.sqrt(len(array))))
