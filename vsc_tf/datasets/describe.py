"""What the columns of a DataFrame are, and their values as an array of numbers."""
from __future__ import annotations

import collections
import datetime
import numbers
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from vsc_tf.datasets import columns, resolution

KINDS = ("gaussian", "bernoulli", "categorical", "poisson", "negative_binomial", "size")
COUNTS = ("poisson", "negative_binomial", "size")
MOST_CATEGORIES = 100
_SHOWN = 40  # Characters of the values of a column in the printed table,
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
        return np.concatenate([_numbers(column, _cells(frame[names[column.name]]))
                               for column in self.columns], axis=1).astype(np.float32)

    def frame(self, x: np.ndarray, index: Any = None) -> Any:
        """A pandas DataFrame of rows of numbers, such as reconstructions.

        Of classes and yes or no it has the most probable one.
        """
        import pandas as pd  # It is optional.

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
                *((c.name[:_SHOWN], c.kind, c.values, str(c.missing or ""), c.note)
                  for c in self.columns[:_ROWS])]
        widths = [max(map(len, column)) for column in zip(*rows)]
        lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
        others = collections.Counter(column.kind for column in self.columns[_ROWS:])
        if others:
            lines.append("and " + ", ".join(f"{n:,} {kind}" for kind, n in others.items()))
        return "\n".join(lines)


def describe(frame: Any, kinds: Mapping[str, str] | None = None) -> Table:
    """Looks at the columns of a DataFrame and says what each is.

    - text, categories: "categorical"; of two values, and True and False, "bernoulli";
    - whole numbers from 0 on: counts, "negative_binomial" if they vary more than their mean,
      as a Poisson's would, else "poisson";
    - 0 and 1 alone: "bernoulli"; all other numbers: "gaussian".

    Args:
        frame: A pandas or Polars DataFrame. None, NaN and NA are missing.
        kinds: Column -> kind, where it is to be another one: "gaussian", "bernoulli",
            "categorical", "poisson", "negative_binomial", or "size", a number by which rates of
            counts are multiplied.

    Raises:
        ValueError: A column holds dates, free text or other things, more than 100 categories,
            infinite values, or nothing at all; or is not of the kind that is asked for. The
            message names it.

    >>> import pandas as pd
    >>> table = describe(pd.DataFrame({"colour": ["red", "blue", "grey"], "mass": [.5, 2.5, None]}))
    >>> print(table)
    column  kind         values           missing  note
    colour  categorical  blue, grey, red
    mass    gaussian     0.5 to 2.5       1
    >>> table.value_names
    ('colour=blue', 'colour=grey', 'colour=red', 'mass')
    """
    kinds = dict(kinds or {})
    names = columns.of(frame)
    if not names:
        raise ValueError("expected a DataFrame with named columns. Received: "
                         f"{type(frame).__name__}. Arrays need no description.")
    unknown = sorted(set(kinds) - set(names))
    wrong = {name: kind for name, kind in kinds.items() if kind not in KINDS}
    if unknown or wrong:
        raise ValueError(f"expected `kinds` to be {', '.join(KINDS)}, by the names of columns. "
                         f"Received: {unknown or wrong}. The columns are {columns.listed(names)}.")
    found = Table([_column(name, _cells(frame[key]), kinds.get(name))
                   for name, key in zip(names, frame.columns)])
    numeric = [c for c in found.columns if c.kind == "gaussian"]
    if numeric:
        keys = dict(zip(names, frame.columns))
        x = np.concatenate([_numbers(c, _cells(frame[keys[c.name]])) for c in numeric], axis=1)
        resolution.check(np.where(np.isnan(x), np.nanmean(x, axis=0), x), "Argument `x`",
                         tuple(c.name for c in numeric))
    return found


def _cells(series: Any) -> np.ndarray:
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


