"""Separated attribute predictability: by how much the best latent beats the second [KSB18]."""
import numpy as np
from numpy.typing import ArrayLike

from vsc_tf.metrics import _arrays, _factors


def sap(z: ArrayLike, factors: ArrayLike, seed: int = 0) -> float:
    """SAP score ([KSB18] section 3).

        SAP = mean over k of ( S_k(1) - S_k(2) )

    with S_k(1) and S_k(2) the largest and second largest S_kj over single latents:

    - continuous factor: S_kj = corr(z_j, v_k)^2, the R^2 of a linear fit to all observations.
    - discrete factor: S_kj is the balanced accuracy, on a random half of the observations, of
      the classifier that picks the class with the nearest mean of z_j over the other half
      (linear discriminant analysis with equal priors; in one dimension, thresholds midway
      between the means). Chance is 1/classes, so the gap of a perfect code is 1 - 1/classes:
      1/2 for a factor with two values.

    `discrete_factors` decides which case applies; nothing is binned. Only linear relations
    count: S is low for a latent that is off when an attribute is absent and of either sign when
    it is present.

    Args:
        z: Codes [n, J], n >= 20. With one latent, the second is taken as constant.
        factors: Factors [n, K], discrete or continuous. Constant factors are left out.
        seed: Non-negative integer, for the halves; not used for continuous factors.

    Returns:
        Float from 0 to 1.

    Raises:
        ValueError: An array is not finite, not of rank 2, shorter than 20, lengths differ, or
            no factor varies.

    >>> line = np.linspace(-1, 1, 200)[:, None]
    >>> round(sap(np.hstack([line, line ** 2]), line), 6)
    1.0
    """
    rng = np.random.default_rng(_arrays.seed(seed))
    sample = _factors.read(z, factors)
    z = np.column_stack([sample.z, np.zeros(len(sample.z))])  # So that there is a second.
    unit, lines = _arrays.standardise(z)[0], _arrays.standardise(sample.factors)[0]
    gaps = []
    for k, labels in enumerate(sample.labels.T):
        if sample.discrete[k]:
            train, test = _factors.halves(labels, rng, len(z))
            scores = _accuracy(z[train], labels[train], z[test], labels[test])
        else:
            scores = np.square(lines[:, k] @ unit / len(unit))
        second, best = np.sort(scores)[-2:]
        gaps.append(best - second)
    return float(np.clip(np.mean(gaps), 0.0, 1.0))


def _accuracy(z: np.ndarray, labels: np.ndarray, z_test: np.ndarray,
              labels_test: np.ndarray) -> np.ndarray:
    """Balanced accuracy of nearest-mean classification by each single latent, float64 [J]."""
    classes, labels = np.unique(labels, return_inverse=True)
    means = np.stack([z[labels == c].mean(axis=0) for c in range(len(classes))])
    total = np.bincount(labels_test)
    scores = np.empty(z.shape[1])
    for j in range(z.shape[1]):
        order = np.argsort(means[:, j], kind="stable")
        middle = (means[order[1:], j] + means[order[:-1], j]) / 2.0
        guess = classes[order[np.searchsorted(middle, z_test[:, j])]]
        right = np.bincount(labels_test[guess == labels_test], minlength=len(total))
        scores[j] = np.mean(right[total > 0] / total[total > 0])
    return scores
