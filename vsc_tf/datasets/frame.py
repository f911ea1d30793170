"""Columns of cells by name: the little of a DataFrame that this library needs."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np


class Frame:
    """Columns by name, each an array `[n]`.

    >>> frame = Frame({"a": np.array([1., 2.]), "b": np.array(["x", None])})
    >>> frame.shape, frame.rows([1])["a"].tolist(), frame.without("a").columns
    ((2, 2), [2.0], ['b'])
    """

    def __init__(self, values: Mapping[str, np.ndarray]):
        self._values = dict(values)

    @property
    def columns(self) -> list[str]:
        """Names, in order."""
        return list(self._values)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(next(iter(self._values.values()), ())), len(self._values)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, name: str) -> np.ndarray:
        return self._values[name]

    def rows(self, rows: Any) -> Frame:
        """Some of the rows."""
        return Frame({name: values[rows] for name, values in self._values.items()})

    def without(self, *names: str) -> Frame:
        """All columns but these."""
        return Frame({name: v for name, v in self._values.items() if name not in names})

    @classmethod
    def joined(cls, parts: Sequence[Frame]) -> Frame:
        """Parts of one table below each other."""
        return cls({name: _joined([part[name] for part in parts]) for name in parts[0].columns})


def _joined(parts: Sequence[np.ndarray]) -> np.ndarray:
    """Cells of one column: where one part has text, numbers of others are text, too."""
    if len({part.dtype for part in parts}) == 1:
        return np.concatenate(parts)
    return np.concatenate([part.astype(object) for part in parts])
