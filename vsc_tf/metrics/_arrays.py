"""Input checks shared by all measures, so that bad input raises instead of giving NaN."""
import numpy as np
from numpy.typing import ArrayLike


def matrix(name: str, value: ArrayLike, rows: int | None = None, rows_of: str | None = None,
           min_rows: int = 2) -> np.ndarray:
    """Returns `value` as a finite float64 array [observations, columns], or raises.

    Args:
        name: Name of the argument, for the message.
        value: Anything NumPy can convert to numbers.
        rows: Required number of rows, that of the argument `rows_of`.
        min_rows: Smallest number of rows allowed; most measures need at least two.

    Raises:
        ValueError: `value` is not numeric, not of rank 2, empty, too short, not finite, or
            has a different number of rows than `rows_of`.
    """
    array = np.asarray(value)
    if array.dtype.kind not in "biuf":
        raise ValueError(f"Argument `{name}` must hold real numbers. Received: dtype="
                         f"{array.dtype}. Convert it, e.g. with np.asarray(x, 'float32').")
    if array.ndim != 2:
        raise ValueError(f"Argument `{name}` must have two axes, [observations, columns]. "
                         f"Received: shape={array.shape}. Reshape it, e.g. with "
                         "x.reshape(len(x), -1).")
    if rows is not None and len(array) != rows:
        raise ValueError(f"Argument `{name}` must have as many rows as `{rows_of}`, {rows}. "
                         f"Received: shape={array.shape}. Pass both for the same "
                         "observations, in the same order.")
    if array.shape[1] == 0 or array.shape[0] < min_rows:
        raise ValueError(f"Argument `{name}` must have at least {min_rows} rows and one "
                         f"column. Received: shape={array.shape}. Measure more data.")
    array = array.astype(np.float64)
    bad = np.argwhere(~np.isfinite(array))
    if len(bad):
        raise ValueError(f"Argument `{name}` must be finite. Received: {len(bad)} NaN or "
                         f"infinite values, the first at {tuple(bad[0].tolist())}. Find out "
                         "where they come from, or drop these rows.")
    return array


def flags(name: str, value: ArrayLike, rows: int | None = None, rows_of: str | None = None,
          min_rows: int = 2) -> np.ndarray:
    """Like `matrix`, for an array of zeros and ones; returns bool [observations, columns]."""
    array = matrix(name, value, rows, rows_of, min_rows)
    if not np.isin(array, (0.0, 1.0)).all():
        raise ValueError(f"Argument `{name}` must hold booleans, or 0 and 1 only. Received: "
                         f"values from {array.min():g} to {array.max():g}. Compare first, "
                         "e.g. `factors != 0`.")
    return array.astype(bool)


def group_index(groups: ArrayLike, factors: int) -> tuple[np.ndarray, int]:
    """Returns `groups` as an integer array [factors] and the number of groups.

    Raises:
        ValueError: `groups` does not hold one integer for each factor, or skips a number below
            the largest (an attribute without factors).
    """
    index = np.asarray(groups)
    if index.shape != (factors,) or index.dtype.kind not in "iu":
        raise ValueError("Argument `groups` must hold one integer for each factor, the number "
                         f"of its attribute: shape ({factors},). Received: shape="
                         f"{index.shape}, dtype={index.dtype}. Pass e.g. [0, 0, 1] for two "
                         "factors of the first attribute and one of the second.")
    numbers = np.unique(index)
    if not np.array_equal(numbers, np.arange(len(numbers))):
        raise ValueError("Argument `groups` must use every number from 0 to the last "
                         f"attribute. Received: {numbers.tolist()}. Renumber, e.g. with "
                         "np.unique(groups, return_inverse=True)[1].")
    return index.astype(np.int64), len(numbers)


def labels(name: str, value: ArrayLike, rows: int | None = None,
           rows_of: str | None = None) -> np.ndarray:
    """Returns `value`, one label for each observation, as an array [observations], or raises.

    Labels are integers, floats with integer values, booleans or strings.
    """
    array = np.asarray(value)
    if array.ndim != 1 or array.dtype.kind not in "biufUS":
        raise ValueError(f"Argument `{name}` must hold one label for each observation, numbers "
                         f"or strings of shape [observations]. Received: shape={array.shape}, "
                         f"dtype={array.dtype}. For one-hot rows use y.argmax(axis=1).")
    if rows is not None and len(array) != rows:
        raise ValueError(f"Argument `{name}` must have as many labels as `{rows_of}` has rows, "
                         f"{rows}. Received: shape={array.shape}. Pass both for the same "
                         "observations, in the same order.")
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise ValueError(f"Argument `{name}` must be finite. Received: "
                         f"{np.count_nonzero(~np.isfinite(array))} NaN or infinite labels. "
                         "Drop these observations, or give them a class of their own.")
    if array.dtype.kind == "f" and (array != np.round(array)).any():
        raise ValueError(f"Argument `{name}` must hold classes: strings or whole numbers. "
                         f"Received: {array[array != np.round(array)][0]}. Bin continuous "
                         "values first, e.g. with np.digitize.")
    return array


def seed(value: int) -> int:
    """Returns `value` if it is a valid seed, a non-negative integer, or raises."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 0:
        raise ValueError("Argument `seed` must be a non-negative integer. "
                         f"Received: seed={value!r}")
    return int(value)


def standardise(train: np.ndarray, *others: np.ndarray) -> tuple[np.ndarray, ...]:
    """Scales columns to mean 0 and variance 1 over `train`; `others` by the same constants.

    Returns `train` and `others`. A column that is constant over `train` becomes 0 there.
    """
    peak = np.abs(train).max(axis=0)
    peak[peak == 0.0] = 1.0  # Squares of tiny or huge columns stay in range; constants become 1.
    mean, sd = (train / peak).mean(axis=0), (train / peak).std(axis=0)
    sd[sd == 0.0] = 1.0
    return tuple((array / peak - mean) / sd for array in (train, *others))
