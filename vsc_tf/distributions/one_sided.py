"""Spike-and-slabs whose slab is never negative: fixed priors of one-sided codes."""
import math

import tensorflow as tf
from tensorflow_probability import distributions as tfd

from vsc_tf.distributions import standard_normal
from vsc_tf.distributions.contract import CodeDistribution, Quadratic, TensorLike
from vsc_tf.distributions.sparse import NUMBER, POSITIVE, SparseDistribution, Spike


class _Slab(CodeDistribution):
    """Mixin for slabs that are never negative, which have a `survival_function`."""

    def from_upper_tail(self, log_tail: tf.Tensor) -> tf.Tensor:
        """The value that a draw exceeds with this log probability."""
        raise NotImplementedError

    def _log_prob(self, x):
        of_positive = super()._log_prob(tf.nn.relu(x))
        return tf.where(x < 0., tf.constant(-math.inf, self.dtype), of_positive)

    def _cdf(self, x):
        return super()._cdf(tf.nn.relu(x))

    def from_noise(self, uniform: tf.Tensor, normal: tf.Tensor) -> tf.Tensor:
        return self.from_upper_tail(standard_normal.log_cdf(-normal))

    def mass_below(self, z: tf.Tensor) -> tf.Tensor:
        """Integral of the distribution function from 0 to `z`, of at least 0."""
        raise NotImplementedError

    def absolute_moment(self, centre: TensorLike = 0.) -> tf.Tensor:
        centre = tf.convert_to_tensor(centre, self.dtype)
        return self.mean() - centre + 2. * self.mass_below(tf.nn.relu(centre))

    def vary(self, z: tf.Tensor, noise: tf.Tensor, likeness: tf.Tensor) -> tf.Tensor:
        tail = standard_normal.move_in_tail(
            self.survival_function(tf.nn.relu(z)), noise, likeness)
        return tf.where(likeness >= 1., z, self.from_upper_tail(tf.math.log(tail)))


class _HalfNormal(_Slab, tfd.HalfNormal):
    def from_upper_tail(self, log_tail: tf.Tensor) -> tf.Tensor:
        return -self.scale * standard_normal.quantile(0.5 * tf.exp(log_tail))

    def mass_below(self, z: tf.Tensor) -> tf.Tensor:
        z = z / self.scale
        at_zero = standard_normal.pdf(tf.zeros_like(z))
        return self.scale * (z * (1. - 2. * standard_normal.cdf(-z))
                             + 2. * (standard_normal.pdf(z) - at_zero))

    def quadratic(self, centre: TensorLike = 0.) -> Quadratic:
        precision, centre = 1. / self.scale**2, tf.convert_to_tensor(centre, self.dtype)
        peak = 0.5 * math.log(2 / math.pi) - tf.math.log(self.scale) - 0.5 * centre**2 * precision
        return tf.zeros_like(peak), peak, -centre * precision, -0.5 * precision


class _Exponential(_Slab, tfd.Exponential):
    def from_upper_tail(self, log_tail: tf.Tensor) -> tf.Tensor:
        return -log_tail / self.rate

    def mass_below(self, z: tf.Tensor) -> tf.Tensor:
        return z + tf.math.expm1(-z * self.rate) / self.rate

    def quadratic(self, centre: TensorLike = 0.) -> Quadratic:
        peak = tf.math.log(self.rate) - centre * self.rate
        return tf.zeros_like(peak), peak, -self.rate, tf.zeros_like(peak)


class SpikeAndHalfNormal(Spike, SparseDistribution):
    """Exact zero, or a half-Normal draw |N(0, scale^2)|, on with probability sigmoid(logits).

    Args:
        logits: Float tensor, log-odds of a non-zero draw.
        scale: Positive float tensor, of the half-Normal.
        validate_args: If `True`, assert `scale > 0` outside of XLA.

    >>> round(float(SpikeAndHalfNormal(logits=0., scale=1.).mean()), 4)  # sqrt(2 / pi) / 2
    0.3989
    """

    one_sided = True

    def __init__(self, logits: TensorLike, scale: TensorLike, validate_args: bool = False,
                 allow_nan_stats: bool = True, name: str = "SpikeAndHalfNormal"):
        super().__init__(dict(locals()))

    @classmethod
    def _parameter_properties(cls, dtype, num_classes=None):
        return dict(logits=NUMBER, scale=POSITIVE)

    slab = property(lambda self: _HalfNormal(self.scale), doc="The half-Normal part.")


class SpikeAndExponential(Spike, SparseDistribution):
    """Exact zero, or an exponential draw of mean `scale`, on with probability sigmoid(logits).

    Args:
        logits: Float tensor, log-odds of a non-zero draw.
        scale: Positive float tensor, mean of the exponential.
        validate_args: If `True`, assert `scale > 0` outside of XLA.

    >>> float(SpikeAndExponential(logits=0., scale=3.).mean())
    1.5
    """

    one_sided = True

    def __init__(self, logits: TensorLike, scale: TensorLike, validate_args: bool = False,
                 allow_nan_stats: bool = True, name: str = "SpikeAndExponential"):
        super().__init__(dict(locals()))

    @classmethod
    def _parameter_properties(cls, dtype, num_classes=None):
        return dict(logits=NUMBER, scale=POSITIVE)

    slab = property(lambda self: _Exponential(1. / self.scale), doc="The exponential part.")
