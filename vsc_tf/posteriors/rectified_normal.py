"""The rectified Normal posterior: sparse codes without a barrier between off and on."""
from typing import Any, NamedTuple

import keras
import numpy as np
import scipy.special
import tensorflow as tf

from vsc_tf import checks, distributions, log_variances
from vsc_tf.distributions import CodeDistribution
from vsc_tf.posteriors.base import Posterior

STARTS = ("open", "half_spaces")


class RectifiedCodes(NamedTuple):
    """Codes of n observations, each an array `[n, latent_dim]`.

    z: max(loc, 0), exactly 0 where the latent is off (spike_probs < 1/2).
    spike_probs: probability that the latent is on.
    loc, scale: mean and standard deviation of the Normal before it is rectified.
    """

    z: np.ndarray
    spike_probs: np.ndarray
    loc: np.ndarray
    scale: np.ndarray

    @property
    def mean(self) -> np.ndarray:
        """E[z] under q(z|x): loc Phi(loc / scale) + scale phi(loc / scale)."""
        a = self.loc / self.scale
        return (self.loc * scipy.special.ndtr(a)
                + self.scale * np.exp(-0.5 * a**2) / np.sqrt(2 * np.pi))


@keras.saving.register_keras_serializable(package="vsc_tf")
class RectifiedNormal(Posterior):
    """z_j = max(s_j, 0) with s_j ~ N(m_j, sigma_j^2), see `distributions.RectifiedNormal`.

    Args:
        start: How the gates begin. "open": the biases of m are 1, so every latent is on at first
            and can be given up. "half_spaces": they are 0, so each latent begins as on for a
            random half-space of the features.
        latent_dim: Positive integer J; set by the model that owns the layer if left out.

    >>> RectifiedNormal(latent_dim=3)(tf.zeros([2, 8])).mode().numpy().max().item()
    1.0
    """

    family = distributions.RectifiedNormal
    codes_type = RectifiedCodes

    def __init__(self, start: str = "open", latent_dim: int | None = None, **kwargs: Any):
        checks.one_of("start", start, STARTS)
        super().__init__(latent_dim, **kwargs)
        self.start = start

    def initial_bias(self, shape: tuple, dtype: str | None = None) -> tf.Tensor:
        open_at = 1. if self.start == "open" else 0.
        return tf.cast(tf.repeat([open_at, 0.], self.latent_dim), dtype or "float32")

    def distribution(self, loc: tf.Tensor, log_variance: tf.Tensor) -> CodeDistribution:
        scale = tf.exp(0.5 * log_variances.bounded(log_variance))
        return distributions.RectifiedNormal(loc, scale)

    def get_config(self) -> dict:
        return {**super().get_config(), "start": self.start}
