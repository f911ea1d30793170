"""Latents that tell several features together: independent sources of which each tells one."""
import warnings
from typing import NamedTuple

import numpy as np
from sklearn.decomposition import FastICA
from threadpoolctl import threadpool_limits

from vsc_tf.refinement import gates

OFTEN = 0.05        # Share of observations from which on a latent counts,
ALWAYS = 0.95       # and from which on it is taken to be on for all of them.
TOGETHER = 0.3      # Least correlation, of being on, of latents that are looked at together.
TELLING = 0.2       # Least share of the variance of a code that is not the slab's own.
DISTINCT = 0.01     # Least variance of a block in any direction, of the slab's own.
SEPARATE = 0.77     # Least share of the variance of |s| between on and off; evenly spread values
                    # have 0.75, a Normal's 0.68.
NOISE = 4.          # Standard deviations of a source that is off, beyond which it is on.
FEWER = 0.9         # Most active latents after, of those before.
PEAK = 0.1          # Share of the observations in the narrowest interval, the missing value.
MOSTLY_ON = 2 / 3   # Share from which on a latent with one value is on for too many,
WINDOW = 4.         # in an interval of so many standard deviations of the slab,
ONE = 0.9           # that holds so many of its values;
WILDER = 1.25       # most that codes may vary there, of how they vary elsewhere.
ITERATIONS = 100


class Sources(NamedTuple):
    """Latents whose codes z + zero become `unmixing` (z + zero), and what they are then.

    latents: int [k].
    unmixing: float [k, k], one row a source.
    zero: float [k], the value of each source that says that its feature is missing.
    gates: The gate of each; one that is always open where none was found.
    """

    latents: np.ndarray
    unmixing: np.ndarray
    zero: np.ndarray
    gates: list[gates.Gate]


def find_sources(z: np.ndarray, zero: np.ndarray, scale: np.ndarray,
                 features: np.ndarray) -> list[Sources]:
    """The `Sources` of each block of latents that are on for the same observations.

    The bound does not mind how latents that are on together divide what they say, so each may
    tell a part of several features, and is on for all of them. But features that are switched
    independently are independent sources, and few at a time: FastICA ([H99]) finds the
    directions in which a feature alone moves the block. Where a source s has two kinds of
    values, |s - zero| near 0 and far from it, a gate is learned that tells them apart. The
    block is turned only if its sources are on for fewer observations, added up, than its
    latents are: then the model says the same with less. Ours, not in [T20].

    A latent that is on for all observations is a block of its own if no others are. One that is
    on for two thirds and more with but one value (90 % lie in an interval 4 standard deviations
    of the slab wide) tells the others: it is to be on for those, if codes vary there, too.

    Args:
        z: Codes [n, J].
        zero: What the decoder adds to them [J].
        scale: Standard deviations of the slabs [n, J].
        features: Numbers [n, F], what gates are linear functions of.

    >>> a, b = np.indices([2, 2, 500]).reshape(3, 2000)[:2] == 1
    >>> z = np.stack([1. * a + b, 1. * a - 2. * b], 1)
    >>> found = find_sources(z, np.zeros(2), np.full_like(z, 0.1), np.stack([a, b], 1))
    >>> [sources.latents.tolist() for sources in found]
    [[0, 1]]
    """
    found = []
    z, zero, scale = (np.asarray(each, "float64") for each in (z, zero, scale))
    for block in _blocks(z, scale):
        codes, is_on = z[:, block] + zero[block], z[:, block] != 0.
        is_always_on = is_on.mean(axis=0).min() > ALWAYS
        best, fewest = None, FEWER * is_on.mean(axis=0).sum()
        for unmixing in _unmixings(codes, scale[:, block]):
            s = codes @ unmixing.T
            off = peaks(s) if is_always_on else unmixing @ zero[block]
            opened = [_gate(away, is_on.any(axis=1), features) for away in np.abs(s - off).T]
            active = sum(gate.is_on(features).mean() for gate in opened)
            if active < fewest:
                best, fewest = Sources(block, unmixing, off, opened), active
        if best is not None:
            found.append(best)
    taken = {latent for sources in found for latent in sources.latents}
    turned = (_turned(j, z, zero, scale, features) for j in range(z.shape[1]) if j not in taken)
    return found + [sources for sources in turned if sources is not None]


