"""Rows out of the files of a data lake, a block at a time. Knows nothing of Beam.

Nothing here stops at a row or a file that cannot be read: what is readable comes as a `Block`,
what is not as a `Bad` with the reason.
"""
import collections
import concurrent.futures
import pathlib
import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from . import formats, tables
from .formats import Bad, Block, Options

_KINDS = {"npy": r"\.npy$", "npz": r"\.npz$", "table": r"\.(csv(\.gz)?|parquet|feather)$",
          "tfrecord": r"\.tfrecords?(-\d+-of-\d+)?(\.gz)?$",
          "image": r"\.(png|jpe?g|bmp|gif|webp|tiff?)$"}
ACCEPTED = (".npy, .npz, .csv, .csv.gz, .parquet, .feather, .tfrecord, .png, .jpg, .jpeg, .bmp, "
            ".gif, .webp, .tif, .tiff")
PART_ROWS = 50_000  # A longer .npy file is read by several workers.


def kind_of(path: str | pathlib.Path) -> str | None:
    """How a file is read, by its name; `None` if it is not.

    >>> kind_of("a/b.NPY"), kind_of("part.tfrecord-00000-of-00010"), kind_of("notes.txt")
    ('npy', 'tfrecord', None)
    """
    name = re.split(r"[/\\]", str(path))[-1]
    hidden = name.startswith(".")
    return None if hidden else next(
        (kind for kind, end in _KINDS.items() if re.search(end, name, re.IGNORECASE)), None)


def read(path: str, options: Options, open_file: Callable[..., Any] = open, start: int = 0,
         stop: int | None = None) -> Iterator[Block | Bad]:
    """Rows of a file, in order.

    Args:
        path: A file that `kind_of` knows.
        options: `Options`.
        open_file: Opens a path for reading bytes, `open(path, "rb")`, on any file system.
        start, stop: Rows of a .npy file.

    Yields `Block` and `Bad`.
    """
    row, kind = start, kind_of(path)
    try:
        if kind == "tfrecord":  # TensorFlow opens these itself.
            found = formats.tfrecord(path, options)
        else:
            found = _in_file(path, kind, options, open_file, start, stop)
        for item in found:
            ends = int(item.rows[-1]) + 1 if isinstance(item, Block) else item.row + item.rows
            row = max(row, ends)
            yield item
    except Exception as error:  # A broken file makes its reader raise errors of a dozen kinds.
        yield Bad(path, row, 0, f"cannot be read from row {row} on: "
                                f"{type(error).__name__}: {error}")


def parts(path: str, open_file: Callable[..., Any] = open) -> list[tuple[int, int | None]]:
    """(start, stop) of the parts that workers can read at the same time."""
    if kind_of(path) == "npy":
        try:
            with open_file(path, "rb") as file:
                shape, by_column, _ = formats.npy_header(file)
        except Exception:
            return [(0, None)]  # `read` says what is wrong with it.
        if not by_column and len(shape) > 1:
            return [(i, min(i + PART_ROWS, shape[0])) for i in range(0, shape[0], PART_ROWS)]
    return [(0, None)]


def _in_file(path, kind, options, open_file, start, stop):
    with open_file(path, "rb") as file:
        if kind == "npy":
            yield from formats.npy(file, path, options, start, stop)
        else:
            reader = {"npz": formats.npz, "table": tables.table, "image": formats.image}[kind]
            yield from reader(file, path, options)


def screen(block: Block, shape: tuple[int, ...], missing: bool = False) -> Iterator[Block | Bad]:
    """The rows that a model of observations of `shape` can take; the others as `Bad`.

    With `missing`, NaN is a missing value, which it takes.
    """
    source, rows, x, _ = block
    if x.shape[1:] != tuple(shape):
        hint = " Give --resize." if kind_of(source) == "image" else ""
        yield Bad(source, int(rows[0]), len(rows), f"expected rows of shape {tuple(shape)}, the "
                                                   f"model's. Received: {x.shape[1:]}.{hint}")
        return
    with np.errstate(over="ignore"):  # Becomes infinite, and is found below.
        x = x.astype(np.float32, copy=False)
    with np.errstate(over="ignore", invalid="ignore"):
        is_good = len(x) and np.isfinite(np.vdot(x, x))  # Quick; in squares nothing cancels out.
    if is_good:
        yield block._replace(x=x)
        return
    finite = (np.isfinite(x) | missing & np.isnan(x)).reshape(len(x), -1).all(axis=1)
    for row in rows[~finite]:
        yield Bad(source, int(row), 1, "expected finite numbers. Received: NaN or infinite values")
    if finite.any():
        kept = block._replace(x=x)
        yield kept if finite.all() else kept.some(finite)


def ahead(items: Iterator[Any], count: int = 2) -> Iterator[Any]:
    """The items of a generator, of which a thread makes the next `count` meanwhile.

    >>> list(ahead(iter("abc")))
    ['a', 'b', 'c']
    """
    end = object()
    with concurrent.futures.ThreadPoolExecutor(1) as thread:
        coming = collections.deque(thread.submit(next, items, end) for _ in range(count))
        while (item := coming.popleft().result()) is not end:
            coming.append(thread.submit(next, items, end))
            yield item
