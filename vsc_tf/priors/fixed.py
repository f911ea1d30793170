"""Priors of one component that does not depend on the encoder."""
import math
from typing import Any

import keras
import tensorflow as tf

from vsc_tf import checks, distributions
from vsc_tf.distributions import CodeDistribution
from vsc_tf.posteriors import Posterior
from vsc_tf.priors.base import Encode, Prior, PriorKL

SLABS = {"normal": distributions.SpikeAndSlab, "half_normal": distributions.SpikeAndHalfNormal,
         "exponential": distributions.SpikeAndExponential}
_CENTRED = {"normal": {"loc": 0.}}  # Arguments of a slab beside its scale.


@keras.saving.register_keras_serializable(package="vsc_tf")
class StandardPrior(Prior):
    """The standard Normal N(0, I): a prior of one component that is not trained.

    >>> from vsc_tf import posteriors
    >>> prior = StandardPrior()
    >>> prior.bind(posteriors.Normal(latent_dim=3))
    >>> prior.components(encode=None).loc.shape
    TensorShape([1, 3])
    """

    def family_for(self, posterior: Posterior) -> type[CodeDistribution]:
        return distributions.Normal

    def components(self, encode: Encode) -> CodeDistribution:
        shape = [1, self.latent_dim]
        return distributions.Normal(tf.zeros(shape), tf.ones(shape))


@keras.saving.register_keras_serializable(package="vsc_tf")
class FixedSparsePrior(Prior):
    """Each latent on with probability alpha, independently of all others.

        p(z) = prod_j [alpha slab_j(z_j) + (1 - alpha) delta_0(z_j)]

    What observations share cannot be told by this prior, so a latent that is on costs
    log 1/alpha nats whatever the others do.

    Args:
        alpha: Number in (0, 1), the probability that a latent is on.
        slab: "normal" for codes with a sign, "half_normal" or "exponential" for codes that are
            never negative; default "half_normal" for these and "normal" for the others.
        scale: Positive number, the slab's standard deviation (half-Normal: of the Normal;
            exponential: mean). Default: one learned for each latent, from 1 on.

    >>> from vsc_tf import posteriors
    >>> prior = FixedSparsePrior(alpha=0.1, scale=2.)
    >>> prior.bind(posteriors.RectifiedNormal(latent_dim=3))
    >>> prior.build((None, 5))
    >>> round(float(prior.components(encode=None).spike_probs[0, 0]), 3)
    0.1
    """

    def __init__(self, alpha: float = 0.05, slab: str | None = None,
                 scale: float | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.alpha = checks.probability("alpha", alpha)
        if slab is not None:
            checks.one_of("slab", slab, tuple(SLABS))
        self.slab, self.scale = slab, None if scale is None else checks.positive("scale", scale)

    def family_for(self, posterior: Posterior) -> type[CodeDistribution]:
        return SLABS[self._slab_beside(posterior)]

    def bind(self, posterior: Posterior) -> None:
        super().bind(posterior)
        self._slab = self._slab_beside(posterior)

    def _slab_beside(self, posterior):
        return self.slab or ("half_normal" if posterior.family.one_sided else "normal")

    def build(self, input_shape: tuple) -> None:
        start = 0. if self.scale is None else math.log(self.scale)
        self.log_scale = self.add_weight(
            name="log_scale", shape=(self.latent_dim,), trainable=self.scale is None,
            initializer=keras.initializers.Constant(start), dtype="float32")

    def components(self, encode: Encode) -> CodeDistribution:
        scale = tf.exp(tf.convert_to_tensor(self.log_scale))[tf.newaxis]
        logits = tf.zeros_like(scale) + math.log(self.alpha) - math.log1p(-self.alpha)
        return SLABS[self._slab](logits, scale=scale, **_CENTRED.get(self._slab, {}))

    def get_config(self) -> dict:
        return {**super().get_config(), "alpha": self.alpha, "slab": self.slab,
                "scale": self.scale}


@keras.saving.register_keras_serializable(package="vsc_tf")
class NoPrior(Prior):
    """No prior: codes cost nothing, so there is no bound, no generation and no likelihood.

    Only for `posteriors.Deterministic`: for codes that are drawn it would be a KL left out.

    >>> from vsc_tf import posteriors
    >>> NoPrior().bind(posteriors.Deterministic(latent_dim=3))
    """

    is_prior = False

    def family_for(self, posterior: Posterior) -> type[CodeDistribution]:
        return distributions.Point

    def bind(self, posterior: Posterior) -> None:
        if posterior.family.has_density:
            raise ValueError(
                "NoPrior is for posteriors.Deterministic only: without a prior, the KL divergence "
                f"of codes that are drawn would be left out. Received: {type(posterior).__name__}. "
                "Use StandardPrior, or FixedSparsePrior for codes with exact zeros.")
        self.latent_dim = posterior.latent_dim

    def components(self, encode: Encode) -> Any:
        return None

    def kl(self, q: CodeDistribution, components: CodeDistribution, x: tf.Tensor,
           z: tf.Tensor) -> PriorKL:
        nothing = tf.zeros(tf.shape(z)[1:2])
        return PriorKL(nothing, nothing, tf.ones_like(nothing)[:, tf.newaxis])
