"""Latents that are on for either of two features: which they are."""
from typing import NamedTuple

import numpy as np

OFTEN = 0.05        # Share of observations that a latent is on for, or a feature there alone.
ALWAYS = 0.9        # Share from which on `VSC.rezero` looks after a latent.
SAME = 0.95         # Observations both are on for, of those either is, for one and the same.
MOSTLY = 0.5        # Share of a feature's observations in which the latent is on.
UNEXPLAINED = 0.002  # Most of a latent's observations that may have neither feature.
TELLS = 0.05        # Most that one feature may change the probability of the other.


class Split(NamedTuple):
    """A latent, and the two whose gates it and its copy get."""

    latent: int
    first: int
    second: int


def find_splits(is_on: np.ndarray) -> list[Split]:
    """The `Split` of each latent that is on for either of two features.

    Latent j is on for A or B, the observations that two other latents are on for (each of the
    three for 5 % to 90 % of all), if

    - beyond A and B it is on for 0.2 % of its own observations at most,
    - it is on for half and more of those with A alone, and of those with B alone, each of them
      5 % of all observations and more,
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
    kept = np.flatnonzero((share >= OFTEN) & (share <= ALWAYS))
    is_on, share = is_on[:, kept], share[kept]
    both = is_on.T.astype(float) @ is_on / len(is_on)  # [J, J], as all that follow.
    same = both >= SAME * (share[:, None] + share - both)
    alike = same.sum(axis=0)
    alone = share[:, None] - both
    tells = (both - share[:, None] * share) / (share * (1. - share))[:, None]
    features = (np.minimum(alone, alone.T) >= OFTEN) & (np.abs(tells) <= TELLS)
    splits = []
    for j, on in enumerate(is_on.T):
        pairs = (features & ~(same[j][:, None] | same[j])
                 & (np.minimum(alike[:, None], alike) >= alike[j])
                 & (both[j][:, None] + both[j] >= (1. - UNEXPLAINED) * share[j]))
        rest, a, b = min(((_rest(on, is_on[:, a], is_on[:, b]), a, b)
                          for a, b in np.argwhere(np.triu(pairs))), default=(1., 0, 0))
        if rest <= UNEXPLAINED:
            splits.append(Split(*map(int, kept[[j, a, b]])))
    return splits


def _rest(on, a, b):
    """Share of a latent's observations that have neither a nor b; 1 if it is not on for both."""
    if min(on[a & ~b].mean(), on[b & ~a].mean()) < MOSTLY:
        return 1.
    return (on & ~a & ~b).mean() / on.mean()
