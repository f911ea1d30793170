"""Writes a table as shards: rows on disk that training reads one by one, however many there are."""
import argparse
import pathlib
import sys
from collections.abc import Iterator, Sequence

import numpy as np

from .names import called
from .quiet import load_tensorflow


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=called("shard"), description=__doc__,
        epilog=f"Then: {called('fit')} --dataset FOLDER",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    add = parser.add_argument
    add("table", help="a .parquet, .csv, .csv.gz or .npy file of numbers")
    add("folder", type=pathlib.Path, help="new or empty folder for the shards")
    add("--label-column", default="", metavar="NAME", help="column to leave out")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Returns the exit status: 0, 1 without memory, or 2 for a table that cannot be used."""
    args = build_parser().parse_args(argv)
    load_tensorflow()
    # Any of vsc_tf loads TensorFlow, which takes seconds: not before the flags are parsed.
    from vsc_tf.datasets import shards

    try:
        names, parts = rows_of(args.table, args.label_column)
        count = shards.write(parts, args.folder, names)
    except (ValueError, OSError, ImportError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except MemoryError as error:
        print(f"error: expected memory for a part of {args.table}, of a million values or a row. "
              f"Received: {error or 'no more of it'}. End other programs.", file=sys.stderr)
        return 1
    print(f"{count:,} rows in {args.folder}/. Train on them with: {called('fit')} --dataset "
          f"{args.folder}")
    return 0


def rows_of(path: str, label_column: str = "") -> tuple[tuple[str, ...], Iterator[np.ndarray]]:
    """Names of the columns of a table, and its rows in parts; a ValueError for a bad row."""
    # Loaded by now.
    from vsc_tf.datasets.table_file import TableFile

    if path.lower().endswith(".npy"):
        x = np.load(path, mmap_mode="r")
        if x.ndim != 2:
            raise ValueError(f"expected an array [n, columns]. Received: shape {x.shape} in {path}")
        return (), (x[i:i + 10_000] for i in range(0, len(x), 10_000))
    table = TableFile(open(path, "rb"), path, label_column)

    def parts() -> Iterator[np.ndarray]:
        for part in table.parts():
            for bad in part.unread:
                raise ValueError(f"{path}: {bad.reason} Correct or leave out that row.")
            yield part.x

    return table.names, parts()


if __name__ == "__main__":
    raise SystemExit(main())
