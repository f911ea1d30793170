"""The deterministic auto-encoder, the baseline without a prior."""
from typing import Any

import keras

from vsc_tf.models.base import Body, LatentModel


@keras.saving.register_keras_serializable(package="vsc_tf")
class Autoencoder(LatentModel):
    """Auto-encoder with a deterministic code, z = W f(x) + b on the encoder's features f.

    Minimises -log p(x|z) per observation, in nats. There is no prior, so it has no bound, no
    `generate` and no `log_likelihood`: its reconstruction is the best that a code of this size
    can have, at any price.

    Args:
        latent_dim: Positive integer J.
        encoder, decoder: Keras models, see `LatentModel`.
        **kwargs: Its other arguments.

    Logged terms: `loss` and `reconstruction`, log p(x|z), in nats per observation.

    >>> import numpy as np
    >>> x = np.random.default_rng(0).integers(0, 2, (64, 12)).astype("float32")
    >>> model = Autoencoder(latent_dim=4, seed=0)
    >>> model.compile(optimizer="adam")
    >>> history = model.fit(x, batch_size=32, verbose=0)
    >>> model.encode(x).z.shape
    (64, 4)
    """

    def __init__(self, latent_dim: int, encoder: Body = None, decoder: Body = None, **kwargs: Any):
        parts = {"posterior": "deterministic", "prior": "none", **kwargs}
        super().__init__(latent_dim, encoder=encoder, decoder=decoder, **parts)
