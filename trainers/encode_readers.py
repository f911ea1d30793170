"""Rows out of the files of a data lake, a block at a time. Knows nothing of Beam.

Nothing here stops at a row or a file that cannot be read: what is readable comes as a `Block`,
what is not as a `Bad` with the reason.
"""
import collections
import concurrent.futures
import csv
import io
import math
import re
import zipfile
from typing import NamedTuple

import numpy as np

_KINDS = {"npy": r"\.npy$", "npz": r"\.npz$", "csv": r"\.csv(\.gz)?$",
          "tfrecord": r"\.tfrecords?(-\d+-of-\d+)?(\.gz)?$", "image": r"\.(png|jpe?g|bmp|gif)$"}
ACCEPTED = ".npy, .npz, .csv, .tfrecord, .png, .jpg, .jpeg, .bmp, .gif"
PART_ROWS = 50_000  # A longer .npy file is read by several workers.


class Block(NamedTuple):
    """Rows of one source: `rows` int64 [n], where they stood, and `x` [n, ...], their values."""

    source: str
    rows: np.ndarray
    x: np.ndarray


class Bad(NamedTuple):
    """Rows that cannot be used. `row` is the first of them, `rows` how many there are.

    A file that breaks off does not say how many rows it would have had: `rows` is 0.
    """

    source: str
    row: int
    rows: int
    reason: str


class Options(NamedTuple):
    """What a reader has to know.

    Attributes:
        shape: Shape of one observation, the model's.
        batch_size: Most rows of a block.
        label_column: Column of a .csv file to leave out, "" for none.
        feature: Name of the float_list in a TFRecord's tf.train.Example.
        resize: Whether images of another size are brought to the model's.
    """

    shape: tuple
    batch_size: int = 1024
    label_column: str = ""
    feature: str = "x"
    resize: bool = False


def kind_of(path):
    """How a file is read, by its name; `None` if it is not.

    >>> kind_of("a/b.NPY"), kind_of("part.tfrecord-00000-of-00010"), kind_of("notes.txt")
    ('npy', 'tfrecord', None)
    """
    name = re.split(r"[/\\]", str(path))[-1]
    hidden = name.startswith(".")
    return None if hidden else next(
        (kind for kind, end in _KINDS.items() if re.search(end, name, re.IGNORECASE)), None)


def read(path, options, open_file=open, start=0, stop=None):
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
            found = _gathered(path, _tfrecord(path, options), options)
        else:
            found = _in_file(path, kind, options, open_file, start, stop)
        for item in found:
            ends = int(item.rows[-1]) + 1 if isinstance(item, Block) else item.row + item.rows
            row = max(row, ends)
            yield item
    except Exception as error:  # A broken file makes its reader raise errors of a dozen kinds.
        yield Bad(path, row, 0, f"cannot be read from row {row} on: "
                                f"{type(error).__name__}: {error}")


def parts(path, open_file=open):
    """(start, stop) of the parts that workers can read at the same time."""
    if kind_of(path) == "npy":
        try:
            with open_file(path, "rb") as file:
                shape, by_column, _ = _npy_header(file)
        except Exception:
            return [(0, None)]  # `read` says what is wrong with it.
        if not by_column and len(shape) > 1:
            return [(i, min(i + PART_ROWS, shape[0])) for i in range(0, shape[0], PART_ROWS)]
    return [(0, None)]


def _in_file(path, kind, options, open_file, start, stop):
    with open_file(path, "rb") as file:
        if kind == "npy":
            yield from _npy(file, path, options, start, stop)
        elif kind == "npz":
            yield from _npz(file, path, options)
        elif kind == "csv":
            yield from _gathered(path, _csv(file, options), options)
        else:
            yield _image(file, path, options)


def _gathered(source, results, options):
    """Blocks of single rows, each given as (values, None) or (None, why it is bad)."""
    rows, values, broken = [], [], None

    def block():
        x = np.stack(values).reshape(len(rows), *options.shape)
        return Block(source, np.array(rows), x)

    try:
        for row, (x, reason) in enumerate(results):
            if reason:
                yield Bad(source, row, 1, reason)
                continue
            rows.append(row)
            values.append(x)
            if len(rows) == options.batch_size:
                yield block()
                rows, values = [], []
    except Exception as error:  # What came before it is good.
        broken = error
    if rows:
        yield block()
    if broken is not None:
        raise broken


def _npy_header(file):
    version = np.lib.format.read_magic(file)
    read_header = {(1, 0): np.lib.format.read_array_header_1_0,
                   (2, 0): np.lib.format.read_array_header_2_0}.get(version)
    if read_header is None:
        raise ValueError(f"expected a .npy file of version 1 or 2. Received: {version}")
    return read_header(file)


