"""Variational auto-encoders with dense Normal codes, the rivals of sparse ones."""
from typing import Any

import keras

from vsc_tf import checks, objectives, penalties, priors
from vsc_tf.models.base import Body, LatentModel


@keras.saving.register_keras_serializable(package="vsc_tf")
class VAE(LatentModel):
    """Variational auto-encoder with a Normal posterior ([KW14]).

    Maximises, per observation and in nats,

        elbo = E_q[log p(x|z)] - KL(q(z|x) || p(z)),   q(z|x) = prod_j N(z_j; m_j, s_j^2)

    with p(z) = N(0, I) unless another prior is given. Encoder and decoder bodies, likelihood
    and scaling are those of `VSC`: of equal arguments the capacity is equal.

    Args:
        latent_dim: Positive integer J.
        encoder, decoder: Keras models, see `LatentModel`.
        **kwargs: Its other arguments.

    Logged terms, in nats per observation: `loss`, `elbo`, `reconstruction`, `kl`.

    >>> import numpy as np
    >>> x = np.random.default_rng(0).integers(0, 2, (64, 12)).astype("float32")
    >>> model = VAE(latent_dim=4, seed=0)
    >>> model.compile(optimizer="adam")
    >>> history = model.fit(x, batch_size=32, verbose=0)
    >>> model.encode(x).scale.shape
    (64, 4)
    """

    def __init__(self, latent_dim: int, encoder: Body = None, decoder: Body = None, **kwargs: Any):
        super().__init__(latent_dim, encoder=encoder, decoder=decoder, **kwargs)


@keras.saving.register_keras_serializable(package="vsc_tf")
class BetaVAE(LatentModel):
    """`VAE` whose KL weighs beta in the loss: beta * KL - E_q[log p(x|z)], [H17] eq. 4.

    `elbo` stays the bound, whatever beta.

    Args:
        latent_dim: Positive integer J.
        beta: Number of at least 0, weight of the KL; 1 is a `VAE`. The schedule `kl_weight`
            starts from it: `set_schedule("kl_weight", (0, 5000, 0., 4.))` raises it from 0
            over 5,000 steps.
        **kwargs: Arguments of `LatentModel`.

    Logged: the terms of `VAE`, and `kl_weight`.

    >>> BetaVAE(latent_dim=4, beta=2.).objective.kl_weight
    2.0
    """

    def __init__(self, latent_dim: int, beta: float = 4., **kwargs: Any):
        beta = checks.non_negative("beta", beta)
        super().__init__(latent_dim, **{"objective": objectives.Average(beta), **kwargs})
        self.beta = beta

    def get_config(self) -> dict:
        return {**super().get_config(), "beta": self.beta}


@keras.saving.register_keras_serializable(package="vsc_tf")
class BetaTCVAE(LatentModel):
    """`VAE` whose total correlation weighs beta in the loss, -elbo + (beta - 1) * TC, [C18].

    TC = KL(q(z) || prod_j q(z_j)) says how far the latents depend on each other over the data:
    `penalties.TotalCorrelation`, estimated within each batch, so batches should be large.

    Args:
        latent_dim: Positive integer J.
        beta: Number of at least 0, weight of the total correlation; 1 is a `VAE`. The schedule
            `total_correlation_weight` starts from beta - 1.
        **kwargs: Arguments of `LatentModel`.

    Logged: the terms of `VAE`, and `total_correlation` in nats; that one and `loss` depend
    on the batch size.

    >>> "total_correlation" in BetaTCVAE(latent_dim=4, beta=6.).term_names
    True
    """

    def __init__(self, latent_dim: int, beta: float = 4., **kwargs: Any):
        beta = checks.non_negative("beta", beta)
        surplus = [penalties.TotalCorrelation(beta - 1.)]
        super().__init__(latent_dim, **{"penalties": surplus, **kwargs})
        self.beta = beta

    def get_config(self) -> dict:
        return {**super().get_config(), "beta": self.beta}


@keras.saving.register_keras_serializable(package="vsc_tf")
class VampPriorVAE(LatentModel):
    """`VAE` with the mixture prior of [TW18].

    Args:
        latent_dim: Positive integer J.
        count: Positive integer, number of pseudo-inputs.
        start: What they start from, "data" or "random"; see `vsc_tf.priors.VampPrior`.
        **kwargs: Arguments of `LatentModel`.

    Logged: the terms of `VAE`; `kl` is an estimate by the draws of z.

    >>> VampPriorVAE(latent_dim=4, count=10).prior.count
    10
    """

    def __init__(self, latent_dim: int, count: int = 64, start: str = "data", **kwargs: Any):
        super().__init__(latent_dim, **{"prior": priors.VampPrior(count, start), **kwargs})

    def get_config(self) -> dict:
        return {**super().get_config(), "count": self.prior.count, "start": self.prior.start}
