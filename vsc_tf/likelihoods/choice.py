"""Which likelihood and scaling suit data about which nothing was said: `likelihood="auto"`."""
from typing import Any, NamedTuple

import numpy as np

ROWS = 10_000  # That are looked at together.
ONES = 0.2     # Least share of 1 among the values above 0 of counts.
LARGE = 100    # Values from here on are one kind.


class Choice(NamedTuple):
    """Names of a likelihood and a scaling, or layers, and why."""

    likelihood: Any
    scaling: Any
    reason: str


UNSEEN = Choice("bernoulli", "none", "the model was built before it saw data")


def suited_to(x: np.ndarray) -> Choice:
    """The `Choice` for raw observations `[n, *shape]`. Features or labels are never looked at.

    - Nothing but 0 and 1: a Bernoulli, unscaled.
    - Rows `[n, columns]`: a learned scale for each column, and each standardised, as columns of
      a table have units of their own; or log(1 + x) of it, where they are counts. Those are whole
      numbers from 0 on, 0 the most common and then 1, which is a fifth and more of those above 0:
      grey levels are none. Half of the columns, and more, go beyond 1. Likelihoods of counts have
      to be asked for: codes switch better with a Gaussian (docs/switching.md).
    - More axes, such as images: one learned scale, and values centred and divided by one number,
      as all share a unit: a pixel that hardly varies is not to weigh as much as one that does.

    >>> suited_to(np.array([[0.5, 120.], [0.25, 80.]])).likelihood
    'column_gaussian'
    """
    if all(_is_binary(rows) for rows in _parts(x)):
        return Choice("bernoulli", "none", "all values are 0 or 1")
    if x.ndim == 2:
        if _are_counts(x):
            return Choice("column_gaussian", "log1p", "columns of counts")
        return Choice("column_gaussian", "standardise", "columns of numbers")
    return Choice("shared_gaussian", "centre", "numbers of one unit on a grid")


def _parts(x):
    """Rows in parts: a table may be large."""
    return (x[i:i + ROWS] for i in range(0, len(x), ROWS))


def _are_counts(x):
    """Whether values are whole numbers from 0 on, of which 0 and then 1 are the most common."""
    often, most = np.zeros(LARGE + 1, int), np.zeros(x.shape[1])
    for rows in _parts(x):
        values = rows[~np.isnan(rows)]
        if np.any((values < 0) | (values != np.floor(values))):
            return False
        often += np.bincount(np.minimum(values, LARGE).astype(int), minlength=LARGE + 1)
        most = np.fmax(most, np.fmax.reduce(rows, axis=0))
    varies = most > 0
    return (often[0] >= often[1] == often[1:].max() > ONES * often[1:].sum()
            and np.mean(most[varies] > 1) >= 0.5)


def _is_binary(x):
    return np.all((x == 0) | (x == 1) | np.isnan(x))
