"""One reader for all tables: `.csv`, `.csv.gz` and `.parquet`, for training as for encoding.

Memory is bounded: a file comes in parts. What is no number is never taken for one.
"""
import csv
import io
import itertools
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet

from vsc_tf.datasets import cells, columns, header, records
from vsc_tf.datasets.cells import Columns, Rows, Unread
from vsc_tf.datasets.records import Records

SUFFIXES = (".csv", ".csv.gz", ".parquet")
MOST_COLUMNS = 10**6
_VALUES = 2**20  # Of a part of a Parquet file.


class TableFile:
    """A table: its columns, and its rows in parts. Made once a file, and gone through once.

    Args:
        file: The open file, in bytes. A Parquet file must be able to seek.
        name: Its name, which says the format; a .csv file may be gzipped whatever its name.
        label_column: Name of the column with classes, which is no number of an observation.
        expected: Names of the columns that a model was fitted to: columns come in that order.
        width: Columns of a table without a header, if that is known; default: of its first row.
        keeps_labels: Whether labels are read; else they are only left out.

    Attributes:
        names: Names of the columns of numbers, in the order in which they come; `()` if the file
            has no header.
        count: Number of columns of numbers.

    Raises:
        ValueError: The file is no table, a column has no name of its own, there are other
            columns than expected, or a column of a Parquet file holds no numbers.

    >>> import io
    >>> table = TableFile(io.BytesIO(b"b,a\\n1,2\\n3,x\\n"), "my.csv", expected=("a", "b"))
    >>> [(part.x.tolist(), part.unread[0].reason) for part in table.parts()]
    [([[2.0, 1.0]], "expected a number in column 'a', line 3. Received: 'x'.")]
    """

    def __init__(self, file: Any, name: str, label_column: str = "",
                 expected: Sequence[str] = (), width: int | None = None,
                 keeps_labels: bool = False):
        self._label_column, self._expected, self._keeps = label_column, expected, keeps_labels
        is_parquet = str(name).lower().endswith(".parquet")
        self._columns, self._parts = self._parquet(file) if is_parquet else self._csv(file, width)
        self.count = len(self._columns.places)

    def parts(self) -> Iterator[Rows]:
        """The rows, in order; a ValueError or an OSError where the file breaks off."""
        return self._parts

    def _chosen(self, names: Sequence[str]) -> Columns:
        """The columns of a file that names them."""
        names, label = columns.cleaned(names), None
        if self._label_column:
            columns.check_label(self._label_column, names)
            label = names.index(self._label_column)
        columns.check(names)
        places = [i for i in range(len(names)) if i != label]
        if self._expected:
            found = columns.order(self._expected, [names[i] for i in places])
            places = [places[i] for i in found]
        self.names = tuple(names[i] for i in places)
        return Columns(names, places, label, self._keeps and label is not None)

    def _csv(self, file: Any, width: int | None) -> tuple[Columns, Iterator[Rows]]:
        blocks = (block for block in records.read(file) if block.data.strip(b"\r\n"))
        start, rest = _start(blocks)
        if not start:
            raise ValueError("expected at least two rows. Received: an empty file. Check the path.")
        block, *more = start
        first, *below = [row for each in start for row in _cells(each, 1 + header.SAMPLE)]
        _check_commas(block, first, below)
        if header.holds_names(first, below[:header.SAMPLE], self._expected):
            found, block = self._chosen(first), block.without_first()
        elif self._label_column:
            raise ValueError(f"expected a header with label_column={self._label_column!r}. "
                             "Received: a first row of numbers. Add a header line with names.")
        else:
            self.names, width = (), width or len(first)
            found = Columns([f"column {i + 1}" for i in range(width)], range(width))
        return found, _rows_of(itertools.chain([block], more, rest), found)

    def _parquet(self, file: Any) -> tuple[Columns, Iterator[Rows]]:
        try:
            found = pa.parquet.ParquetFile(file)
        except pa.ArrowInvalid as error:
            raise ValueError(f"expected a whole Parquet file. Received: {error}. Write it "
                             "again.") from None
        chosen = self._chosen(found.schema_arrow.names)
        for place in chosen.places:
            _check_type(chosen.names[place], found.schema_arrow.types[place])
        return chosen, _rows_of_parquet(found, chosen)


