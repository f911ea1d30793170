"""Checks of arrays that people hand over, made before any work is lost."""
import os
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from vsc_tf import containers

ARRAY = "an array of numbers [n, ...]"
BATCHED = "a tf.data.Dataset or a keras.utils.PyDataset"


def positive_integer(name: str, value: Any) -> int:
    """`value` as Python's int: Keras refuses NumPy's, and JSON cannot hold them."""
    return _integer(name, value, 1, "a positive integer")


def batch_size(value: Any, default: int = 500) -> int:
    """Observations at a time as Python's int; `None` is the default, as in Keras."""
    return default if value is None else positive_integer("batch_size", value)


def seed(value: Any) -> int:
    """A seed as Python's int."""
    return _integer("seed", value, -2**31, "an integer of 32 bits", 2**31 - 1)


def steps(what: str, value: Any) -> int:
    """A number of optimizer steps as Python's int; `what` counts in them."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 0:
        raise ValueError(f"{what} counts in optimizer steps, whole numbers of at least 0. "
                         f"Received: {value!r}")
    return int(value)


def _integer(name, value, least, expected, most=float("inf")):
    if (isinstance(value, bool) or not isinstance(value, (int, np.integer))
            or not least <= value <= most):
        raise ValueError(f"Argument `{name}` must be {expected}. Received: {name}={value!r}")
    return int(value)


def finite(name: str, value: Any) -> float:
    """`value` as Python's float."""
    return _number(name, value, "a finite number", lambda v: True)


def positive(name: str, value: Any) -> float:
    return _number(name, value, "a positive number", lambda v: v > 0)


def non_negative(name: str, value: Any) -> float:
    return _number(name, value, "a finite number of at least 0", lambda v: v >= 0)


def probability(name: str, value: Any) -> float:
    """An open interval: at 0 or 1 a divergence to it is infinite."""
    return _number(name, value, "a number between 0 and 1, both excluded", lambda v: 0 < v < 1)


def share(name: str, value: Any) -> float:
    """A closed interval: a part of a whole."""
    return _number(name, value, "a number from 0 to 1", lambda v: 0 <= v <= 1)


def room(what: str, count: int, cure: str) -> None:
    """A ValueError if that many weights do not fit into the machine's memory.

    A weight of float32 takes four places of it: its own, its gradient's and two that Adam keeps.
    """
    needed, there = 16 * count, os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    if needed > there:
        raise ValueError(f"{what} takes {needed / 2**30:,.0f} GiB to train. Received: a machine "
                         f"with {there / 2**30:,.0f} GiB. {cure}")


def _number(name, value, expected, is_right):
    if (isinstance(value, bool) or not isinstance(value, (int, float, np.integer, np.floating))
            or not np.isfinite(value) or not is_right(value)):
        raise ValueError(f"Argument `{name}` must be {expected}. Received: {name}={value!r}")
    return float(value)


def one_of(name: str, value: Any, choices: Sequence[str]) -> None:
    if not isinstance(value, str) or value not in choices:
        raise ValueError(f"Argument `{name}` must be one of {tuple(choices)}. "
                         f"Received: {name}={value!r}")


def part(name: str, value: Any, parts: dict[str, Any], base: type, **kwargs: Any) -> Any:
    """A part of a model: `value` itself, or one made by its name in the registry `parts`.

    Args:
        name: Name of the argument in messages.
        value: An object of class `base`, or a name.
        parts: Name -> class.
        base: The class that its objects have.
        **kwargs: Arguments of a part that is made from a name.
    """
    if isinstance(value, base):
        return value
    if not isinstance(value, str) or value not in parts:
        module = ".".join(base.__module__.split(".")[:2])
        raise ValueError(f"Argument `{name}` must be a {module} {base.__name__} or one of "
                         f"{sorted(parts)}. Received: {name}={value!r}")
    return parts[value](**kwargs)


