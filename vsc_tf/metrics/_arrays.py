"""Checks that every measure makes of its arrays, so that no NaN comes out in silence."""
import numpy as np


def matrix(name, value, rows=None, rows_of=None, min_rows=2):
    """Returns `value` as a finite float64 array [observations, columns], or raises.

    Args:
        name: Name of the argument, for the message.
        value: Anything NumPy can read as numbers.
        rows: Number of rows it must have, because the argument `rows_of` has as many.
        min_rows: Least number of rows; most measures need two observations to compare.

    Raises:
        ValueError: Not numbers, not of rank 2, empty, too few rows, NaN or infinite, or of
            another length.
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


def flags(name, value, rows=None, rows_of=None, min_rows=2):
    """Like `matrix`, for an array of 0 and 1; returns bool [observations, columns]."""
    array = matrix(name, value, rows, rows_of, min_rows)
    if not np.isin(array, (0.0, 1.0)).all():
        raise ValueError(f"Argument `{name}` must hold booleans, or 0 and 1 only. Received: "
                         f"values from {array.min():g} to {array.max():g}. Compare first, "
                         "e.g. `factors != 0`.")
    return array.astype(bool)


def group_index(groups, factors):
    """Returns `groups` as an integer array [factors] and the number of groups.

    Raises:
        ValueError: Not whole numbers, not one for each factor, or a number from 0 up to the
            largest is left out, which would be an attribute without factors.
    """
    index = np.asarray(groups)
    if index.shape != (factors,) or index.dtype.kind not in "iu":
        raise ValueError("Argument `groups` must hold one integer for each factor, the number "
                         f"of its attribute, so shape ({factors},). Received: shape="
                         f"{index.shape}, dtype={index.dtype}. Give e.g. [0, 0, 1] for two "
                         "factors of a first attribute and one of a second.")
    numbers = np.unique(index)
    if not np.array_equal(numbers, np.arange(len(numbers))):
        raise ValueError("Argument `groups` must use every number from 0 to the last "
                         f"attribute. Received: {numbers.tolist()}. Renumber, e.g. with "
                         "np.unique(groups, return_inverse=True)[1].")
    return index.astype(np.int64), len(numbers)


def labels(name, value, rows=None, rows_of=None):
    """Returns `value`, one label for each observation, as an array [observations], or raises.

    Labels are whole numbers (floats among them), booleans or strings.
    """
    array = np.asarray(value)
    if array.ndim != 1 or array.dtype.kind not in "biufUS":
        raise ValueError(f"Argument `{name}` must hold one label for each observation, numbers "
                         f"or strings of shape [observations]. Received: shape={array.shape}, "
                         f"dtype={array.dtype}. Of one-hot rows take y.argmax(axis=1).")
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


def seed(value):
    """Returns `value` if it is a seed, a whole number from 0 up, or raises."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 0:
        raise ValueError("Argument `seed` must be a non-negative integer. "
                         f"Received: seed={value!r}")
    return int(value)


def standardise(train, *others):
    """Each column with mean 0 and variance 1 over `train`, by whose figures `others` go, too.

    Returns `train` and `others`. A column that is constant over `train` is 0 there.
    """
    peak = np.abs(train).max(axis=0)
    peak[peak == 0.0] = 1.0  # Squares of tiny or huge columns stay in range; a constant is 1.
    mean, sd = (train / peak).mean(axis=0), (train / peak).std(axis=0)
    sd[sd == 0.0] = 1.0
    return tuple((array / peak - mean) / sd for array in (train, *others))
