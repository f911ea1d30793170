"""Your own arrays: `.npy` and `.npz` files. Values are converted to float32, not scaled."""
import pathlib
from collections.abc import Callable
from typing import Any, BinaryIO

import numpy as np

from vsc_tf.datasets import array_file
from vsc_tf.datasets.base import Dataset, Info, Split
from vsc_tf.datasets.splitting import random_split

_FIELDS = ("x", "y", "factors")


def load_npy(path: str | pathlib.Path, test_fraction: float = 0.2, seed: int = 0) -> Dataset:
    """Reads observations from a `.npy` file and splits them at random.

    Args:
        path: File with one array x [n, ...] of numbers, n observations.
        test_fraction: Share of observations in the test split, in (0, 1).
        seed: Non-negative integer, seed of the split.

    Raises:
        ValueError: The file is not a valid `.npy` file, holds Python objects, or its array
            fails `check_split`.

    >>> import tempfile, numpy as np
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     np.save(f"{folder}/mine.npy", np.ones([10, 3]))
    ...     load_npy(f"{folder}/mine.npy").test.x.shape
    (2, 3)
    """
    path = pathlib.Path(path)
    x = _read(path, lambda file: array_file.read_npy(file, path.stat().st_size))
    return random_split(Split(x), _info(path, x), test_fraction, seed)


def load_npz(path: str | pathlib.Path, test_fraction: float = 0.2, seed: int = 0) -> Dataset:
    """Reads a data set from a `.npz` file.

    Args:
        path: File with either the arrays x [n, ...] and optionally y [n] (class labels from 0)
            and factors [n, k], which are split at random; or with its own split, x_train and
            x_test and optionally y_train, y_test, factors_train, factors_test.
        test_fraction, seed: As in `load_npy`; ignored if the file has its own split.

    Raises:
        ValueError: The file is not a valid `.npz` file, has arrays with other names, holds
            Python objects, or an array fails `check_split`.
    """
    path = pathlib.Path(path)
    arrays = _read(path, array_file.read_npz)
    parts = ("_train", "_test") if "x_train" in arrays or "x_test" in arrays else ("",)
    known = [field + part for field in _FIELDS for part in parts]
    unknown = sorted(set(arrays) - set(known))
    missing = [f"x{part}" for part in parts if f"x{part}" not in arrays]
    if unknown or missing:
        raise ValueError(
            f"{path}: expected the arrays x, [y], [factors], or x_train, [y_train], "
            f"[factors_train], x_test, [y_test], [factors_test]. Received: {sorted(arrays)}. "
            "Save it again with these names, e.g. np.savez(path, x=..., y=...).")
    splits = [Split(*(arrays.get(field + part) for field in _FIELDS)) for part in parts]
    info = _info(path, arrays[f"x{parts[0]}"])
    if len(splits) == 2:
        return Dataset(splits[0], splits[1], info)
    return random_split(splits[0], info, test_fraction, seed)


def _read(path: pathlib.Path, reader: Callable[[BinaryIO], Any]) -> Any:
    try:
        with open(path, "rb") as file:
            return reader(file)
    except array_file.NoArray as error:
        raise ValueError(f"{path}: {error}") from error
    except Exception as error:  # NumPy raises many types of errors for corrupt files.
        raise ValueError(f"{path}: expected a valid {path.suffix} file. Received: {error}. "
                         "Write it again with np.save or np.savez.") from error


def _info(path: pathlib.Path, x: np.ndarray) -> Info:
    return Info(path.name, x.shape[1:], description="the user's own arrays",
                source=path.name)
