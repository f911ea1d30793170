"""Observations that become an array when they are asked for, a batch at a time."""
from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import DTypeLike


class OnDemand:
    """Base: rows float32 `[n, *shape]` that are made on access, by `read`."""

    dtype = np.dtype("float32")
    shape: tuple[int, ...]
    read_for_scaling = False  # Whether a scaling is fitted to all of it, in a pass of its own.

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def nbytes(self) -> int:
        """Bytes of all rows as an array."""
        return math.prod(self.shape) * self.dtype.itemsize

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: Any) -> np.ndarray:
        rows = np.arange(len(self))[rows]
        return self.read(rows.ravel()).reshape(*rows.shape, *self.shape[1:])

    def read(self, rows: np.ndarray) -> np.ndarray:
        """Rows at an array of indices, float32."""
        raise NotImplementedError

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> np.ndarray:
        return self[:] if dtype is None else self[:].astype(dtype, copy=False)

    def subset(self, rows: Any) -> OnDemand:
        """The same of some rows (a slice, indices or a mask); none is made."""
        raise NotImplementedError


class SparseRows(OnDemand):
    """Rows of a sparse matrix, of which only those that are asked for are made dense.

    Args:
        matrix: A SciPy sparse matrix or array, or one of AnnData's on disk: what has a `shape`
            and gives rows that have `toarray`.

    >>> import scipy.sparse
    >>> rows = SparseRows(scipy.sparse.csr_array([[0, 3], [5, 0], [0, 1]]))
    >>> rows[[2, 0]].tolist(), rows.subset([1]).shape
    ([[0.0, 1.0], [0.0, 3.0]], (1, 2))
    """

    def __init__(self, matrix: Any, rows: np.ndarray | None = None):
        if getattr(matrix, "format", "csr") != "csr" and hasattr(matrix, "tocsr"):
            matrix = matrix.tocsr()  # Others have no rows that are quick to find.
        self.matrix = matrix
        self._at = np.arange(matrix.shape[0]) if rows is None else rows
        self.shape = (len(self._at), matrix.shape[1])

    def read(self, rows: np.ndarray) -> np.ndarray:
        at = self._at[rows]
        order = np.argsort(at, kind="stable")  # On disk, rows are read from the first on.
        found = np.empty((len(at), self.shape[1]), np.float32)
        if len(at):
            found[order] = self.matrix[at[order]].toarray()
        return found

    def check_finite(self, what: str) -> None:
        """A ValueError for NaN or infinity among the stored values of a matrix in memory."""
        values = getattr(self.matrix, "data", None)
        if isinstance(values, np.ndarray) and not np.isfinite(values).all():
            raise ValueError(f"Argument `{what}` must be finite. Received: a sparse matrix with "
                             f"{np.count_nonzero(~np.isfinite(values))} NaN or infinite values. "
                             "Mend them, or give a dense array, in which NaN can be missing.")

    def subset(self, rows: Any) -> SparseRows:
        return SparseRows(self.matrix, self._at[np.arange(len(self))[rows]])


def is_sparse(x: Any) -> bool:
    """Whether `x` is a sparse matrix of rows."""
    return (hasattr(x, "toarray") or hasattr(x, "to_memory") and hasattr(x, "format")) and (
        len(getattr(x, "shape", ())) == 2)
