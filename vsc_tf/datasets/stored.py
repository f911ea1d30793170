"""Observations that stay on disk, as an array that reads what it is indexed with."""
from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import DTypeLike


class Stored:
    """Base: float32 [n, *shape] that is read on access, and of which nothing is kept.

    Indexing with an integer, a slice, a mask or an array of indices returns a NumPy array. A
    subclass defines `shape`, `read` and `subset`.
    """

    dtype = np.dtype("float32")
    shape: tuple[int, ...]
    read_for_scaling = False  # Whether a scaling is fitted to all of it, in a pass of its own.

    def read(self, rows: np.ndarray) -> np.ndarray:
        """The observations at these indices [k], float32 [k, *shape]."""
        raise NotImplementedError

    def subset(self, rows: Any) -> Stored:
        """Those at `rows` (a slice, indices or a mask); none is read."""
        raise NotImplementedError

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def nbytes(self) -> int:
        return math.prod(self.shape) * self.dtype.itemsize

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: Any) -> np.ndarray:
        rows = np.arange(len(self))[rows]
        return self.read(rows.ravel()).reshape(*rows.shape, *self.shape[1:])

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> np.ndarray:
        return self[:] if dtype is None else self[:].astype(dtype, copy=False)
