"""Features of several ways each: groups of sources that depend on each other."""
import warnings
from collections.abc import Iterable

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform
from sklearn.decomposition import PCA
from threadpoolctl import threadpool_limits

from vsc_tf.refinement import gates
from vsc_tf.refinement.additive import independent
from vsc_tf.refinement.sources import far_from_zero, peaks

ROWS = 2000         # Least observations from which independence can be told.
LEVELS = 0.02, 0.01, 0.005, 0.0025  # Least share of a principal component of a view: all in turn.
MOST = 60           # Principal components of a view.
PIXELS = 400        # Most that are looked at.
LEAST = 0.15        # Least size of a piece that is on, of the median.
OFTEN, ALWAYS = 0.03, 0.7  # Shares of observations that a piece may be on for.
ALIKE = 0.2         # Mean |correlation| of pieces that are a group to begin with.
PIECES = 3          # Least of a group.
NEED = 0.75         # Times the root of how many they are: as many are on where the feature is.
INSIDE = 0.9        # Least share of a piece's observations that its feature is there for.
STEPS = 5           # Of grouping anew.
LINKED = 0.06       # Median |correlation| of the pieces of two groups that are one feature's.
TOGETHER = 0.3      # Most correlation of two features, as some are not told well.
APART = 0.9         # Least that two come together, of chance: parts of one exclude each other.


def find_subspaces(views: Iterable[np.ndarray], features: np.ndarray,
                   pixels: np.ndarray | None = None) -> list[gates.Gate]:
    """Gates of features that come independently, whatever ways each has.

    A shape that moves is no one source of an image, but each of its places may be: a *piece*,
    which is on for some of the observations with that feature and for no others. Pieces of
    different features are independent. Those of one are not: they exclude each other, or come
    together. That is independent subspace analysis ([HH00]), here by

    1. FastICA ([H99]) of the 60 principal components of each view and fewer. A source that has
       two kinds of values is on where it is away from its most common one; above and below
       are a piece each. So are those of single pixels: shapes that cover each other do not add
       up, but a pixel is covered or not;
    2. groups of pieces by average linkage, to a mean |correlation| of 0.2. A feature is there
       where as many of its m pieces are on as 0.75 times the root of m. Each piece goes to the
       feature that is there for 90 % of its observations, or to none, five times; then two
       groups become one if the median |correlation| between them is 0.06 and more, and again;
    3. a gate for each feature, if it can be learned. Two that are correlated by more than 0.3, or
       come together less often than 0.9 times what chance has, by two standard errors, are none.

    Ours, not in [T20].

    Args:
        views: Arrays [n, D] of observations, and of what a model makes of them, n at least 2,000.
        features: Numbers [n, F], what gates are linear functions of.
        pixels: Values [n, P] of observations, if they are pictures or others on a grid. A column
            of a table tells several features, so columns are none; nor are values that are
            binary, as they have two kinds whatever they tell.

    >>> rng = np.random.default_rng(0)
    >>> there, place = rng.random([2, 3000, 1]) < 0.3, rng.uniform(3., 9., [2, 3000, 1])
    >>> bumps = there * np.exp(-0.5 * (np.arange(12) - place)**2)
    >>> x = np.concatenate(list(bumps), axis=1) + rng.normal(0., 0.05, [3000, 24])
    >>> [gate.is_on(x).mean().round(1) for gate in find_subspaces([x], x)]
    [np.float64(0.3), np.float64(0.3)]
    """
    views = list(views)
    if len(features) < ROWS or not all(np.isfinite(view).all() for view in views):
        return []
    pieces = [piece for view in views for piece in _pieces(view)]
    if pixels is not None:
        some = np.linspace(0, pixels.shape[1] - 1, min(PIXELS, pixels.shape[1])).astype(int)
        pieces += _sides(pixels[:, some])
    if len(pieces) < 2 * PIECES:
        return []
    there = _there(np.stack(pieces, axis=1).astype("float32"))
    found = [gate for gate in (gates.learned(on, features) for on in there.T) if gate]
    if len(found) < 2:
        return []
    kept = _independent(np.stack([gate.is_on(features) for gate in found], axis=1))
    return [gate for gate, is_kept in zip(found, kept, strict=True) if is_kept]


def _independent(is_on):
    """Which features [n, K] come together with each other about as often as chance has it."""
    counts = is_on.T.astype("float64") @ is_on
    expected = np.outer(np.diag(counts), np.diag(counts)) / len(is_on)
    wrong = (np.corrcoef(is_on.T) > TOGETHER) | (counts < APART * expected - 2. * np.sqrt(expected))
    np.fill_diagonal(wrong, False)
    return ~wrong.any(axis=0)


def _sides(s):
    """Where sources [n, k] with two kinds of values are above, and below, what is usual."""
    for away in (s - peaks(s)).T:
        is_on = far_from_zero(np.abs(away), least=LEAST)
        if is_on is not None and OFTEN < is_on.mean() < ALWAYS:
            sides = is_on & (away > 0.), is_on & (away < 0.)
            yield from (side for side in sides if side.mean() > OFTEN)


def _pieces(view):
    """The same for independent sources of a view [n, D]."""
    pca = PCA(min(MOST, *view.shape), svd_solver="randomized", random_state=0)
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Of a view that is constant.
        parts = pca.fit_transform(view)
    counts = {int(np.sum(pca.explained_variance_ratio_ > level)) for level in LEVELS}
    for count in sorted(counts - {0, 1}):
        for unmixing in independent(parts[:, :count]):
            s = parts[:, :count] @ unmixing.T
            yield from _sides(s)


def _there(pieces):
    """Where features are, bool [n, K], each a group of pieces [n, m] that are 0 or 1."""
    r = np.abs(np.corrcoef(pieces.T))
    np.fill_diagonal(r, 1.)
    tree = linkage(squareform(1. - r, checks=False), "average")
    group = fcluster(tree, 1. - ALIKE, "distance")
    while True:
        for _ in range(STEPS):
            there, kept = _features(pieces, group)
            if len(kept) < 2:
                return there
            inside = pieces.T @ there / pieces.sum(axis=0)[:, np.newaxis]
            group = np.where(inside.max(axis=1) >= INSIDE, inside.argmax(axis=1), -1)
        there, kept = _features(pieces, group)
        linked = {(a, b): np.median(r[np.ix_(group == a, group == b)])
                  for a in kept for b in kept if a < b}
        first, second = max(linked, key=linked.get, default=(0, 0))
        if linked.get((first, second), 0.) < LINKED:
            return there
        group[group == second] = first


def _features(pieces, group):
    """Where enough pieces of a group are on, bool [n, K], and which groups these are."""
    there, kept = [np.zeros([len(pieces), 0], bool)], []
    for k in np.unique(group[group >= 0]):
        of = pieces[:, group == k]
        is_on = of.sum(axis=1) >= max(1, int(NEED * np.sqrt(of.shape[1])))
        if of.shape[1] >= PIECES and OFTEN < is_on.mean() < 1. - OFTEN:
            there.append(is_on[:, np.newaxis])
            kept.append(k)
    return np.concatenate(there, axis=1), kept
