"""Your own table: a .csv, .csv.gz, .parquet or .feather file with one observation per row."""
import pathlib
import zlib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from vsc_tf import extras
from vsc_tf.datasets import arrow as pa
from vsc_tf.datasets import columns as names
from vsc_tf.datasets.base import Dataset, Info, Split
from vsc_tf.datasets.cells import typed
from vsc_tf.datasets.describe import describe
from vsc_tf.datasets.frame import Frame
from vsc_tf.datasets.header import is_number
from vsc_tf.datasets.kinds import KINDS, Table, whole
from vsc_tf.datasets.resolution import Resolution
from vsc_tf.datasets.splitting import random_split
from vsc_tf.datasets.table_file import TableFile


def load(path: str | pathlib.Path, label_column: str | None = None,
         id_column: str | None = None, group_column: str | None = None,
         columns: str | pathlib.Path | Mapping[str, str] | Table | None = None,
         test_fraction: float = 0.2, seed: int = 0) -> Dataset:
    """Reads observations from a table and splits them at random.

    Columns of text become classes, and empty cells, NA and the like missing values; what each
    column was taken for is in `info.table` (`describe`).

    Args:
        path: A Parquet or Feather file, or comma-separated UTF-8, gzipped or not. The first row
            of a .csv file is its header if its cells are text, or numbers that count the columns
            where those below are none of that kind.
        label_column: Name of the column that holds the class, as numbers or text ("nan" and
            "NA" are text); `None` if there is none. Classes are numbered from 0 in sorted order.
        id_column: Name of a column that names the rows, which is no part of an observation.
        group_column: Name of a column of groups, such as persons: all rows of one are in the
            same split, and it is no part of an observation either.
        columns: What columns are to be instead of what they are taken for, see `describe`: a
            dict of column -> kind, or the path of a .yaml file with one; or a whole `Table`.
        test_fraction: Share of observations in the test split, in (0, 1).
        seed: Non-negative integer, seed of the split.

    Returns:
        A `Dataset`: `x` [n, values], NaN where a cell is missing; `info.table`, or `None` if all
        columns are numbers that are there; `info.column_names`, `()` without a header, and
        `info.class_names` from the file.

    Raises:
        ValueError: A cell is no number in a column of numbers (the message gives column and
            line), a column is of none of the kinds, rows differ in length, a column has no name
            of its own, a name is unknown, the first row can be a header or an observation, or
            the file is not text.

    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "mine.csv")
    ...     _ = path.write_text("width,kind\\n" + "1.5,leaf\\n" * 4 + "2,bud\\n")
    ...     data = load(path, label_column="kind")
    >>> data.info.class_names, data.train.x.shape
    (('bud', 'leaf'), (4, 1))
    """
    path = pathlib.Path(path)
    try:
        kinds = kinds_of(columns)
        beside = [name for name in (id_column, group_column) if name]
        found = None if beside or kinds else _numbers(path, label_column)
        if not isinstance(found, _Found):
            found = _mixed(path, label_column, beside, kinds, found)
    except (OSError, EOFError, zlib.error, pa.ArrowException, ValueError) as error:
        raise _named(path, error) from error
    y, classes = (None, ()) if label_column is None else _classes(found.labels)
    shown = found.names or tuple(f"column {i + 1}" for i in range(found.x.shape[1]))
    info = Info(path.name, found.x.shape[1:], description="the user's own table",
                source=path.name, feature_names=shown, column_names=found.names,
                class_names=classes, table=found.table)
    groups = found.beside.get(group_column) if group_column else None
    return random_split(Split(found.x, y), info, test_fraction, seed, groups)


class _Found(NamedTuple):
    """A whole table: numbers, names, labels, kinds if they matter, columns that are left out."""

    x: np.ndarray
    names: tuple[str, ...]
    labels: Sequence[str]
    table: Table | None = None
    beside: Mapping[str, np.ndarray] = {}


class NoNumber(ValueError):
    """A cell of a column of numbers is none; `column` is its name, or "" if it is no cell."""

    def __init__(self, message: str, column: str):
        super().__init__(message)
        self.column = column


def kinds_of(columns: Any) -> Any:
    """Column -> kind, of a dict or of a .yaml file with one; a `Table` stays one."""
    if columns is None or isinstance(columns, Table):
        return columns
    if not isinstance(columns, (str, pathlib.Path)):
        return dict(columns)
    yaml = extras.load("yaml", "vsc_tf[tables]", "A file of kinds")
    try:
        kinds = yaml.safe_load(pathlib.Path(columns).read_text())
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise ValueError(f"expected a .yaml file with the kinds of columns in {columns}. "
                         f"Received: {error}.") from None
    if not isinstance(kinds, dict):
        raise ValueError(f"expected {columns} to hold lines 'column: kind'. Received: "
                         f"{type(kinds).__name__}. The kinds are {', '.join(KINDS)}.")
    return {str(name): kind for name, kind in kinds.items()}


