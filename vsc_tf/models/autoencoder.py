"""The deterministic auto-encoder, the baseline without a prior."""
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

from vsc_tf import objectives
from vsc_tf.models.base import LatentModel


class PointCodes(NamedTuple):
    """Codes of n observations: z, an array `[n, latent_dim]`."""

    z: np.ndarray

    @property
    def mean(self):
        """z itself: the code is certain."""
        return self.z


@keras.saving.register_keras_serializable(package="vsc_tf")
class Autoencoder(LatentModel):
    """Auto-encoder with a deterministic code, z = W f(x) + b on the encoder's features f.

    Minimises -log p(x|z) per observation, in nats. There is no prior, so it has no bound, no
    `generate` and no `log_likelihood`: its reconstruction is the best that a code of this size
    can have, at any price.

    Args:
        latent_dim: Positive integer J.
        encoder, decoder, likelihood, scaling, seed: As for `VSC`. The seed is of no effect
            on training, which has no noise.

    Logged terms: `loss` and `reconstruction`, log p(x|z), in nats per observation.

    >>> x = np.random.default_rng(0).integers(0, 2, (64, 12)).astype("float32")
    >>> model = Autoencoder(latent_dim=4, seed=0)
    >>> model.compile(optimizer="adam")
    >>> history = model.fit(x, batch_size=32, verbose=0)
    >>> model.encode(x).z.shape
    (64, 4)
    """

    term_names = objectives.ReconstructionTerms._fields
    codes_type = PointCodes

    def __init__(self, latent_dim, encoder=None, decoder=None, likelihood="bernoulli",
                 scaling="none", seed=None, **kwargs):
        super().__init__(latent_dim, encoder, decoder, likelihood, scaling, seed, **kwargs)
        self.head = keras.layers.Dense(self.latent_dim, dtype=self.dtype_policy, name="code")

    def build_code(self, features_shape):
        self.head.build(features_shape)

    def _code(self, scaled, training):
        return tf.cast(self.head(self.encoder(scaled, training=training)), tf.float32)

    def losses_and_terms(self, x, values, seed, training):
        terms = self._terms(x, training)
        return -terms.reconstruction, terms

    def _terms(self, x, training):
        scaled = self.scaling(tf.cast(x, tf.float32))
        z = self._code(scaled, training)
        return objectives.ReconstructionTerms(
            self._log_likelihood(scaled, z[tf.newaxis], training))

    @tf.function(reduce_retracing=True)
    def score_step(self, x):
        return self._terms(x, training=False)._asdict()

    @tf.function(reduce_retracing=True)
    def encode_step(self, x):
        return (self._code(self.scaling(tf.cast(x, tf.float32)), training=False),)
