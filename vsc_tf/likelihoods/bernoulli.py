"""Likelihoods of observations between 0 and 1."""
import keras
import numpy as np
import tensorflow as tf
from tensorflow_probability import distributions as tfd

from vsc_tf import checks
from vsc_tf.likelihoods.base import Likelihood


@keras.saving.register_keras_serializable(package="vsc_tf")
class Bernoulli(Likelihood):
    """p(x|z) = prod_i Bernoulli(x_i; sigmoid(logits_i(z))), for values in [0, 1].

    Values strictly between 0 and 1 give the usual cross entropy, which is a bound on nothing
    for grey images; use `ContinuousBernoulli` where the normalised density matters.

    >>> Bernoulli(event_shape=(28, 28))(tf.zeros([2, 512])).mean().shape
    TensorShape([2, 28, 28])
    """

    def check(self, target: np.ndarray) -> None:
        checks.unit_interval(target, type(self).__name__)

    def per_value(self, logits: tf.Tensor) -> tfd.Distribution:
        return tfd.Bernoulli(logits, dtype=tf.float32)


@keras.saving.register_keras_serializable(package="vsc_tf")
class ContinuousBernoulli(Likelihood):
    """p(x|z) = prod_i C(p_i) p_i^x_i (1 - p_i)^(1 - x_i) on [0, 1], properly normalised.

    [LC19].

    >>> p = ContinuousBernoulli(event_shape=(3,))(tf.zeros([1, 8]))
    >>> abs(p.log_prob([[0.2, 0.5, 0.9]]).numpy().round(3)).item()  # Uniform on [0, 1].
    0.0
    """

    def check(self, target: np.ndarray) -> None:
        checks.unit_interval(target, type(self).__name__)

    def per_value(self, logits: tf.Tensor) -> tfd.Distribution:
        return tfd.ContinuousBernoulli(logits)
