"""Disentanglement, completeness and informativeness of a code, from tree ensembles [EW18]."""
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor

from vsc_tf.metrics import _arrays, _factors

MOST = 5000  # Observations to fit to, and the same number to test on.
# Random thresholds, but the best split over *all* latents: fast, and no importance goes to a
# poor latent because no better one was sampled. Leaves of ten or more suppress noise.
TREES = {"n_estimators": 40, "max_depth": 12, "min_samples_leaf": 10, "max_features": 1.0,
         "n_jobs": 2}


class DCI(NamedTuple):
    """What `dci` returns."""

    disentanglement: float  # 1: each latent matters to one factor only.
    completeness: float     # 1: each factor needs one latent only.
    informativeness: float  # 1: each factor can be predicted from the code without error.
    importance: np.ndarray  # float64 [K, J]; rows sum to 1, or to 0 if no latent matters.


def dci(z: ArrayLike, factors: ArrayLike, seed: int = 0) -> DCI:
    """Disentanglement, completeness and informativeness ([EW18] section 2).

    With R_kj the importance of latent j for factor k, rows normalised to sum to 1 (or 0),

        P_kj = R_kj / sum over k of R_kj,    D_j = 1 - H_K(P_.j)
        D = sum over j of rho_j D_j,         rho_j = sum over k of R_kj / sum of all R
        C = mean over k of 1 - H_J(R_k.)
        I = mean over k of max(0, 1 - error_k / error of the best constant)

    H_K and H_J are entropies to the base of the number of factors, and of latents, that vary,
    so dead latents change nothing. Completeness is 1 if only one latent varies and it matters.

    R is the decrease in impurity over 40 extremely randomised trees ([GEW06]; depth at most 12,
    at least 10 observations in a leaf, all latents tried at each split), fitted to a random
    half of the observations. The error is measured on the other half; each half is at most
    5,000. It is the misclassification rate for a discrete factor (`discrete_factors`), whose
    best constant is the most common class, and the mean squared error for a continuous one, so
    that I is its R^2. Nothing is binned. [EW18] uses lasso and random forests and reports the
    errors themselves; scores from different predictors are not comparable.

    Args:
        z: Codes [n, J], n >= 20; below 100 the trees are too shallow to mean much.
        factors: Factors [n, K], discrete or continuous, at least two that vary.
        seed: Non-negative integer, for the halves and the trees.

    Returns:
        A `DCI`; all three scores are from 0 to 1, and 0 if all latents are constant. A constant
        factor has a row of zeros in `importance` and is left out of the means.

    Raises:
        ValueError: An array is not finite, not of rank 2, shorter than 20, lengths differ, or
            fewer than two factors vary.

    >>> factors = np.array([[0, 0], [0, 1], [1, 0], [1, 1]] * 50)
    >>> dci(factors, factors)[:3], dci(0 * factors, factors)[:3]
    ((1.0, 1.0, 1.0), (0.0, 0.0, 0.0))
    """
    rng = np.random.default_rng(_arrays.seed(seed))
    sample = _factors.read(z, factors, least=2)
    importance = np.zeros((len(sample.varies), sample.z.shape[1]))
    low, high = sample.z.min(axis=0), sample.z.max(axis=0)
    live = high > low
    if not live.any():
        return DCI(0.0, 0.0, 0.0, importance)
    unit = (sample.z[:, live] - low[live]) / (high - low)[live]  # Trees work in float32.
    rows, skills = zip(*[
        _of_factor(unit, labels if exact else factor, labels, exact, rng)
        for factor, labels, exact in zip(
            sample.factors.T, sample.labels.T, sample.discrete, strict=True)])
    R = np.array(rows)
    importance[np.ix_(sample.varies, live)] = R
    return DCI(_disentanglement(R), _completeness(R), float(np.mean(skills)), importance)


def _of_factor(z: np.ndarray, target: np.ndarray, labels: np.ndarray, is_discrete: bool,
               rng: np.random.Generator) -> tuple[np.ndarray, float]:
    """Importances [J] and skill, from 0 to 1, of the trees for one factor."""
    train, test = _factors.halves(labels, rng, MOST)
    kind = ExtraTreesClassifier if is_discrete else ExtraTreesRegressor
    model = kind(**TREES, random_state=int(rng.integers(2**31))).fit(z[train], target[train])
    guess = model.predict(z[test])
    if is_discrete:
        error = np.mean(guess != target[test])
        constant = np.mean(np.bincount(target[train]).argmax() != target[test])
    else:
        error = np.mean(np.square(guess - target[test]))
        constant = np.mean(np.square(target[train].mean() - target[test]))
    return model.feature_importances_, max(0.0, 1.0 - error / constant) if constant > 0.0 else 0.0


def _entropy(p: np.ndarray, axis: int) -> np.ndarray:
    """Entropy to the base of the number of entries along `axis`; 0 for a single entry."""
    terms = p * np.log(np.where(p > 0.0, p, 1.0))
    return -terms.sum(axis=axis) / np.log(max(p.shape[axis], 2))


def _disentanglement(R: np.ndarray) -> float:
    total = R.sum(axis=0)
    share = R / np.where(total > 0.0, total, 1.0)
    weight = total / max(total.sum(), 1e-300)
    return float(np.clip((weight * (1.0 - _entropy(share, axis=0))).sum(), 0.0, 1.0))


def _completeness(R: np.ndarray) -> float:
    used = R.sum(axis=1) > 0.0  # A factor for which no latent matters counts as 0.
    return float(np.clip(np.mean(np.where(used, 1.0 - _entropy(R, axis=1), 0.0)), 0.0, 1.0))
