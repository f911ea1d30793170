"""Posteriors of dense codes: Normal, and the certain code of an auto-encoder."""
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

from vsc_tf import distributions, log_variances
from vsc_tf.distributions import CodeDistribution
from vsc_tf.posteriors.base import Posterior
from vsc_tf.schedules import Values


class NormalCodes(NamedTuple):
    """Codes of n observations, each an array `[n, latent_dim]`.

    z: the posterior mean.
    loc, scale: mean and standard deviation of the posterior.
    """

    z: np.ndarray
    loc: np.ndarray
    scale: np.ndarray

    @property
    def mean(self) -> np.ndarray:
        """E[z] under q(z|x)."""
        return self.loc


@keras.saving.register_keras_serializable(package="vsc_tf")
class Normal(Posterior):
    """q(z|x) = prod_j N(z_j; m_j, s_j^2), the posterior of a VAE ([KW14]).

    Args:
        latent_dim: Positive integer J; set by the model that owns the layer if left out.

    >>> Normal(latent_dim=3)(tf.zeros([2, 8])).loc.shape
    TensorShape([2, 3])
    """

    family = distributions.Normal
    codes_type = NormalCodes

    def distribution(self, loc: tf.Tensor, log_variance: tf.Tensor) -> CodeDistribution:
        return distributions.Normal(loc, tf.exp(0.5 * log_variances.bounded(log_variance)))


class PointCodes(NamedTuple):
    """Codes of n observations: z, an array `[n, latent_dim]`."""

    z: np.ndarray

    @property
    def mean(self) -> np.ndarray:
        """z itself: the code is certain."""
        return self.z


@keras.saving.register_keras_serializable(package="vsc_tf")
class Deterministic(Posterior):
    """A certain code z = W f(x) + b on the encoder's features f: the auto-encoder's.

    Its KL divergence from any prior is infinite, so it goes with `NoPrior` alone.

    Args:
        latent_dim: Positive integer J; set by the model that owns the layer if left out.

    >>> Deterministic(latent_dim=3)(tf.zeros([2, 8])).mode().shape
    TensorShape([2, 3])
    """

    family = distributions.Point
    codes_type = PointCodes
    outputs_per_latent = 1

    def distribution(self, loc: tf.Tensor) -> CodeDistribution:
        return distributions.Point(loc)

    def draw(self, q: CodeDistribution, samples: int, seed: tf.Tensor, training: bool,
             values: Values) -> tf.Tensor:
        return tf.repeat(q.loc[tf.newaxis], samples, axis=0)
