"""Whether a latent is on exactly when its attribute is present.

Ideally a sparse latent is non-zero if, and only if, the attribute it encodes is present.
Balanced accuracy does not reward guessing when an attribute is rare:

    accuracy = ( P(on | present) + P(off | absent) ) / 2

It is 0.5 for any code that ignores the attribute, including a dense one. Only the direction
on = present counts: a latent on exactly when the attribute is absent scores 0. For an attribute
present in all observations, or in none, the accuracy is defined as 0.5.
"""
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from vsc_tf.metrics import _arrays
from vsc_tf.metrics.disentanglement import correlation, group_scores
from vsc_tf.metrics.sparsity import live


class GroupPresence(NamedTuple):
    """What `group_presence` returns."""

    accuracy: np.ndarray  # float64 [G], balanced accuracy of all latents of each attribute.
    leak: float           # Mean over live latents of P(on | its attribute absent).
    hit: float            # Mean over live latents of P(on | its attribute present).
    attribute: np.ndarray  # Integers [J], each latent's attribute; -1 if dead or it follows none.


def presence_of(factors: ArrayLike, groups: ArrayLike) -> np.ndarray:
    """Presence of each attribute: whether any factor of its group is non-zero.

    Args:
        factors: Sources S * V [n, K], exactly 0 where the attribute is absent.
        groups: Integers [K], the attribute of each source, every number of 0 to G-1 used.

    Returns:
        bool [n, G].

    Raises:
        ValueError: `factors` is not finite, empty or not of rank 2; `groups` does not fit.

    >>> presence_of([[0.3, 0.0, 0.0], [0.0, 0.0, -1.0]], groups=[0, 0, 1]).tolist()
    [[True, False], [False, True]]
    """
    factors = _arrays.matrix("factors", factors, min_rows=1)
    groups, count = _arrays.group_index(groups, factors.shape[1])
    return np.stack([factors[:, groups == g].any(axis=1) for g in range(count)], axis=1)


def _rates(on: np.ndarray, where: np.ndarray) -> np.ndarray:
    """P(on_j | where_g) as float64 [G, J], 0 where no observation is in `where_g`."""
    total = where.sum(axis=0)[:, None]
    return (where.T.astype(np.float64) @ on) / np.maximum(total, 1)


def _balanced_accuracy(on: np.ndarray, presence: np.ndarray) -> np.ndarray:
    """Balanced accuracy, float64 [G, J]; 0.5 for attributes that do not vary."""
    accuracy = 0.5 * (_rates(on, presence) + 1.0 - _rates(on, ~presence))
    accuracy[presence.all(axis=0) | ~presence.any(axis=0)] = 0.5
    return accuracy


def presence_accuracy(z: ArrayLike, presence: ArrayLike) -> np.ndarray:
    """For each attribute, how well the best single latent indicates its presence.

        accuracy_g = max over j of balanced accuracy of [z_j != 0] against S_g

    Args:
        z: Codes [n, J] with exact zeros, n >= 2.
        presence: bool (or 0 and 1) [n, G], such as `presence_of(factors, groups)`.

    Returns:
        float64 [G]; 0.5 for an attribute that all observations have, or none.

    Raises:
        ValueError: An array is not finite, not of rank 2, shorter than 2, lengths differ, or
            `presence` is not boolean.

    >>> z = [[0.0, 1.2], [0.0, 0.4], [0.7, 2.0], [0.1, 0.0]]
    >>> presence_accuracy(z, presence=[[0], [0], [1], [1]]).tolist()
    [1.0]
    """
    on = _arrays.matrix("z", z) != 0.0
    presence = _arrays.flags("presence", presence, len(on), "z")
    return _balanced_accuracy(on, presence).max(axis=1)


def group_presence(z: ArrayLike, factors: ArrayLike, groups: ArrayLike) -> GroupPresence:
    """Whether *all* latents of an attribute are off when it is absent.

    A live latent (on in at least 1 % of observations) belongs to the attribute with its largest
    group score, the first one if several tie. The accuracy of an attribute is the balanced
    accuracy of [any of its latents is non-zero] against its presence; 0.5 if it has no latent.

    leak and hit are means over live latents of P(on | attribute absent) and P(on | attribute
    present). A live latent that follows no source has no attribute: its overall rate of being
    on counts towards leak, and it is left out of hit. A latent is left out of a rate that has
    no observations (of an attribute that is always, or never, present). A mean over no latents
    is 0.

    Args:
        z: Codes [n, J] with exact zeros, n >= 2.
        factors: Sources S * V [n, K], exactly 0 where the attribute is absent.
        groups: Integers [K], the attribute of each source, every number of 0 to G-1 used.

    Returns:
        A `GroupPresence`: accuracy [G], leak, hit, attribute [J].

    Raises:
        ValueError: An array is not finite, not of rank 2, shorter than 2, lengths differ, or
            `groups` does not fit.

    >>> factors = np.array([[0., 0.], [1., 0.], [2., 3.], [0., 1.]])
    >>> group_presence(factors, factors, groups=[0, 1])
    GroupPresence(accuracy=array([1., 1.]), leak=0.0, hit=1.0, attribute=array([0, 1]))
    """
    on = _arrays.matrix("z", z) != 0.0
    scores = group_scores(correlation(z, factors), groups)
    present = presence_of(factors, groups)
    is_live = live(z)
    attribute = np.where(is_live & (scores.max(axis=0) > 0.0), scores.argmax(axis=0), -1)

    any_on = np.stack([on[:, attribute == g].any(axis=1) for g in range(len(scores))], axis=1)
    accuracy = np.diagonal(_balanced_accuracy(any_on, present)).copy()

    # A last column, never present, for the latents without an attribute: index -1.
    present = np.column_stack([present, np.zeros(len(on), bool)])
    latents = np.arange(on.shape[1])

    def mean_rate(where: np.ndarray) -> float:
        counted = is_live & np.any(where, axis=0)[attribute]
        rates = _rates(on, where)[attribute, latents][counted]
        return float(rates.mean()) if counted.any() else 0.0

    return GroupPresence(accuracy, mean_rate(~present), mean_rate(present), attribute)
