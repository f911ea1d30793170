"""Where the zero of a latent should be: at the value that says that a feature is missing."""
from typing import NamedTuple

import numpy as np

WINDOW = 4.          # Width of "one value", in standard deviations of the slab.
OFTEN_ON = 0.7       # Share of observations from which on a latent is on too often.
AGAINST = -0.2       # Correlation with the number of other latents that are on.
NEARLY = 0.75        # How much less common than off the value of a reversed latent may be.


class Moves(NamedTuple):
    """What to do with each latent: how far its zero moves, and whether its gate is turned."""

    shifts: np.ndarray  # float32 [J].
    turned: np.ndarray  # bool [J].


def find_moves(z, loc, scale):
    """`Moves` of latents that are on where their feature is missing.

    Latent j is on, z_ij != 0, for a share r_j of the observations. Its most common value a_j is
    the median of the 4-standard-deviations-wide interval that holds the most of its slab means
    while on, a share c_j of all observations. Its zero moves to a_j if it is

    - on too often: r_j > 0.7, and the value is more common than off, c_j > 1 - r_j; or
    - reversed: on when few other latents are (their number and [z_ij != 0] correlate below
      -0.2), and the value is nearly as common as off, c_j > 0.75 (1 - r_j). Then its gate is
      turned, too: on becomes off.

    Args:
        z, loc, scale: Arrays [n, J], the codes, slab means and slab standard deviations.

    >>> loc = np.array([[7.], [7.], [7.], [-3.], [2.]])
    >>> find_moves(loc, loc, scale=np.full([5, 1], 0.1)).shifts.tolist()
    [7.0]
    """
    is_on = z != 0.
    moves = Moves(np.zeros(z.shape[1], np.float32), np.zeros(z.shape[1], bool))
    count = is_on.sum(axis=1)
    for j in np.flatnonzero(is_on.any(axis=0)):
        on = is_on[:, j]
        off_share = 1. - on.mean()
        value, share = _common_value(loc[on, j], WINDOW * np.median(scale[on, j]))
        share *= on.mean()
        if _correlation(on, count - on) < AGAINST and share > NEARLY * off_share:
            moves.shifts[j], moves.turned[j] = value, True
        elif off_share < 1. - OFTEN_ON and share > off_share:
            moves.shifts[j] = value
    return moves


def _common_value(values, width):
    """Median of the interval of this width with the most values, and the share it holds."""
    values = np.sort(values)
    counts = np.searchsorted(values, values + width, side="right") - np.arange(len(values))
    first = counts.argmax()
    return np.median(values[first:first + counts[first]]), counts[first] / len(values)


def _correlation(a, b):
    """Pearson's correlation, 0 if one of the two never changes."""
    deviation = a.std() * b.std()
    return np.mean((a - a.mean()) * (b - b.mean())) / deviation if deviation else 0.