def _turned(j, z, zero, scale, features):
    """The `Sources` of a latent that is on for most with one value: on where it was off."""
    is_on = z[:, j] != 0.
    if not MOSTLY_ON < is_on.mean() <= ALWAYS:
        return None
    values, count = np.sort(z[is_on, j]), int(ONE * is_on.sum())
    width = (values[count:] - values[:len(values) - count]).min()
    deviation = z.std(axis=0)
    there, elsewhere = (np.mean(z[rows].var(axis=0) / np.where(deviation > 0., deviation, 1.)**2)
                        for rows in (is_on, ~is_on))
    if width > WINDOW * np.median(scale[is_on, j]) or there > WILDER * elsewhere:
        return None
    gate, value = gates.learned(~is_on, features), np.median(values) + zero[j]
    if gate is None:
        return None
    return Sources(np.array([j]), np.ones([1, 1]), np.array([value]), [gate])


def _blocks(z, scale):
    """Indices of latents that say something, in groups that are on together."""
    is_on = z != 0.
    share, variance = is_on.mean(axis=0), z.var(axis=0)
    noise = np.sum(is_on * scale**2, axis=0) / np.maximum(is_on.sum(axis=0), 1)
    kept = np.flatnonzero((share >= OFTEN) & (variance > TELLING * (variance + noise)))
    deviation = is_on[:, kept] - share[kept]
    spread = np.maximum(deviation.std(axis=0), 1. / len(z))
    always = share[kept] > ALWAYS
    linked = ((deviation / spread).T @ (deviation / spread) / len(z) > TOGETHER) | np.outer(
        always, always)
    left, blocks = np.ones(len(kept), bool), []
    while left.any():
        block = np.arange(len(kept)) == left.argmax()
        for _ in kept:  # As far as links lead.
            block = block | linked[block].any(axis=0)
        left &= ~block
        if block.sum() > 1 or always[block].any():
            blocks.append(kept[block])
    return blocks


def _unmixings(codes, scale):
    """Matrices [k, k] from codes [n, k] to what may be their sources."""
    if codes.shape[1] == 1:
        return [np.ones([1, 1])]
    in_units = (codes - codes.mean(axis=0)) / np.sqrt(np.mean(scale**2, axis=0))
    if np.linalg.eigvalsh(in_units.T @ in_units / len(codes))[0] < DISTINCT:
        return []
    found = []
    for contrast in CONTRASTS:
        ica = FastICA(whiten="unit-variance", fun=contrast, max_iter=ITERATIONS, tol=1e-3,
                      random_state=0)
        with threadpool_limits(1), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Sources that it has not found yet get no gates.
            found.append(ica.fit(codes).components_)
    return found


def _skewness(u):
    return u**2, 2. * u.mean(axis=-1)


CONTRASTS = "logcosh", _skewness  # Features with a sign have tails, others that add are skewed.


def peaks(s: np.ndarray) -> np.ndarray:
    """The middle of the narrowest interval with a tenth of the values of each source [n, k]."""
    s, count = np.sort(s, axis=0), max(1, int(PEAK * len(s)))
    first = (s[count:] - s[:-count]).argmin(axis=0)
    return s[first + count // 2, np.arange(s.shape[1])]


def _gate(away, is_on, features):
    """A gate that is open where a source is far enough from its zero, or everywhere.

    away: How far it is [n]; is_on: bool [n], where any latent of its block is on.
    """
    there = far_from_zero(away, is_on)
    gate = None if there is None else gates.learned(is_on & there, features)
    return gate or gates.always_open(features)


def far_from_zero(away: np.ndarray, is_on: np.ndarray | None = None,
                  least: float = 0.) -> np.ndarray | None:
    """Where a source is far enough from its zero, bool [n]; `None` if it has one kind of values.

    away: How far it is [n]; is_on: bool [n], where that is looked at; least: how far it must be,
    as a share of the median of what is far.
    """
    values = np.sort(away if is_on is None else away[is_on])
    n, low = len(values), np.arange(1, len(values))
    sums = np.cumsum(values)
    between = (sums[:-1] / low - sums[-1] / n)**2 * low / (n - low)  # Otsu's.
    cut = between.argmax()
    if between[cut] <= SEPARATE * values.var():
        return None
    noise = np.median(values[:cut + 1]) / 0.6745
    near = max(NOISE * noise, least * np.median(values[cut + 1:]))
    return away > min(0.5 * (values[cut] + values[cut + 1]), near)
