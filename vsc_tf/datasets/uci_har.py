"""UCI HAR [A13]: 561 features of smartphone signals, thirty people, six activities.

The official archive is looked for in these places, and the first that exists is used:

1. `path=`, a zip or an unpacked folder;
2. `<data>/downloads/manual/`: `UCI HAR Dataset.zip`, the official download, or the folder
   `UCI HAR Dataset`, placed there by hand;
3. `<data>/downloads/`: an earlier download;
4. the official address, from which it is downloaded to 3.

`<data>` is `TFDS_DATA_DIR`, as for TensorFlow Datasets, or `~/tensorflow_datasets`.
"""
import io
import os
import pathlib

import numpy as np
from numpy.typing import DTypeLike

from vsc_tf.datasets import download
from vsc_tf.datasets.archive import Archive
from vsc_tf.datasets.base import Dataset, Info, Split

URL = ("https://archive.ics.uci.edu/static/public/240/"
       "human+activity+recognition+using+smartphones.zip")
SHA256 = "c00b803081a5c797cd5e4b83700a9810b38d53d9d84e01917e090e1fdbc81031"
INNER_SHA256 = "2045e435c955214b38145fb5fa00776c72814f01b203fec405152dac7d5bfeb0"
ROOT = "UCI HAR Dataset"
ROWS = {"train": 7352, "test": 2947}  # Official split: 21 people and the 9 others.
FEATURES, CLASSES = 561, 6


def load(path: str | pathlib.Path | None = None) -> Dataset:
    """Reads the data set, after downloading it if needed.

    Args:
        path: The official zip (outer or inner), a zip of the same layout, or the unpacked
            folder. Default: see the module's docstring.

    Returns:
        A `Dataset`: `x` [7352, 561] and [2947, 561], `y` 0..5. `info.note` says so if the
        features cannot be verified to be the official ones.

    Raises:
        ValueError: The archive is corrupt, wrong or incomplete.
        OSError: The archive is not on this machine and cannot be downloaded.

    >>> load(path="nowhere.zip")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    ValueError: uci_har: expected `path` to be a zip or a folder. Received: nowhere.zip, ...
    """
    path, note = _find(path)
    archive = Archive(path, ROOT, f"Get the official archive at {URL} again.")
    features = _names(archive, "features.txt", FEATURES)
    classes = _names(archive, "activity_labels.txt", CLASSES)
    info = Info(
        "uci_har", (FEATURES,), feature_names=features, class_names=classes, note=note,
        description="features of smartphone motion signals, six activities of thirty people",
        source=URL, licence="CC BY 4.0 (UCI page); its README says no commercial use")
    return Dataset(_split(archive, "train"), _split(archive, "test"), info)


def _find(path: str | pathlib.Path | None) -> tuple[pathlib.Path, str]:
    """The archive's path, and the note about it."""
    if path is not None:
        path = pathlib.Path(os.path.expanduser(path))
        if not path.exists():
            raise ValueError(f"uci_har: expected `path` to be a zip or a folder. Received: {path}"
                             ", which does not exist. Leave `path` out to download it.")
        return path, _note(path)
    data = download.data_folder()
    official = URL.rsplit("/", 1)[-1]
    manual = data / "downloads" / "manual"
    for path in (manual / f"{ROOT}.zip", manual / official, manual / ROOT):
        if path.exists():
            return path, _note(path)
    cached = data / "downloads" / official
    if not cached.exists():
        try:
            download.fetch(URL, cached, SHA256)
        except (OSError, ValueError) as error:
            # Not type(error): an HTTPError cannot be constructed from a message.
            kind = ValueError if isinstance(error, ValueError) else OSError
            raise kind(
                f"uci_har: expected to download {URL} to {cached.parent}. Received: {error}. "
                f"Download it by hand, on another machine if need be, and place it in {manual}, "
                "or pass path=<the zip or its unpacked folder>.") from error
    elif download.sha256_of(cached) != SHA256:
        raise ValueError(f"{cached}: expected the official download, SHA-256 {SHA256}. Received: "
                         "another file. Delete it to download it again.")
    return cached, ""


def _note(path: pathlib.Path) -> str:
    if path.is_dir():
        return ("Read from an unpacked folder, which cannot be compared with the official "
                "archive: the features may not be the official ones.")
    if download.sha256_of(path) in (SHA256, INNER_SHA256):
        return ""
    return (f"{path.name} is not the official file (another SHA-256): its features may be "
            "recomputed, so results are not results on the official UCI HAR features.")


def _names(archive: Archive, member: str, count: int) -> tuple[str, ...]:
    """The names in a file of lines `<number> <name>`, numbered 1..count."""
    text = archive.read(member).decode("utf-8", errors="replace")
    lines = [line.split(maxsplit=1) for line in text.splitlines() if line.strip()]
    numbers = [line[0] for line in lines if len(line) == 2]
    if numbers != [str(i + 1) for i in range(count)]:
        raise _error(archive, member, f"{count} lines '<number> <name>', numbered from 1",
                     f"{len(lines)} lines, beginning {text[:40]!r}")
    return tuple(name.strip() for _, name in lines)


def _split(archive: Archive, part: str) -> Split:
    x = _table(archive, f"{part}/X_{part}.txt", np.float32, (ROWS[part], FEATURES))
    y = _table(archive, f"{part}/y_{part}.txt", np.int64, (ROWS[part], 1))[:, 0]
    if y.min() < 1 or y.max() > CLASSES:
        raise _error(archive, f"{part}/y_{part}.txt", f"labels in 1..{CLASSES}",
                     f"labels from {y.min()} to {y.max()}")
    return Split(x, y - 1)


def _table(archive: Archive, member: str, dtype: DTypeLike,
           shape: tuple[int, int]) -> np.ndarray:
    text = io.TextIOWrapper(io.BytesIO(archive.read(member)), "ascii")
    try:
        table = np.loadtxt(text, dtype, comments=None, ndmin=2)
    except ValueError as error:
        raise _error(archive, member, "numbers in rows of equal length", error) from error
    if table.shape != shape:
        raise _error(archive, member, f"{shape[0]} rows of {shape[1]}",
                     f"{table.shape[0]} rows of {table.shape[1]}")
    return table


def _error(archive: Archive, member: str, expected: str, received: object) -> ValueError:
    return ValueError(f"{archive.path}, {member}: expected {expected}. Received: {received}. "
                      f"Get the official archive at {URL} again.")
