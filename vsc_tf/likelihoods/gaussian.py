"""Normal likelihoods, for observations on any scale."""
import math
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from tensorflow_probability import distributions as tfd

from vsc_tf import checks, log_variances
from vsc_tf.likelihoods.base import Likelihood
from vsc_tf.likelihoods.bounds import between, starting_at
from vsc_tf.likelihoods.rounding import Rounded, rounded, steps
from vsc_tf.scaling import Scaling


class Gaussian(Likelihood):
    """Base of the Normal likelihoods: a mean with an activation, and a scale in raw units.

    Args:
        mean_activation: Name of a Keras activation for the mean; the code published with
            [T20] uses "sigmoid".
    """

    is_gaussian = True

    def __init__(self, mean_activation: str = "linear", **kwargs: Any):
        super().__init__(**kwargs)
        self.mean_activation = keras.activations.get(mean_activation)

    def raw(self, p: tfd.Distribution, scaling: Scaling,
            like: tf.Tensor | None = None) -> dict[str, tf.Tensor]:
        mean, scale = scaling.raw_moments(p.mean(), p.stddev(), like)
        return {"mean": mean, "scale": scale}

    def get_config(self) -> dict:
        return {**super().get_config(),
                "mean_activation": keras.activations.serialize(self.mean_activation)}


@keras.saving.register_keras_serializable(package="vsc_tf")
class FixedGaussian(Gaussian):
    """p(x|z) = prod_i Normal(x_i; loc_i(z), scale), one scale for all values.

    Args:
        scale: Positive float, in units of the scaled observations.
        mean_activation: Name of a Keras activation for the mean; the code published with
            [T20] uses "sigmoid".

    >>> FixedGaussian(scale=0.5, event_shape=(3,))(tf.zeros([1, 8])).stddev().numpy().tolist()
    [[0.5, 0.5, 0.5]]
    """

    def __init__(self, scale: float = 1., mean_activation: str = "linear", **kwargs: Any):
        super().__init__(mean_activation, **kwargs)
        self.scale = checks.positive("scale", scale)

    def per_value(self, loc: tf.Tensor) -> tfd.Distribution:
        return tfd.Normal(self.mean_activation(loc), self.scale)

    def get_config(self) -> dict:
        return {**super().get_config(), "scale": self.scale}


@keras.saving.register_keras_serializable(package="vsc_tf")
class ColumnGaussian(Gaussian):
    """p(x|z) = prod_i Normal(x_i; loc_i(z), scale_i), a learned scale for each value.

    For tables: every column has noise of its own, the same in all rows, so a code has to explain
    what a variance of its own for each row would explain away. Both bounds keep training from
    an infinite density or from giving a column up:

        log scale_i = log low + (log high - log low) sigmoid(v_i)

    A value that is rounded to steps, such as an answer from 1 to 5, is known to within a step, and
    has the mean log density over that step (`rounding.Rounded`; `find_steps` finds them). Around
    five values a density can be as sharp as its bound, and is worth nats that no probability is:
    latents would be spent on single columns, whatever they have in common.

    Args:
        scale: Number between the bounds, what all scales start from, in units of the scaled
            observations. From as large as the data on, what stands out most is coded first.
        low, high: Positive numbers, the bounds of every scale.
        mean_activation: Name of a Keras activation for the mean.

    >>> ColumnGaussian(event_shape=(3,))(tf.zeros([1, 8])).stddev().numpy().round(3).tolist()
    [[1.0, 1.0, 1.0]]
    """

    sparsity_weight = 0.15  # A feature tells tens of nats; with less, some latents stay on.

    def __init__(self, scale: float = 1., low: float = 0.03, high: float = 2.,
                 mean_activation: str = "linear", **kwargs: Any):
        super().__init__(mean_activation, **kwargs)
        self.low, self.high = checks.positive("low", low), checks.positive("high", high)
        self.scale = checks.positive("scale", scale)
        if not self.low < self.scale < self.high:
            raise ValueError("Argument `scale` must lie between `low` and `high`. Received: "
                             f"scale={scale}, low={low}, high={high}")

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        super().build(input_shape)
        self.log_scale = self.add_weight(
            name="log_scale", shape=self.scale_shape(), dtype="float32", autocast=False,
            initializer=starting_at(self.scale, self.low, self.high))
        self.step = self.add_weight(
            name="step", shape=self.scale_shape(), dtype="float32", autocast=False,
            initializer="zeros", trainable=False)

    def find_steps(self, target: np.ndarray) -> None:
        shape = self.scale_shape()
        self.step.assign(steps(target.reshape(-1, math.prod(shape))).reshape(shape))

    def usual_scaling(self) -> str:
        return "standardise"  # The bounds are for values of about 1.

    def scale_shape(self) -> tuple[int, ...]:
        """Of the learned scales, as it goes with that of one observation."""
        return self.event_shape

    def per_value(self, loc: tf.Tensor) -> tfd.Distribution:
        scale = between(tf.convert_to_tensor(self.log_scale), self.low, self.high)
        step = tf.convert_to_tensor(self.step)
        return Rounded(self.mean_activation(loc), rounded(scale, step), step)

    def get_config(self) -> dict:
        return {**super().get_config(), "scale": self.scale, "low": self.low, "high": self.high}


@keras.saving.register_keras_serializable(package="vsc_tf")
class SharedGaussian(ColumnGaussian):
    """p(x|z) = prod_i Normal(x_i; loc_i(z), scale), one learned scale for all values.

    For images, and whatever else has values of one unit on a grid. With a scale for each of
    them, a pixel that hardly varies would weigh as much as one that tells what is there.
    Bounds, start and arguments are those of `ColumnGaussian`.

    >>> SharedGaussian(event_shape=(3,))(tf.zeros([1, 8])).stddev().numpy().round(3).tolist()
    [[1.0, 1.0, 1.0]]
    """

    sparsity_weight = 3.  # All pixels together tell hundreds of nats about a feature.

    def usual_scaling(self) -> str:
        return "centre"

    def scale_shape(self) -> tuple[int, ...]:
        return (1,) * len(self.event_shape)


@keras.saving.register_keras_serializable(package="vsc_tf")
class LearnedGaussian(Gaussian):
    """p(x|z) = prod_i Normal(x_i; loc_i(z), sqrt(floor + exp(log_variance_i(z)))).

    [T20] supplement A.1: mean and log-variance heads per feature. Without a floor, a value
    that never changes (the border of an image) gives an infinite density. Log-variances have a
    bound above, too (`vsc_tf.log_variances`).

    Args:
        variance_floor: Positive float added to every variance, in squared units of the scaled
            observations; 1e-6 in the code published with [T20].
        mean_activation: Name of a Keras activation for the mean; the published code uses
            "sigmoid".

    >>> p = LearnedGaussian(variance_floor=1e-4, event_shape=(3,))(tf.zeros([1, 8]))
    >>> round(float(p.variance()[0, 0]), 4)
    1.0001
    """

    params_per_value = 2

    def __init__(self, variance_floor: float = 1e-6, mean_activation: str = "linear",
                 **kwargs: Any):
        super().__init__(mean_activation, **kwargs)
        self.variance_floor = checks.positive("variance_floor", variance_floor)

    def per_value(self, loc: tf.Tensor, log_variance: tf.Tensor) -> tfd.Distribution:
        variance = tf.exp(log_variances.bounded(log_variance))
        scale = tf.sqrt(self.variance_floor + variance)
        return tfd.Normal(self.mean_activation(loc), scale)

    def get_config(self) -> dict:
        return {**super().get_config(), "variance_floor": self.variance_floor}
