"""Spike-and-slabs whose slab is never negative: fixed priors of one-sided codes."""
import math

import tensorflow as tf
import tensorflow_probability as tfp
from tensorflow_probability import distributions as tfd

from vsc_tf.distributions import standard_normal
from vsc_tf.distributions.contract import CodeDistribution, dtype_of


class OneSidedSpike(tfd.AutoCompositeTensorDistribution, CodeDistribution):
    """Base: exact zero with probability `1 - sigmoid(logits)`, otherwise a positive draw.

    A subclass defines the slab, which has one parameter `scale`: its `TFP` distribution `slab`,
    `slab_from_normal` (from a standard Normal value to a value of the slab) and the terms of its
    quadratic log density.

    Args:
        logits: Float tensor, log-odds of a non-zero draw.
        scale: Positive float tensor, scale of the slab.
    """

    has_atom = True
    one_sided = True

    def __init__(self, logits, scale, validate_args=False, allow_nan_stats=True, name=None):
        parameters = dict(locals())
        dtype = dtype_of(logits, scale)
        with tf.name_scope(name or type(self).__name__) as name:
            self._logits = tf.convert_to_tensor(logits, dtype, name="logits")
            self._scale = tf.convert_to_tensor(scale, dtype, name="scale")
            super().__init__(
                dtype=dtype, reparameterization_type=tfd.NOT_REPARAMETERIZED,
                validate_args=validate_args, allow_nan_stats=allow_nan_stats,
                parameters=parameters, name=name)

    @classmethod
    def _parameter_properties(cls, dtype, num_classes=None):
        prop = tfp.util.ParameterProperties
        positive = prop(default_constraining_bijector_fn=tfp.bijectors.Softplus)
        return dict(logits=prop(), scale=positive)

    logits = property(lambda self: self._logits, doc="Log-odds of a non-zero draw.")
    scale = property(lambda self: self._scale, doc="Scale of the slab.")
    log_prob_on = property(lambda self: tf.math.log_sigmoid(self.logits))
    log_prob_off = property(lambda self: tf.math.log_sigmoid(-self.logits))
    slab_mean = property(lambda self: self.slab.mean() + tf.zeros_like(self.logits))

    @property
    def slab(self) -> tfd.Distribution:
        """The distribution of non-zero draws."""
        raise NotImplementedError

    def slab_from_normal(self, normal: tf.Tensor) -> tf.Tensor:
        """The slab's value that is as likely to be exceeded as `normal` is."""
        raise NotImplementedError

    def _event_shape(self):
        return tf.TensorShape([])

    def _event_shape_tensor(self):
        return tf.constant([], dtype=tf.int32)

    def _sample_n(self, n, seed=None):
        shape = tf.concat([[n], self.batch_shape_tensor()], axis=0)
        seeds = tfp.random.split_seed(seed, n=2, salt="one_sided_spike")
        return self.from_noise(tf.random.stateless_uniform(shape, seeds[0], dtype=self.dtype),
                               tf.random.stateless_normal(shape, seeds[1], dtype=self.dtype))

    def from_noise(self, uniform, normal):
        slab = self.slab_from_normal(normal)
        return tf.where(uniform < self.spike_probs, slab, tf.zeros_like(slab))

    def _log_prob(self, x):
        on = tf.where(x < 0., tf.constant(-math.inf, self.dtype),
                      self.log_prob_on + self.slab.log_prob(tf.abs(x)))
        return tf.where(tf.equal(x, 0.), self.log_prob_off, on)

    def _cdf(self, x):
        on = self.spike_probs * self.slab.cdf(tf.nn.relu(x))
        return tf.where(x < 0., tf.zeros_like(on), tf.exp(self.log_prob_off) + on)

    def _mean(self):
        return self.spike_probs * self.slab.mean()

    def _variance(self):
        mean = self.slab.mean()
        second = self.spike_probs * (self.slab.variance() + mean**2)
        return second - (self.spike_probs * mean)**2

    def _mode(self):
        is_on = self.logits > 0.
        return tf.where(is_on, self.slab.mean(), tf.zeros_like(self.logits))

    def _entropy(self):
        on = self.spike_probs * (self.slab.entropy() - self.log_prob_on)
        return on - tf.exp(self.log_prob_off) * self.log_prob_off

    def moments(self, centre=0.):
        on, distance = self.spike_probs, self.slab.mean() - centre
        return on, on * distance, on * (distance**2 + self.slab.variance())

    def vary(self, z, noise, likeness):
        tail = standard_normal.move_in_tail(
            self.slab.survival_function(tf.nn.relu(z)), noise, likeness)
        varied = self.slab_from_normal(-tf.math.ndtri(tail))
        return tf.where(tf.equal(z, 0.) | (likeness >= 1.), z, varied)

    def _default_event_space_bijector(self):
        return None  # The atom has no smooth image.

    def _parameter_control_dependencies(self, is_init):
        if not (is_init and self.validate_args):
            return []
        message = "Argument `scale` must be positive."
        return [tf.debugging.assert_positive(self.scale, message=message)]


class SpikeAndHalfNormal(OneSidedSpike):
    """Exact zero, or a half-Normal draw |N(0, scale^2)|, on with probability sigmoid(logits).

    Args:
        logits: Float tensor, log-odds of a non-zero draw.
        scale: Positive float tensor, of the half-Normal.

    >>> round(float(SpikeAndHalfNormal(logits=0., scale=1.).mean()), 4)  # sqrt(2 / pi) / 2
    0.3989
    """

    @property
    def slab(self) -> tfd.Distribution:
        return tfd.HalfNormal(self.scale)

    def slab_from_normal(self, normal):
        return -self.scale * tf.math.ndtri(0.5 * standard_normal.cdf(-normal))

    def quadratic(self, centre=0.):
        precision, c = 1. / self.scale**2, tf.convert_to_tensor(centre, self.dtype)
        peak = self.log_prob_on + 0.5 * math.log(2 / math.pi) - tf.math.log(self.scale)
        return (self.log_prob_off, peak - 0.5 * c**2 * precision, -c * precision,
                -0.5 * precision)


class SpikeAndExponential(OneSidedSpike):
    """Exact zero, or an exponential draw of mean `scale`, on with probability sigmoid(logits).

    Args:
        logits: Float tensor, log-odds of a non-zero draw.
        scale: Positive float tensor, mean of the exponential.

    >>> float(SpikeAndExponential(logits=0., scale=3.).mean())
    1.5
    """

    @property
    def slab(self) -> tfd.Distribution:
        return tfd.Exponential(1. / self.scale)

    def slab_from_normal(self, normal):
        return -self.scale * standard_normal.log_cdf(-normal)

    def quadratic(self, centre=0.):
        on = self.log_prob_on - tf.math.log(self.scale) - centre / self.scale
        return self.log_prob_off, on, -1. / self.scale, tf.zeros_like(on)
