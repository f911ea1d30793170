"""Latents that are on for either of two features: which they are."""
import itertools
from typing import NamedTuple

import numpy as np

OFTEN = 0.05       # Share of observations that a latent is on for, or a feature there alone.
ALWAYS = 0.9       # Share from which on `VSC.rezero` looks after a latent.
SURELY = 0.95      # Share of a feature's observations in which the latent is on.
UNEXPLAINED = 0.01  # Most of a latent's observations that may have neither feature.
TELLS = 0.05       # Most that one feature may change the probability of the other.


class Split(NamedTuple):
    """A latent, and the two whose gates it and its copy get."""

    latent: int
    first: int
    second: int


def find_splits(is_on):
    """The `Split` of each latent that is on for either of two features.

    Latent j, on for 5 % to 90 % of the observations, is on for A or B, the observations that two
    other latents are on for, if it is on

    - for 95 % of A and for 95 % of B, and beyond them for 1 % of its own observations at most,
    - where A and B are each there without the other for 5 % of all observations and more, and
    - one is no sign of the other: P(B | A) and P(B | not A) differ by 0.05 at most. Latents that
      share a feature between them, its small and its large values, say, depend on each other; and
    - no more latents are on for what j is on for than for A, or for B. Where they are more, that
      is the feature, of which A and B are parts (MNIST: all digits but ones).

    Of several pairs it is the one that leaves least of j unexplained.

    Args:
        is_on: bool [n, J], where the codes are not zero.

    >>> a, b = np.indices([2, 2]).reshape(2, 4) == 1
    >>> find_splits(np.stack([a, b, a | b], axis=1))
    [Split(latent=2, first=0, second=1)]
    """
    share = is_on.mean(axis=0)
    both = is_on.T.astype(float) @ is_on / len(is_on)  # [J, J]
    either = share[:, None] + share - both
    alike = (both >= SURELY * either).sum(axis=0)  # Latents on for the same, itself among them.
    splits = []
    for j in np.flatnonzero((share >= OFTEN) & (share <= ALWAYS)):
        parts = [a for a in np.flatnonzero((share >= OFTEN) & (share < share[j]))
                 if both[a, j] >= SURELY * share[a]]
        pairs = [(a, b) for a, b in itertools.combinations(parts, 2)
                 if min(share[a], share[b]) - both[a, b] >= OFTEN
                 and alike[j] <= min(alike[a], alike[b])
                 and _tells(a, b, share, both) <= TELLS]
        rests = [(is_on[:, j] & ~is_on[:, a] & ~is_on[:, b]).mean() / share[j] for a, b in pairs]
        if pairs and min(rests) <= UNEXPLAINED:
            splits.append(Split(int(j), *map(int, pairs[np.argmin(rests)])))
    return splits


def _tells(a, b, share, both):
    """|P(b on | a on) - P(b on | a off)|."""
    return abs(both[a, b] / share[a] - (share[b] - both[a, b]) / (1. - share[a]))
