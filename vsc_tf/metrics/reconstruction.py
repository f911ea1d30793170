"""Reconstruction error."""
import numpy as np
from numpy.typing import ArrayLike

from vsc_tf.metrics import _arrays


def squared_error(x: ArrayLike, x_hat: ArrayLike) -> float:
    """Mean squared error per value (pixel, feature), in squared units of the data.

        mean over observations i and values m of (x_im - x_hat_im)^2

    Args:
        x: Observations [n, ...], n >= 1.
        x_hat: Their reconstructions, of the same shape.

    Returns:
        A non-negative float.

    Raises:
        ValueError: An array is empty or not finite, or the shapes differ.

    >>> squared_error([[0., 1.]], [[0., 3.]])
    2.0
    """
    if np.shape(x) != np.shape(x_hat):
        raise ValueError("Arguments `x` and `x_hat` must have the same shape. Received: "
                         f"{np.shape(x)} and {np.shape(x_hat)}.")
    rows = np.shape(x)[0]
    x, x_hat = (_arrays.matrix(name, np.reshape(value, (rows, -1)), min_rows=1)
                for name, value in (("x", x), ("x_hat", x_hat)))
    return float(np.mean(np.square(x - x_hat)))
