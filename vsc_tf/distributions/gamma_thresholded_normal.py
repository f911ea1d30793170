"""Normal codes whose thresholds are drawn from a Gamma, with the thresholds integrated out."""
import math

import numpy as np
import tensorflow as tf

from vsc_tf.distributions import standard_normal
from vsc_tf.distributions.contract import (
    CodeDistribution,
    Moments,
    TensorLike,
)
from vsc_tf.distributions.gamma_threshold import GammaThreshold
from vsc_tf.distributions.sparse import NUMBER, POSITIVE
from vsc_tf.distributions.thresholded_normal import NormalTails, ThresholdedNormal

_STEPS = np.linspace(-4.5, 5., 26)  # Of the rule over thresholds.
_LOG_LEAST = -80.  # Of thresholds: float32 holds their exponentials, so no one is never off.
_LAGUERRE = np.polynomial.laguerre.laggauss(10)  # Of that over distances from loc, for entropies.
_LEAST_PEAKED = 0.5  # Concentration below which the rule's width is no longer the density's,
_REACH = 0.15  # and over which it begins to reach further left, in units of 1 / concentration.
_NEWTON_STEPS = 10  # Each doubles the right digits of a quantile, at the end.


def _log_expectation(terms):
    """log of a sum over thresholds, of which `terms` [..., 26] are the logs."""
    return tf.reduce_logsumexp(terms, axis=-1)


