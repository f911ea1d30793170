"""Sparse coding with learned thresholds, exact."""
import math
from typing import Any

import keras

from vsc_tf import posteriors, priors
from vsc_tf.models.base import Body, LatentModel


@keras.saving.register_keras_serializable(package="vsc_tf")
class ThresholdedVSC(LatentModel):
    """Variational auto-encoder of codes that are soft-thresholded in their noise ([F22]).

    Maximises E_q[log p(x|z)] - KL(q(z|x) || p(z)) per observation, in nats. A code is 0 where its
    Laplace noise stays within a threshold that is learned for each observation and latent. Differs
    from the paper: gradients and KL are exact, where the paper's miss or double what the
    thresholds do. For the paper's own, give posterior=posteriors.ThresholdedNormal(gradients=
    "published"), or another of its kind, with prior=priors.ThresholdedPrior(cost="base").

    Args:
        latent_dim: Positive integer J.
        alpha: Number in (0, 1), the share of latents that the prior has on.
        encoder, decoder: Keras models, see `LatentModel`.
        **kwargs: Its other arguments. likelihood="linear_gaussian" is sparse coding: a dictionary
            as the decoder, and an expected error in closed form.

    >>> import numpy as np
    >>> x = np.random.default_rng(0).normal(size=(64, 12)).astype("float32")
    >>> model = ThresholdedVSC(latent_dim=4, likelihood="linear_gaussian", seed=0)
    >>> model.compile(optimizer="adam")
    >>> history = model.fit(x, batch_size=32, verbose=0)
    >>> model.likelihood.atoms().shape
    (4, 12)
    """

    def __init__(self, latent_dim: int, alpha: float = 0.1, encoder: Body = None,
                 decoder: Body = None, **kwargs: Any):
        prior = priors.ThresholdedPrior(alpha)
        parts = {"posterior": posteriors.GammaThresholdedLaplace(
            -0.1 * math.log(prior.alpha), dtype=kwargs.get("dtype")), "prior": prior, **kwargs}
        super().__init__(latent_dim, encoder=encoder, decoder=decoder, **parts)
        self.alpha = prior.alpha

    def get_config(self) -> dict:
        return {**super().get_config(), "alpha": self.alpha}
