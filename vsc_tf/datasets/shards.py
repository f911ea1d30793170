"""Tables larger than memory, as shards of single rows: `array_record` files beside a `shards.json`.

The command `shard` writes them: `python -m trainers.shard rows.parquet shards/`.
"""
from __future__ import annotations

import json
import pathlib
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from vsc_tf import extras
from vsc_tf.datasets.base import Dataset, Info, Split
from vsc_tf.datasets.on_demand import OnDemand
from vsc_tf.datasets.splitting import random_split

INDEX = "shards.json"
SHARD_ROWS = 100_000  # Of a file.
# It comes with TensorFlow Datasets where there is a build.
_NEEDED = ("array_record", "A folder of shards")


class Shards(OnDemand):
    """The rows of a folder of shards, read one by one wherever they lie.

    Args:
        folder: What `write` has made.
        rows: Indices of the rows that are wanted, in order; default: all.

    Raises:
        ValueError: The folder holds no shards, or a shard is missing.
    """

    read_for_scaling = True

    def __init__(self, folder: str | pathlib.Path, rows: np.ndarray | None = None) -> None:
        self.folder, self._rows = pathlib.Path(folder), rows
        about = read_index(self.folder)
        paths = [self.folder / name for name in about["files"]]
        missing = [path.name for path in paths if not path.is_file()]
        if missing:
            raise ValueError(f"expected the shards that {self.folder / INDEX} names. Received: "
                             f"none of the name {missing[0]}. Copy the folder again.")
        reader = extras.load("array_record.python.array_record_data_source", *_NEEDED)
        self._source = reader.ArrayRecordDataSource([str(path) for path in paths])
        count = len(self._source) if rows is None else len(rows)
        self.shape = (count, about["columns"])

    def read(self, rows: np.ndarray) -> np.ndarray:
        if self._rows is not None:
            rows = self._rows[rows]
        if not rows.size:
            return np.empty((0, *self.shape[1:]), self.dtype)
        records = self._source.__getitems__(rows.tolist())
        return np.frombuffer(b"".join(records), self.dtype).reshape(len(rows), *self.shape[1:])

    def subset(self, rows: Any) -> Shards:
        own = np.arange(len(self)) if self._rows is None else self._rows
        return Shards(self.folder, own[rows])


def write(parts: Iterable[np.ndarray], folder: str | pathlib.Path,
          column_names: Sequence[str] = (), shard_rows: int = SHARD_ROWS) -> int:
    """Writes rows as shards and returns how many there are.

    Args:
        parts: Arrays [k, columns] of numbers, of which one at a time is in memory.
        folder: New or empty.
        column_names: Names of the columns, if they have some.
        shard_rows: Rows of a file.

    Raises:
        ValueError: The folder holds files, there are no rows, or some are not finite.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     count = write([np.eye(3), np.ones([2, 3])], folder, shard_rows=2)
    ...     x = Shards(folder)
    ...     count, x.shape, x[[4, 0]].tolist()
    (5, (5, 3), [[1.0, 1.0, 1.0], [1.0, 0.0, 0.0]])
    """
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise ValueError(f"expected a new or empty folder for the shards. Received: {folder}, "
                         "which holds files. Name another one.")
    writing = extras.load("array_record.python.array_record_module", *_NEEDED)
    files: list[str] = []
    writer: Any = None
    count = width = 0
    for part in parts:
        with np.errstate(over="ignore"):  # Becomes infinite, and is found below.
            x = np.ascontiguousarray(part, "float32")
        if not np.isfinite(x).all():
            bad = count + int(np.flatnonzero(~np.isfinite(x).all(axis=1))[0])
            raise ValueError("expected finite numbers. Received: NaN or infinite values, or some "
                             f"beyond float32, in row {bad}. Leave such rows out.")
        width = x.shape[1]
        for row in x:
            if count % shard_rows == 0:
                if writer is not None:
                    writer.close()
                files.append(f"rows-{len(files):05d}.array_record")
                # A row a group: they are read one by one. Floats hardly compress.
                writer = writing.ArrayRecordWriter(
                    str(folder / files[-1]), "group_size:1,uncompressed")
            writer.write(row.tobytes())
            count += 1
    if writer is None:
        raise ValueError("expected at least one row. Received: none. Check the path.")
    writer.close()
    beside = folder / f".{INDEX}.partial"  # It comes last: without it the folder holds no shards.
    beside.write_text(json.dumps({"rows": count, "columns": width, "files": files,
                                  "column_names": list(column_names)}, indent=2) + "\n")
    beside.rename(folder / INDEX)
    return count


def read_index(folder: pathlib.Path) -> dict[str, Any]:
    """What `write` has written of the shards of a folder."""
    try:
        about = json.loads((folder / INDEX).read_text())
        return {key: about[key] for key in ("rows", "columns", "files", "column_names")}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValueError(f"expected a folder of shards with {INDEX}. Received: {folder} "
                         f"({type(error).__name__}). Write it with: vsc shard TABLE FOLDER "
                         "(in a checkout: python -m trainers.shard TABLE FOLDER)") from None


def load(path: str | pathlib.Path, test_fraction: float = 0.1, seed: int = 0) -> Dataset:
    """A folder of shards as a data set; training rows stay on disk, of the test rows at most 20,000
    are read.

    Args:
        path: The folder.
        test_fraction: Share of rows in the test split, in (0, 1).
        seed: Non-negative integer; the split depends on it and on the number of rows.
    """
    path = pathlib.Path(path)
    names = tuple(read_index(path)["column_names"])
    x = Shards(path)
    info = Info(path.name, x.shape[1:], description="Rows in shards", column_names=names,
                feature_names=names, note="Training rows are read from disk at every step.")
    data = random_split(Split(x), info, test_fraction, seed)
    rows = np.linspace(0, len(data.test.x) - 1, min(len(data.test.x), 20_000)).astype(int)
    return Dataset(data.train, Split(data.test.x[rows]), info)
