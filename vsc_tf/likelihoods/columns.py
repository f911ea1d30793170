"""The likelihood of tables whose columns are of several kinds."""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from tensorflow_probability import distributions as tfd

from vsc_tf import checks
from vsc_tf.likelihoods.base import Likelihood
from vsc_tf.likelihoods.bounds import between, starting_at
from vsc_tf.likelihoods.counts import check_counts, log_size
from vsc_tf.likelihoods.mixed import Mixed
from vsc_tf.likelihoods.rounding import Rounded, rounded, steps
from vsc_tf.scaling import Scaling

KINDS = ("gaussian", "bernoulli", "categorical", "poisson", "negative_binomial", "size")
LOW, HIGH = 0.03, 2.  # Of a Gaussian column's scale, as for `ColumnGaussian`.


@keras.saving.register_keras_serializable(package="vsc_tf")
class Columns(Likelihood):
    """p(x|z) = prod_c p_c(x_c|z), each column of a table by a likelihood of its own kind.

        gaussian            Normal(x; v, scale_c), of the standardised value, a learned scale;
                            of rounded ones `rounding.Rounded`
        bernoulli           Bernoulli(x; sigmoid(v))
        categorical         Categorical(x; softmax(v)), x one-hot over as many values as classes
        poisson             Poisson(x; exp(v)), of the count as it is
        negative_binomial   mean exp(v) and a learned dispersion, see `NegativeBinomial`
        size                not modelled: a column by which rates of counts are multiplied

    Densities are of counts and classes as they are, and of numbers in units of their standard
    deviation, as in `ColumnGaussian` (with its bounds), so that no unit weighs more.
    `vsc_tf.datasets.describe` finds the kinds of a DataFrame's columns.

    Args:
        columns: For each column its kind and the number of its values in a row, 1 but for
            "categorical": `[("gaussian", 1), ("categorical", 3)]` for rows of four values. Left
            out, all values are Gaussian.
        size_factor: `None`, or "row_sum": rates of counts are multiplied by the sum of the row's
            counts over its mean. A column of kind "size" does the same by its own values, which
            may be fractions.

    >>> layer = Columns([("gaussian", 1), ("categorical", 3)], event_shape=(4,))
    >>> layer(tf.zeros([1, 8])).mean().numpy().astype(float).round(2).tolist()
    [[0.0, 0.33, 0.33, 0.33]]
    """

    sparsity_weight = 0.15

    def __init__(self, columns: Sequence[Sequence[Any]] = (), size_factor: str | None = None,
                 **kwargs: Any):
        columns = [(kind, checks.positive_integer("columns", width)) for kind, width in columns]
        for kind, width in columns:
            checks.one_of("columns", kind, KINDS)
            if width > 1 and kind != "categorical":
                raise ValueError("Argument `columns` must give a column one value unless it is "
                                 f"categorical. Received: ({kind!r}, {width})")
        if size_factor is not None:
            checks.one_of("size_factor", size_factor, ("row_sum",))
        if [kind for kind, _ in columns].count("size") + bool(size_factor) > 1:
            raise ValueError("Argument `columns` must name at most one size, a column or "
                             f"size_factor. Received: {columns}, size_factor={size_factor!r}")
        super().__init__(**kwargs)
        self.columns, self.size_factor = columns, size_factor
        self.kinds = tuple(kind for kind, width in columns for _ in range(width))

    @property
    def is_gaussian(self) -> Any:
        """Which values have a Gaussian likelihood."""
        return np.array([kind == "gaussian" for kind in self.kinds]) if self.columns else True

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        super().build(input_shape)
        if self.columns and self.event_shape != (len(self.kinds),):
            raise ValueError(f"Columns of {len(self.kinds)} values expect observations of shape "
                             f"({len(self.kinds)},). Received: {self.event_shape}")
        shape = (self._at("gaussian").size,) if self.columns else self.event_shape
        learned: dict[str, Any] = {"dtype": "float32", "autocast": False}
        if 0 not in shape:  # A weight that nothing depends on would have no gradient.
            self.log_scale = self.add_weight(
                name="log_scale", shape=shape, initializer=starting_at(1., LOW, HIGH), **learned)
        if self._at("negative_binomial").size:
            self.log_dispersion = self.add_weight(
                name="log_dispersion", shape=(self._at("negative_binomial").size,),
                initializer=starting_at(1., 0.01, 1e4), **learned)
        self.mean_size = self.add_weight(
            name="mean_size", shape=(), initializer="ones", trainable=False, **learned)
        self.step = self.add_weight(  # After the others: older files have them by position.
            name="step", shape=shape, initializer="zeros", trainable=False, **learned)

    def _at(self, *kinds: str) -> np.ndarray:
        """Places of the values of these kinds."""
        return np.flatnonzero([kind in kinds for kind in self.kinds])

    def _counts(self) -> np.ndarray:
        return self._at("poisson", "negative_binomial")

    def _size(self, x: tf.Tensor) -> tf.Tensor | None:
        """Logarithm of each row's size over the mean size, `[batch, 1]`; missing is the mean."""
        mean_size = tf.convert_to_tensor(self.mean_size)
        if self.size_factor:
            return log_size(tf.gather(x, self._counts(), axis=-1), mean_size)
        if not self._at("size").size:
            return None
        size = tf.gather(x, self._at("size"), axis=-1) / mean_size
        return tf.math.log(tf.where(tf.math.is_nan(size), 1., size))

    def usual_scaling(self) -> Scaling | str:
        return Scaling("columns", kinds=self.kinds) if self.columns else "standardise"

    def target(self, x: tf.Tensor, scaled: tf.Tensor) -> tf.Tensor:
        return tf.where(tf.constant(self.is_gaussian), scaled, tf.cast(x, tf.float32))

    def check(self, target: np.ndarray) -> None:
        if not self.columns:
            return
        is_count = [kind in ("poisson", "negative_binomial") for kind in self.kinds]
        check_counts(np.where(is_count, target, 0.), "Columns likelihood")
        size = target[:, self._at("size")]
        if (size <= 0).any():
            raise ValueError("A column of kind 'size' needs numbers above 0, by which rates of "
                             f"counts are multiplied. Received: {size[size <= 0][0]:g} in row "
                             f"{np.flatnonzero(size <= 0)[0]}. Leave out rows without any counts.")
        yes_no = np.where([kind in ("bernoulli", "categorical") for kind in self.kinds], target, 0.)
        checks.unit_interval(yes_no, "Columns")

    def adapt(self, target: np.ndarray) -> None:
        """Starts rates and classes at their frequencies, so that codes tell what differs."""
        if not self.columns:
            return
        mean = np.asarray(np.nanmean(target, axis=0, dtype=np.float64))
        few = 1. / len(target)
        starts = np.zeros_like(mean)
        starts[self._counts()] = np.log(mean[self._counts()] + few)
        at = self._at("bernoulli", "categorical")
        starts[at] = np.log(mean[at] + few)
        at = self._at("bernoulli")
        starts[at] -= np.log(1. - mean[at] + few)
        self.start_from(starts)
        if self.size_factor:
            total = np.nansum(target[:, self._counts()], axis=1)
            self.mean_size.assign(total.mean().clip(1.))
        elif self._at("size").size:
            self.mean_size.assign(np.nanmean(target[:, self._at("size")]))

    def find_steps(self, target: np.ndarray) -> None:
        self.step.assign(steps(target[:, self._at("gaussian") if self.columns else slice(None)]))

    def possible(self, x: np.ndarray) -> np.ndarray:
        is_count = [kind in ("poisson", "negative_binomial") for kind in self.kinds]
        return np.where(is_count, np.rint(x), x) if self.columns else x

    def given(self, outputs: tf.Tensor, x: tf.Tensor) -> tf.Tensor:
        size = self._size(x)
        if size is None:
            return outputs
        is_count = tf.constant([kind in ("poisson", "negative_binomial") for kind in self.kinds])
        outputs = tf.cast(outputs, tf.float32)
        return tf.where(is_count, outputs + size, outputs)

    def per_value(self, v: tf.Tensor) -> tfd.Distribution:
        return Mixed(v, self) if self.columns else self.gaussian(v)

    def gaussian(self, v: tf.Tensor) -> tfd.Distribution:
        """Of the Gaussian columns, in units of their standard deviations."""
        step = tf.convert_to_tensor(self.step)
        return Rounded(v, rounded(between(tf.convert_to_tensor(self.log_scale), LOW, HIGH), step),
                       step)

    def raw(self, p: tfd.Distribution, scaling: Scaling,
            like: tf.Tensor | None = None) -> dict[str, tf.Tensor]:
        """Means in raw units: numbers, probabilities of classes, rates of counts."""
        mean = p.mean()
        if not self.columns:
            return {"mean": scaling.inverse(mean, like)}
        size = None if like is None else self._size(tf.cast(like, tf.float32))
        if size is not None:
            is_count = [kind in ("poisson", "negative_binomial") for kind in self.kinds]
            mean = tf.where(tf.constant(is_count), mean * tf.exp(size), mean)
        is_gaussian = tf.constant([kind == "gaussian" for kind in self.kinds])
        return {"mean": tf.where(is_gaussian, scaling.inverse(mean, like), mean)}

    def get_config(self) -> dict:
        return {**super().get_config(), "columns": [list(column) for column in self.columns],
                "size_factor": self.size_factor}
