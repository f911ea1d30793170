"""Gates learned from observations: on for some, off for others."""
import warnings
from typing import NamedTuple

import numpy as np
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

ACCURATE = 0.95   # Least balanced accuracy on observations that the gate was not learned from.
SAME = 1e-6       # Standard deviation of a feature that is constant but for rounding, of its mean.
SURE = 3.         # Median log-odds of a gate set anew, either way: 95 %, still with a gradient.


class Gate(NamedTuple):
    """Log-odds h kernel + bias of features h."""

    kernel: np.ndarray  # float32 [F].
    bias: float

    def is_on(self, features: np.ndarray) -> np.ndarray:
        """Where the gate is open, bool [n]."""
        return features @ self.kernel + self.bias > 0.


def always_open(features: np.ndarray) -> Gate:
    """The gate of a latent that is on for all observations."""
    return Gate(np.zeros(features.shape[1], "float32"), SURE)


def learned(target: np.ndarray, features: np.ndarray) -> Gate | None:
    """A gate that is open where `target` says, or `None` if the features do not tell.

    A logistic regression on every other observation, which has to tell the rest right.

    Args:
        target: bool [n].
        features: Numbers [n, F].

    >>> a = np.arange(100) % 4 < 2
    >>> learned(a, a[:, None] * 2.).is_on(np.array([[0.], [2.]])).tolist()
    [False, True]
    """
    if any(half.all() or not half.any() for half in (target[::2], target[1::2])):
        return None
    centre, width = features.mean(axis=0), features.std(axis=0)
    width = np.where(width > SAME * np.abs(centre), width, np.inf)
    scaled = (features - centre) / width
    with threadpool_limits(1), warnings.catch_warnings():  # Its products are small.
        warnings.simplefilter("ignore")  # Where it has not converged, the rest is told wrong.
        fit = LogisticRegression(class_weight="balanced", max_iter=100)
        fit.fit(scaled[::2], target[::2])
    right, there = fit.predict(scaled[1::2]) == target[1::2], target[1::2]
    if 0.5 * (right[there].mean() + right[~there].mean()) < ACCURATE:
        return None
    sharper = SURE / np.median(np.abs(fit.decision_function(scaled)))
    kernel = sharper * fit.coef_[0] / width
    return Gate(kernel.astype("float32"), float(sharper * fit.intercept_[0] - kernel @ centre))