def _float32(x: ArrayLike, what: str, expected: str) -> np.ndarray:
    """`x` as a float32 array; numbers beyond its range become infinite."""
    problem = containers.problem(x)
    if problem:
        raise ValueError(f"Argument `{what}` must be {expected}. Received: {problem}")
    try:
        array = containers.with_missing(x)
        if array.dtype.kind == "c":
            raise TypeError("complex numbers")
        # NumPy would read "1_000" as a number, and a date as one of a thousand million.
        if array.dtype.kind in "USTMm" or array.dtype.kind == "O" and any(
                isinstance(value, (str, bytes)) for value in array.flat):
            kind = "dates" if array.dtype.kind in "Mm" else "text"
            raise TypeError(f"{kind}, dtype {array.dtype}; convert it to numbers first")
        with np.errstate(over="ignore"):
            return array.astype("float32", copy=False)
    except (TypeError, ValueError, RuntimeError) as error:
        raise ValueError(f"Argument `{what}` must be {expected}. "
                         f"Received: {type(x).__name__} ({error})") from None


def _finite(x, what, missing=False, names=()):
    wrong = np.isinf(x) if missing else ~np.isfinite(x)
    bad = np.flatnonzero(wrong.reshape(len(x), -1).any(axis=1))
    if bad.size:
        where = f" in column {names[int(wrong[bad[0]].argmax())]!r}" if names else ""
        raise ValueError(
            f"Argument `{what}` must be finite. Received: {'' if missing else 'NaN or '}infinite "
            f"values in {bad.size} of {len(x)} rows, the first at index {bad[0]}{where}. Drop or "
            "fill them first.")


def observations(x: ArrayLike, event_shape: tuple | None = None, batch_size: int | None = None,
                 what: str = "x", expected: str = ARRAY, missing: bool = False,
                 names: Sequence[str] = ()) -> np.ndarray:
    """`x` as a float32 array `[n, *shape]`, or a ValueError that says what is wrong.

    Args:
        x: Array-like of numbers.
        event_shape: Shape of one observation if it is known already.
        batch_size: Observations a training step needs, if it matters.
        what: Name of the argument in messages.
        expected: What it can be, in messages.
        missing: Whether rows `[n, columns]` may have missing values, NaN.
        names: Names of the columns, for messages.
    """
    x = _float32(x, what, expected)
    if x.ndim < 2 or 0 in x.shape:
        raise ValueError(f"Argument `{what}` must hold at least one observation, shape "
                         f"[n, ...] with n >= 1. Received: shape {x.shape}. For a single "
                         "observation use x[None], for a single feature x[:, None].")
    if event_shape is not None and x.shape[1:] != tuple(event_shape):
        raise ValueError(f"Argument `{what}` must have shape [n, "
                         f"{', '.join(map(str, event_shape))}]. Received: shape {x.shape}")
    _finite(x, what, missing and x.ndim == 2, names if len(names) == x.shape[-1] else ())
    if batch_size is not None:
        positive_integer("batch_size", batch_size)
        if batch_size > len(x):
            raise ValueError("Argument `batch_size` must be at most the number of observations, "
                             f"{len(x)}. Received: batch_size={batch_size}")
    return x


def weights(value: ArrayLike, count: int, what: str = "sample_weight") -> np.ndarray:
    """Weights of `count` observations as a float32 array `[count]`."""
    expected = f"an array of {count} numbers of at least 0, one for each observation"
    value = _float32(value, what, expected)
    if value.shape not in ((count,), (count, 1)):
        raise ValueError(f"Argument `{what}` must be {expected}. Received: shape {value.shape}")
    value = value.reshape(count)
    bad = np.flatnonzero(~(np.isfinite(value) & (value >= 0.)))
    if bad.size:
        raise ValueError(f"Argument `{what}` must be {expected}. Received: {value[bad[0]]} at "
                         f"index {bad[0]}")
    if not value.any():
        raise ValueError(f"Argument `{what}` must be {expected}. Received: only zeros, which leave "
                         "nothing.")
    return value


def unit_interval(x: np.ndarray, likelihood: str) -> None:
    low, high = float(np.nanmin(x)), float(np.nanmax(x))  # What is missing is for no check.
    if low < 0 or high > 1:
        raise ValueError(
            f"A {likelihood} likelihood needs observations between 0 and 1 after scaling. "
            f"Received: values from {low:g} to {high:g}. Use scaling='min_max', fitted "
            "to all data there are, or likelihood='learned_gaussian'.")


def codes(z: ArrayLike, latent_dim: int) -> np.ndarray:
    z = _float32(z, "z", f"an array of numbers [n, {latent_dim}]")
    if z.ndim != 2 or z.shape[1] != latent_dim or not len(z):
        raise ValueError(f"Argument `z` must have shape [n, {latent_dim}] with n >= 1. "
                         f"Received: shape {z.shape}")
    _finite(z, "z")
    return z
