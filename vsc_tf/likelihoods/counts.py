"""Likelihoods of counts: reads of genes, words of documents, events."""
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from tensorflow_probability import distributions as tfd

from vsc_tf import checks, log_variances
from vsc_tf.likelihoods.base import Likelihood
from vsc_tf.likelihoods.bounds import between, starting_at
from vsc_tf.scaling import Scaling

LOW, HIGH = 0.01, 1e4  # Of a dispersion; from 1e4 on a negative binomial is a Poisson.


def log_size(x: tf.Tensor, mean_size: tf.Tensor) -> tf.Tensor:
    """Logarithm of the sums of rows `[batch, columns]` in units of their mean, `[batch, 1]`.

    Missing values count as 0, and a row without any counts has the size of one count.
    """
    total = tf.reduce_sum(tf.where(tf.math.is_nan(x), 0., x), axis=-1, keepdims=True)
    return tf.math.log(tf.maximum(total, 1.)) - tf.math.log(mean_size)


def check_counts(x: np.ndarray, what: str) -> None:
    """A ValueError for values that are no counts; NaN is a missing one."""
    wrong = (x < 0) | (x != np.floor(x)) & ~np.isnan(x)
    if wrong.any():
        i, *place = (int(v) for v in np.argwhere(wrong)[0])
        value = x[(i, *place)]
        problem = "a negative number" if value < 0 else "a fraction"
        raise ValueError(
            f"A {what} needs counts: whole numbers of at least 0. Received: {value:g}, {problem}, "
            f"in column {', '.join(map(str, place))} of row {i}. Give the counts as they are, not "
            "normalised or logarithms of them, or take likelihood='column_gaussian'.")


class Counts(Likelihood):
    """Base of the likelihoods of counts: a rate from the decoder, and the size of each row."""

    def __init__(self, size_factor: str | None = None, **kwargs: Any):
        if size_factor is not None:
            checks.one_of("size_factor", size_factor, ("row_sum",))
        super().__init__(**kwargs)
        self.size_factor = size_factor

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        super().build(input_shape)
        if self.size_factor:
            if len(self.event_shape) != 1:
                raise ValueError("Argument `size_factor` is for rows [n, columns]. Received: "
                                 f"observations of shape {self.event_shape}. Leave it out.")
            self.mean_size = self.add_weight(
                name="mean_size", shape=(), initializer="ones", trainable=False, dtype="float32",
                autocast=False)

    def usual_scaling(self) -> str:
        return "log1p"

    def target(self, x: tf.Tensor, scaled: tf.Tensor) -> tf.Tensor:
        return tf.cast(x, tf.float32)

    def check(self, target: np.ndarray) -> None:
        check_counts(target, f"{type(self).__name__} likelihood")

    def adapt(self, target: np.ndarray) -> None:
        """Starts every rate at its mean, so that codes begin with what differs from it."""
        if self.size_factor:
            self.mean_size.assign(np.nansum(target, axis=-1).mean().clip(1.))
        self.start_from(np.log(np.nanmean(target, axis=0) + 1 / len(target)))

    def possible(self, x: np.ndarray) -> np.ndarray:
        return np.rint(x)

    def given(self, outputs: tf.Tensor, x: tf.Tensor) -> tf.Tensor:
        if not self.size_factor:
            return outputs
        return tf.cast(outputs, tf.float32) + log_size(x, tf.convert_to_tensor(self.mean_size))

    def raw(self, p: tfd.Distribution, scaling: Scaling,
            like: tf.Tensor | None = None) -> dict[str, tf.Tensor]:
        if not self.size_factor or like is None:
            return {"mean": p.mean()}
        size = log_size(tf.cast(like, tf.float32), tf.convert_to_tensor(self.mean_size))
        return {"mean": p.mean() * tf.exp(size)}

    def get_config(self) -> dict:
        return {**super().get_config(), "size_factor": self.size_factor}


@keras.saving.register_keras_serializable(package="vsc_tf")
class Poisson(Counts):
    """p(x|z) = prod_i Poisson(x_i; s(x) exp(v_i(z))), for counts.

    The encoder sees scaled log(1 + x) (`Scaling("log1p")`, which goes with it), the likelihood
    the counts themselves.

    Args:
        size_factor: `None`: s is 1. "row_sum": s(x) is the sum of the row over the mean sum, so
            that codes tell shares, not how deep a cell was sequenced or how long a text is, as
            in [L18]. `decode` is for a row of mean size, `reconstruct` for the row's own.

    >>> Poisson(event_shape=(3,))(tf.zeros([1, 8])).mean().numpy().tolist()
    [[1.0, 1.0, 1.0]]
    """

    def per_value(self, log_rate: tf.Tensor) -> tfd.Distribution:
        return tfd.Poisson(log_rate=log_variances.bounded(log_rate))


@keras.saving.register_keras_serializable(package="vsc_tf")
class NegativeBinomial(Counts):
    """p(x|z) = prod_i NB(x_i; mean s(x) exp(v_i(z)), dispersion r_i), for counts.

    The variance is mean + mean^2 / r_i, with one learned r_i for each column, from 0.01 to
    10,000: counts of genes and words vary more than a Poisson's. [L18].

    Args:
        size_factor: As for `Poisson`.

    >>> NegativeBinomial(event_shape=(3,))(tf.zeros([1, 8])).variance().numpy().round(3).tolist()
    [[2.0, 2.0, 2.0]]
    """

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        super().build(input_shape)
        self.log_dispersion = self.add_weight(
            name="log_dispersion", shape=self.event_shape, dtype="float32", autocast=False,
            initializer=starting_at(1., LOW, HIGH))

    def per_value(self, log_mean: tf.Tensor) -> tfd.Distribution:
        return negative_binomial(log_mean, tf.convert_to_tensor(self.log_dispersion))


def negative_binomial(log_mean: tf.Tensor, log_dispersion: tf.Tensor) -> tfd.Distribution:
    """Of this mean; the dispersion comes from a weight without bounds."""
    r = between(log_dispersion, LOW, HIGH)
    return tfd.NegativeBinomial(r, logits=log_variances.bounded(log_mean) - tf.math.log(r))
