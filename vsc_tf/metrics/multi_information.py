"""How much the latents of a code say of each other, as [F22] measures it."""
import numpy as np
from numpy.typing import ArrayLike

from vsc_tf.metrics import _arrays

_EDGES = np.linspace(-2., 2., 20)


def multi_information(z: ArrayLike) -> float:
    """Multi-information (total correlation) of binned codes, in nats.

        sum_j H(z_j) - H(z_1, ..., z_J)

    with entropies of the shares of observations in each bin: 19 of equal width from -2 to 2, two
    beyond, and one for exact zeros, as in the code published with [F22], which reports bits:
    divide by log 2. The joint entropy of n observations is at most log n, so of many latents this
    is little more than the sum of their entropies: the less the codes do, the smaller it is.
    Compare values of one n only.

    Args:
        z: Codes [n, J], n >= 2.

    Raises:
        ValueError: The array is not numeric, not finite, not of rank 2, or empty.

    >>> coin = np.tile([0., 1.], 10)
    >>> round(multi_information(np.column_stack([coin, coin])), 4)  # Two that are one.
    0.6931
    """
    z = _arrays.matrix("z", z)
    bins = np.where(z == 0., -1, np.digitize(z, _EDGES))
    apart = sum(_entropy(np.unique(column, return_counts=True)[1]) for column in bins.T)
    return apart - _entropy(np.unique(bins, axis=0, return_counts=True)[1])


def _entropy(counts: np.ndarray) -> float:
    shares = counts / counts.sum()
    return float(-(shares * np.log(shares)).sum())
