"""Separated attribute predictability: how much better the best latent is than the second.

[1]: Kumar, Sattigeri and Balakrishnan. Variational Inference of Disentangled Latent Concepts
from Unlabeled Observations. ICLR 2018.
"""
import numpy as np

from vsc_tf.metrics import _arrays, _factors


def sap(z, factors, seed=0):
    """SAP score ([1], section 3).

        SAP = mean over k of ( S_k(1) - S_k(2) )

    of the largest and second largest S_kj over latents, each latent alone:

    - continuous factor: S_kj = corr(z_j, v_k)^2, the R^2 of a line, over all observations.
    - discrete factor: S_kj is the balanced accuracy, on a random half of the observations, of
      the linear classifier that takes the class with the nearest mean of z_j over the other
      half (linear discriminant analysis with equal priors; in one dimension, thresholds midway
      between the means). Chance is 1/classes, so the gap of a perfect code is 1 - 1/classes:
      1/2 for a factor of two values.

    `discrete_factors` says which is which; nothing is binned. Only lines count: of a latent
    that is off when an attribute is absent, and of either sign when it is present, S is low.

    Args:
        z: Codes [n, J], n >= 20. With one latent the second is a constant one.
        factors: Factors [n, K], discrete or continuous. Constant ones are left out.
        seed: Non-negative integer, of the choice of halves; not used by continuous factors.

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
    z = np.column_stack([sample.z, np.zeros(len(sample.z))])  # There always is a second.
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


def _accuracy(z, labels, z_test, labels_test):
    """Balanced accuracy of the nearest class mean by each latent alone, float64 [J]."""
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
