"""What distributions of codes with exact zeros share, and exact zeros in front of any slab."""
from typing import Any

import tensorflow as tf
import tensorflow_probability as tfp
from tensorflow_probability import distributions as tfd

from vsc_tf.distributions.contract import CodeDistribution, Moments, Quadratic, TensorLike, dtype_of

_Base: Any = object  # For type checkers: what mixes it in has a distribution's methods.
NUMBER = tfp.util.ParameterProperties()
POSITIVE = tfp.util.ParameterProperties(default_constraining_bijector_fn=tfp.bijectors.Softplus)


class SparseDistribution(tfd.AutoCompositeTensorDistribution, CodeDistribution):
    """Base: z is exactly 0 with some probability, and has a density elsewhere.

    A subclass names its tensors in `_parameter_properties`; its constructor hands all that it was
    given on as `dict(locals())`, and each tensor becomes an attribute.

    Densities are in nats, with respect to Lebesgue measure plus a unit atom at 0, so `log_prob(0)`
    is `log_prob_off`.
    """

    has_atom = True
    reparameterization = tfd.NOT_REPARAMETERIZED
    salt = "sparse"  # Of the noise of `sample`.

    def __init__(self, parameters: dict[str, Any]):
        names = [*self._parameter_properties(None)]
        dtype = dtype_of(*(parameters[name] for name in names))
        with tf.name_scope(parameters["name"] or type(self).__name__) as scope:
            for name in names:
                setattr(self, name, tf.convert_to_tensor(parameters[name], dtype, name=name))
            super().__init__(
                dtype=dtype, reparameterization_type=self.reparameterization,
                validate_args=parameters["validate_args"],
                allow_nan_stats=parameters["allow_nan_stats"], parameters=parameters, name=scope)

    def _event_shape(self):
        return tf.TensorShape([])

    def _event_shape_tensor(self):
        return tf.constant([], dtype=tf.int32)

    def _noise(self, n, seed, salt):
        """Uniform draws in (0, 1) and standard Normal ones, each `[n] + batch_shape`."""
        shape = tf.concat([[n], self.batch_shape_tensor()], axis=0)
        seeds = tfp.random.split_seed(seed, n=2, salt=salt)
        tiny = self.dtype.as_numpy_dtype(1e-30)  # log(0) would be an infinite logistic draw.
        uniform = tf.random.stateless_uniform(shape, seeds[0], minval=tiny, dtype=self.dtype)
        return uniform, tf.random.stateless_normal(shape, seeds[1], dtype=self.dtype)

    def _sample_n(self, n, seed=None):
        return self.from_noise(*self._noise(n, seed, self.salt))

    def _default_event_space_bijector(self):
        return None  # The atom has no smooth image.

    def _parameter_control_dependencies(self, is_init):
        if not (is_init and self.validate_args):
            return []
        names = [name for name, properties in self._parameter_properties(self.dtype).items()
                 if properties is POSITIVE]
        return [tf.debugging.assert_positive(
            getattr(self, name), message=f"Argument `{name}` must be positive.") for name in names]


class Spike(_Base):
    """Mixin: exact zero with probability `1 - sigmoid(logits)`, otherwise a draw of the slab.

    To go before `SparseDistribution`. A class of its own defines `slab`, a dense
    `CodeDistribution`.
    """

    logits: tf.Tensor
    slab: CodeDistribution

    spike_probs = property(lambda self: tf.sigmoid(self.logits),
                           doc="Probability of a non-zero draw, gamma in [T20].")
    log_prob_on = property(lambda self: tf.math.log_sigmoid(self.logits),
                           doc="Log probability of a non-zero draw.")
    log_prob_off = property(lambda self: tf.math.log_sigmoid(-self.logits),
                            doc="Log probability of an exact 0.")
    prob_off = property(lambda self: tf.sigmoid(-self.logits), doc="Probability of an exact 0.")
    log_odds = property(lambda self: self.logits, doc="The same as `logits`.")
    slab_mean = property(lambda self: self.slab.mean() + tf.zeros_like(self.logits),
                         doc="Mean of a non-zero draw.")

    def from_noise(self, uniform: tf.Tensor, normal: tf.Tensor) -> tf.Tensor:
        slab = self.slab.from_noise(uniform, normal)
        return tf.where(uniform < self.spike_probs, slab, tf.zeros_like(slab))

    def _log_prob(self, x):
        return tf.where(tf.equal(x, 0.), self.log_prob_off,
                        self.log_prob_on + self.slab.log_prob(x))

    def _cdf(self, x):
        step = tf.cast(x >= 0., self.dtype)
        return self.spike_probs * self.slab.cdf(x) + self.prob_off * step

    def _mean(self):
        return self.spike_probs * self.slab.mean()

    def _spread(self):
        return self.slab.variance() + self.prob_off * self.slab.mean()**2

    def _variance(self):
        return self.spike_probs * self._spread()

    def _stddev(self):
        # Not sqrt(variance): gamma underflows there, and the gradient of sqrt at 0 is infinite.
        return tf.exp(0.5 * self.log_prob_on) * tf.sqrt(self._spread())

    def _mode(self):
        return tf.where(self.logits > 0., self.slab.mean(), tf.zeros_like(self.logits))

    def _entropy(self):
        on = self.spike_probs * (self.slab.entropy() - self.log_prob_on)
        return on - self.prob_off * self.log_prob_off

    def moments(self, centre: TensorLike = 0.) -> Moments:
        on = self.spike_probs
        _, first, second = self.slab.moments(centre)
        return on, on * first, on * second

    def absolute_moment(self, centre: TensorLike = 0.) -> tf.Tensor:
        return self.spike_probs * self.slab.absolute_moment(centre)

    def quadratic(self, centre: TensorLike = 0.) -> Quadratic:
        off, on, linear, square = self.slab.quadratic(centre)
        return off + self.log_prob_off, on + self.log_prob_on, linear, square

    def vary(self, z: tf.Tensor, noise: tf.Tensor, likeness: tf.Tensor) -> tf.Tensor:
        return tf.where(tf.equal(z, 0.), z, self.slab.vary(z, noise, likeness))


def concrete_gate(logits: tf.Tensor, sharpness: TensorLike, uniform: tf.Tensor) -> tf.Tensor:
    """0 or 1, on with these log-odds, with the gradient of a binary-concrete gate.

    Forward, the gate is `1[logits + logistic noise > 0]`; backward, it is
    `sigmoid((logits + noise) * sharpness)`, the binary concrete at temperature `1 / sharpness`
    ([M17]). `uniform` must be above 0.

    >>> concrete_gate(tf.constant([9., -9.]), 2., tf.constant([0.5, 0.5])).numpy().tolist()
    [1.0, 0.0]
    """
    noisy = logits + tf.math.log(uniform) - tf.math.log1p(-uniform)
    soft = tf.sigmoid(noisy * sharpness)
    return tf.cast(noisy > 0., soft.dtype) + (soft - tf.stop_gradient(soft))  # 0 exactly.
