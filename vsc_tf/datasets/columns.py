"""Names of columns: whose they are, whether they are those expected, and in which order."""
import collections
import difflib
import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

_INDEX = re.compile(r"Unnamed: \d+|__index_level_\d+__")  # What pandas makes of a row index.
_SHOWN = 8  # Names in a message: a table may have thousands.


def cleaned(names: Iterable[Any]) -> tuple[str, ...]:
    """Names as text on one line, however they are broken or padded in a file.

    >>> cleaned([" ax\\n(m/s2)", 400])
    ('ax (m/s2)', '400')
    """
    return tuple(" ".join(str(name).split()) for name in names)


def listed(names: Sequence[str]) -> str:
    """The first names, for messages.

    >>> listed(["a", "b"])
    'a, b'
    """
    return ", ".join(names[:_SHOWN]) + ", ..." * (len(names) > _SHOWN)


def check(names: Sequence[str]) -> None:
    """A ValueError if a column has no name of its own, or is a row index."""
    if not names:
        return
    unnamed = next((i for i, name in enumerate(names) if not name or _INDEX.fullmatch(name)), None)
    if unnamed is not None:
        raise ValueError("expected a name for every column. Received: "
                         f"{names[unnamed] or 'none'} for column {unnamed + 1}. If it is a row "
                         "index (pandas writes one), save without it: "
                         "to_csv(path, index=False) or to_parquet(path, index=False).")
    name, count = collections.Counter(names).most_common(1)[0]
    if count > 1:
        raise ValueError(f"expected another name for every column. Received: {name!r} for "
                         f"{count} of them, the first is column {names.index(name) + 1}. "
                         "Rename them.")


def check_label(label_column: str, names: Sequence[str]) -> None:
    """A ValueError if there is not exactly one column of that name, or no other."""
    count = list(names).count(label_column)
    if count != 1:
        near = difflib.get_close_matches(str(label_column), names, 1)
        hint = f" Did you mean {near[0]!r}?" if near else " Check its name."
        raise ValueError("expected exactly one column named by label_column. Received: "
                         f"label_column={label_column!r}, found {count} times among "
                         f"{listed(names)}.{hint}")
    if len(names) == 1:
        raise ValueError("expected at least one column besides the label. Received: only "
                         f"{label_column!r}. Add the columns of the observations.")


def order(expected: Sequence[str], names: Sequence[str]) -> list[int]:
    """For each expected column its place among `names`.

    Args:
        expected: Names of the columns that a model was fitted to, in its order.
        names: Names of the columns that came, in any order.

    Raises:
        ValueError: Some are missing, or there are others.

    >>> order(["a", "b"], ["b", "a"])
    [1, 0]
    """
    places = {name: i for i, name in enumerate(names)}
    missing = [name for name in expected if name not in places]
    others = [name for name in names if name not in set(expected)]
    if missing or others or len(names) != len(expected):
        found = [f"{what} {listed(those)}" for what, those in (
            ("without", missing), ("with also", others)) if those]
        twice = [] if found else ["with names that repeat"]
        raise ValueError(
            f"expected the {len(expected)} columns that the model was fitted to, in any order: "
            f"{listed(expected)}. Received: {len(names)} columns, {', '.join(found + twice)}. "
            "Rename the columns, add those that are missing and leave the others out (labels by "
            "label_column).")
    return [places[name] for name in expected]


def of(x: Any) -> tuple[str, ...]:
    """Names of the columns of a DataFrame (of pandas, Polars, ...), checked; of all else none.

    >>> of(np.zeros([2, 3]))
    ()
    """
    names: Any = getattr(x, "columns", ())
    names = cleaned(names) if len(getattr(x, "shape", ())) == 2 else ()
    check(names)
    return names


def arranged(x: Any, expected: Sequence[str], what: str = "x") -> Any:
    """`x`, its columns in the order of `expected` if both have names.

    Args:
        x: An array, which has no names and stays as it is, or a DataFrame.
        expected: Names of the columns that a model was fitted to, or none.
        what: Name of the argument in messages.

    Raises:
        ValueError: The DataFrame has other columns.

    >>> arranged(np.ones([1, 2]), ["a", "b"]).shape
    (1, 2)
    """
    names = of(x)
    if not names or not expected or names == tuple(expected):
        return x
    try:
        places = order(expected, names)
    except ValueError as error:
        raise ValueError(f"Argument `{what}`: {error}") from None
    return np.asarray(x)[:, places]
