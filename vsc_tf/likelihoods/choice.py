"""Which likelihood and scaling suit data about which nothing was said: `likelihood="auto"`."""
from typing import Any, NamedTuple

import numpy as np


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
      a table have units of their own.
    - More axes, such as images: one learned scale, and values centred and divided by one number,
      as all share a unit: a pixel that hardly varies is not to weigh as much as one that does.

    >>> suited_to(np.array([[0.5, 120.], [0.25, 80.]])).likelihood
    'column_gaussian'
    """
    if all(_is_binary(x[i:i + 10_000]) for i in range(0, len(x), 10_000)):
        return Choice("bernoulli", "none", "all values are 0 or 1")
    if x.ndim == 2:
        return Choice("column_gaussian", "standardise", "columns of numbers")
    return Choice("shared_gaussian", "centre", "numbers of one unit on a grid")


def _is_binary(x):
    return np.all((x == 0) | (x == 1) | np.isnan(x))
