"""Whether a feature is on exactly when its attribute is present (spec.md 6).

Sparse codes promise that a latent is non-zero when, and only when, what it stands for is
there. Balanced accuracy, the mean of both rates of being right, does not reward guessing when
an attribute is rare:

    accuracy = ( P(on | present) + P(off | absent) ) / 2

0.5 for any code that takes no notice, a dense one among them. Only the direction on = present
counts: a latent on exactly when the attribute is absent has 0. Where an attribute is present
in all observations, or in none, no code can be told from another: its accuracy is 0.5.
"""
from typing import NamedTuple

import numpy as np

from vsc_tf.metrics import _arrays
from vsc_tf.metrics.disentanglement import correlation, group_scores
from vsc_tf.metrics.sparsity import live


class GroupPresence(NamedTuple):
    """What `group_presence` returns."""

    accuracy: np.ndarray  # float64 [G], balanced accuracy of each attribute's latents together.
    leak: float           # Mean over live latents of P(on | its attribute absent).
    hit: float            # Mean over live latents of P(on | its attribute present).
    attribute: np.ndarray  # Integers [J], each latent's attribute; -1: dead, or follows none.


def presence_of(factors, groups):
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


def _rates(on, where):
    """P(on_j | where_g) as float64 [G, J], 0 where no observation is in `where_g`."""
    total = where.sum(axis=0)[:, None]
    return (where.T.astype(np.float64) @ on) / np.maximum(total, 1)


def _balanced_accuracy(on, presence):
    """Balanced accuracy float64 [G, J]; 0.5 for attributes that do not vary."""
    accuracy = 0.5 * (_rates(on, presence) + 1.0 - _rates(on, ~presence))
    accuracy[presence.all(axis=0) | ~presence.any(axis=0)] = 0.5
    return accuracy


def presence_accuracy(z, presence):
    """For each attribute, how well its best single latent tells presence (spec.md 6).

        accuracy_g = max over j of balanced accuracy of [z_j != 0] against S_g

    Args:
        z: Codes [n, J] with exact zeros, n >= 2.
        presence: bool (or 0 and 1) [n, G]; `presence_of(factors, groups)`.

    Returns:
        float64 [G]; 0.5 for an attribute that all or no observations have.

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


def group_presence(z, factors, groups):
    """Whether *all* latents of an attribute are off when it is absent (spec.md 6).

    A live latent (on in >= 1 % of observations) belongs to the attribute of its largest group
    score; between equal scores, to the first. For each attribute the balanced accuracy of [any
    of its latents is non-zero] against its presence; 0.5 if it has no latent.

    leak and hit are means over live latents of P(on | attribute absent) and P(on | attribute
    present). A live latent that follows no source has no attribute, so what it stands for is
    never present: its whole rate of being on counts as leak, and it has no part in hit. In the
    same way a latent has no part in a rate that has no observation (an attribute that is
    always present, or never). A mean over no latent is 0: nothing is ever on.

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

    # A last column, never present, for the latents that follow nothing: index -1 finds it.
    present = np.column_stack([present, np.zeros(len(on), bool)])
    latents = np.arange(on.shape[1])

    def mean_rate(where):
        counted = is_live & where.any(axis=0)[attribute]
        rates = _rates(on, where)[attribute, latents][counted]
        return float(rates.mean()) if counted.any() else 0.0

    return GroupPresence(accuracy, mean_rate(~present), mean_rate(present), attribute)
