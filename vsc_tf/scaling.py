"""Scaling of raw observations, fitted to the training set and saved with the model."""
import math
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import ArrayLike

from vsc_tf import checks, column_moments, log_scale

METHODS = ("none", "unit_norm", "min_max", "standardise", "centre", "log1p", "columns")
_FITTED = ("min_max", "standardise", "centre", "log1p", "columns")  # Have an offset and a width.
_ONE_WIDTH = ("centre", "log1p")
_PART_VALUES = 2**22  # In memory at once, of data that are read in a pass; some twice, in float64.
COUNTED = ("poisson", "negative_binomial", "size")  # Kinds of columns that hold counts.


@keras.saving.register_keras_serializable(package="vsc_tf")
class Scaling(keras.layers.Layer):
    """Maps raw observations to the encoder's inputs, and back.

    Args:
        method: One of
            "none": unchanged.
            "unit_norm": each observation divided by its own L2 norm, as in the code published
            with [T20]; an observation of zeros stays zero.
            "min_max": (x - min) / (max - min) of each value over the training set.
            "standardise": (x - mean) / standard deviation of each value.
            "centre": (x - mean of each value) / one standard deviation, the root of the mean
            variance, for images and other data whose values share a unit.
            "log1p": "centre" of log(1 + x), for counts; of x < 0 it takes -log(1 - x).
            "columns": by `kinds`, for tables of several.

        missing: Whether values can be missing, NaN: then rows `[n, columns]` become
            `[n, 2 * columns]`, the scaled values with 0 for those that are missing, and beside
            them 1 where a value is missing, else 0. A model sets this by its first data.
        kinds: For "columns", the kind of each value: "gaussian" is standardised; "poisson",
            "negative_binomial" and "size" are, as log(1 + x); all others stay as they are. Left
            out, all are Gaussian.

    A value that is constant in the training set (such as the border of an image) scales to 0,
    and its inverse is that constant. Call `adapt` before use, as with `keras.layers.Normalization`.

    >>> scaling = Scaling("min_max")
    >>> scaling.adapt(np.array([[0., 5.], [4., 5.]]))
    >>> scaling(np.array([[1., 5.]])).numpy().tolist()
    [[0.25, 0.0]]
    """

    built: bool

    def __init__(self, method: str = "none", missing: bool = False,
                 kinds: Sequence[str] = (), **kwargs: Any) -> None:
        checks.one_of("scaling", method, METHODS)
        if kinds and method != "columns":
            raise ValueError("Argument `kinds` goes with the method 'columns', a kind for each "
                             f"value. Received: method={method!r}, kinds={tuple(kinds)!r}")
        super().__init__(autocast=False, **kwargs)
        self.method, self.missing, self.kinds = method, missing, tuple(kinds)
        self._logs = tuple(kind in COUNTED for kind in self.kinds)

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Creates the weights for observations of shape `input_shape[1:]`."""
        # bfloat16 is too coarse for raw units: no autocast, whatever the policy.
        fitted = {"trainable": False, "autocast": False}
        shape = tuple(input_shape[1:])
        if self.method in _FITTED:
            self.offset = self.add_weight(
                name="offset", shape=shape, initializer="zeros", **fitted)
            self.width = self.add_weight(
                name="width", shape=() if self.method in _ONE_WIDTH else shape, initializer="ones",
                **fitted)
        if self.method == "unit_norm":
            self.mean_norm = self.add_weight(
                name="mean_norm", shape=(), initializer="ones", **fitted)

    def adapt(self, x: ArrayLike, sample_weight: ArrayLike | None = None) -> None:
        """Fits offset and width, or the mean norm, to training observations `[n, *shape]`.

        With weights `[n]` means are sum_i w_i x_i / sum_i w_i, and what has weight 0 is not there.
        """
        rows, weights = np.asarray(x, "float32"), None
        if sample_weight is not None:
            weights = np.asarray(sample_weight, "float64")
            rows, weights = rows[weights > 0.], weights[weights > 0.]
        if not self.built:
            self.build(rows.shape)
            self.built = True
        self._adapt(rows, weights)

    def _adapt(self, x: np.ndarray, weights: np.ndarray | None) -> None:
        # Of raw values: equal ones can differ in the last digit of their logarithms, or of sums.
        constant = np.nanmax(x, axis=0) == np.nanmin(x, axis=0)
        if self.method in ("log1p", "columns"):
            x = self._logarithms(tf.constant(x)).numpy()
        if self.method == "min_max":
            self.offset.assign(np.nanmin(x, axis=0))
            self.width.assign(np.nanmax(x, axis=0) - np.nanmin(x, axis=0))
        elif self.method in ("standardise", "columns"):
            mean, variance = column_moments.of(x, weights)
            self.offset.assign(mean)
            self.width.assign(np.where(constant, 0., np.sqrt(variance)))
            self._leave_kinds()
        elif self.method in _ONE_WIDTH:
            mean, variance = column_moments.of(x, weights)
            self.offset.assign(mean)
            self.width.assign(np.sqrt(np.where(constant, 0., variance).mean()))
        elif self.method == "unit_norm":
            lengths = column_moments.norms(x).numpy().ravel()
            self.mean_norm.assign(np.average(lengths, weights=weights))

    def _leave_kinds(self) -> None:
        """Columns that are no amounts stay as they are."""
        if self.kinds:
            stays = np.array([kind not in (*COUNTED, "gaussian") for kind in self.kinds])
            self.offset.assign(np.where(stays, 0., self.offset))
            self.width.assign(np.where(stays, 1., self.width))

    def adapt_to_parts(self, x: Any, rows: int | None = None) -> None:
        """As `adapt`, in one pass in which so many rows are in memory at a time.

        Args:
            x: `[n, *shape]` that gives an array for a slice, e.g. `datasets.shards.Shards`.
            rows: Positive integer; default: as many as have about four million values.

        >>> x = np.array([[1., 2.], [3., 2.], [5., 2.]])
        >>> scaling = Scaling("standardise")
        >>> scaling.adapt_to_parts(x, rows=2)
        >>> scaling(x)[:, 0].numpy().round().tolist()
        [-1.0, 0.0, 1.0]
        """
        if self.method == "none":
            return
        if not self.built:
            self.build(x.shape)
            self.built = True
        rows = rows or max(1, _PART_VALUES // math.prod(x.shape[1:]))
        count, mean, squares, norms = 0, 0., 0., 0.
        low, high = np.inf, -np.inf
        for i in range(0, len(x), rows):
            part = np.asarray(x[i:i + rows], "float32")
            low, high = np.minimum(low, part.min(axis=0)), np.maximum(high, part.max(axis=0))
            if self.method in ("log1p", "columns"):
                part = self._logarithms(tf.constant(part)).numpy()
            own = part.mean(axis=0, dtype=np.float64)
            # The parts' sums of squares about their own means, joined as in [CGL83].
            share = len(part) / (count + len(part))
            squares += (len(part) * part.var(axis=0, dtype=np.float64)
                        + count * share * (own - mean)**2)
            mean += share * (own - mean)
            count += len(part)
            if self.method == "unit_norm":
                norms += column_moments.norms(part).numpy().sum(dtype=np.float64)
        if self.method == "unit_norm":
            self.mean_norm.assign(norms / count)
            return
        self.offset.assign(low if self.method == "min_max" else mean)
        if self.method == "min_max":
            self.width.assign(high - low)
        elif self.method in _ONE_WIDTH:
            self.width.assign(np.sqrt(np.mean(np.where(high == low, 0., squares / count))))
        else:
            self.width.assign(np.where(high == low, 0., np.sqrt(squares / count)))
            self._leave_kinds()

    def call(self, x: tf.Tensor) -> tf.Tensor:
        """What the encoder sees, float32: scaled observations, and which values are missing."""
        scaled = self.values(x)
        if not self.missing:
            return scaled
        is_missing = tf.math.is_nan(scaled)
        return tf.concat([tf.where(is_missing, 0., scaled), tf.cast(is_missing, tf.float32)], -1)

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """Shape of what `call` makes of observations of such a shape."""
        *others, last = input_shape
        return (*others, 2 * last if self.missing and last is not None else last)

    def values(self, x: tf.Tensor) -> tf.Tensor:
        """Scaled observations alone, of the shape of `x`; what is missing is NaN."""
        x = tf.cast(x, tf.float32)
        if self.method == "unit_norm":
            scaled = tf.math.divide_no_nan(x, column_moments.norms(x))
        elif self.method in _FITTED:
            offset, width = tf.convert_to_tensor(self.offset), tf.convert_to_tensor(self.width)
            scaled = tf.math.divide_no_nan(self._logarithms(x) - offset, width)
        else:
            return x
        return tf.where(tf.math.is_nan(x), x, scaled)  # NaN by a width of 0 would be 0.

    def _logarithms(self, x: tf.Tensor) -> tf.Tensor:
        """log(1 + x) of counts, and all else as it is."""
        logarithms = tf.sign(x) * tf.math.log1p(tf.abs(x))
        if self.method == "log1p":
            return logarithms
        return tf.where(tf.constant(self._logs), logarithms, x) if any(self._logs) else x

    def inverse(self, scaled: tf.Tensor, like: tf.Tensor | None = None) -> tf.Tensor:
        """Converts back to raw units.

        With "unit_norm" the norm of an observation is lost. It is taken from the raw
        observations `like` `[n, *shape]` if given, else the training set's mean norm is used.
        """
        raw = self.inverse_scale(scaled, like)
        if self.method not in _FITTED:
            return raw
        raw += self.offset
        powers = tf.sign(raw) * tf.math.expm1(tf.abs(raw))
        if self.method == "log1p":
            return powers
        return tf.where(tf.constant(self._logs), powers, raw) if any(self._logs) else raw

    @property
    def has_widths(self) -> bool:
        """Whether scaled values have a standard deviation of about 1."""
        return self.method in ("standardise", "centre", "log1p", "columns")

    @property
    def keeps_steps(self) -> bool:
        """Whether equal steps of raw values are equal steps of scaled ones.

        Logarithms of counts have none; their spread is that of counting, not of rounding.
        """
        return self.method not in ("log1p", "unit_norm")

    def with_noise(self, x: tf.Tensor, noise: tf.Tensor) -> tf.Tensor:
        """Raw observations whose scaled values are those of `x`, plus `noise`."""
        return self.inverse(self.values(x) + noise)

    def raw_moments(self, loc: tf.Tensor, scale: tf.Tensor,
                    like: tf.Tensor | None = None) -> tuple[tf.Tensor, tf.Tensor]:
        """Mean and standard deviation in raw units of what is Normal(loc, scale) when scaled.

        With "log1p" the mean is above `inverse(loc)`, which is the median; see `log_scale`.
        """
        if self.method != "log1p":
            return self.inverse(loc, like), self.inverse_scale(scale, like)
        width = tf.convert_to_tensor(self.width)
        return log_scale.moments(loc * width + self.offset, scale * width)

    def inverse_scale(self, scale: tf.Tensor, like: tf.Tensor | None = None) -> tf.Tensor:
        """Converts a standard deviation back to raw units; arguments as for `inverse`.

        With "log1p" to that of log(1 + x), as there is none that goes for all x.
        """
        scale = tf.cast(scale, tf.float32)
        if self.method == "unit_norm":
            return scale * (self.mean_norm if like is None else column_moments.norms(like))
        return scale * self.width if self.method in _FITTED else scale

    def get_config(self) -> dict[str, Any]:
        """Keras configuration of the layer."""
        return {**super().get_config(), "method": self.method, "missing": self.missing,
                "kinds": self.kinds}
