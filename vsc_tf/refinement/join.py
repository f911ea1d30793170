"""Latents that share a feature, each off where the other is enough: one gate for all of them."""
from typing import NamedTuple

import numpy as np

from vsc_tf.refinement import gates

OFTEN, ALWAYS = 0.05, 0.95  # Shares of observations that a feature may be there for.
TOGETHER = 0.6  # Least correlation, of being on, of latents that share a feature.
MOSTLY = 0.6    # Least share of its observations that each of them is on for.
WHOLE = 0.98    # Share of them from which on one latent tells the feature alone.
GAP = 0.25      # Most that sizes when on begin above those when off, as a share of their range.
TAIL = 0.05     # Share of the values that is beyond either end of a range.


class Joined(NamedTuple):
    """Latents, and the gate that each of them gets."""

    latents: list[int]
    gate: gates.Gate


def find_joined(z: np.ndarray, loc: np.ndarray, features: np.ndarray) -> list[Joined]:
    """The `Joined` of latents of which each tells a part of one feature.

    A feature of two ways may be told by two latents whose values begin at 0. The bound has each
    off where its value is near 0, as the other one says that the feature is there; so neither
    is on for all of it. Latents get one gate, that of any of them being on, if

    - being on of two has a correlation of 0.6 and more, and each is on for 60 % of what any of
      them is on for; that is 5 % to 95 % of all observations, and none is on for 98 % of it;
    - the slab means of each pass into 0 there, without a gap: where the latent is on, 95 % of their
      sizes are above some value, where it is off, 95 % are below another, and the first is above
      the second by at most a quarter of the range of sizes where it is on (5 % to 95 %). Two
      features that mostly come together have a gap, as neither has size 0 when it is there; and
    - a gate can be learned.

    Ours, not in [T20].

    Args:
        z, loc: Codes and slab means [n, J].
        features: Numbers [n, F], what gates are linear functions of.

    >>> t = np.linspace(-1., 1., 200)
    >>> feature, loc = np.arange(200)[:, np.newaxis] // 2 % 2, np.stack([t + 0.7, 0.7 - t], axis=1)
    >>> found = find_joined(np.maximum(0., loc) * feature, loc, feature)
    >>> [each.latents for each in found]
    [[0, 1]]
    """
    is_on = z != 0.
    share = is_on.mean(axis=0)
    kept = np.flatnonzero((share >= OFTEN) & (share <= ALWAYS))
    deviation = is_on[:, kept] - share[kept]
    deviation = deviation / deviation.std(axis=0)
    linked = deviation.T @ deviation / len(z) >= TOGETHER
    found, taken = [], set()
    for row in linked[np.argsort(-linked.sum(axis=0), kind="stable")]:
        latents = [int(j) for j in kept[row] if j not in taken]
        there = is_on[:, latents].any(axis=1)
        latents = [j for j in latents if is_on[there, j].mean() >= MOSTLY]
        gate = _gate(is_on[:, latents], loc[:, latents], features) if len(latents) > 1 else None
        if gate is not None:
            found.append(Joined(latents, gate))
            taken.update(latents)
    return found


def _gate(is_on, loc, features):
    """The gate of any of the latents being on, if they share a feature."""
    there = is_on.any(axis=1)
    if there.mean() > ALWAYS or is_on[there].mean(axis=0).max() >= WHOLE:
        return None
    for on, size in zip(is_on[there].T, np.abs(loc[there]).T, strict=True):
        low, high = np.quantile(size[on], [TAIL, 1. - TAIL])
        if low - np.quantile(size[~on], 1. - TAIL) > GAP * (high - low):
            return None
    return gates.learned(there, features)
