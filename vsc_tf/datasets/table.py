"""Your own table: a `.csv`, `.csv.gz` or `.parquet` file with one observation per row."""
import pathlib
import zlib
from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from vsc_tf.datasets.base import Dataset, Info, Split
from vsc_tf.datasets.header import is_number
from vsc_tf.datasets.resolution import Resolution
from vsc_tf.datasets.splitting import random_split
from vsc_tf.datasets.table_file import TableFile


def load(path: str | pathlib.Path, label_column: str | None = None,
         test_fraction: float = 0.2, seed: int = 0) -> Dataset:
    """Reads observations from a table and splits them at random.

    Args:
        path: A Parquet file, or comma-separated UTF-8, gzipped or not; every column except the
            labels is numeric. The first row of a .csv file is its header if its cells are text,
            or numbers that count the columns where those below are none of that kind.
        label_column: Name of the column that holds the class, as numbers or text ("nan" and
            "NA" are text); `None` if there is none. Classes are numbered from 0 in sorted order.
        test_fraction: Share of observations in the test split, in (0, 1).
        seed: Non-negative integer, seed of the split.

    Returns:
        A `Dataset`: `x` [n, columns]; `info.column_names`, `()` without a header, and
        `info.class_names` from the file.

    Raises:
        ValueError: A cell is not a number (the message gives column and line), rows differ in
            length, a column has no name of its own, `label_column` is unknown, the first row
            can be a header or an observation, or the file is not text.

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
        with open(path, "rb") as file:
            table = TableFile(file, path.name, label_column or "", keeps_labels=True)
            x, labels = _all(table)
    except (OSError, EOFError, zlib.error, pa.ArrowException, ValueError) as error:
        raise _named(path, error) from error
    y, classes = (None, ()) if label_column is None else _classes(labels)
    shown = table.names or tuple(f"column {i + 1}" for i in range(table.count))
    info = Info(path.name, x.shape[1:], description="the user's own table", source=path.name,
                feature_names=shown, column_names=table.names, class_names=classes)
    return random_split(Split(x, y), info, test_fraction, seed)


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
            raise ValueError(f"{bad.reason} {cure}")
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
