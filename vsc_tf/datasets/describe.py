"""What the columns of a DataFrame are."""
from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from vsc_tf.datasets import columns, resolution
from vsc_tf.datasets.header import is_number
from vsc_tf.datasets.kinds import COUNTS, KINDS, SHOWN, Column, Table, cells_of, numbers_of, whole

MOST_CATEGORIES = 100
# A day, month and year in one order or another; or a time of day.
DATE = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](\d{4}|\d\d(\s|$))|"
                  r"\d{1,2}:\d\d(:|\s|$)|\d{8}T\d{4}|\d{1,2} [A-Za-z]{3,9}\.? \d{4}")
# Decimal commas, thousands, percent, money, hexadecimal.
NUMBER = re.compile(r"[+-]?\s?([$€£¥]\s?)?\d[\d.,_' ]*\s?[%$€£¥]?|0[xX][0-9a-fA-F]+")


def describe(frame: Any, kinds: Mapping[str, str] | None = None) -> Table:
    """Looks at the columns of a DataFrame and says what each is.

    - text, categories: "categorical"; of two values, and True and False, "bernoulli";
    - whole numbers of which the least is 0, and at least three: counts, "negative_binomial" if
      they vary more than their mean, as a Poisson's would, else "poisson";
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
    found = Table([_column(name, cells_of(frame[key]), kinds.get(name))
                   for name, key in zip(names, frame.columns)])
    numeric = [c for c in found.columns if c.kind == "gaussian"]
    if numeric:
        keys = dict(zip(names, frame.columns))
        x = np.concatenate([numbers_of(c, cells_of(frame[keys[c.name]])) for c in numeric], axis=1)
        resolution.check(np.where(np.isnan(x), np.nanmean(x, axis=0), x), "Argument `x`",
                         tuple(c.name for c in numeric))
    return found


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
            raise _dates(name, strange)
        raise ValueError(f"expected numbers or categories in column {name!r}. Received: "
                         f"{type(strange).__name__}, {str(strange)[:40]!r}, among others. Make it "
                         "one or the other, or leave the column out.")
    if kind is None and all(isinstance(value, str) and DATE.match(value) for value in there):
        raise _dates(name, there[0])
    return _of_categories(name, there, missing, kind)


def _dates(name: str, value: Any) -> ValueError:
    return ValueError(f"expected numbers or categories in column {name!r}. Received: dates or "
                      f"times, {value}. Make a number of them, such as days since the first, or "
                      "leave the column out"
                      f"{', or say that it is categorical' * isinstance(value, str)}.")


def _of_numbers(name: str, there: np.ndarray, missing: int, kind: str | None) -> Column:
    if np.isinf(there).any():
        raise ValueError(f"expected finite numbers in column {name!r}. Received: infinite values "
                         f"in {np.isinf(there).sum()} of {len(there)} rows. Mend them, or make "
                         "them missing (NaN).")
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
    values = sorted({whole(value.item() if isinstance(value, np.generic) else value)
                     for value in there}, key=lambda value: (isinstance(value, str), value))
    if kind is None:
        _check_text(name, values)
        kind = "bernoulli" if len(values) == 2 else "categorical"
    if kind not in ("categorical", "bernoulli"):
        raise ValueError(f"expected numbers in column {name!r}, which is to be {kind}. Received: "
                         f"{str(values[0])[:40]!r}, among others. Make numbers of them, or take "
                         "'categorical'.")
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
    shown = shown if len(shown) <= SHOWN else f"{len(values)} of them"
    note = "one value: tells nothing" if len(values) == 1 else (
        "all values differ: an id?" if len(values) == len(there) > 20 else "")
    return Column(name, kind, tuple(values), shown, missing, note)


def _check_text(name: str, values: list[Any]) -> None:
    """A ValueError for numbers in another notation, which would become classes."""
    text = [value for value in values if isinstance(value, str)]
    strange = [value for value in text if NUMBER.fullmatch(value) and not is_number(value)]
    if text and len(strange) > 0.9 * len(text):
        raise ValueError(f"expected numbers such as 1234.5 in column {name!r}. Received: "
                         f"{strange[0]!r}. Write them with a point and nothing else, leave the "
                         "column out, or say that it is categorical.")
