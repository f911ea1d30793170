"""Whether factors can be read off the code by a linear classifier [RM18]."""
import numpy as np
from numpy.typing import ArrayLike
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from threadpoolctl import threadpool_limits

from vsc_tf.metrics import _arrays, _factors

MOST = 5000  # Observations to fit to, and the same number to test on; more change little.


def explicitness(z: ArrayLike, factors: ArrayLike, seed: int = 0) -> float:
    """Explicitness ([RM18] section 2): how well each class of a factor is told from the rest.

        E = mean over k of mean over classes c of 2 AUC_kc - 1

    AUC_kc is the area under the ROC curve of a logistic regression of [factor k is c] on all
    latents together (standardised, L2 penalty with C = 1), fitted to a random half of the
    observations and measured on the other; each half is at most 5,000. The score is 1 if every
    class is linearly separable from the rest and 0 if none is predicted better than by chance;
    an area below 1/2 counts as 1/2.

    The classes of a continuous factor are its bins (`discrete_factors`). A plane separates the
    lowest and the highest bin but none in the middle, so even a code equal to a continuous
    factor scores far below 1: use the score to compare codes on the same factors.

    Args:
        z: Codes [n, J], n >= 20.
        factors: Factors [n, K], discrete or continuous. Constant factors are left out, and so
            are classes with a single observation.
        seed: Non-negative integer, for the choice of halves.

    Returns:
        Float from 0 to 1.

    Raises:
        ValueError: An array is not finite, not of rank 2, shorter than 20, lengths differ, or
            no factor has a class with an observation in each half.

    >>> factors = np.array([[0, 0], [0, 1], [1, 0], [1, 1]] * 5)
    >>> explicitness(factors, factors), explicitness(0 * factors, factors)
    (1.0, 0.0)
    """
    rng = np.random.default_rng(_arrays.seed(seed))
    sample = _factors.read(z, factors)
    with threadpool_limits(1):  # For such small products more threads are slower.
        scores = [score for labels in sample.labels.T
                  if (score := _of_factor(sample.z, labels, rng)) is not None]
    if not scores:
        raise ValueError("Argument `factors` must have a factor with two classes of two or more "
                         "observations, one to fit to and one to test on. Received: none. "
                         "Measure more observations.")
    return float(np.mean(scores))


def _of_factor(z: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> float | None:
    """Mean over the classes of one factor, or None if no class is in both halves."""
    train, test = _factors.halves(labels, rng, MOST)
    z_train, z_test = _arrays.standardise(z[train], z[test])
    areas = []
    for c in np.unique(labels):
        is_train, is_test = labels[train] == c, labels[test] == c
        if all(0 < part.sum() < len(part) for part in (is_train, is_test)):
            model = LogisticRegression(max_iter=1000).fit(z_train, is_train)
            areas.append(roc_auc_score(is_test, model.decision_function(z_test)))
    return float(np.mean(np.maximum(2.0 * np.array(areas) - 1.0, 0.0))) if areas else None
