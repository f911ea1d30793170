"""Noisy copies of observations, to test a model on inputs unlike its training data."""
import numpy as np
from numpy.typing import ArrayLike


def noisy(x: ArrayLike, share: float = 0.3, seed: int = 0) -> np.ndarray:
    """Adds Gaussian noise and clips to the range of the data.

        x' = clip(x + share * (max x - min x) * e, min x, max x),   e ~ N(0, 1)

    with min x and max x over all values of `x`.

    Args:
        x: Observations [n, ...], n >= 1.
        share: Non-negative number, standard deviation of the noise as a share of the range.
        seed: Non-negative integer.

    Returns:
        float32, of the shape of `x`.

    Raises:
        ValueError: `x` is empty or not finite, or `share` is negative.

    >>> bool(np.all(noisy([[0.0, 1.0]], share=0.0) == [[0.0, 1.0]]))
    True
    """
    x = np.asarray(x, np.float32)
    if not x.size or not np.isfinite(x).all():
        raise ValueError("Argument `x` must hold at least one observation, all finite. Received: "
                         f"shape={x.shape}, {np.sum(~np.isfinite(x))} values not finite. Load "
                         "it with vsc_tf.datasets.load, which checks it.")
    if not share >= 0.0:
        raise ValueError(f"Argument `share` must be a non-negative number. Received: {share}")
    low, high = x.min(), x.max()
    noise = np.random.default_rng(seed).standard_normal(x.shape, np.float32)
    return np.clip(x + np.float32(share) * (high - low) * noise, low, high)
