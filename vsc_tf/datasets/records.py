"""The bytes of a CSV file, gzipped or not, as blocks of whole records with their line numbers.

PyArrow reads numbers, but names no lines, and ends at the first record that is broken. So it is
given a block at a time, of which it is known where each record begins.
"""
import dataclasses
import functools
import gzip
import re
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from vsc_tf.datasets.array_file import MOST_TIMES, MOST_UNPACKED

BLOCK = 2**22  # Bytes that are read at once.
MOST = 2**26  # Of a record, and so of what is in memory.

# A cell in quotes begins at the record's start or after a comma; the last quote may be missing.
_QUOTED = re.compile(rb'(?:(?<=[,\r\n])|\A)"[^"]*(?:""[^"]*)*("?)')
_AFTER_QUOTES = re.compile(rb'(?:(?<=[,\r\n])|\A)"+[^",\r\n \t]')
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


@dataclasses.dataclass(frozen=True)
class Records:
    """Whole records of a CSV file.

    Attributes:
        data: Their bytes.
        masked: The same length, all of a quoted cell made quotes: what is a comma or a line
            break in it is one.
        line: Line of the file in which they begin, from 1.
    """

    data: bytes
    masked: bytes
    line: int

    def spans(self) -> list[tuple[int, int]]:
        """Where each record begins and ends; blank lines are none."""
        return [match.span() for match in re.finditer(rb"[^\r\n]+", self.masked)]

    def line_of(self, start: int) -> int:
        """The line of the file in which the byte at `start` is."""
        return self.line + int(np.searchsorted(self._line_ends, start))

    @functools.cached_property
    def _line_ends(self) -> np.ndarray:
        data = np.frombuffer(self.data, np.uint8)
        half = np.append(data[1:] == ord("\n"), False)  # A CR before an LF is no end of its own.
        return np.flatnonzero((data == ord("\n")) | (data == ord("\r")) & ~half)

    def cells(self, start: int, end: int) -> int:
        """Cells of the record from `start` to `end`."""
        return self.masked.count(b",", start, end) + 1

    def broken_quotes(self) -> list[int]:
        """Places of cells that go on behind their quotes: `"2"3` is 23 for PyArrow."""
        if b'"' not in self.data:  # As in most files, which the search would slow down.
            return []
        return [match.start() for match in _AFTER_QUOTES.finditer(self.masked)]

    def without_first(self) -> "Records":
        """All but the first record, which is a header."""
        _, end = self.spans()[0]
        return Records(self.data[end:], self.masked[end:], self.line_of(end))


class _Rest:
    """A file whose first bytes were read already."""

    def __init__(self, head: bytes, file: Any):
        self.head, self.file, self.count = head, file, len(head)

    def read(self, size: int) -> bytes:
        if self.head:
            head, self.head = self.head[:size], self.head[size:]
            return head
        found = self.file.read(size)
        self.count += len(found)
        return found


class _Unpacked(gzip.GzipFile):
    """A gzipped file that gives what it has, where it breaks off, unless it would fill memory."""

    def __init__(self, packed: _Rest):
        super().__init__(fileobj=packed)  # type: ignore[call-overload]
        self.packed, self.given = packed, 0

    def read(self, size: int | None = -1) -> bytes:
        found = self.read1(size or -1)
        self.given += len(found)
        if self.given > MOST_UNPACKED and self.given > MOST_TIMES * self.packed.count:
            raise ValueError(f"expected at most {MOST_UNPACKED:,} bytes where they are packed to "
                             f"less than a hundredth. Received: {self.given:,} and more out of "
                             f"{self.packed.count:,}. If you trust the file, unpack it.")
        return found


def read(file: Any) -> Iterator[Records]:
    """Blocks of whole records, in order.

    Args:
        file: Anything with `read(size)` that returns bytes. It may be gzipped, whatever its name.

    Raises:
        ValueError: It is no UTF-8, a quote is never closed, or a record is longer than `MOST`.

    >>> import io
    >>> [block.line for block in read(io.BytesIO(b"a,b\\n1,2\\n"))]
    [1]
    """
    head = file.read(2)
    rest: Any = _Rest(head, file)
    if head == b"\x1f\x8b":  # Some file systems unpack by themselves: the name says nothing.
        rest = _Unpacked(rest)
    data, line, is_start, broken = b"", 1, True, None
    while True:
        try:
            chunk = rest.read(max(BLOCK, len(data)))
        except (OSError, EOFError, zlib.error) as error:
            chunk, broken = b"", error  # The whole records before it are good.
        data += chunk
        if is_start and (len(data) >= 3 or not chunk):
            data, is_start = _text(data), False
        masked, opened = _masked(data)
        is_end = not chunk and broken is None and opened is None
        end = len(data) if is_end else _last_end(masked)
        if end:
            yield Records(data[:end], masked[:end], line)
            line += _lines(data[:end])
            data = data[end:]
        if broken is not None:
            raise broken
        if not chunk and opened is not None:
            raise ValueError("expected each quote to be closed. Received: the end of the file "
                             "within quotes that open in line "
                             f"{line + _lines(data[:opened - end])}. Close them.")
        if not chunk:
            return
        if len(data) > MOST:
            raise ValueError(f"expected records of at most {MOST // 2**20} MiB. Received: a longer "
                             f"one from line {line} on. Close the quotes there.")


def _text(data: bytes) -> bytes:
    if data.startswith(_UTF16) or b"\0" in data[:100]:
        raise ValueError("expected a comma-separated text file in UTF-8. Received: bytes that do "
                         "not decode, as of UTF-16 or of another kind of file. Save it again as "
                         "CSV (UTF-8).")
    return data.removeprefix(b"\xef\xbb\xbf")  # Excel writes a byte order mark.


def _masked(data: bytes) -> tuple[bytes, int | None]:
    """The data with quoted cells masked, and where quotes open that are not closed."""
    if b'"' not in data:
        return data, None
    opened = None

    def quotes(match: re.Match[bytes]) -> bytes:
        nonlocal opened
        opened = None if match[1] else match.start()
        return b'"' * len(match[0])

    return _QUOTED.sub(quotes, data), opened


def _last_end(masked: bytes) -> int:
    """Where the last whole record ends, or 0. A CR at the end may be half of a line break."""
    return (masked.rfind(b"\n") + 1) or (masked.rfind(b"\r", 0, -1) + 1)


def _lines(data: bytes) -> int:
    """Line breaks, of any system."""
    return data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")
