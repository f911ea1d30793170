"""Distributions of dense codes, under the contract of sparse ones."""
import math

import tensorflow as tf
from tensorflow_probability import distributions as tfd

from vsc_tf.distributions.contract import CodeDistribution, Quadratic, TensorLike, moved


class Normal(tfd.Normal, CodeDistribution):
    """`tfd.Normal` as the distribution of a code value that is always on.

    >>> Normal(loc=2., scale=1.).spike_probs.numpy().item()
    1.0
    """

    def from_noise(self, uniform: tf.Tensor, normal: tf.Tensor) -> tf.Tensor:
        return self.loc + self.scale * normal

    def quadratic(self, centre: TensorLike = 0.) -> Quadratic:
        n, precision = self.loc - centre, 1. / self.scale**2
        peak = (-tf.math.log(self.scale) - 0.5 * math.log(2 * math.pi) - 0.5 * n**2 * precision)
        return tf.zeros_like(peak), peak, n * precision, -0.5 * precision

    def vary(self, z: tf.Tensor, noise: tf.Tensor, likeness: tf.Tensor) -> tf.Tensor:
        return self.loc + self.scale * moved((z - self.loc) / self.scale, noise, likeness)


class Point(tfd.Deterministic, CodeDistribution):
    """A code value that is certain, for models without a prior.

    >>> Point(loc=2.).mode().numpy().item()
    2.0
    """

    has_density = False

    def _mode(self) -> tf.Tensor:
        return self.loc  # TFP broadcasts it to itself, by an operation that ONNX lacks.

    def from_noise(self, uniform: tf.Tensor, normal: tf.Tensor) -> tf.Tensor:
        return self.loc + tf.zeros_like(normal)
