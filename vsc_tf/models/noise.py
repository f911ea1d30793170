"""Noise on what a model is trained on, against overfitting small data sets."""
from typing import Any

import numpy as np
import tensorflow as tf

from vsc_tf import randomness

_Base: Any = object  # For type checkers: the rest is in `LatentModel`.


class Noise(_Base):
    """Mixin of `LatentModel`: x + width * noise in place of x, anew at each step ([B95]).

    Encoder and likelihood get the same. It is as if there were more observations around each; the
    bound that is logged while training is that of these, the one of `evaluate` of clean ones.
    """

    noise = 0.  # Standard deviation, in scaled units.

    def begin_noise(self) -> None:
        """Takes the noise of the run that `fit` goes on with."""
        noise = float(self.run.noise.numpy()) if self.recipe else 0.
        if noise != self.noise:
            self.noise, self.train_function = noise, None  # It is a constant of the graph.

    def noisy_values(self) -> np.ndarray:
        """Which values get noise `[*shape]`: those with a Gaussian likelihood and a width."""
        has_noise = self.noise > 0. and self.scaling.has_widths
        return np.broadcast_to(self.likelihood.is_gaussian & np.bool_(has_noise), self.event_shape)

    def with_noise(self, x: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        """Raw observations with noise on the values that get it."""
        which = self.noisy_values()
        if not which.any():
            return x
        values = randomness.normal(tf.stack([tf.shape(x)[0], which.size]), seed)
        noise = tf.constant(self.noise * which, tf.float32) * tf.reshape(values, tf.shape(x))
        return self.scaling.with_noise(x, noise)
