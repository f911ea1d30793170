"""Where the zero of a latent should be: at the value that says that a feature is missing."""
from typing import NamedTuple

import numpy as np

WINDOW = 4.          # Width of "one value", in standard deviations of the slab.
STANDS_OUT = 0.75    # Most that an interval beside a value may hold, next to it.
RARE = 0.05          # Share from which on values count, and up to which they do not.
OFTEN_ON = 0.9       # Share of observations from which on a latent is on too often.
COMMON = 2 / 3       # Share of its values from which on a common one is taken for it,
CLEARLY = 4.         # unless codes vary less at a rarer one by so many standard errors.
CALMER = 0.8         # Share of their variance where off that codes may have at the value.
NEARLY = 0.75        # How much less common than off the value of a reversed latent may be.
SURELY = 0.95        # Share of another latent's observations in which one that follows it is on.


class Moves(NamedTuple):
    """What to do with each latent: how far its zero moves, what becomes of its gate."""

    shifts: np.ndarray  # float32 [J].
    turned: np.ndarray  # bool [J].
    bounds: np.ndarray  # float32 [J], new slab mean at which the gate is even; 0: gate is kept.
    gate_of: np.ndarray  # int [J], the latent whose gate it gets; its own index: gate is kept.


def find_moves(z: np.ndarray, loc: np.ndarray, scale: np.ndarray) -> Moves:
    """`Moves` of latents that are on where their feature is missing.

    Latent j is on, z_ij != 0, for a share r_j of the observations. A feature that is missing
    leaves one value a_j in a latent that stays on, and nothing to say for the other latents of
    that feature. So a_j is the median of an interval, 4 standard deviations of the slab wide,
    that stands out: those beside it hold less than 3/4 of its values. Of several that
    hold 5 % it is the one in whose observations the codes z vary least; if one holds two thirds,
    another must have them vary less by 4 standard errors, as features are rare more often than
    not. c_j is the share of all observations that it holds.
    The latent's zero moves to a_j if it is

    - on too often: r_j > 0.9, and the value is more common than off, c_j > 1 - r_j. If 95 % of
      the other values lie on one side of a_j, and beyond that interval, its gate becomes a
      function of the slab mean, even halfway between a_j and the nearest of them: the gate
      itself is saturated then and would take long to learn it; or
    - reversed: off for 10 % and more, the value nearly as common as off, c_j > 0.75 (1 - r_j),
      and the codes vary less at the value than where the latent is off: their mean variance is
      below 0.8 of what it is there. Then its gate is turned, too: on becomes off.

    A latent that keeps its gate so may still have nothing to say without another one, k: it is on
    for 95 % of the observations that k is on for, and beyond those for 10 % of all, there with
    one value (90 % lie in an interval as wide as above). It gets the gate of k, and its zero
    moves to that value. That changes what off says, so where it was off for 5 % and more the
    value must be within half an interval of its zero.

    Args:
        z, loc, scale: Arrays [n, J], the codes, slab means and slab standard deviations.

    >>> loc = np.array([[7.], [7.], [7.], [-3.], [2.]])
    >>> find_moves(loc, loc, scale=np.full([5, 1], 0.1)).shifts.tolist()
    [7.0]
    """
    is_on = z != 0.
    shifts, turned, bounds = (np.zeros(z.shape[1], d) for d in (np.float32, bool, np.float32))
    moves = Moves(shifts, turned, bounds, np.arange(z.shape[1]))
    deviation = z.std(axis=0)
    standardised = z / np.where(deviation > 0., deviation, 1.)
    for j in np.flatnonzero(is_on.any(axis=0)):
        on = is_on[:, j]
        off_share = 1. - on.mean()
        width = WINDOW * np.median(scale[on, j])
        value, share, spread = _missing_value(loc[on, j], width, standardised[on])
        share *= on.mean()
        if off_share < 1. - OFTEN_ON:
            if share > off_share:
                moves.shifts[j] = value
                moves.bounds[j] = _bound(loc[on, j] - value, 0.5 * width)
        elif share > NEARLY * off_share and spread < CALMER * _spread(standardised[~on]):
            moves.shifts[j], moves.turned[j] = value, True
    kept = np.flatnonzero((moves.shifts == 0.) & (is_on.mean(axis=0) >= RARE))
    for j in np.flatnonzero(is_on.any(axis=0) & ~moves.turned & (moves.bounds == 0.)):
        width = WINDOW * np.median(scale[is_on[:, j], j])
        k, value = _followed(j, kept, is_on, loc[:, j], width)
        if k != j:
            moves.gate_of[j], moves.shifts[j] = k, value
    return moves


def _followed(j, others, is_on, values, width):
    """The latent without which j, of slab means `values`, has one value only, and that value."""
    found, most = (j, 0.), 1. - OFTEN_ON
    for k in others[others != j]:
        alone = is_on[:, j] & ~is_on[:, k]
        share = alone.mean()
        if share < most or is_on[is_on[:, k], j].mean() < SURELY:
            continue
        low, value, high = np.quantile(values[alone], [RARE, 0.5, 1. - RARE])
        is_zero = is_on[:, j].mean() > 1. - RARE or abs(value) < 0.5 * width
        if high - low < width and is_zero:
            found, most = (k, value), share
    return found


def _bound(values, reach):
    """Half the way from 0 to nearly all values [n] that are further from it than `reach`.

    0 if they are on both sides of it.
    """
    others = values[np.abs(values) > reach]
    if not len(others):
        return 0.
    low, high = np.quantile(others, [RARE, 1. - RARE])
    return 0.5 * (low if low > 0. else min(0., high))


def _missing_value(values, width, codes):
    """Of values [n] that stand out that in whose observations codes [n, J] vary least.

    Returns the median of its interval, the share that it holds and the variance of the codes
    there; (0, 0, inf) if there is none.
    """
    order = np.argsort(values)
    values, codes = values[order], codes[order]
    edges = [np.searchsorted(values, values + k * width) for k in (-1, 0, 1, 2)]
    before, counts, after = np.diff(edges, axis=0)
    counts = np.where(np.maximum(before, after) < STANDS_OUT * counts, counts, 0)
    found, error = (0., 0., np.inf), 0.
    while counts.max() >= max(1, RARE * len(values)):
        first = counts.argmax()
        inside = slice(edges[1][first], edges[2][first])
        squares = ((codes[inside] - codes[inside].mean(axis=0))**2).mean(axis=1)
        spread, sure = squares.mean(), CLEARLY * squares.std() / np.sqrt(len(squares))
        margin = np.hypot(sure, error) if found[1] > COMMON else 0.
        if spread + margin < found[2]:
            found = np.median(values[inside]), counts[first] / len(values), spread
            error = sure
        counts[np.abs(values - values[first]) < 2. * width] = 0
    return found


def _spread(codes):
    """How much codes [n, J] vary: the variance of a latent, mean over latents."""
    return codes.var(axis=0).mean()
