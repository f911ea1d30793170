"""An object that somebody hands in: checked for size and type before anything is decoded."""
import io
import pathlib
import zlib
from collections.abc import Sequence

import numpy as np

from vsc_tf.datasets import Table, header, picture
from vsc_tf.datasets.cells import typed
from vsc_tf.datasets.frame import Frame
from vsc_tf.datasets.table_file import TableFile

MOST_BYTES = 5 * 2**20
MOST_PIXELS = 25_000_000
GREY = (0.299, 0.587, 0.114)  # Of red, green and blue (ITU-R BT.601).


def read(content: bytes, name: str, shape: tuple, low: float = 0., high: float = 1.,
         names: Sequence[str] = (), table: Table | None = None) -> np.ndarray:
    """An uploaded file as one observation, float32 `shape`.

    Of a picture the square in the middle is taken and resized, colours become grey where the
    model knows no colours, and 0 to 255 becomes `low` to `high`. A row of a table is a table
    of that row (.csv, .csv.gz, .parquet), its columns in the model's order or with names, or a
    text file of numbers, separated by commas or blanks.

    Args:
        content: Bytes of the file.
        name: Its name.
        shape: Shape of one observation of the model.
        low, high: Range of the data's pixels.
        names: Names of the model's columns, in its order, if it knows them.
        table: Kinds of the model's columns, if they are of several; cells may be missing then.

    Raises:
        ValueError: It is empty, too large, no picture, not as many numbers as needed, or has
            other columns than the model.
    """
    if not content or len(content) > MOST_BYTES:
        raise ValueError(f"{name}: expected a file of 1 byte to {MOST_BYTES // 2**20} MiB. "
                         f"Received: {len(content or b''):,} bytes.")
    if table is not None:
        return _mixed_row(content, name, table)
    if len(shape) == 1:
        return _row(content, name, shape[0], names)
    height, width, *_ = picture.look(io.BytesIO(content), name)
    if height * width > MOST_PIXELS:
        raise ValueError(f"{name}: expected a picture of at most {MOST_PIXELS // 10**6} million "
                         f"pixels. Received: {height} x {width}. Shrink it first.")
    pixels = picture.decode(io.BytesIO(content), name, tuple(shape[:2]), crop=1)
    x = np.asarray(pixels, np.float32) / 255
    colours = shape[2] if len(shape) == 3 else 1
    if x.ndim == 3 and colours == 1:
        x = x @ np.array(GREY, np.float32)
    x = np.broadcast_to(x.reshape(*shape[:2], -1), (*shape[:2], colours)).reshape(shape)
    return x * (high - low) + low


def _row(content, name, count, names):
    kind = pathlib.PurePath(name).suffix.lower()
    text = b"" if kind in (".gz", ".parquet") else content
    cells = text.decode(errors="replace").removeprefix("\ufeff").replace(",", " ").split()
    if len(cells) == count and all(map(header.is_number, cells)):
        return _finite(np.array(cells, np.float64), name)  # No names: by position.
    if cells and len(text.splitlines()) == 1 and all(map(header.is_number, cells)):
        raise ValueError(f"{name}: expected {count} numbers, the features of one object. "
                         f"Received: {len(cells)}. Give one for each, in the model's order.")
    try:
        table = TableFile(io.BytesIO(content), name, expected=names, width=count)
        x = _first_two(table)
    except (ValueError, OSError, EOFError, zlib.error) as error:
        raise ValueError(f"{name}: expected a table of one row, or a text file of {count} numbers, "
                         f"separated by commas or blanks. Received: {error}") from error
    if x.shape != (1, count):
        raise ValueError(f"{name}: expected one row of {count} numbers, the features of one "
                         f"object. Received: {len(x) if len(x) < 2 else 'several'} of "
                         f"{table.count}. Leave the others out.")
    return _finite(x[0], name)


def _mixed_row(content, name, table):
    is_text = {column.name for column in table.columns
               if column.categories and isinstance(column.categories[0], str)}
    try:
        frame = next(TableFile(io.BytesIO(content), name, is_mixed=True).frames())
        x = table.array(Frame({each: frame[each] if each in is_text else typed(frame[each])
                               for each in frame.columns}), "table")
    except (ValueError, OSError, EOFError, zlib.error) as error:
        raise ValueError(f"{name}: expected a table of one row with a header, its columns those "
                         f"that the model was fitted to. Received: {error}") from error
    if len(x) != 1:
        raise ValueError(f"{name}: expected one row, one object. Received: {len(x)} or more. "
                         "Leave the others out.")
    return x[0]


def _first_two(table):
    """Parts of a table until there is more than a row: what is packed may be huge."""
    parts, count = [np.empty((0, table.count))], 0
    for part in table.parts():
        for bad in part.unread:
            raise ValueError(bad.reason)
        parts.append(part.x[:2])
        count += len(part.x)
        if count > 1:
            break
    return np.concatenate(parts)


def _finite(x, name):
    with np.errstate(over="ignore"):
        x = x.astype(np.float32)
    if not np.isfinite(x).all():
        raise ValueError(f"{name}: expected finite numbers (in float32). Received: "
                         f"{np.sum(~np.isfinite(x))} that are too large. Rescale them.")
    return x
