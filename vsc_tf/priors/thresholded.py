"""The fixed prior of thresholded codes: their own family, about 0."""
from typing import Any

import keras
import tensorflow as tf
from tensorflow_probability import distributions as tfd

from vsc_tf import checks
from vsc_tf.distributions import CodeDistribution, GammaThreshold
from vsc_tf.posteriors import Posterior
from vsc_tf.priors.base import Encode, Prior, PriorKL

COSTS = ("exact", "base")
CONCENTRATION = 3.  # Of the Gamma that thresholds have under the prior of [F22].


@keras.saving.register_keras_serializable(package="vsc_tf")
class ThresholdedPrior(Prior):
    """Noise of the posterior's own kind about 0, thresholded so that a share alpha is on ([F22]).

    Args:
        alpha: Number in (0, 1), the probability that a latent is on. The threshold t0 that it
            needs is -scale log(alpha) for a Laplace, scale Phi^-1(1 - alpha / 2) for a Normal.
        scale: Positive number, of the noise; default 0.1 for a Laplace, sqrt(0.1) for a Normal.
        cost: What a code costs.
            "exact": the KL divergence of the thresholded distributions.
            "base": as in [F22] that of the noise before it is thresholded, plus
            `threshold_weight` times the KL of learned thresholds from Gamma(3, 3 / t0). It is not
            less than the exact one only where all have the threshold t0: the bound is none, and
            is not logged.
        threshold_weight: Number of at least 0; 0.1 in [F22]. For "base" with learned thresholds.

    >>> from vsc_tf import posteriors
    >>> prior = ThresholdedPrior(alpha=0.1)
    >>> prior.bind(posteriors.ThresholdedLaplace(latent_dim=3))
    >>> round(float(prior.components(encode=None).threshold[0, 0]), 3)
    0.23
    """

    def __init__(self, alpha: float = 0.1, scale: float | None = None, cost: str = "exact",
                 threshold_weight: float = 0.1, **kwargs: Any):
        checks.one_of("cost", cost, COSTS)
        super().__init__(**kwargs)
        self.alpha = checks.probability("alpha", alpha)
        self.scale = None if scale is None else checks.positive("scale", scale)
        self.cost = cost
        self.threshold_weight = checks.non_negative("threshold_weight", threshold_weight)
        self.is_bound = cost == "exact"

    def family_for(self, posterior: Posterior) -> type[CodeDistribution]:
        if posterior.family.about_zero is CodeDistribution.about_zero:
            raise ValueError(
                "ThresholdedPrior is for posteriors whose noise is thresholded, such as "
                f"posteriors.ThresholdedLaplace. Received: {type(posterior).__name__}. Use "
                "FixedSparsePrior.")
        return type(posterior.family.about_zero(self.alpha, self.scale, [1, 1]))

    def bind(self, posterior: Posterior) -> None:
        super().bind(posterior)
        self._about_zero = posterior.family.about_zero

    def components(self, encode: Encode) -> CodeDistribution:
        latent_dim: Any = self.latent_dim  # Known since `bind`.
        return self._about_zero(self.alpha, self.scale, [1, latent_dim])

    def kl(self, q: CodeDistribution, components: CodeDistribution, x: tf.Tensor,
           z: tf.Tensor) -> PriorKL:
        if self.cost == "exact":
            return super().kl(q, components, x, z)
        kl = tf.reduce_sum(tfd.kl_divergence(q.base, components.base), axis=-1)
        if q.thresholds is not None:
            expected = GammaThreshold(CONCENTRATION, CONCENTRATION / components.threshold)
            kl += self.threshold_weight * tf.reduce_sum(
                tfd.kl_divergence(q.thresholds, expected), axis=-1)
        return PriorKL(kl, tf.zeros_like(kl), tf.ones_like(kl)[:, tf.newaxis])

    def get_config(self) -> dict:
        return {**super().get_config(), "alpha": self.alpha, "scale": self.scale,
                "cost": self.cost, "threshold_weight": self.threshold_weight}