def _column(name: str, cells: np.ndarray, kind: str | None) -> Column:
    is_number = cells.dtype.kind in "biuf"
    is_missing = np.isnan(cells) if cells.dtype.kind == "f" else (
        np.zeros(len(cells), bool) if is_number else np.array([v is None for v in cells], bool))
    there, missing = cells[~is_missing], int(is_missing.sum())
    if not len(there):
        raise ValueError(f"expected values in column {name!r}. Received: none in "
                         f"{len(cells)} rows. Leave it out.")
    if is_number and cells.dtype.kind != "b":
        return _of_numbers(name, there, missing, kind)
    if not is_number and not all(isinstance(value, (str, bool, np.bool_)) for value in there):
        strange = next(v for v in there if not isinstance(v, (str, bool, np.bool_)))
        if isinstance(strange, (datetime.date, datetime.time, datetime.timedelta, np.datetime64)):
            raise ValueError(f"expected numbers or categories in column {name!r}. Received: dates "
                             f"or times, {strange}. Make a number of them, such as days since the "
                             "first, or leave the column out.")
        raise ValueError(f"expected numbers or categories in column {name!r}. Received: "
                         f"{type(strange).__name__}, {str(strange)[:40]!r}, among others. Make it "
                         "one or the other, or leave the column out.")
    return _of_categories(name, there, missing, kind)


def _of_numbers(name: str, there: np.ndarray, missing: int, kind: str | None) -> Column:
    if np.isinf(there).any():
        raise ValueError(f"expected finite numbers in column {name!r}. Received: infinite values "
                         f"in {np.isinf(there).sum()} of {len(there)} rows. Mend them, or make them "
                         "missing (NaN).")
    distinct = np.unique(there)
    whole = bool((there == np.floor(there)).all())
    is_count = whole and distinct[0] >= 0
    if kind is None:
        if len(distinct) == 2 and distinct.tolist() == [0, 1]:
            kind = "bernoulli"
        elif is_count and distinct[0] == 0 and len(distinct) > 2:
            kind = "negative_binomial" if there.var() > there.mean() else "poisson"
        else:
            kind = "gaussian"
    if kind in COUNTS and kind != "size" and not is_count or kind == "size" and distinct[0] <= 0:
        problem = "negative numbers" if distinct[0] < 0 else (
            "0" if kind == "size" else "fractions")
        raise ValueError(f"expected counts in column {name!r}, which is to be {kind}. Received: "
                         f"{problem}. Take 'gaussian', or give the counts as they are.")
    if kind in ("categorical", "bernoulli"):
        return _of_categories(name, there, missing, kind)
    note = ""
    if len(distinct) == 1:
        note = "one value: tells nothing"
    elif whole and len(distinct) == len(there) > 20:
        note = "all values differ: an id?"
    return Column(name, kind, (), f"{distinct[0]:g} to {distinct[-1]:g}", missing, note)


def _of_categories(name: str, there: np.ndarray, missing: int, kind: str | None) -> Column:
    values = sorted({value.item() if isinstance(value, np.generic) else value for value in there},
                    key=lambda value: (isinstance(value, str), value))
    if kind is None:
        kind = "bernoulli" if len(values) == 2 else "categorical"
    if kind not in ("categorical", "bernoulli"):
        raise ValueError(f"expected numbers in column {name!r}, which is to be {kind}. Received: "
                         f"text, {str(values[0])[:40]!r}, among others.")
    if kind == "bernoulli" and len(values) > 2:
        raise ValueError(f"expected two values in column {name!r}, which is to be bernoulli. "
                         f"Received: {len(values)}. Take 'categorical'.")
    if len(values) > MOST_CATEGORIES:
        what = "text of its own in nearly every row" if len(values) > 0.9 * len(there) else (
            f"{len(values):,} categories")
        raise ValueError(f"expected at most {MOST_CATEGORIES} categories in column {name!r}. "
                         f"Received: {what}. Leave the column out, or put rare ones together.")
    if kind == "bernoulli" and len(values) == 1:
        kind = "categorical"
    shown = ", ".join(map(str, values))
    shown = shown if len(shown) <= _SHOWN else f"{len(values)} of them"
    note = "one value: tells nothing" if len(values) == 1 else ""
    return Column(name, kind, tuple(values), shown, missing, note)


def _numbers(column: Column, cells: np.ndarray) -> np.ndarray:
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
    places = {value: i for i, value in enumerate(column.categories)}
    which = np.array([-1 if _is_missing(value) else places.get(value, -2)
                      for value in cells.tolist()], int)
    if (which == -2).any():
        strange = cells[int((which == -2).argmax())]
        raise ValueError(f"expected {column.values} in column {name!r}, as in the data that the "
                         f"model was fitted to. Received: {strange!r}. Make such cells missing "
                         "(NaN), or rename them.")
    if kind == "bernoulli":
        return np.where(which < 0, np.nan, which.astype(float))[:, None]
    one_hot = np.eye(len(column.categories))[np.maximum(which, 0)]
    return np.where(which[:, None] < 0, np.nan, one_hot)
