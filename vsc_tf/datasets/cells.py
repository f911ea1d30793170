"""Numbers and labels out of records of a CSV file, by PyArrow; and the rows that have none."""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from vsc_tf.datasets import arrow as pa
from vsc_tf.datasets.frame import Frame
from vsc_tf.datasets.header import MISSING, is_number
from vsc_tf.datasets.records import Records


class Unread(NamedTuple):
    """A row that cannot be used: its number, the reason, and the column if it is one cell."""

    row: int
    reason: str
    column: str = ""


class Rows(NamedTuple):
    """Rows of a table.

    Attributes:
        rows: int64 [n], where they stand in the table, from 0.
        x: float64 [n, columns], their numbers; all finite but for those too large for a float64.
        labels: Their labels, if those were asked for.
        unread: The rows between them that are left out.
    """

    rows: np.ndarray
    x: np.ndarray
    labels: list[str]
    unread: list[Unread]


class Columns(NamedTuple):
    """What a reader takes of each row.

    Attributes:
        names: Name of every column of the file, for messages.
        places: Places of the columns of numbers, in the order in which they are wanted.
        label: Place of the label, or `None`.
        keeps_labels: Whether labels are read, or only left out.
    """

    names: Sequence[str]
    places: Sequence[int]
    label: int | None = None
    keeps_labels: bool = False


def of_records(records: Records, columns: Columns, row: int) -> tuple[Rows, int]:
    """The rows of a block, of which the first is number `row`; and how many there are in all."""
    broken = records.broken_quotes()
    if not (broken or columns.keeps_labels):
        try:
            table, ragged = _arrow(records, columns, pa.float64())
            x = _stacked([table.column(i).to_numpy() for i in columns.places])
            if not ragged and np.isfinite(x).all():
                return Rows(np.arange(row, row + len(x)), x, [], []), len(x)
        except pa.ArrowInvalid:
            pass  # A cell is no number.
    return _by_column(records, columns, row, broken)


def _by_column(records: Records, columns: Columns, row: int,
               broken: Sequence[int]) -> tuple[Rows, int]:
    """Like `of_records`, for blocks with labels or with something to complain of."""
    table, ragged = _arrow(records, columns, pa.binary())
    spans = records.spans()
    if len(table) + ragged != len(spans):
        raise ValueError("expected rows that can be told apart. Received: "
                         f"{len(spans)} or {len(table) + ragged} of them from line "
                         f"{records.line} on. Check the quotes there.")
    bad: dict[int, tuple[str, str]] = {}
    for i, (start, end) in enumerate(spans):
        if (found := records.cells(start, end)) != len(columns.names):
            bad[i] = (f"expected {len(columns.names)} cells. Received: {found} in line "
                      f"{records.line_of(start)}.", "")
    whole = [i for i in range(len(spans)) if i not in bad]
    starts = np.array([start for start, _ in spans])
    for place in broken:
        i = int(np.searchsorted(starts, place, "right")) - 1
        bad.setdefault(i, ("expected a quote to end its cell. Received: more after it in line "
                           f"{records.line_of(place)}.", ""))

    def complain(position: int, place: int, expected: str, cell: bytes) -> None:
        i = whole[position]
        shown = repr(cell[:40].decode(errors="replace"))
        bad.setdefault(i, (f"expected {expected} in column {columns.names[place]!r}, line "
                           f"{records.line_of(spans[i][0])}. Received: {shown}.",
                           columns.names[place]))

    values = []
    for place in columns.places:
        cells = table.column(place)
        numbers, wrong = _numbers(cells)
        values.append(numbers)
        for position in wrong:
            complain(position, place, "a number", cells[position].as_py())
    labels = []
    if columns.keeps_labels and columns.label is not None:
        for position, cell in enumerate(table.column(columns.label).to_pylist()):
            label = cell.decode(errors="replace").strip()
            labels.append(label)
            if not label or "\ufffd" in label:
                complain(position, columns.label, "a class (text in UTF-8)", cell)
    keep = [position for position, i in enumerate(whole) if i not in bad]
    rows = Rows(row + np.array([whole[p] for p in keep], np.int64), _stacked(values)[keep],
                [labels[p] for p in keep] if labels else [],
                [Unread(row + i, *bad[i]) for i in sorted(bad)])
    return rows, len(spans)


