"""From decoder features to a TFP distribution of the observation, p(x|z).

Each likelihood is a Keras layer that owns the last dense layer of the decoder. Features of
rank 2 are mapped to all values at once; features with the data's own leading dimensions (a
feature map `[batch, height, width, features]` for images with or without a channel dimension)
are mapped point by point.
"""
import math
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from tensorflow_probability import distributions as tfd

from vsc_tf.distributions import CodeDistribution
from vsc_tf.named_weights import NamedWeights
from vsc_tf.scaling import Scaling


def _check_shape(event_shape):
    if not isinstance(event_shape, (tuple, list)) or not event_shape or any(
            isinstance(size, bool) or not isinstance(size, int) or size < 1
            for size in event_shape):
        raise ValueError("Argument `event_shape` must be a tuple of positive integers, the shape "
                         f"of one observation. Received: event_shape={event_shape!r}")


class Likelihood(NamedWeights):
    """Base: a dense head with `params_per_value` outputs per observed value.

    Args:
        event_shape: Tuple of integers, shape of one observation; set by the model that owns
            the layer if left out.

    Input: decoder features, float `[..., features]`.
    Output: `tfd.Independent` of batch shape `[...]` and event shape `event_shape`; a layer of
    this kind can be used in subclassed models only.
    """

    params_per_value = 1
    reads_codes = False  # Whether its head is the whole decoder, see `expected_log_prob`.
    is_gaussian: Any = False  # Whether values are Normal: all of them, or an array of which.
    sparsity_weight = 0.05  # Of a recipe that names none: small, as values tell little each.

    def __init__(self, event_shape: tuple | None = None, **kwargs: Any):
        if event_shape is not None:
            _check_shape(event_shape)
        super().__init__(**kwargs)
        self.event_shape: Any = None if event_shape is None else tuple(event_shape)

    def check_shape(self) -> None:
        """A ValueError if the shape of one observation is not known."""
        if self.event_shape is None:
            raise ValueError(f"{type(self).__name__} must know the shape of one observation. "
                             "Received: event_shape=None. Give event_shape=(...).")

    def build(self, input_shape: tuple) -> None:
        self.check_shape()
        leading = tuple(input_shape[1:-1])
        if not leading:
            values = math.prod(self.event_shape)
        elif leading == self.event_shape:  # Images without a channel dimension.
            values = 1
        elif leading == self.event_shape[:-1]:
            values = self.event_shape[-1]
        else:
            raise ValueError(
                f"Decoder features must have shape (batch, features) or (batch, "
                f"*{self.event_shape[:-1]}, features). Received: {tuple(input_shape)}. End the "
                "decoder with keras.layers.Flatten() or resize its feature map.")
        self.head = keras.layers.Dense(
            self.params_per_value * values, dtype=self.dtype_policy, name="head")
        self.head.build(input_shape)

    def call(self, features: tf.Tensor) -> tfd.Independent:
        return self.distribution(self.head(features))

    def distribution(self, outputs: tf.Tensor) -> tfd.Independent:
        """p(x|z) from what the dense head made of the features."""
        outputs = tf.cast(outputs, tf.float32)
        shape = tf.concat([tf.shape(outputs)[:1], self.event_shape], axis=0)
        params = [tf.reshape(value, shape)
                  for value in tf.split(outputs, self.params_per_value, axis=-1)]
        return tfd.Independent(self.per_value(*params), len(self.event_shape))

    def per_value(self, *params: tf.Tensor) -> tfd.Distribution:
        """The distribution of single values, from `params_per_value` float32 tensors."""
        raise NotImplementedError

    def expected_log_prob(self, q: CodeDistribution, x: tf.Tensor) -> tf.Tensor:
        """E_q[log p(x|z)], `[batch]` in nats, of a likelihood that `reads_codes`.

        Args:
            q: Distribution of codes, of batch shape `[batch, latent_dim]`.
            x: What p(x|z) is the density of, `[batch, *event_shape]`.
        """
        raise NotImplementedError(f"{type(self).__name__} has no expectation in closed form.")

    def target(self, x: tf.Tensor, scaled: tf.Tensor) -> tf.Tensor:
        """What of raw observations `x`, `scaled` for the encoder, p(x|z) is the density of."""
        return scaled

    def check(self, target: np.ndarray) -> None:
        """Raises a ValueError for targets, an array `[n, *shape]`, that it is not for."""

    def usual_scaling(self) -> Any:
        """The scaling that goes with it where none is named, a name or a `Scaling`."""
        return "none"

    def adapt(self, target: np.ndarray) -> None:
        """Starts from the training set's targets `[n, *shape]`; by default from nothing."""

    def find_steps(self, target: np.ndarray) -> None:
        """Takes in how coarsely the training set's targets are rounded; by default nothing."""

    def possible(self, x: np.ndarray) -> np.ndarray:
        """Raw observations near the means `x` `[n, *shape]` that have a density, for examples."""
        return x

    def start_from(self, outputs: np.ndarray) -> None:
        """Lets the head begin with these outputs, `[*shape]`, whatever z is."""
        if self.params_per_value == 1 and self.head.bias.shape == (outputs.size,):
            self.head.bias.assign(outputs.ravel())

    def given(self, outputs: tf.Tensor, x: tf.Tensor) -> tf.Tensor:
        """Outputs of the head for targets `x`: where p(x|z) knows of x itself, such as its sum."""
        return outputs

    def log_prob(self, features: tf.Tensor, x: tf.Tensor) -> tf.Tensor:
        """log p(x|z) `[batch]` in nats, of targets `x`."""
        return self._given(features, x).log_prob(x)

    def _given(self, features, x):
        if type(self).given is Likelihood.given:
            return self(features)
        return self.distribution(self.given(self.head(features), x))

    def observed_log_prob(self, features: tf.Tensor, x: tf.Tensor) -> tf.Tensor:
        """log p of the values that are there, `[batch]`: those that are missing, NaN, add 0.

        Given z values are independent, so this is the density of those observed, integrated
        over the others: exact where they are missing at random ([MF19]).
        """
        is_missing = tf.math.is_nan(x)
        # 0 in their place is in the support of every likelihood, so that no gradient is NaN.
        p = self._given(features, x)
        values = p.distribution.log_prob(tf.where(is_missing, 0., x))
        axes = list(range(1, 1 + len(self.event_shape)))
        return tf.reduce_sum(tf.where(is_missing, 0., values), axis=axes)

    def raw(self, p: tfd.Distribution, scaling: Scaling,
            like: tf.Tensor | None = None) -> dict[str, tf.Tensor]:
        """The mean of `p` in raw units, and its `scale` where the family has one, by name.

        Args:
            p: What `call` gave.
            scaling: The model's `Scaling`.
            like: Raw observations `[batch, *shape]` whose length a reconstruction takes, see
                `Scaling.inverse`.
        """
        return {"mean": scaling.inverse(p.mean(), like)}

    def fused_log_prob(self, features: tf.Tensor, x: tf.Tensor) -> tf.Tensor:
        """`self(features).log_prob(x)`, `[batch]` in nats, and its gradient, in one XLA pass.

        An observation's density depends on its own outputs alone, so value and slope come out
        of one pass over them, where a plain graph takes some twenty. The first gradient only.
        """
        if len(self.weights) > len(self.head.weights):  # Of a subclass; they need theirs too.
            return self.log_prob(features, x)

        @tf.function(jit_compile=True, autograph=False)
        def value_and_slope(outputs, x):
            with tf.GradientTape() as tape:
                tape.watch(outputs)
                value = self.distribution(self.given(outputs, x)).log_prob(x)
            return value, tape.gradient(value, outputs)

        outputs = self.head(features)
        value, slope = map(tf.stop_gradient, value_and_slope(outputs, x))
        # Zero, with the slope for its gradient. A tf.custom_gradient would be kept by TensorFlow
        # for good, and with it the graph of every model that was ever trained.
        zero = slope * (outputs - tf.stop_gradient(outputs))
        return value + tf.cast(tf.reduce_sum(tf.reshape(zero, [tf.shape(zero)[0], -1]), axis=1),
                               value.dtype)

    def get_config(self) -> dict:
        return {**super().get_config(), "event_shape": self.event_shape}
