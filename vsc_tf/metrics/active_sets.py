"""Which latents are active in each class, and how similar the active sets are.

The active set of an observation is A = {j : z_j != 0}. The comparison is exact, so these
measures need codes with exact zeros (evaluation mode).
"""
import numpy as np
from numpy.typing import ArrayLike

from vsc_tf.metrics import _arrays

_BLOCK = 1024  # Sets are compared in blocks of 1024 x 1024: 4 MB for each float32 array.


def class_rates(z: ArrayLike, y: ArrayLike) -> np.ndarray:
    """How often each latent is on in each class: the share of its observations.

    Args:
        z: Codes [n, J] with exact zeros.
        y: Labels [n], whole numbers or strings.

    Returns:
        float64 [C, J] from 0 to 1, classes in the order of `np.unique(y)`.

    Raises:
        ValueError: `z` is not finite or not of rank 2, or `y` does not have one label for each
            row.

    >>> class_rates([[0., 2.], [1., 3.], [0., 0.]], ["a", "a", "b"]).tolist()
    [[0.5, 1.0], [0.0, 0.0]]
    """
    on = _arrays.matrix("z", z, min_rows=1) != 0.0
    index, counts = _classes(y, len(on))
    return np.stack([on[index == c].mean(axis=0) for c in range(len(counts))])


def jaccard(z: ArrayLike, y: ArrayLike) -> np.ndarray:
    """Mean Jaccard similarity of active sets, within each class and between classes.

        S_cd = mean over pairs (a of class c, b of class d, a != b) of |A n B| / |A u B|

    over all pairs; no sampling. An observation is not paired with itself. Two empty sets have
    similarity 1. Time grows with n^2; memory does not, as sets are compared in blocks.

    Args:
        z: Codes [n, J] with exact zeros.
        y: Labels [n], whole numbers or strings; at least two observations of each class.

    Returns:
        float64 [C, C] from 0 to 1, symmetric, classes in the order of `np.unique(y)`. A diagonal
        larger than the rest means that classes have active sets of their own.

    Raises:
        ValueError: `z` is not finite or not of rank 2, `y` does not have one label for each
            row, or a class has a single observation.

    >>> jaccard([[1., 0.], [2., 0.], [1., 3.], [0., 1.]], ["a", "a", "b", "b"]).tolist()
    [[1.0, 0.25], [0.25, 0.5]]
    """
    on = _arrays.matrix("z", z) != 0.0
    index, counts = _classes(y, len(on))
    if counts.min() < 2:
        raise ValueError("Argument `y` must have two observations or more of each class "
                         f"to form a pair. Received: class {counts.argmin()} in the order "
                         f"of np.unique(y) has {counts.min()}. Drop it, or take more data.")
    order = np.argsort(index, kind="stable")
    sets, index = on[order].astype(np.float32), index[order]
    starts = np.arange(0, len(sets), _BLOCK)
    total = np.zeros((len(counts), len(counts)))
    for a in starts:
        for b in starts[starts >= a]:
            these, those = slice(a, a + _BLOCK), slice(b, b + _BLOCK)
            sums = _class_sums(sets[these], index[these], sets[those], index[those], len(counts))
            total += sums if a == b else sums + sums.T
    pairs = np.outer(counts, counts).astype(np.float64)
    np.fill_diagonal(total, np.diagonal(total) - counts)  # Pairs with itself, all 1.
    np.fill_diagonal(pairs, counts * (counts - 1.0))
    return (total + total.T) / (2.0 * pairs)  # Symmetric to the last bit.


def _classes(y: ArrayLike, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Class of each observation, integers [n], and the size of each class."""
    labels = _arrays.labels("y", y, rows, "z")
    _, index, counts = np.unique(labels, return_inverse=True, return_counts=True)
    return index, counts


def _class_sums(sets: np.ndarray, index: np.ndarray, others: np.ndarray,
                other_index: np.ndarray, classes: int) -> np.ndarray:
    """Sum of similarities between the classes of two blocks, float64 [C, C]."""
    both = sets @ others.T
    either = sets.sum(axis=1)[:, None] + others.sum(axis=1) - both
    similarity = np.where(either > 0.0, both / np.maximum(either, 1.0), 1.0)
    rows, columns = (np.eye(classes, dtype=np.float32)[i] for i in (index, other_index))
    return rows.T.astype(np.float64) @ (similarity @ columns)