def _npy(file, source, options, start=0, stop=None):
    shape, by_column, dtype = _npy_header(file)
    if dtype.kind not in "biuf" or len(shape) < 2:
        raise ValueError(f"expected numbers [n, ...]. Received: {dtype} of shape {shape}")
    stop = shape[0] if stop is None else stop
    if by_column:  # Its rows lie scattered over the file.
        values = np.frombuffer(file.read(), dtype, math.prod(shape)).reshape(shape, order="F")
        for i in range(0, shape[0], options.batch_size):
            x = values[i:i + options.batch_size]
            yield Block(source, np.arange(i, i + len(x)), x)
        return
    row_shape, row_bytes = shape[1:], dtype.itemsize * math.prod(shape[1:])
    file.seek(start * row_bytes, io.SEEK_CUR)
    for i in range(start, stop, options.batch_size):
        wanted = min(options.batch_size, stop - i)
        data = file.read(wanted * row_bytes)
        found = len(data) // row_bytes
        if found:
            x = np.frombuffer(data, dtype, found * math.prod(row_shape))
            yield Block(source, np.arange(i, i + found), x.reshape(found, *row_shape))
        if found < wanted:
            yield Bad(source, i + found, stop - i - found,
                      f"expected {shape[0]} rows, as the file's header says. Received: the end "
                      "of the file. Copy it again.")
            return


def _npz(file, path, options):
    with zipfile.ZipFile(file) as archive:
        names = [name for name in ("x", "x_train", "x_test")
                 if f"{name}.npy" in archive.namelist()]
        if not names:
            raise ValueError("expected the arrays x, or x_train and x_test. Received: "
                             f"{sorted(archive.namelist())}")
        for name in names:
            source = path if name == "x" else f"{path}#{name}"
            with archive.open(f"{name}.npy") as member:
                yield from _npy(member, source, options)


def _csv(file, options):
    # A byte that is no UTF-8 spoils its row only: the cell is then no number.
    text = io.TextIOWrapper(file, "utf-8-sig", errors="replace", newline="")
    lines, width, label = csv.reader(text), math.prod(options.shape), None
    for cells in filter(None, lines):  # A blank line is no row.
        if lines.line_num == 1 and not all(map(_is_number, cells)):
            label = _label_index([name.strip() for name in cells], options.label_column)
            continue
        if label is None and options.label_column:
            raise ValueError(f"expected a header that names the column {options.label_column!r}. "
                             "Received: a first row of numbers")
        if label is not None:
            del cells[label:label + 1]
        yield _numbers(cells, width, lines.line_num)


def _is_number(cell):
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _label_index(header, label_column):
    if not label_column:
        return None
    if label_column not in header:
        raise ValueError(f"expected a column {label_column!r}. Received: {', '.join(header[:8])}")
    return header.index(label_column)


def _numbers(cells, width, line):
    """The cells as float32 and `None`, or `None` and the reason."""
    if len(cells) != width:
        return None, f"expected {width} numbers. Received: {len(cells)} cells in line {line}"
    try:
        with np.errstate(over="ignore"):
            return np.array(list(map(float, cells))).astype(np.float32), None
    except ValueError:
        bad = next(cell for cell in cells if not _is_number(cell))
        return None, f"expected numbers. Received: {bad[:40]!r} in line {line}"


def _tfrecord(path, options):
    import tensorflow as tf

    compression = "GZIP" if path.lower().endswith(".gz") else ""
    width = math.prod(options.shape)
    for record in tf.data.TFRecordDataset(path, compression).as_numpy_iterator():
        yield _example(record, width, options.feature)


def _example(record, width, feature):
    """Values of a serialised tf.train.Example and `None`, or `None` and the reason."""
    import tensorflow as tf
    from google.protobuf.message import DecodeError

    try:
        features = tf.train.Example.FromString(record).features.feature
    except DecodeError:
        return None, "expected a tf.train.Example. Received: another record"
    if feature not in features:
        return None, f"expected a feature {feature!r}. Received: {sorted(features)}"
    values = features[feature].float_list.value
    if len(values) != width:
        return None, (f"expected {width} floats in feature {feature!r}. "
                      f"Received: {len(values)}")
    return np.array(values, np.float32), None


def _image(file, source, options):
    from vsc_tf.datasets import images

    size = options.shape[:2] if options.resize and len(options.shape) >= 2 else None
    x = images.read(file, size, name=source).astype(np.float32) / 255
    if x.ndim == 2 and len(options.shape) == 3:  # A grey picture, to a model of colour.
        x = np.repeat(x[..., None], options.shape[2], axis=2)
    return Block(source, np.zeros(1, np.int64), x[None])


def screen(block, shape):
    """The rows that a model of observations of `shape` can take; the others as `Bad`."""
    source, rows, x = block
    if x.shape[1:] != tuple(shape):
        hint = " Give --resize." if kind_of(source) == "image" else ""
        yield Bad(source, int(rows[0]), len(rows), f"expected rows of shape {tuple(shape)}, the "
                                                   f"model's. Received: {x.shape[1:]}.{hint}")
        return
    with np.errstate(over="ignore"):  # Becomes infinite, and is found below.
        x = x.astype(np.float32, copy=False)
    finite = np.isfinite(x).reshape(len(x), -1).all(axis=1)
    for row in rows[~finite]:
        yield Bad(source, int(row), 1, "expected finite numbers. Received: NaN or infinite values")
    if finite.all():
        yield Block(source, rows, x)
    elif finite.any():
        yield Block(source, rows[finite], x[finite])


def ahead(items, count=2):
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