def _arrow(records: Records, columns: Columns, dtype: pa.DataType) -> tuple[pa.Table, int]:
    """A table of the cells, and how many rows it lacks: those of another width."""
    ragged = 0

    def skip(_: Any) -> str:
        nonlocal ragged
        ragged += 1
        return "skip"

    names = [str(i) for i in range(len(columns.names))]
    types = {name: dtype for name in names}
    if columns.label is not None:
        types[names[columns.label]] = pa.binary()  # A label in bytes that are no UTF-8 is no more.
    data = records.data
    if not data.strip(b"\r\n"):
        return pa.table({name: pa.array([], types[name]) for name in names}), 0
    return pa.csv.read_csv(
        pa.BufferReader(data),
        pa.csv.ReadOptions(column_names=names, block_size=len(data) + 1, use_threads=False),
        pa.csv.ParseOptions(newlines_in_values=True, invalid_row_handler=skip),
        # Nothing is a missing value: "nan" may be a class, and elsewhere it is no number.
        pa.csv.ConvertOptions(column_types=types, null_values=[], check_utf8=False)), ragged


def _numbers(cells: pa.ChunkedArray) -> tuple[np.ndarray, list[int]]:
    """float64 [n] of a column of bytes, and the positions of those that are no numbers."""
    try:
        values = cells.cast(pa.float64()).to_numpy()
        if np.isfinite(values).all():
            return values, []
    except pa.ArrowInvalid:
        pass
    text = [cell.decode("ascii", "replace") for cell in cells.to_pylist()]
    wrong = [i for i, cell in enumerate(text) if not is_number(cell)]
    bad = set(wrong)
    return np.array([0. if i in bad else float(cell) for i, cell in enumerate(text)]), wrong


def _stacked(values: Sequence[np.ndarray]) -> np.ndarray:
    """Columns side by side, float64 [n, columns]."""
    return np.stack(values, axis=1) if len(values[0]) else np.empty((0, len(values)))


def frame_of(records: Records, columns: Columns, row: int,
             as_text: Sequence[str] = ()) -> tuple[Frame, int]:
    """All cells of a block by column, as text; `None` for those that are missing.

    Those are empty cells and, but in the columns `as_text`, NA, nan and the like
    (`header.MISSING`).

    Raises:
        ValueError: A row has another width than the header, or a broken quote.
    """
    everything = Columns(columns.names, ())
    broken = records.broken_quotes()
    table, ragged = _arrow(records, everything, pa.binary())
    if ragged or broken:
        rows, _ = _by_column(
            records, Columns(columns.names, range(len(columns.names))), row, broken)
        raise ValueError(next(bad.reason for bad in rows.unread if not bad.column)
                         + " Mend it, and read the file again.")
    found = {}
    for name, column in zip(columns.names, table.columns):
        read = _text if name in as_text else _cell
        found[name] = np.array([*map(read, column.to_pylist()), None], object)[:-1]
    return Frame(found), len(table)


def _text(cell: bytes) -> str | None:
    return cell.decode(errors="replace").strip() or None


def _cell(cell: bytes) -> str | None:
    text = cell.decode(errors="replace").strip()
    return None if text.lower() in MISSING and "inf" not in text.lower() else text


def typed(values: np.ndarray) -> np.ndarray:
    """A whole column of cells of text: float64 if all that are there are numbers, else as it is.

    >>> typed(np.array(["1", None, "2.5"], object)).tolist()
    [1.0, nan, 2.5]
    """
    if values.dtype != object:
        return values
    there = [value for value in values if value is not None]
    if not there or not all(isinstance(value, str) and is_number(value) for value in there):
        return values
    return np.array([np.nan if value is None else float(value) for value in values])
