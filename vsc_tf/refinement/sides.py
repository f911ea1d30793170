"""Latents that tell two features which exclude each other, one on each side of 0."""
from collections.abc import Callable

import numpy as np

from vsc_tf.refinement import gates
from vsc_tf.refinement.union import Union

OFTEN, ALWAYS = 0.05, 0.95  # Shares of observations that a side, a latent may be on for.
NEAR = 1 / 3    # Values below this share of their median size are near 0,
RARE = 0.05     # and may be so rare, of those that are on.
TOGETHER = 0.75  # Least correlation, of being on, of latents that tell one feature together.
OTHER = 0.5     # Most |cosine| between what two features do to an observation.


def find_sides(z: np.ndarray, effect: Callable, features: np.ndarray) -> list[Union]:
    """A `Union` of each latent that is on for either of two features that are never together.

    The bound asks for few latents: where A and B exclude each other one latent can tell both, A
    by values above 0 and B by values below. A feature with a sign looks the same in codes, and
    differs in what they do: one that goes either way does the opposite, two features do
    different things. So latent j is parted if

    - each side holds 5 % of the observations,
    - few of its values are near 0, as those that pass through 0 are of one feature,
    - what the sides do to an observation has a cosine between -0.5 and 0.5, and
    - no other latent is on for about the same observations, as for one feature of many ways.

    Args:
        z: Codes [n, J].
        effect: What codes [m, J] do to an observation, [m, D], in units that can be compared.
        features: Numbers [n, F], what gates are linear functions of.

    >>> a, b = np.arange(200) % 5 == 0, np.arange(200) % 5 == 1
    >>> z = np.stack([1. * a - b], 1)
    >>> found = find_sides(z, lambda z: np.maximum(z * [1., -1.], 0.), np.stack([a, b], 1))
    >>> [union.latent for union in found]
    [0]
    """
    is_on = z != 0.
    share = is_on.mean(axis=0)
    deviation = is_on - share
    spread = np.maximum(np.sqrt(share * (1. - share)), 1. / len(z))
    found = []
    for j in np.flatnonzero((share >= 2. * OFTEN) & (share <= ALWAYS)):
        sides = z[:, j] > 0., z[:, j] < 0.
        size = np.abs(z[is_on[:, j], j])
        if (min(side.mean() for side in sides) < OFTEN
                or (size < NEAR * np.median(size)).mean() > RARE):
            continue
        beside = deviation.T @ deviation[:, j] / len(z) / spread / spread[j]
        if np.delete(beside, j).max(initial=0.) > TOGETHER:
            continue
        middle = np.zeros([2, z.shape[1]], "float32")
        middle[:, j] = [np.median(z[side, j]) for side in sides]
        up, down = effect(middle)
        # Neither sides that do nothing are apart, nor NaN.
        if not abs(up @ down) < OTHER * np.linalg.norm(up) * np.linalg.norm(down):
            continue
        own, other = (gates.learned(side, features) for side in sides)
        if own is not None and other is not None:
            found.append(Union(int(j), own, other))
    return found
