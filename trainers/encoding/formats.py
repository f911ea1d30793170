"""The formats that `encoding.readers` reads: each a generator of `Block` and `Bad`.

What makes the rest of a file unreadable is raised, after the rows that came before it.
"""
import io
import math
import zipfile
from collections.abc import Iterator
from typing import IO, NamedTuple

import numpy as np

ALIGNMENT = 64  # Bytes: TensorFlow takes over memory that begins at a multiple of it.


class Block(NamedTuple):
    """Rows of one source.

    Attributes:
        source: Where they come from.
        rows: int64 [n], where they stood.
        x: [n, ...], their values.
        ids: Their names [n], texts or None, if a column names them.
    """

    source: str
    rows: np.ndarray
    x: np.ndarray
    ids: np.ndarray | None = None

    def some(self, chosen: np.ndarray) -> "Block":
        """The rows for which `chosen`, bool [n], is true."""
        return Block(self.source, self.rows[chosen], self.x[chosen],
                     None if self.ids is None else self.ids[chosen])


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
        label_column: Column of a table to leave out, "" for none.
        feature: Name of the float_list in a TFRecord's tf.train.Example.
        resize: Whether images of another size are brought to the model's.
        crop: For images to resize, as in `vsc_tf.datasets.picture.decode`.
        names: Names of the model's columns, in its order, if it knows them.
        table: Kinds of its columns, `datasets.Table.config()`, if they are of several or can be
            missing; else none.
        id_column: Column of a table that names the rows, no part of an observation; "" for none.
        missing: Whether the model takes missing values.
        group_column: Another column of a table to leave out, "" for none.
    """

    shape: tuple
    batch_size: int = 1024
    label_column: str = ""
    feature: str = "x"
    resize: bool = False
    crop: float | None = None
    names: tuple[str, ...] = ()
    table: tuple = ()
    id_column: str = ""
    missing: bool = False
    group_column: str = ""


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


def npy_header(file: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype]:
    """Shape, whether it lies by columns, and dtype of the array; the file is at its data then."""
    version = np.lib.format.read_magic(file)
    read_header = {(1, 0): np.lib.format.read_array_header_1_0,
                   (2, 0): np.lib.format.read_array_header_2_0}.get(version)
    if read_header is None:
        raise ValueError(f"expected a .npy file of version 1 or 2. Received: {version}")
    return read_header(file)


def npy(file: IO[bytes], source: str, options: Options, start: int = 0,
        stop: int | None = None) -> Iterator[Block | Bad]:
    """Rows of a .npy file, or those from `start` to `stop`."""
    shape, by_column, dtype = npy_header(file)
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
        x = _filled(file, wanted * row_bytes)
        found = len(x) // row_bytes
        if found:
            x = x[:found * row_bytes].view(dtype).reshape(found, *row_shape)
            yield Block(source, np.arange(i, i + found), x)
        if found < wanted:
            yield Bad(source, i + found, stop - i - found,
                      f"expected {shape[0]} rows, as the file's header says. Received: the end "
                      "of the file. Copy it again.")
            return


def _filled(file, size):
    """Next bytes of a file, as many as there are up to `size`, where TensorFlow can use them."""
    data = np.empty(size + ALIGNMENT, np.uint8)
    begin = -data.ctypes.data % ALIGNMENT
    data, found = data[begin:begin + size], 0
    while found < size and (count := file.readinto(data[found:])):
        found += count
    return data[:found]


def npz(file: IO[bytes], path: str, options: Options) -> Iterator[Block | Bad]:
    """Rows of the arrays x, x_train and x_test of a .npz file, read as they are unpacked."""
    with zipfile.ZipFile(file) as archive:
        names = [name for name in ("x", "x_train", "x_test")
                 if f"{name}.npy" in archive.namelist()]
        if not names:
            raise ValueError("expected the arrays x, or x_train and x_test. Received: "
                             f"{sorted(archive.namelist())}")
        for name in names:
            source = path if name == "x" else f"{path}#{name}"
            with archive.open(f"{name}.npy") as member:
                yield from npy(member, source, options)


def tfrecord(path: str, options: Options) -> Iterator[Block | Bad]:
    """Rows of a TFRecord file, each the float_list `options.feature` of a tf.train.Example."""
    return _gathered(path, _records(path, options), options)


def _records(path, options):
    # TensorFlow takes seconds, and of all formats this one alone needs it.
    import tensorflow as tf

    compression = "GZIP" if path.lower().endswith(".gz") else ""
    width = math.prod(options.shape)
    for record in tf.data.TFRecordDataset(path, compression).as_numpy_iterator():
        yield _example(record, width, options.feature)


def _example(record, width, feature):
    """Values of a serialised tf.train.Example and `None`, or `None` and the reason."""
    # TensorFlow takes seconds, and of all formats this one alone needs it.
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


def image(file: IO[bytes], source: str, options: Options) -> Iterator[Block]:
    """The one row of an image, in [0, 1]."""
    # Any of vsc_tf loads TensorFlow, which takes seconds; no other format needs it.
    from vsc_tf.datasets import picture

    resize = (options.resize or options.crop) and len(options.shape) >= 2
    size = options.shape[:2] if resize else None
    x = picture.decode(file, source, size, options.crop).astype(np.float32) / 255
    if x.ndim == 2 and len(options.shape) == 3:  # A grey picture, to a model of colour.
        x = np.repeat(x[..., None], options.shape[2], axis=2)
    yield Block(source, np.zeros(1, np.int64), x[None])
