"""Preparation of codes and factors for the disentanglement measures: classes and bins.

Factors are discrete (classes) or continuous, and some measures work on classes only. All use
the same rule, given in `discrete_factors`, so that the scores of one report are comparable.
"""
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from vsc_tf.metrics import _arrays

CODE_BINS = 20    # The usual choice for MIG; also the minimum number of observations.
FACTOR_BINS = 10  # Fewer, with equal counts, so that every class has observations.


class Sample(NamedTuple):
    """What `read` returns. Constant factors are left out: no measure is defined for them."""

    z: np.ndarray         # float64 [n, J], each latent divided by its largest absolute value.
    factors: np.ndarray   # float64 [n, K], the factors that vary, scaled in the same way.
    labels: np.ndarray    # Integers [n, K], from 0: classes, or bins of continuous factors.
    discrete: np.ndarray  # bool [K].
    varies: np.ndarray    # bool [number of factors passed], which of them vary.


def read(z: ArrayLike, factors: ArrayLike, least: int = 1) -> Sample:
    """Checks codes and factors and returns a `Sample`.

    Args:
        z: Codes [n, J], n >= 20.
        factors: Factors [n, K].
        least: Minimum number of factors that must vary.

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
    # Every measure is invariant to scale; this keeps sums and squares of huge values finite.
    z, factors, discrete = _unit(z), _unit(factors[:, varies]), discrete[varies]
    labels = np.column_stack([
        np.unique(column if exact else _filled_bins(column), return_inverse=True)[1]
        for column, exact in zip(factors.T, discrete, strict=True)])
    return Sample(z, factors, labels, discrete, varies)


def discrete_factors(factors: ArrayLike) -> np.ndarray:
    """Which factors the measures treat as discrete; the others are continuous.

    A factor is discrete if it has at most 20 different values, each seen five times on average;
    or more than 20, if all are integers and each is seen fifty times on average.

    Measures that need classes (`mig`, `modularity`, `explicitness`, `factor_vae_score`) put
    continuous factors into 10 bins of equal counts. If at least 5 % of the values are exactly
    0, as for an attribute that is often absent, the zeros get an eleventh bin of their own.

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


def code_bins(z: np.ndarray) -> np.ndarray:
    """Bins of each latent, integers [n, J] from 0 to 20: see `information.mutual_information`."""
    bins = np.empty(z.shape, np.int64)
    for j, column in enumerate(z.T):
        zero = _own_zeros(column)
        low, high = column[~zero].min(), column[~zero].max()
        span = high - low if high > low else 1.0
        wide = np.minimum((column - low) / span * CODE_BINS, CODE_BINS - 1)
        bins[:, j] = np.where(zero, CODE_BINS, wide.astype(np.int64))
    return bins


def halves(labels: np.ndarray, rng: np.random.Generator,
           most: int) -> tuple[np.ndarray, np.ndarray]:
    """Indices of two random halves, stratified by class, of at most `most` observations each.

    A class with two or more observations is in both halves; one with a single observation is
    in one of them.
    """
    order = rng.permutation(len(labels))[:2 * most]
    order = order[np.argsort(labels[order], kind="stable")]
    return order[::2], order[1::2]


def _unit(array: np.ndarray) -> np.ndarray:
    peak = np.abs(array).max(axis=0)
    return array / np.where(peak > 0.0, peak, 1.0)


def _own_zeros(column: np.ndarray) -> np.ndarray:
    """Where the column is exactly 0, if that is common enough for a bin of its own."""
    zero = column == 0.0
    return zero if zero.mean() >= 1 / CODE_BINS and not zero.all() else np.zeros_like(zero)


def _filled_bins(column: np.ndarray) -> np.ndarray:
    """Bins of equal counts, integers [n]; exact zeros in the last one if they are common."""
    zero = _own_zeros(column)
    inner = np.linspace(0.0, 1.0, FACTOR_BINS + 1)[1:-1]
    edges = np.unique(np.quantile(column[~zero], inner))  # Ties may leave fewer bins,
    if edges[-1] == column[~zero].min():  # or only one if the minimum is very common.
        edges = np.nextafter(edges, np.inf)
    return np.where(zero, FACTOR_BINS, np.searchsorted(edges, column, side="right"))
