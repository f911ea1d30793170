"""What holds data but is no array, and would be misread as one: each with its cure.

NumPy makes an array of nearly anything: of a list of inputs one observation, of batches a table,
of a masked array the values under its mask.
"""
import os
from collections.abc import Mapping
from typing import Any

import numpy as np


def problem(x: Any) -> str:
    """What `x` is and what to give instead; "" if NumPy makes the right array of it.

    >>> problem([[1, 2], [3, 4]]), problem([np.zeros([4, 2])])[:15]
    ('', 'a list of 1 arr')
    """
    of_several = _list_of_arrays(x)
    if of_several:
        return of_several
    kinds = {kind.__name__ for kind in type(x).__mro__}
    if hasattr(x, "element_spec") or "PyDataset" in kinds:
        name = "keras.utils.PyDataset" if "PyDataset" in kinds else "tf.data.Dataset"
        return (f"a {name}, which fit, evaluate and predict take. Give an array of its "
                "observations, or go through it batch by batch.")
    if isinstance(x, Mapping):
        return (f"a dict of {', '.join(map(str, list(x)[:4]))}. "
                "Give the array of observations in it.")
    if hasattr(x, "toarray"):
        return "a sparse matrix. Give x.toarray(), or a tf.data.Dataset of dense batches."
    if kinds & {"SparseTensor", "RaggedTensor"}:
        return "a sparse or ragged tensor. Make it dense, e.g. with tf.sparse.to_dense(x)."
    if np.ma.is_masked(x):
        return "a masked array, with values that are masked. Fill them with x.filled(...)."
    if hasattr(x, "__next__"):
        return ("a generator, which can be gone through only once. Make a keras.utils.PyDataset "
                "or a tf.data.Dataset of it.")
    if isinstance(x, (os.PathLike, str, bytes)):
        return "a path or text. Read it first: vsc_tf.datasets.load(path).train.x"
    if hasattr(x, "train") and hasattr(x, "info"):
        return "a data set with its splits. Give one's observations, data.train.x."
    if hasattr(x, "x") and hasattr(x, "factors"):
        return "a split of a data set. Give its observations, split.x."
    return ""


def with_missing(x: Any) -> np.ndarray:
    """`x` as an array in which None and pandas's NA are NaN.

    >>> with_missing([[1., None]]).tolist()
    [[1.0, nan]]
    """
    array = np.asarray(x)
    if array.dtype != object:
        return array
    is_missing = np.reshape([value is None or type(value).__name__ in ("NAType", "NaTType")
                             for value in array.flat], array.shape)
    return np.where(is_missing, np.nan, array) if is_missing.any() else array


def _list_of_arrays(x):
    if not isinstance(x, (list, tuple)) or not any(
            len(getattr(part, "shape", ())) for part in x):
        return ""
    return (f"a {type(x).__name__} of {len(x)} arrays, which Keras takes for {len(x)} inputs. Give "
            "the array itself, or np.stack(x) if each is an observation.")
