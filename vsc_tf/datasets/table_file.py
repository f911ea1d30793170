"""One reader for all tables: .csv, .csv.gz, .parquet, .feather; for training as for encoding.

Memory is bounded: a file comes in parts. What is no number is never taken for one.
"""
from __future__ import annotations

import csv
import io
import itertools
import zlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from vsc_tf.datasets import arrow as pa
from vsc_tf.datasets import arrow_cells, cells, columns, header, records
from vsc_tf.datasets.cells import Columns, Rows
from vsc_tf.datasets.frame import Frame
from vsc_tf.datasets.records import Records

SUFFIXES = (".csv", ".csv.gz", ".parquet", ".feather")
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
        is_mixed: Whether columns may hold anything: then `frames` gives their cells, in place of
            `parts`, and no column is left out.

    Attributes:
        names: Names of the columns of numbers, in the order in which they come; `()` if the file
            has no header.
        count: Number of columns of numbers.
        all_numbers: Whether the types of all these columns are numbers, as far as a file has types.

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
                 keeps_labels: bool = False, is_mixed: bool = False):
        self._label_column, self._expected, self._keeps = label_column, expected, keeps_labels
        self._is_mixed, self.all_numbers = is_mixed, True
        self._columns, self._blocks, self._reader = self._opened(file, str(name).lower(), width)
        self.count = len(self._columns.places)

    def _opened(self, file: Any, name: str, width: int | None) -> tuple[Columns, Any, Any]:
        """Columns, the parts of the file, and the module that reads one of them."""
        if name.endswith((".parquet", ".feather")):
            columns_, blocks = self._arrow_file(file, name)
            return columns_, blocks, arrow_cells
        return *self._csv(file, width), cells

    def parts(self) -> Iterator[Rows]:
        """The rows, in order; a ValueError or an OSError where the file breaks off."""
        return self._read(self._reader.of_records)

    def frames(self, as_text: Sequence[str] = ()) -> Iterator[Frame]:
        """The rows as `Frame`s, whatever their columns hold; a ValueError for a broken row.

        In the columns `as_text` of a .csv file words such as "none" are no missing values.
        """
        return self._read(self._reader.frame_of, as_text)

    def _read(self, read: Callable, *more: Any) -> Iterator:
        row = 0
        for block in self._blocks:
            found, count = read(block, self._columns, row, *more)
            row += count
            yield found

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

    def _csv(self, file: Any, width: int | None) -> tuple[Columns, Iterator[Records]]:
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
        return found, itertools.chain([block], more, rest)

    def _arrow_file(self, file: Any, name: str) -> tuple[Columns, Iterator[pa.RecordBatch]]:
        is_parquet = name.endswith(".parquet")
        try:
            found = pa.parquet.ParquetFile(file) if is_parquet else pa.ipc.open_file(file)
        except pa.ArrowInvalid as error:
            kind = "Parquet" if is_parquet else "Feather"
            raise ValueError(f"expected a whole {kind} file. Received: {error}. Write it "
                             "again.") from None
        schema = found.schema_arrow if is_parquet else found.schema
        chosen = self._chosen(schema.names)
        for place in chosen.places:
            try:
                arrow_cells.check_type(chosen.names[place], schema.types[place])
            except ValueError:
                if not self._is_mixed:
                    raise
                self.all_numbers = False
        if not is_parquet:
            return chosen, (found.get_batch(i) for i in range(found.num_record_batches))
        rows = max(1, _VALUES // len(chosen.names))
        # A few row groups at a time: Arrow keeps what it has read of all that it is asked for.
        return chosen, (block for groups in _row_groups(found.metadata, rows)
                        for block in found.iter_batches(rows, row_groups=groups))


def _row_groups(metadata: Any, rows: int) -> Iterator[list[int]]:
    """The row groups of a Parquet file in their order, together as many as hold so many rows."""
    found: list[int] = []
    count = 0
    for i in range(metadata.num_row_groups):
        found.append(i)
        count += metadata.row_group(i).num_rows
        if count >= rows:
            yield found
            found, count = [], 0
    if found:
        yield found


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