def _start(blocks: Iterator[Records]) -> tuple[list[Records], Iterator[Records]]:
    """The blocks that hold the rows by which a header is told, mostly one; and those after them."""
    found: list[Records] = []
    rows = 0
    try:
        while rows <= header.SAMPLE and (block := next(blocks, None)):
            found.append(block)
            rows += len(block.spans())
    except (OSError, EOFError, ValueError, zlib.error) as error:
        if not found:
            raise
        return found, _broken(error)  # What came before is good.
    return found, blocks


def _broken(error: Exception) -> Iterator[Records]:
    raise error
    yield  # So that it is raised in its turn.


def _cells(block: Records, count: int) -> list[list[str]]:
    """Cells of the first records of a block, as text."""
    found: list[list[str]] = []
    for start, end in block.spans()[:count]:
        if block.cells(start, end) > MOST_COLUMNS:
            raise ValueError(f"expected at most {MOST_COLUMNS:,} columns. Received: "
                             f"{block.cells(start, end):,}. Is it a table?")
        try:
            text = block.data[start:end].decode(errors="replace" if found else "strict")
        except UnicodeDecodeError as error:
            raise ValueError("expected a comma-separated text file in UTF-8. Received: "
                             f"{error}. Save it again as CSV (UTF-8).") from None
        # A line break in quotes is the reader's own, so no splitting at other ones.
        found.append(next(csv.reader(io.StringIO(text, newline=""))))
    return found


def _check_commas(block: Records, first: Sequence[str], below: Sequence[Sequence[str]]) -> None:
    """A ValueError if something else than commas separates the cells of the first rows."""
    start, end = block.spans()[0]
    line = block.data[start:end].decode()
    for mark in ";\t":
        parts = line.split(mark)
        are_numbers = all(header.is_number(part.replace(",", ".")) for part in parts)
        if mark in line and (len(first) == 1 or are_numbers):
            raise ValueError("expected columns separated by commas. Received: a first line "
                             f"{line[:60]!r}. Save it again with commas (and decimal points).")
    for row in (first, *below[:1]):  # A name may hold blanks or bars; numbers tell.
        for mark in "| :":
            parts = row[0].strip().split(mark) if len(first) == len(row) == 1 else []
            if len(parts) > 1 and all(map(header.is_number, parts)):
                raise ValueError("expected columns separated by commas. Received: a line "
                                 f"{row[0][:60]!r}. Save it again with commas.")


def _rows_of(blocks: Iterable[Records], chosen: Columns) -> Iterator[Rows]:
    row = 0
    for block in blocks:
        rows, count = cells.of_records(block, chosen, row)
        row += count
        yield rows


def _check_type(name: str, dtype: pa.DataType) -> None:
    of = pa.types
    if not (of.is_integer(dtype) or of.is_floating(dtype) or of.is_boolean(dtype)
            or of.is_decimal(dtype)):
        raise ValueError(f"expected numbers in column {name!r}. Received: {dtype}. Encode it as "
                         f"numbers; if it is the class, pass label_column={name!r}.")


def _rows_of_parquet(file: Any, chosen: Columns) -> Iterator[Rows]:
    row = 0
    for batch in file.iter_batches(max(1, _VALUES // len(chosen.names))):
        yield _of_batch(batch, chosen, row)
        row += len(batch)


def _of_batch(batch: pa.RecordBatch, chosen: Columns, row: int) -> Rows:
    values = [batch.column(i).cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
              for i in chosen.places]
    bad: dict[int, tuple[str, str]] = {}
    for place, column in zip(chosen.places, values):
        name = chosen.names[place]
        for i in np.flatnonzero(~np.isfinite(column)).tolist():  # A missing value is NaN now.
            bad.setdefault(i, (f"expected a number in column {name!r}, row {row + i}. Received: "
                               f"{batch.column(place)[i].as_py()}.", name))
    labels = []
    if chosen.keeps_labels and chosen.label is not None:
        name = chosen.names[chosen.label]
        for i, label in enumerate(batch.column(chosen.label).to_pylist()):
            labels.append("" if label is None else str(label).strip())
            if not labels[-1]:
                bad.setdefault(i, (f"expected a class in column {name!r}, row {row + i}. "
                                   "Received: a missing value.", name))
    keep = [i for i in range(len(batch)) if i not in bad]
    x = np.stack(values, axis=1)
    return Rows(row + np.array(keep, np.int64), x if not bad else x[keep],
                [labels[i] for i in keep] if labels else [],
                [Unread(row + i, *bad[i]) for i in sorted(bad)])
