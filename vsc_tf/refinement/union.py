"""Latents that are on for either of two features of which one has no latent of its own."""
from typing import NamedTuple

import numpy as np

from vsc_tf.refinement import gates

OFTEN, ALWAYS = 0.05, 0.95  # Shares of observations that a latent may be on for.
INSIDE = 0.95   # Least share of the first feature's observations that the latent is on for.
TELLS = 0.1     # Most that one feature may change the probability of the other,
RATIO = 1.5     # and by most this factor.
CANDIDATES = 6  # Latents that are tried as the first feature, the most common ones.


class Union(NamedTuple):
    """A latent, the gate that it gets, and the gate of its copy."""

    latent: int
    own: gates.Gate
    other: gates.Gate


def find_unions(is_on: np.ndarray, features: np.ndarray) -> list[Union]:
    """The `Union` of each latent that is on for either of two features, A and B.

    A is what another latent is on for; j is on for at least 95 % of it. Where A is missing,
    latent j is on for B alone, so a gate for B can be learned there. What that gate says where A
    is present shows what B is. If it finds B there about as often as elsewhere,

        |P(B | A) - P(B | not A)| <= 0.1, and they differ by a factor of 1.5 at most,

    B is a feature of its own and j is on for both. If A is only a part of what j stands for, as
    the small values of one feature are, the gate finds nearly all of A, or nothing. Where B is
    missing, then, a gate can be learned for what j says of A.

    Args:
        is_on: bool [n, J], where the codes are not zero.
        features: Numbers [n, F], what gates are linear functions of.

    >>> a, b = np.indices([2, 2, 25]).reshape(3, 100)[:2] == 1
    >>> [union.latent for union in find_unions(np.stack([a, a | b], 1), np.stack([a, b], 1))]
    [1]
    """
    share = is_on.mean(axis=0)
    kept = np.flatnonzero((share >= OFTEN) & (share <= ALWAYS))
    unions = []
    for j in kept:
        on = is_on[:, j]
        inside = [k for k in kept if k != j and on[is_on[:, k]].mean() >= INSIDE]
        for k in sorted(inside, key=lambda k: -share[k])[:CANDIDATES]:
            other = _second(on, is_on[:, k], features)
            if other is None:
                continue
            alone = ~other.is_on(features)
            own = gates.learned(on[alone], features[alone])
            if own is not None:
                unions.append(Union(int(j), own, other))
                break
    return unions


def are_apart(beside: float, elsewhere: float) -> bool:
    """Whether P(B | A) and P(B | not A) are those of two features."""
    return (abs(beside - elsewhere) <= TELLS
            and elsewhere / RATIO <= beside <= elsewhere * RATIO)


def _second(on, first, features):
    """The gate for what `on` has beyond `first`, or `None` if that is no feature of its own."""
    rate = on[~first].mean()
    if not OFTEN <= rate <= ALWAYS:
        return None
    gate = gates.learned(on[~first], features[~first])
    is_own = gate is not None and are_apart(gate.is_on(features[first]).mean(), rate)
    return gate if is_own else None
