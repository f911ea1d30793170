"""Features that add up: independent sources of what codes do to observations."""
import contextlib
import warnings
from typing import NamedTuple

import numpy as np
from sklearn.decomposition import PCA, FastICA
from sklearn.linear_model import Ridge
from threadpoolctl import threadpool_limits

from vsc_tf.refinement import gates
from vsc_tf.refinement.sources import ALWAYS, CONTRASTS, ITERATIONS, far_from_zero, peaks

ROWS = 500          # Least observations from which independence can be told.
RARE = 0.01         # Share of observations that a latent must be on for to count.
DEPENDENT = 0.05    # Least `dependence` of latents that is looked into,
INDEPENDENT = 0.02  # and most of sources.
SMALL = 0.0005, 0.002  # Least share of a principal component, of all that codes do: in turns.
LEAST = 0.15, 0.3   # Least size of a source that is on, of the median: others leave traces.
MORE = 1.25         # Most active latents after, of those before.
TOLD = 0.8          # Least correlation, of being on, of a latent that a source has already.
SHRINKAGE = 1.      # Of the ridge regression, in observations.


class Additive(NamedTuple):
    """Sources (outputs @ unmixing.T - offset) of what the decoder makes.

    values: float [n, k], the sources, 0 where their feature is missing.
    gates: The gate of each.
    slabs: Their values where they are on, as linear functions.
    unmixing, offset: float [k, D] and [k].
    side: float [k], 0, or the sign that a source has where it is on: another is on for the other.
    always: bool [k], sources that are never missing, such as a baseline.
    """

    values: np.ndarray
    gates: list[gates.Gate]
    slabs: list[gates.Gate]
    unmixing: np.ndarray
    offset: np.ndarray
    side: np.ndarray
    always: np.ndarray

    def away(self, s: np.ndarray) -> np.ndarray:
        """How far sources [..., k] are from 0, on their side; those never missing are far."""
        away = np.where(self.side == 0., np.abs(s), self.side * s)
        return np.where(self.always, np.inf, away)


def find_additive(z: np.ndarray, outputs: np.ndarray, features: np.ndarray) -> Additive | None:
    """Sources that are switched independently, where latents are not.

    A latent may stand for any state of features that are told well: A alone, B alone and both, say,
    or A or B. The decoder, no linear function, knows what each state is. But features that add up
    in an observation do so in what the decoder makes, whatever the code is: FastICA ([H99]) of
    its outputs finds them. A source is on where it is away from its most common value; a gate is
    learned that tells that, or one for each side where none tells both: of a feature with a sign
    each is a half-space of what the encoder knows. With r the correlation of being on of two
    latents, and their

        dependence = sum over pairs of (r^2 - 1 / n),

    sources are taken where latents have 0.05 and more, or one is always on, and sources 0.02 at
    most: features that are told by several latents, such as a place, are left alone. So are
    sources that latents tell already, one each. A source without a most common value to be away
    from is never missing, as a baseline that drifts is not; there may be as many of them as
    latents are always on. As many sources are taken as can be, or of two that are alike one would
    be lost. Ours, not in [T20].

    Args:
        z: Codes [n, J], of 500 observations and more.
        outputs: What the decoder makes of them [n, D].
        features: Numbers [n, F], what gates are linear functions of.

    >>> a, b = np.arange(4000) % 10 < 3, np.arange(4000) // 10 % 10 < 3
    >>> x = np.stack([2. * a + b, 1. * a - b], 1)
    >>> z = np.stack([a & ~b, b & ~a, a & b], 1) * 1.
    >>> round(dependence(z != 0.), 2), find_additive(z, x, x).values.shape
    (0.12, (4000, 2))
    """
    is_on = z != 0.
    always, is_dependent = int(np.sum(is_on.mean(axis=0) > ALWAYS)), dependence(is_on) >= DEPENDENT
    if len(z) < ROWS or not np.isfinite(outputs).all() or not (always or is_dependent):
        return None
    most = MORE * is_on.mean(axis=0).sum()
    for unmixings in _unmixings(outputs, z.shape[1]):
        for least in LEAST:
            tried = (_sources(outputs, unmixing, features, least, always)
                     for unmixing in unmixings)
            found = [each for each in tried if each is not None
                     and each[1].values.shape[1] <= z.shape[1]
                     and np.mean(each[1].values != 0., axis=0).sum() < most]
            left, best = min(found, key=lambda each: each[0], default=(np.inf, None))
            if best is not None and left < INDEPENDENT:
                is_better = is_dependent or best.always.sum() < always
                return best if is_better and not _are_told(best.values != 0., is_on) else None
    return None


