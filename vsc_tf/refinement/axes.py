"""Pairs of latents that are on for the same and tell two features together: their axes."""
from typing import NamedTuple

import numpy as np

from vsc_tf.refinement import gates
from vsc_tf.refinement.union import ALWAYS, OFTEN, are_apart

SAME = 0.9     # Observations both latents are on for, of those either is.
NEAR = 12      # Degrees from an axis up to which codes are on it.
APART = 30     # Least degrees between the axes.
ON_LINES = 0.5  # Share of the observations of both latents that must be on a line; evenly spread
                # angles have 0.27.
BETWEEN = 0.5   # Most codes that a degree between the lines may hold, of what one on them holds.


class Axes(NamedTuple):
    """Two latents, and what each of two features does to them.

    directions: float [2, 2]; column k is the direction in which feature k alone moves the pair.
    gates: The gate of each feature.
    """

    first: int
    second: int
    directions: np.ndarray
    gates: tuple[gates.Gate, gates.Gate]


def find_axes(z: np.ndarray, features: np.ndarray) -> list[Axes]:
    """The `Axes` of pairs of latents that share the observations of two features, A and B.

    Neither the bound nor a price of active latents minds how two latents that are on for A and
    for B divide them, but what they say shows it: with A alone the codes (z_i, z_j) lie on one
    line through 0, with B alone on another, and elsewhere where both are there. Gates for A
    and B are learned from what is off or within 12 degrees of one of the two lines that have most
    codes so near. A and B are two features if one is no sign of the other (`union.are_apart`).

    Args:
        z: Codes [n, J].
        features: Numbers [n, F], what gates are linear functions of.

    >>> a, b = np.indices([2, 2, 500]).reshape(3, 2000)[:2] == 1
    >>> z = np.stack([1. * a + b, 1. * a - 2. * b], 1)
    >>> [axes[:2] for axes in find_axes(z, np.stack([a, b], 1))]
    [(0, 1)]
    """
    is_on = z != 0.
    share = is_on.mean(axis=0)
    kept = np.flatnonzero((share >= OFTEN) & (share <= ALWAYS)).tolist()
    found: list[Axes] = []
    taken: set[int] = set()
    for place, i in enumerate(kept):
        for j in kept[place + 1:]:
            both = (is_on[:, i] & is_on[:, j]).mean()
            if taken & {i, j} or both < SAME * (share[i] + share[j] - both):
                continue
            axes = _axes_of(z[:, [i, j]], features)
            if axes is not None:
                found.append(Axes(i, j, *axes))
                taken |= {i, j}
    return found


def _axes_of(pair, features):
    """Directions and gates of codes [n, 2] of two features, or `None` if they are not that."""
    on = np.flatnonzero((pair != 0.).all(axis=1))
    angles = np.degrees(np.arctan2(pair[on, 1], pair[on, 0])) % 180.
    lines = np.arange(0, 180, 3)
    off = np.abs(angles[:, None] - lines)
    near = np.minimum(off, 180. - off) <= NEAR  # [n, lines].
    counts = near.sum(axis=0)
    first = counts.argmax()
    apart = np.abs(lines - lines[first])
    second = np.where(np.minimum(apart, 180 - apart) >= APART, counts, -1).argmax()
    alone = np.zeros((len(pair), 2), bool)
    alone[on] = near[:, [first, second]] & ~near[:, [second, first]]
    if (alone.mean(axis=0).min() < OFTEN or alone.sum() < ON_LINES * len(on)
            or not _are_lines(angles, *sorted(lines[[first, second]]))):
        return None
    sure = np.ones(len(pair), bool)
    sure[on] = alone[on].any(axis=1)
    opened = tuple(gates.learned(feature[sure], features[sure]) for feature in alone.T)
    if None in opened:
        return None
    a, b = (gate.is_on(features) for gate in opened)
    if (min((a & ~b).mean(), (b & ~a).mean()) < OFTEN
            or not are_apart(b[a].mean(), b[~a].mean())
            or not are_apart(a[b].mean(), a[~b].mean())):
        return None
    turns = np.radians([np.median(lines[k] + (angles[near[:, k]] - lines[k] + 90.) % 180. - 90.)
                        for k in (first, second)])
    return np.stack([np.cos(turns), np.sin(turns)]), opened


def _are_lines(angles, low, high):
    """Whether codes crowd on both lines: those of one feature spread between its extremes."""
    on_line = [(np.abs((angles - line + 90.) % 180. - 90.) <= NEAR).sum() for line in (low, high)]
    apart = high - low
    inner = ((angles > low + NEAR) & (angles < high - NEAR)).sum() / max(apart - 2 * NEAR, 1)
    outer = ((angles < low - NEAR) & (angles > high + NEAR - 180)
             | (angles > high + NEAR) & (angles < low - NEAR + 180)).sum()
    outer = outer / max(180 - apart - 2 * NEAR, 1)
    return max(inner, outer) <= BETWEEN * min(on_line) / (2 * NEAR)
