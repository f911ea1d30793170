"""Your own table: a `.csv` file with one observation per row."""
import array
import csv
import difflib
import pathlib
from collections.abc import Iterable
from typing import Any

import numpy as np

from vsc_tf.datasets.base import Dataset, Info, Split
from vsc_tf.datasets.splitting import random_split


def load(path: str | pathlib.Path, label_column: str | None = None,
         test_fraction: float = 0.2, seed: int = 0) -> Dataset:
    """Reads observations from a `.csv` file and splits them at random.

    Args:
        path: Comma-separated UTF-8 file; every column except the labels is numeric. The first
            row is treated as a header if any of its cells is not a number.
        label_column: Name of the column that holds the class, as numbers or text; `None` if
            there is none. Classes are numbered from 0 in sorted order.
        test_fraction: Share of observations in the test split, in (0, 1).
        seed: Non-negative integer, seed of the split.

    Returns:
        A `Dataset`: `x` [n, columns], `info.feature_names` and `info.class_names` from the file.

    Raises:
        ValueError: A cell is not a number (the message gives column and line), rows differ in
            length, a column has no name, `label_column` is unknown, or the file is not text.

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
        with open(path, encoding="utf-8-sig", newline="") as file:  # Excel writes a BOM.
            names, cells, labels = _read(path, csv.reader(file), label_column)
    except (UnicodeDecodeError, csv.Error, OSError) as error:
        raise ValueError(f"{path}: expected a comma-separated text file in UTF-8. Received: "
                         f"{error}. Save it again as CSV (UTF-8).") from error
    x = np.asarray(cells, np.float32).reshape(-1, len(names))
    y, classes = (None, ()) if label_column is None else _classes(labels)
    info = Info(path.name, x.shape[1:], description="the user's own table", source=path.name,
                feature_names=tuple(names), class_names=classes)
    return random_split(Split(x, y), info, test_fraction, seed)


def _read(path: pathlib.Path, reader: Any,
          label_column: str | None) -> tuple[list[str], array.array, list[str]]:
    """Names of the feature columns, all their cells in one flat array, and the labels."""
    rows = (row for row in reader if row)  # Without blank lines.
    first = next(rows, None)
    if first is None:
        raise ValueError(f"{path}: expected at least two rows. Received: an empty file")
    header = None if all(map(_is_number, first)) else [name.strip() for name in first]
    _check_header(path, first, header, label_column)
    names = header or [f"column {i + 1}" for i in range(len(first))]
    label = None if label_column is None else names.index(label_column)
    cells: array.array = array.array("f")  # A list of Python floats would be eight times larger.
    labels: list[str] = []
    row = next(rows, None) if header else first
    while row is not None:
        if len(row) != len(names):
            raise ValueError(f"{path}: expected {len(names)} cells in every row, as in the "
                             f"first. Received: {len(row)} in line {reader.line_num}. Fill or "
                             "remove that row.")
        if label is not None:
            labels.append(_label(path, row.pop(label), names[label], reader.line_num))
        try:
            cells.extend(map(float, row))
        except ValueError as error:
            features = names[:label] + names[label + 1:] if label is not None else names
            bad = next(i for i, cell in enumerate(row) if not _is_number(cell))
            raise ValueError(
                f"{path}: expected a number in column {features[bad]!r}, line {reader.line_num}. "
                f"Received: {row[bad]!r}. Fill the gap or encode the column as numbers; if it "
                f"is the class, pass label_column={features[bad]!r}.") from error
        row = next(rows, None)
    return [name for i, name in enumerate(names) if i != label], cells, labels


def _check_header(path: pathlib.Path, first: list[str], header: list[str] | None,
                  label_column: str | None) -> None:
    if len(first) == 1 and any(mark in first[0] for mark in ";\t"):
        raise ValueError(f"{path}: expected columns separated by commas. Received: a first line "
                         f"{first[0][:60]!r}. Save it again with commas.")
    if header and "" in header:
        raise ValueError(f"{path}: expected a name for every column. Received: none for column "
                         f"{header.index('') + 1}. If it is a row index (pandas writes one), "
                         "save without it: to_csv(path, index=False).")
    if label_column is None:
        return
    if header is None:
        raise ValueError(f"{path}: expected a header with label_column={label_column!r}. "
                         "Received: a first row of numbers. Add a header line with names.")
    if header.count(label_column) != 1:
        near = difflib.get_close_matches(str(label_column), header, 1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise ValueError(f"{path}: expected exactly one column named by label_column. Received: "
                         f"label_column={label_column!r}, found {header.count(label_column)} "
                         f"times among {', '.join(header[:8])}{', ...' * (len(header) > 8)}."
                         f"{hint}")
    if len(header) == 1:
        raise ValueError(f"{path}: expected at least one column besides the label. Received: "
                         f"only {label_column!r}. Add the columns of the observations.")


def _label(path: pathlib.Path, cell: str, label_column: str, line: int) -> str:
    if not cell.strip():
        raise ValueError(f"{path}: expected a class in column {label_column!r}, line {line}. "
                         "Received: an empty cell. Fill it, or remove the row.")
    return cell.strip()


def _classes(labels: Iterable[str]) -> tuple[np.ndarray, tuple[str, ...]]:
    """Class indices and names, sorted as numbers if all of them are, else as text."""
    as_number = all(map(_is_number, labels))
    names = sorted(set(labels), key=(lambda name: (float(name), name)) if as_number else None)
    index = {name: i for i, name in enumerate(names)}
    return np.array([index[label] for label in labels], np.int64), tuple(names)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
