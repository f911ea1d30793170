"""Checks of arrays that people hand over, made before any work is lost."""
import numpy as np


def positive_integer(name, value):
    """`value` as Python's int: Keras refuses NumPy's, and JSON cannot hold them."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1:
        raise ValueError(f"Argument `{name}` must be a positive integer. "
                         f"Received: {name}={value!r}")
    return int(value)


def probability(name, value):
    """An open interval: at 0 or 1 a divergence to it is infinite."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < 1:
        raise ValueError(f"Argument `{name}` must be a number between 0 and 1, both excluded. "
                         f"Received: {name}={value!r}")


def non_negative(name, value):
    if (isinstance(value, bool) or not isinstance(value, (int, float))
            or not 0 <= value < float("inf")):
        raise ValueError(f"Argument `{name}` must be a finite number of at least 0. "
                         f"Received: {name}={value!r}")


def one_of(name, value, choices):
    if value not in choices:
        raise ValueError(f"Argument `{name}` must be one of {tuple(choices)}. "
                         f"Received: {name}={value!r}")


def _float32(x, what, expected):
    """`x` as a float32 array; numbers beyond its range become infinite."""
    try:
        array = np.asarray(x)
        if array.dtype.kind == "c":
            raise TypeError("complex numbers")
        with np.errstate(over="ignore"):
            return array.astype("float32", copy=False)
    except (TypeError, ValueError) as error:
        raise ValueError(f"Argument `{what}` must be {expected}. "
                         f"Received: {type(x).__name__} ({error})") from None


def _finite(x, what):
    bad = np.flatnonzero(~np.isfinite(x).reshape(len(x), -1).all(axis=1))
    if bad.size:
        raise ValueError(
            f"Argument `{what}` must be finite. Received: NaN or infinite values in {bad.size} "
            f"of {len(x)} rows, the first at index {bad[0]}. Drop or fill them first.")


def observations(x, event_shape=None, batch_size=None, what="x"):
    """`x` as a float32 array `[n, *shape]`, or a ValueError that says what is wrong.

    Args:
        x: Array-like of numbers.
        event_shape: Shape of one observation if it is known already.
        batch_size: Observations a training step needs, if it matters.
        what: Name of the argument in messages.
    """
    x = _float32(x, what, "an array of numbers [n, ...] or a tf.data.Dataset")
    if x.ndim < 2 or 0 in x.shape:
        raise ValueError(f"Argument `{what}` must hold at least one observation, shape "
                         f"[n, ...] with n >= 1. Received: shape {x.shape}. For a single "
                         "observation use x[None].")
    if event_shape is not None and x.shape[1:] != tuple(event_shape):
        raise ValueError(f"Argument `{what}` must have shape [n, "
                         f"{', '.join(map(str, event_shape))}]. Received: shape {x.shape}")
    _finite(x, what)
    if batch_size is not None:
        positive_integer("batch_size", batch_size)
        if batch_size > len(x):
            raise ValueError("Argument `batch_size` must be at most the number of observations, "
                             f"{len(x)}. Received: batch_size={batch_size}")
    return x


def dataset(batches, event_shape=None):
    """Checks the shape that a `tf.data.Dataset` of `x` or `(x, labels)` says it has."""
    spec = batches.element_spec
    shape = getattr(spec[0] if isinstance(spec, tuple) else spec, "shape", None)
    if shape is None or shape.rank is None or shape.rank < 2:
        raise ValueError("A tf.data.Dataset must give batches x [batch, ...] or (x, labels). "
                         f"Received: {spec}. Call its .batch(n).")
    if event_shape is not None and not shape[1:].is_compatible_with(event_shape):
        raise ValueError(f"A tf.data.Dataset must give batches of shape [batch, "
                         f"{', '.join(map(str, event_shape))}]. Received: {shape}")


def observations_of(dataset, all_of_them, at_least=1000):
    """Observations out of a `tf.data.Dataset` of batches `x` or `(x, labels)`.

    Args:
        dataset: The data set that `fit` was given.
        all_of_them: Whether the whole set is needed (to fit a scaling) or only a start.
        at_least: Observations that are enough for a start.
    """
    if all_of_them and dataset.cardinality().numpy() == -1:
        raise ValueError("A scaling cannot be fitted to an endless tf.data.Dataset. Call "
                         "model.adapt(x) with an array of training observations first.")
    batches, count = [], 0
    for batch in dataset.as_numpy_iterator():
        x = batch[0] if isinstance(batch, tuple) else batch
        batches.append(x)
        count += len(x)
        if not all_of_them and count >= at_least:
            break
    if not batches:
        raise ValueError("Argument `x` must hold at least one batch of observations. "
                         "Received: an empty tf.data.Dataset.")
    return np.concatenate(batches)


def unit_interval(x, likelihood):
    low, high = float(x.min()), float(x.max())
    if low < 0 or high > 1:
        raise ValueError(
            f"A {likelihood} likelihood needs observations between 0 and 1 after scaling. "
            f"Received: values from {low:g} to {high:g}. Use scaling='min_max', or "
            "likelihood='learned_gaussian'.")


def codes(z, latent_dim):
    z = _float32(z, "z", f"an array of numbers [n, {latent_dim}]")
    if z.ndim != 2 or z.shape[1] != latent_dim or not len(z):
        raise ValueError(f"Argument `z` must have shape [n, {latent_dim}] with n >= 1. "
                         f"Received: shape {z.shape}")
    _finite(z, "z")
    return z
