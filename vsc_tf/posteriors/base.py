"""The contract of posteriors: from encoder features to a distribution of codes."""
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

from vsc_tf import checks, randomness
from vsc_tf.distributions import CodeDistribution
from vsc_tf.named_weights import NamedWeights
from vsc_tf.schedules import Schedule, Values


class Posterior(NamedWeights):
    """Base: a dense layer on the encoder's features, and the family that its outputs parametrise.

    A subclass defines `family`, `codes_type`, `outputs_per_latent` and `distribution`; one whose
    draws differ while training, or that has schedules, overrides `draw`, `warmed_up` and
    `schedules`.

    Args:
        latent_dim: Positive integer J; set by the model that owns the layer if left out.

    Input: features, float `[batch, features]`.
    Output: q(z|x), of class `family` and batch shape `[batch, latent_dim]`; a layer of this kind
    can be used in subclassed models only.
    """

    family: type[CodeDistribution]
    codes_type: type[NamedTuple]  # What `encode` returns; its first field is z.
    outputs_per_latent = 2
    schedules: dict[str, Schedule] = {}  # Name -> (begin, end, initial, final).
    through_draws = False  # Whether training goes by draws even where an expectation is known.
    can_be_refined = False  # Whether `vsc_tf.refinement` can set its gates anew.

    def __init__(self, latent_dim: int | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.latent_dim = (
            None if latent_dim is None else checks.positive_integer("latent_dim", latent_dim))

    def build(self, input_shape: tuple) -> None:
        if len(input_shape) != 2:
            raise ValueError("Encoder features must have shape (batch, features). Received: "
                             f"{tuple(input_shape)}. End the encoder with keras.layers.Flatten().")
        if self.latent_dim is None:
            raise ValueError(f"{type(self).__name__} must know the number of latents. Received: "
                             "latent_dim=None. Give latent_dim=... to the model or the layer.")
        self.dense = keras.layers.Dense(
            self.outputs_per_latent * self.latent_dim, bias_initializer=self.initial_bias,
            dtype=self.dtype_policy, name="dense")
        self.dense.build(input_shape)

    def initial_bias(self, shape: tuple, dtype: str | None = None) -> tf.Tensor:
        """What the biases of the dense layer start from."""
        return tf.zeros(shape, dtype or "float32")

    def call(self, features: tf.Tensor) -> CodeDistribution:
        outputs = tf.cast(self.dense(features), tf.float32)
        return self.distribution(*tf.split(outputs, self.outputs_per_latent, axis=-1))

    def distribution(self, *outputs: tf.Tensor) -> CodeDistribution:
        """q(z|x) from the dense layer's outputs, each float32 `[batch, latent_dim]`."""
        raise NotImplementedError

    def warmed_up(self, q: CodeDistribution, values: Values) -> CodeDistribution:
        """q as it is while training, at these values of the schedules."""
        return q

    def draw(self, q: CodeDistribution, samples: int, seed: tf.Tensor, training: bool,
             values: Values) -> tf.Tensor:
        """Draws of z `[samples, batch, latent_dim]`; never relaxed outside of training."""
        shape = self.noise_shape(q, samples)
        uniform = randomness.uniform(shape, tf.random.fold_in(seed, 1))
        return q.from_noise(uniform, randomness.normal(shape, seed))

    def check_draws(self, what: str) -> None:
        """A ValueError if draws while training are relaxed, for `what` needs their density."""

    def noise_shape(self, q: CodeDistribution, samples: int) -> tf.Tensor:
        """`[samples, batch, latent_dim]` as a tensor."""
        return tf.concat([[samples], q.batch_shape_tensor()], axis=0)

    def codes(self, q: CodeDistribution) -> tuple[tf.Tensor, ...]:
        """The fields of `codes_type`, each `[batch, latent_dim]`."""
        return tuple(q.mode() if name == "z" else getattr(q, name)
                     for name in self.codes_type._fields)

    def decoder_input(self, z: tf.Tensor) -> tf.Tensor:
        """What the decoder reads for codes `z`."""
        return z

    def get_config(self) -> dict:
        return {**super().get_config(), "latent_dim": self.latent_dim}


class SparseCodes(NamedTuple):
    """Codes of n observations, each an array `[n, latent_dim]`.

    z: the deterministic code, exactly 0 where the latent is off (spike_probs < 1/2).
    spike_probs: probability that the latent is on.
    loc: mean of the slab.
    scale: standard deviation of the slab; of thresholded codes the scale of their noise, which is
    the standard deviation of a Normal and 1 / sqrt(2) of that of a Laplace.
    """

    z: np.ndarray
    spike_probs: np.ndarray
    loc: np.ndarray
    scale: np.ndarray

    @property
    def mean(self) -> np.ndarray:
        """E[z] under q(z|x)."""
        return self.spike_probs * self.loc