def _numbers(path: pathlib.Path, label_column: str | None) -> _Found | NoNumber | None:
    """A table of nothing but numbers; what is none if it has names, and cells of other kinds."""
    with open(path, "rb") as file:
        table = TableFile(file, path.name, label_column or "", keeps_labels=True, is_mixed=True)
        if not table.all_numbers:
            return None
        try:
            x, labels = _all(table)
        except NoNumber as error:
            if not table.names or not error.column or error.column == label_column:
                raise
            return error
    is_good = table.names and len(x) and np.isfinite(x).all()  # Else the split says what is not.
    kinds = describe(Frame(dict(zip(table.names, x.T)))) if is_good else None
    if kinds is None or {kind for kind, _ in kinds.kinds} == {"gaussian"}:
        kinds = None
    return _Found(x, table.names, labels, kinds)


def _mixed(path: pathlib.Path, label_column: str | None, beside: Sequence[str],
           kinds: Any, first: NoNumber | None = None) -> _Found:
    """A table of columns of any kinds, and of missing cells."""
    with open(path, "rb") as file:
        table = TableFile(file, path.name, label_column or "", is_mixed=True)
        if not table.names:
            raise ValueError("expected a header with the names of the columns. Received: a first "
                             "row of numbers. Add a header line with names.")
        as_text = [name for name in (label_column, *beside) if name]
        frame = Frame.joined([*table.frames(as_text)])
    for name in beside:
        names.check_label(name, frame.columns)
    labels = [] if not label_column else _labels(frame[label_column], label_column)
    left_out = {name: frame[name] for name in beside}
    frame = frame.without(*left_out, *([label_column] if label_column else []))
    frame = Frame({name: typed(frame[name]) for name in frame.columns})
    asked = {} if isinstance(kinds, Table) else kinds or {}
    for name in frame.columns:
        _check_not_both(name, frame[name], asked.get(name), first)
    _check_rows(frame)
    found = kinds if isinstance(kinds, Table) else describe(frame, kinds)
    x = found.array(frame)
    is_plain = {kind for kind, _ in found.kinds} == {"gaussian"} and not np.isnan(x).any()
    return _Found(x, found.value_names, labels, None if is_plain else found, left_out)


def _check_not_both(name: str, cells: np.ndarray, kind: str | None,
                    first: NoNumber | None) -> None:
    """A ValueError for numbers with some text among them: rather a mistake than classes."""
    if first is not None and first.column == name and "Received: inf" in str(first):
        raise first
    if cells.dtype != object or kind == "categorical":
        return
    text = [(i, v) for i, v in enumerate(cells) if isinstance(v, str)]
    strange = [(i, v) for i, v in text if not is_number(v)]
    if strange and len(strange) < len(text):
        row, value = strange[0]
        if first is not None and first.column == name and repr(value[:40]) in str(first):
            raise first  # It names the line.
        raise ValueError(f"expected a number in column {name!r}, row {row} (from 0). Received: "
                         f"{value[:40]!r}. Fill the gap, or leave it empty if it is missing; if "
                         "the column holds classes, say that it is categorical.")


def _check_rows(frame: Frame) -> None:
    """A ValueError for a row of nothing, such as a spreadsheet leaves at its end."""
    empty = np.ones(len(frame), bool)
    for name in frame.columns:
        cells = frame[name]
        empty &= np.isnan(cells) if cells.dtype.kind == "f" else np.array(
            [cell is None for cell in cells], bool)
    if empty.any():
        raise ValueError("expected at least one value in every row. Received: none in row "
                         f"{int(empty.argmax())} (from 0). Remove it.")


def _labels(cells: np.ndarray, name: str) -> list[str]:
    labels = ["" if cell is None or cell != cell else str(whole(cell)) for cell in cells.tolist()]
    if "" in labels:
        raise ValueError(f"expected a class in column {name!r}, row {labels.index('')}. Received: "
                         "a missing value. Fill it, or remove the row.")
    return labels


def _all(table: TableFile) -> tuple[np.ndarray, list[str]]:
    """All rows, float32 [n, columns], and their labels."""
    parts, labels = [np.empty((0, table.count), np.float32)], []
    found = Resolution()
    for rows in table.parts():
        if rows.unread:
            bad = rows.unread[0]
            cure = ("Fill the gap or encode the column as numbers; if it is the class, pass "
                    f"label_column={bad.column!r}." if "a number" in bad.reason
                    else "Fill it, or remove the row.")
            raise NoNumber(f"{bad.reason} {cure}", bad.column)
        found.add(rows.x)
        with np.errstate(over="ignore"):  # Becomes infinite, which is reported with the split.
            parts.append(rows.x.astype(np.float32))
        labels += rows.labels
    found.check("x", table.names)
    return np.concatenate(parts), labels


def _named(path: pathlib.Path, error: Exception) -> ValueError:
    """The error with the path, whatever a file that is damaged makes its readers raise."""
    if isinstance(error, ValueError) and not isinstance(error, pa.ArrowException):
        return ValueError(f"{path}: {error}")
    return ValueError(f"{path}: expected a whole {path.suffix} file. Received: {error}. Copy it "
                      "again, or save it again.")


def _classes(labels: Sequence[str]) -> tuple[np.ndarray, tuple[str, ...]]:
    """Class indices and names, sorted as numbers if all of them are, else as text."""
    as_number = all(map(is_number, labels))
    names = sorted(set(labels), key=(lambda name: (float(name), name)) if as_number else None)
    index = {name: i for i, name in enumerate(names)}
    return np.array([index[label] for label in labels], np.int64), tuple(names)
