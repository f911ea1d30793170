"""Accuracy of a linear classifier on codes."""
import numpy as np
from numpy.typing import ArrayLike
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from vsc_tf.metrics import _arrays


def logistic_probe(z_train: ArrayLike, y_train: ArrayLike, z_test: ArrayLike,
                   y_test: ArrayLike) -> float:
    """Test accuracy of a multinomial logistic regression fitted to the training codes.

        p(y = c | z) proportional to exp(w_c . z + b_c),  accuracy = P(argmax_c p = y)

    with the latents standardised by their mean and variance over the training split and an L2
    penalty |w|^2 / 2 added to the summed cross-entropy (C = 1). L-BFGS runs to convergence or
    for at most 1,000 iterations. The fit is deterministic, so there is no seed.

    Args:
        z_train: Codes [n, J]. A latent that is constant here is ignored.
        y_train: Labels [n], whole numbers or strings, at least two classes.
        z_test: Codes [m, J], m >= 1.
        y_test: Labels [m]. A class that is not in `y_train` is never predicted.

    Returns:
        Float from 0 to 1.

    Raises:
        ValueError: Codes are not finite, not of rank 2, or differ in width; labels do not match
            the rows, are not classes, are all of one class, or mix numbers and strings.

    >>> logistic_probe([[0., 1.], [2., 1.]] * 9, ["cat", "dog"] * 9, [[1.8, 0.]], ["dog"])
    1.0
    """
    z_train = _arrays.matrix("z_train", z_train)
    y_train = _arrays.labels("y_train", y_train, len(z_train), "z_train")
    z_test = _arrays.matrix("z_test", z_test, min_rows=1)
    y_test = _arrays.labels("y_test", y_test, len(z_test), "z_test")
    if z_train.shape[1] != z_test.shape[1]:
        raise ValueError("Argument `z_test` must have as many latents as `z_train`, "
                         f"{z_train.shape[1]}. Received: shape={z_test.shape}. Encode both with "
                         "the same model.")
    if (y_train.dtype.kind in "US") != (y_test.dtype.kind in "US"):
        raise ValueError("Arguments `y_train` and `y_test` must both be numbers or both strings. "
                         f"Received: {y_train.dtype} and {y_test.dtype}. Take both from the "
                         "same labels.")
    classes = np.unique(y_train)
    if len(classes) < 2:
        raise ValueError("Argument `y_train` must have at least two classes. Received: "
                         f"{classes.tolist()} only. Shuffle before splitting, or take more "
                         "observations.")
    z_train, z_test = _arrays.standardise(z_train, z_test)
    with threadpool_limits(1):  # For such small products more threads are slower.
        model = LogisticRegression(max_iter=1000).fit(z_train, y_train)
    return float(np.mean(model.predict(z_test) == y_test))
