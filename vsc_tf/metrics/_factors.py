"""Codes beside factors as the measures of disentanglement need them: as classes and bins.

Factors are discrete (classes) or continuous, and some measures know classes only. One rule
for all of them, so that figures of one report fit together, is here and in `discrete_factors`.
"""
from typing import NamedTuple

import numpy as np

from vsc_tf.metrics import _arrays

CODE_BINS = 20    # As usual for MIG; the least number of observations, too.
FACTOR_BINS = 10  # Fewer and equally filled, so that every class has observations.


class Sample(NamedTuple):
    """What `read` returns. Constant factors are left out: nothing tells them apart."""

    z: np.ndarray         # float64 [n, J], each latent divided by its largest size.
    factors: np.ndarray   # float64 [n, K], those that vary, divided likewise.
    labels: np.ndarray    # Integers [n, K]: classes from 0 up, of continuous factors bins.
    discrete: np.ndarray  # bool [K].
    varies: np.ndarray    # bool [factors given], which are left.


def read(z, factors, least=1):
    """Checks codes and factors and returns a `Sample`.

    Args:
        z: Codes [n, J], n >= 20.
        factors: Factors [n, K].
        least: Number of factors that must vary.

    Raises:
        ValueError: An array is not finite, not of rank 2, too short, lengths differ, or too
            few factors vary.
    """
    z = _arrays.matrix("z", z, min_rows=CODE_BINS)
    discrete = discrete_factors(factors)
    factors = _arrays.matrix("factors", factors, len(z), "z")
    varies = factors.min(axis=0) != factors.max(axis=0)
    if varies.sum() < least:
        raise ValueError(f"Argument `factors` must have at least {least} factors that vary over "
                         f"the observations. Received: {varies.sum()} of {len(varies)}. Measure "
                         "more observations, or other factors.")
    # Every measure is blind to scale; sums and squares of huge values stay in range so.
    z, factors, discrete = _unit(z), _unit(factors[:, varies]), discrete[varies]
    labels = np.column_stack([
        np.unique(column if exact else _filled_bins(column), return_inverse=True)[1]
        for column, exact in zip(factors.T, discrete, strict=True)])
    return Sample(z, factors, labels, discrete, varies)


def discrete_factors(factors):
    """Which factors the measures take for discrete; the others are continuous.

    Discrete is a factor with at most 20 different values, each seen five times on average; or
    with more of them, if all are whole numbers and each is seen fifty times on average.

    Where classes are needed (`mig`, `modularity`, `explicitness`, `factor_vae_score`) the
    continuous ones are put into 10 bins that hold equally many observations. If at least a
    twentieth of the values are exactly 0, as those of an attribute that is absent, these are a
    bin of their own beside the 10.

    Args:
        factors: Factors [n, K], n >= 20.

    Returns:
        bool [K].

    Raises:
        ValueError: `factors` is not finite, not of rank 2, or shorter than 20.

    >>> position, shape = np.linspace(0, 1, 60), np.arange(60) % 3
    >>> discrete_factors(np.column_stack([position, shape])).tolist()
    [False, True]
    """
    factors = _arrays.matrix("factors", factors, min_rows=CODE_BINS)
    counts = np.array([len(np.unique(column)) for column in factors.T])
    whole = (factors == np.round(factors)).all(axis=0)
    n = len(factors)
    return (counts <= min(20, n / 5)) | (whole & (counts <= n / 50))


def code_bins(z):
    """Bins of each latent, integers [n, J] from 0 to 20: see `information.mutual_information`."""
    bins = np.empty(z.shape, np.int64)
    for j, column in enumerate(z.T):
        zero = _own_zeros(column)
        low, high = column[~zero].min(), column[~zero].max()
        span = high - low if high > low else 1.0
        wide = np.minimum((column - low) / span * CODE_BINS, CODE_BINS - 1)
        bins[:, j] = np.where(zero, CODE_BINS, wide.astype(np.int64))
    return bins


def halves(labels, rng, most):
    """Indices of two halves of at most `most` observations, both with every class.

    Random order, sorted by class, every second one: a class of two observations or more is in
    both halves, one of a single observation only in the first or the second.
    """
    order = rng.permutation(len(labels))[:2 * most]
    order = order[np.argsort(labels[order], kind="stable")]
    return order[::2], order[1::2]


def _unit(array):
    peak = np.abs(array).max(axis=0)
    return array / np.where(peak > 0.0, peak, 1.0)


def _own_zeros(column):
    """Where the column is exactly 0, if that is so often that it is a value of its own."""
    zero = column == 0.0
    return zero if zero.mean() >= 1 / CODE_BINS and not zero.all() else np.zeros_like(zero)


def _filled_bins(column):
    zero = _own_zeros(column)
    inner = np.linspace(0.0, 1.0, FACTOR_BINS + 1)[1:-1]
    edges = np.unique(np.quantile(column[~zero], inner))  # Ties may leave fewer bins,
    if edges[-1] == column[~zero].min():  # and one only if the smallest is the most common.
        edges = np.nextafter(edges, np.inf)
    return np.where(zero, FACTOR_BINS, np.searchsorted(edges, column, side="right"))
