"""Distributions of dense codes, under the contract of sparse ones."""
import math

import tensorflow as tf
from tensorflow_probability import distributions as tfd

from vsc_tf.distributions import standard_normal
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

    def absolute_moment(self, centre: TensorLike = 0.) -> tf.Tensor:
        distance = (self.loc - centre) / self.scale
        return self.scale * (2. * standard_normal.pdf(distance)
                             + distance * (1. - 2. * standard_normal.cdf(-distance)))

    def vary(self, z: tf.Tensor, noise: tf.Tensor, likeness: tf.Tensor) -> tf.Tensor:
        return self.loc + self.scale * moved((z - self.loc) / self.scale, noise, likeness)


class Laplace(tfd.Laplace, CodeDistribution):
    """`tfd.Laplace` as the distribution of a code value that is always on.

    Args:
        loc: Float tensor, the mean.
        scale: Positive float tensor, E|z - loc|.

    >>> Laplace(loc=2., scale=0.5).absolute_moment(2.).numpy().item()
    0.5
    """

    def from_noise(self, uniform: tf.Tensor, normal: tf.Tensor) -> tf.Tensor:
        return self.loc + self.scale * standard_normal.to_laplace(normal)

    def absolute_moment(self, centre: TensorLike = 0.) -> tf.Tensor:
        distance = tf.abs(self.loc - centre)
        return distance + self.scale * tf.exp(-distance / self.scale)

    def expected_log_prob(self, q: CodeDistribution) -> tf.Tensor:
        peak = -tf.math.log(2. * self.scale)
        return q.spike_probs * peak - q.absolute_moment(self.loc) / self.scale

    def vary(self, z: tf.Tensor, noise: tf.Tensor, likeness: tf.Tensor) -> tf.Tensor:
        normal = standard_normal.from_laplace((z - self.loc) / self.scale)
        varied = self.from_noise(normal, moved(normal, noise, likeness))
        return tf.where(likeness >= 1., z, varied)


@tfd.RegisterKL(Laplace, Laplace)
def _kl_laplace(q: Laplace, p: Laplace, name: str | None = None) -> tf.Tensor:
    """TFP's own closed form: nearer to 0 than the difference of two expectations."""
    return tfd.kl_divergence(tfd.Laplace(q.loc, q.scale), tfd.Laplace(p.loc, p.scale), name=name)


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

    def absolute_moment(self, centre: TensorLike = 0.) -> tf.Tensor:
        return tf.abs(self.loc - centre)
