"""The columns of a table by their kinds, and the numbers that a model takes in their place."""
from __future__ import annotations

import collections
import numbers
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from vsc_tf import extras
from vsc_tf.datasets import columns

KINDS = ("gaussian", "bernoulli", "categorical", "poisson", "negative_binomial", "size")
COUNTS = ("poisson", "negative_binomial", "size")
SHOWN = 40  # Characters of the values of a column in the printed table,
_ROWS = 30  # and its columns that are printed one by one.


class Column(NamedTuple):
    """A column of a table.

    Attributes:
        name: Its name.
        kind: One of `KINDS`.
        categories: Its values, of "bernoulli" two, of which the second counts as 1.
        values: The values it was seen to have, for display.
        missing: How many of its cells were missing.
        note: What one should know of it, else "".
    """

    name: str
    kind: str
    categories: tuple[Any, ...] = ()
    values: str = ""
    missing: int = 0
    note: str = ""


class Table:
    """The columns of a table: their kinds, and the numbers that a model takes in their place.

    A number, a count and a yes or no are one number of a row, a categorical column of K classes
    is K numbers, 1 for the class that it is (`value_names`: "colour=red"). A missing cell is NaN
    in all of its numbers. `describe` makes it; printed, it is a short table.

    Args:
        columns: `Column`s, or what `config` gave.
    """

    def __init__(self, columns: Sequence[Sequence[Any]]):
        made = (Column(**dict(zip(Column._fields, column))) for column in columns)
        self.columns = tuple(column._replace(categories=tuple(column.categories))
                             for column in made)

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(column.name for column in self.columns)

    @property
    def value_names(self) -> tuple[str, ...]:
        """A name for each number of a row."""
        return tuple(name for column in self.columns for name in (
            [f"{column.name}={value}" for value in column.categories]
            if column.kind == "categorical" else [column.name]))

    @property
    def kinds(self) -> list[tuple[str, int]]:
        """(kind, numbers in a row) of each column, as `likelihoods.Columns` takes it."""
        return [(column.kind, len(column.categories) if column.kind == "categorical" else 1)
                for column in self.columns]

    def array(self, frame: Any, what: str = "x") -> np.ndarray:
        """The rows of a DataFrame as numbers, float32 `[n, len(value_names)]`; NaN is missing.

        Columns are found by their names, in any order.

        Raises:
            ValueError: There are other columns, or a cell is not of its column's kind; the
                message names the column.
        """
        try:
            columns.order(self.column_names, columns.of(frame))
        except ValueError as error:
            raise ValueError(f"Argument `{what}`: {error}") from None
        names = dict(zip(columns.of(frame), frame.columns))
        return np.concatenate([numbers_of(column, cells_of(frame[names[column.name]]))
                               for column in self.columns], axis=1).astype(np.float32)

    def frame(self, x: np.ndarray, index: Any = None) -> Any:
        """A pandas DataFrame of rows of numbers, such as reconstructions.

        Of classes and yes or no it has the most probable one.
        """
        pd = extras.load("pandas", "vsc_tf[tables]", "A DataFrame")

        found, at = {}, 0
        for column, (_, width) in zip(self.columns, self.kinds):
            values = x[:, at:at + width]
            at += width
            if column.categories:
                which = values.argmax(axis=1) if column.kind == "categorical" else (
                    values[:, 0] > 0.5).astype(int)
                found[column.name] = np.array(column.categories, object)[which]
            else:
                found[column.name] = values[:, 0]
        return pd.DataFrame(found, index=index)

    def config(self) -> list[list[Any]]:
        """What JSON can hold of it; `Table(config)` is the same table."""
        return [[value if not isinstance(value, tuple) else list(value) for value in column]
                for column in self.columns]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Table) and self.columns == other.columns

    def __hash__(self) -> int:
        return hash(self.columns)

    def __str__(self) -> str:
        rows = [("column", "kind", "values", "missing", "note"),
                *((c.name[:SHOWN], c.kind, c.values, str(c.missing or ""), c.note)
                  for c in self.columns[:_ROWS])]
        widths = [max(map(len, column)) for column in zip(*rows)]
        lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
        others = collections.Counter(column.kind for column in self.columns[_ROWS:])
        if others:
            lines.append("and " + ", ".join(f"{n:,} {kind}" for kind, n in others.items()))
        return "\n".join(lines)


def cells_of(series: Any) -> np.ndarray:
    """Cells of a column: numbers with NaN for what is missing, or objects with None for it."""
    values = np.asarray(series)
    if values.dtype.kind in "biuf":
        return values
    if values.dtype.kind in "Mm":
        # Of nanoseconds, which pandas keeps, NumPy would make whole numbers.
        return values.astype(f"{values.dtype.kind}8[us]").astype(object)
    values = values.astype(object)
    is_missing = np.array([_is_missing(value) for value in values], bool)
    values[is_missing] = None
    there = values[~is_missing]
    if len(there) and all(isinstance(value, (numbers.Real, np.number)) and not isinstance(
            value, (bool, np.bool_)) for value in there):
        return np.array([np.nan if value is None else float(value) for value in values])
    return values


def _is_missing(value: Any) -> bool:
    return value is None or type(value).__name__ in ("NAType", "NaTType") or (
        isinstance(value, float) and value != value)


def whole(value: Any) -> Any:
    """A whole number as an int, so that 2.0 is shown as 2; all else as it is."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _truth(value: Any) -> Any:
    """True and False of a .csv file, which are text there, as what they are in other files."""
    text = value.lower() if isinstance(value, str) else ""
    return text == "true" if text in ("true", "false") else value


def numbers_of(column: Column, cells: np.ndarray) -> np.ndarray:
    """The numbers of a column, float64 `[n, values]`."""
    name, kind = column.name, column.kind
    if not column.categories:
        if cells.dtype.kind not in "biuf":
            there = [value for value in cells if value is not None]
            if there:
                raise ValueError(f"expected numbers in column {name!r}. Received: {there[0]!r}.")
            return np.full((len(cells), 1), np.nan)
        values = cells.astype(np.float64)
        if np.isinf(values).any():
            raise ValueError(f"expected finite numbers in column {name!r}. Received: infinite "
                             f"values, the first in row {int(np.isinf(values).argmax())}.")
        if kind in COUNTS and (values < 0).any():
            raise ValueError(f"expected counts in column {name!r}. Received: a negative number, "
                             f"{values[values < 0][0]:g}.")
        if kind in ("poisson", "negative_binomial") and (values % 1 > 0).any():
            raise ValueError(f"expected counts in column {name!r}. Received: a fraction, "
                             f"{values[values % 1 > 0][0]:g}. Give the counts as they are.")
        return values[:, None]
    places = {_truth(value): i for i, value in enumerate(column.categories)}
    if len(places) < len(column.categories):  # Text that differs in its case alone.
        places = {value: i for i, value in enumerate(column.categories)}
    which = np.array([-1 if _is_missing(value) else places.get(value, places.get(_truth(value), -2))
                      for value in cells.tolist()], int)
    if (which == -2).any():
        strange = cells.tolist()[int((which == -2).argmax())]
        known = ", ".join(map(str, column.categories))
        raise ValueError(f"expected {known[:200]}{'...' * (len(known) > 200)} in column {name!r}, "
                         f"as in the data that the model was fitted to. Received: {strange!r}. "
                         "Make such cells missing (NaN), or rename them.")
    if kind == "bernoulli":
        return np.where(which < 0, np.nan, which.astype(float))[:, None]
    one_hot = np.eye(len(column.categories))[np.maximum(which, 0)]
    return np.where(which[:, None] < 0, np.nan, one_hot)
