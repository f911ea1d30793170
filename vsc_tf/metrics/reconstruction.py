"""How far reconstructions are from what they should be."""
import numpy as np

from vsc_tf.metrics import _arrays


def squared_error(x, x_hat):
    """Mean squared error by value (pixel, feature), in squared units of the data.

        mean over observations i and values m of (x_im - x_hat_im)^2

    Args:
        x: Observations [n, ...], n >= 1.
        x_hat: Their reconstructions, of the same shape.

    Returns:
        Float of at least 0.

    Raises:
        ValueError: An array is not finite or empty, or shapes differ.

    >>> squared_error([[0., 1.]], [[0., 3.]])
    2.0
    """
    if np.shape(x) != np.shape(x_hat):
        raise ValueError("Arguments `x` and `x_hat` must have one shape. Received: "
                         f"{np.shape(x)} and {np.shape(x_hat)}.")
    x, x_hat = (_arrays.matrix(name, np.reshape(value, (len(value), -1)), min_rows=1)
                for name, value in (("x", x), ("x_hat", x_hat)))
    return float(np.mean(np.square(x - x_hat)))