class GammaThresholdedNormal(NormalTails):
    """`ThresholdedNormal` whose threshold is drawn from Gamma(concentration, rate), [F22].

    With the threshold integrated out. The density of what is on, at distance u s from `loc`, is a
    parabolic cylinder function D, a = concentration, b = rate, s = scale, c = b s + u:

        (b s)^a Normal(u; 0, 1) exp(c^2 / 4) D_{-a}(c) / s

    There is no library function of it, and the probability of on is an integral of it. Both, the
    moments and the entropy are expectations over the threshold by a double exponential rule of 26
    points that are put where the integrand is: right to 1e-4 for concentrations of .1 and more, to
    1e-3 for .03. The KL divergence to other families is exact but for that. To this one there is
    none, as other families have no closed form of its expected log density: it is no prior.

    Args:
        loc, scale: As in `ThresholdedNormal`.
        concentration, rate: Positive float tensors, of the Gamma; its mean is their ratio.
        validate_args: If `True`, assert `scale > 0` outside of XLA.

    >>> d = GammaThresholdedNormal(loc=1., scale=0.5, concentration=3., rate=6.)
    >>> round(float(d.spike_probs), 3)  # 0.317 with the threshold 3 / 6 itself.
    0.386
    """

    salt = "gamma_thresholded_normal"
    is_component = False

    def __init__(self, loc: TensorLike, scale: TensorLike, concentration: TensorLike,
                 rate: TensorLike, validate_args: bool = False, allow_nan_stats: bool = True,
                 name: str = "GammaThresholdedNormal"):
        super().__init__(dict(locals()))

    @classmethod
    def _parameter_properties(cls, dtype, num_classes=None):
        return dict(loc=NUMBER, scale=POSITIVE, concentration=POSITIVE, rate=POSITIVE)

    thresholds = property(lambda self: GammaThreshold(self.concentration, self.rate),
                          doc="The distribution of the threshold.")

    def _rule(self, tilt: TensorLike = 0.):
        """Thresholds in standard deviations, and logs of their weights, `[..., 26]` each.

        The points are about the mode, in log x, of x^a exp(-(b s + tilt) x - x^2 / 2): what is on
        at the distance `tilt` was below such thresholds. To its left the density falls as exp(a
        log x), which is slow where a is small.
        """
        tilt = tf.convert_to_tensor(tilt, self.dtype)
        shape = tf.broadcast_dynamic_shape(tf.shape(tilt), self.batch_shape_tensor())
        a = tf.broadcast_to(self.concentration, shape)[..., tf.newaxis]
        rate = tf.broadcast_to(self.rate * self.scale, shape)[..., tf.newaxis]
        tilted = tf.stop_gradient(rate + tf.broadcast_to(tilt, shape)[..., tf.newaxis])
        peaked = tf.maximum(tf.stop_gradient(a), _LEAST_PEAKED)
        mode = 2. * peaked / (tilted + tf.sqrt(tilted**2 + 4. * peaked))
        width = tf.math.rsqrt(peaked + mode**2)
        left = tf.maximum(width, _REACH / tf.stop_gradient(a))
        steps = tf.constant(_STEPS, self.dtype)
        log_x = tf.math.log(mode) + width * (steps + 1.) - left * tf.exp(-steps)
        by_mean = log_x + tf.math.log(rate) - tf.math.log(a)  # log(threshold / its mean).
        log_density = _log_peak(a) + a * (by_mean - tf.math.expm1(by_mean))
        step = math.log(_STEPS[1] - _STEPS[0])
        x = tf.exp(tf.maximum(log_x, _LOG_LEAST))
        return x, log_density + step + tf.math.log(width + left * tf.exp(-steps))

    def _log_tilted(self, distance):
        """log E[exp(-u x - x^2 / 2)] over thresholds x, of u = `distance`."""
        x, log_weights = self._rule(distance)
        return _log_expectation(log_weights - distance[..., tf.newaxis] * x - 0.5 * x**2)

    def _log_on(self, x, log_weights):
        log_on = _log_expectation(log_weights + standard_normal.log_cdf(-x)) + math.log(2.)
        return tf.minimum(log_on, 0.) + tf.zeros_like(self.loc)

    def _off(self, x, log_weights, log_on):
        little = tf.reduce_sum(tf.exp(log_weights) * tf.math.erf(x * 0.5**0.5), axis=-1)
        return tf.where(log_on < math.log(0.9), -tf.math.expm1(log_on), little)

    log_prob_on = property(lambda self: self._log_on(*self._rule()),
                           doc="Log probability that the noise is beyond its threshold.")
    spike_probs = property(lambda self: tf.exp(self.log_prob_on),
                           doc="Probability that the noise is beyond its threshold.")

    @property
    def prob_off(self) -> tf.Tensor:
        x, log_weights = self._rule()
        return self._off(x, log_weights, self._log_on(x, log_weights))

    @property
    def log_prob_off(self) -> tf.Tensor:
        return tf.math.log(self.prob_off)

    def from_noise(self, uniform: tf.Tensor, normal: tf.Tensor) -> tf.Tensor:
        threshold = self.thresholds.quantile(uniform)
        return ThresholdedNormal(self.loc, self.scale, threshold).from_noise(uniform, normal)

    def _log_tail(self, distance):
        x, log_weights = self._rule()
        return _log_expectation(
            log_weights + standard_normal.log_cdf(-(distance[..., tf.newaxis] + x)))

    def _tail(self, distance):
        return tf.exp(self._log_tail(distance / self.scale))

    def _beyond(self, log_tail):
        x, log_weights = self._rule()

        def better(distance):  # A step of Newton's.
            edge = distance[..., tf.newaxis] + x
            now = _log_expectation(log_weights + standard_normal.log_cdf(-edge))
            slope = _log_expectation(log_weights - 0.5 * edge**2) - 0.5 * math.log(2 * math.pi)
            return tf.nn.relu(distance + (now - log_tail) * tf.exp(tf.stop_gradient(now - slope)))

        distance = tf.while_loop(
            lambda distance: True, lambda distance: [better(distance)],
            [tf.zeros_like(log_tail + x[..., 0])], maximum_iterations=_NEWTON_STEPS)[0]
        # One more, with the gradient of an implicit function.
        return self.scale * better(tf.stop_gradient(distance))

    def _log_prob(self, x):
        distance = tf.abs(x - self.loc) / self.scale
        on = (self._log_tilted(distance) - 0.5 * distance**2 - 0.5 * math.log(2 * math.pi)
              - tf.math.log(self.scale))
        return tf.where(tf.equal(x, 0.), self.log_prob_off, on)

    def _variance(self):
        x, log_weights = self._rule()
        log_on = self._log_on(x, log_weights)
        off = self._off(x, log_weights, log_on)
        return self._spread(x, log_weights) + tf.exp(log_on) * off * self.loc**2

    def moments(self, centre: TensorLike = 0.) -> Moments:
        (x, log_weights), distance = self._rule(), self.loc - centre
        on = tf.exp(self._log_on(x, log_weights))
        return on, on * distance, on * distance**2 + self._spread(x, log_weights)

    def _spread(self, x, log_weights):
        given = ThresholdedNormal(tf.zeros([], self.dtype), 1., x).variance()
        return self.scale**2 * tf.reduce_sum(tf.exp(log_weights) * given, axis=-1)

    def absolute_moment(self, centre: TensorLike = 0.) -> tf.Tensor:
        x, log_weights = self._rule()
        distance = (self.loc - centre) / self.scale
        given = ThresholdedNormal(distance[..., tf.newaxis], 1., x).absolute_moment()
        return self.scale * tf.reduce_sum(tf.exp(log_weights) * given, axis=-1)

    def _entropy(self):
        x, log_weights = self._rule()
        log_on = self._log_on(x, log_weights)
        on, off = tf.exp(log_on), self._off(x, log_weights, log_on)
        points, weights = (tf.constant(values, self.dtype) for values in _LAGUERRE)
        rate = self.rate * self.scale + tf.zeros_like(self.loc)
        mode = 2. * self.concentration / (rate + tf.sqrt(rate**2 + 4. * self.concentration))
        # About the mean distance of what is on: about 1 / x beyond a threshold x.
        mean = tf.stop_gradient(2. / (mode + tf.sqrt(mode**2 + 2. * math.pi)))
        distance = mean * tf.reshape(points, [-1, *[1] * len(on.shape)])
        # One rule does for every distance: its points reach far to the left of its mode.
        tilted = _log_expectation(
            log_weights - 0.5 * x**2 - distance[..., tf.newaxis] * x)
        density = tf.exp(tilted - 0.5 * distance**2 + distance / mean)
        slab = tf.tensordot(weights, density * tilted, 1) * mean * math.sqrt(2 / math.pi)
        squares = 0.5 * self._spread(x, log_weights) / self.scale**2
        peak = on * (tf.math.log(self.scale) + 0.5 * math.log(2 * math.pi))
        return peak + squares - slab - tf.math.multiply_no_nan(tf.math.log(off), off)

    def expected_log_prob(self, q: CodeDistribution) -> tf.Tensor:
        raise NotImplementedError(f"{type(self).__name__} has no expected log density.")


def _log_peak(a):
    """log of a^a exp(-a) / Gamma(a), of which large terms cancel in a Gamma's density."""
    large = tf.maximum(a, 8.)
    rest = (1. / 12. - (1. / 360. - 1. / 1260. / large**2) / large**2) / large  # Stirling's.
    by_series = 0.5 * tf.math.log(large / (2. * math.pi)) - rest
    small = tf.minimum(a, 8.)
    return tf.where(a > 8., by_series, small * tf.math.log(small) - small - tf.math.lgamma(small))