def _sources(outputs, unmixing, features, least, most_always):
    """The sources and, first, their dependence.

    None, if more than `most_always` lack two kinds of values, or gates do not tell which.
    """
    s = outputs @ unmixing.T
    offset = peaks(s)
    s = s - offset
    there = [far_from_zero(away, least=least) for away in np.abs(s).T]
    switched = [on for on in there if on is not None]
    if len(switched) < max(1, len(there) - most_always) or (
            dependence(np.stack(switched, 1)) > DEPENDENT):
        return None  # Before gates are learned, which takes longest.
    found = [_gates(*each, features) for each in zip(there, s.T, strict=True)]
    if not all(found):
        return None
    whole = np.stack([np.any([gate.is_on(features) for _, gate in of], axis=0) for of in found], 1)
    of = np.repeat(np.arange(len(found)), [len(each) for each in found])
    side, opened = zip(*(each for of_one in found for each in of_one), strict=True)
    s, on = s[:, of], np.stack([gate.is_on(features) for gate in opened], axis=1)
    slabs = [_slab(*each, features) for each in zip(s.T, on.T, strict=True)]
    return dependence(whole), Additive(
        s * on, list(opened), slabs, unmixing[of], offset[of], np.array(side),
        np.array([there[k] is None for k in of]))


def _gates(on, s, features):
    """(0, the gate of a source), or those of its two sides with their signs; none if not told."""
    if on is None:
        return [(0., gates.always_open(features))]
    gate = gates.learned(on, features)
    if gate:
        return [(0., gate)]
    sides = [(sign, gates.learned(on & (sign * s > 0.), features)) for sign in (1., -1.)]
    return sides if all(gate for _, gate in sides) else []


def _are_told(sources, latents):
    """Whether each of the latents that count is on for one of the sources, and each has one.

    Of those that are always on there are to be as many.
    """
    sources, latents = (on[:, on.mean(axis=0) >= RARE] for on in (sources, latents))
    if latents.shape[1] != sources.shape[1]:
        return False
    sources, latents = (on[:, on.mean(axis=0) <= ALWAYS] for on in (sources, latents))
    if latents.shape[1] != sources.shape[1]:
        return False
    a, b = ((on - on.mean(axis=0)) / on.std(axis=0) for on in (sources, latents))
    r = a.T @ b / len(a)
    return min(r.max(axis=0).min(), r.max(axis=1).min()) >= TOLD


def dependence(is_on: np.ndarray) -> float:
    """How much latents tell of each other by being on [n, J]: about 0 if they are independent.

    >>> a, b = np.indices([2, 2]).reshape(2, 4) == 1
    >>> dependence(np.stack([a, b], 1)), dependence(np.stack([a, a], 1))
    (-0.25, 0.75)
    """
    share = is_on.mean(axis=0)
    deviation = (is_on - share)[:, (share >= RARE) & (share <= ALWAYS)]
    deviation = deviation / deviation.std(axis=0)
    r = deviation.T @ deviation / len(is_on)
    return float(np.sum((r**2 - 1. / len(is_on))[np.triu_indices(len(r), 1)]))


def _unmixings(outputs, most):
    """Matrices [k, D] from outputs [n, D] to what may be their sources, of `most` at most.

    In lists, that of the most sources first: two features that are alike differ by little.
    """
    pca = PCA(min(most, *outputs.shape), svd_solver="randomized", random_state=0)
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Of outputs that are constant.
        parts = pca.fit_transform(outputs)
    shares = pca.explained_variance_ratio_
    for count in sorted({int(np.sum(shares > small)) for small in SMALL} - {0, 1}, reverse=True):
        yield [matrix @ pca.components_[:count] for matrix in independent(parts[:, :count])]


def independent(parts: np.ndarray) -> list[np.ndarray]:
    """Matrices [k, k] from principal components [n, k] to independent ones, one a contrast."""
    found = []
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Sources that it has not found yet get no gates.
        for contrast in CONTRASTS:
            ica = FastICA(whiten="unit-variance", fun=contrast, max_iter=ITERATIONS, tol=1e-3,
                          random_state=0)
            with contextlib.suppress(ValueError, np.linalg.LinAlgError):  # It may overflow.
                found.append(ica.fit(parts).components_)
    return found


def _slab(values, rows, features):
    """The linear function of features that is nearest to values [n] in these rows."""
    features, values = features[rows].astype("float64"), values[rows]
    centre, width = features.mean(axis=0), features.std(axis=0)
    width = np.where(width > 0., width, np.inf)
    with threadpool_limits(1):
        fit = Ridge(SHRINKAGE).fit((features - centre) / width, values)
    kernel = fit.coef_ / width
    return gates.Gate(kernel.astype("float32"), float(fit.intercept_ - kernel @ centre))
