"""Rectified Normal: a Normal draw with everything below zero set to exactly zero."""
import math

import tensorflow as tf
from tensorflow_probability import distributions as tfd

from vsc_tf.distributions import standard_normal
from vsc_tf.distributions.contract import Moments, Quadratic, TensorLike
from vsc_tf.distributions.dense import Normal
from vsc_tf.distributions.sparse import NUMBER, POSITIVE, SparseDistribution

_FAR = 30.  # Standard deviations; beyond, exp(-x^2 / 2) and its gradient are 0 in float32.


class RectifiedNormal(SparseDistribution):
    """z = max(s, 0) with s ~ Normal(loc, scale), after [SLS98] and [S16].

    A spike and slab whose gate and value are one continuous path: z is on with probability
    Phi(loc / scale), and its slab is Normal(loc, scale) cut to z > 0. As `loc` falls below 0 the
    value fades into an exact 0, so there is no barrier between on and off, and draws are
    differentiable as they are: no relaxation, no straight-through gradient.

    `mode` is the deterministic code max(loc, 0), on where a draw is more likely on than off.
    Densities are in nats, with respect to Lebesgue measure on z > 0 plus a unit atom at 0.

    Args:
        loc: Float tensor, mean of the Normal before it is rectified.
        scale: Positive float tensor, its standard deviation.
        validate_args: If `True`, assert `scale > 0` outside of XLA.

    Shapes: `loc` and `scale` broadcast to `batch_shape`; `event_shape = []`. Beyond 30 standard
    deviations from 0 the on-probability stays what it is there.

    >>> d = RectifiedNormal(loc=0., scale=1.)
    >>> d.spike_probs.numpy().item(), round(float(d.mean()), 4)
    (0.5, 0.3989)
    """

    one_sided = True
    reparameterization = tfd.FULLY_REPARAMETERIZED

    def __init__(self, loc: TensorLike, scale: TensorLike, validate_args: bool = False,
                 allow_nan_stats: bool = True, name: str = "RectifiedNormal"):
        super().__init__(dict(locals()))

    @classmethod
    def _parameter_properties(cls, dtype, num_classes=None):
        return dict(loc=NUMBER, scale=POSITIVE)

    @property
    def _zero(self) -> tf.Tensor:
        """Where 0 lies, in standard deviations from `loc`."""
        return tf.clip_by_value(-self.loc / self.scale, -_FAR, _FAR)

    @property
    def log_prob_on(self) -> tf.Tensor:
        return standard_normal.log_cdf(-self._zero)

    @property
    def log_prob_off(self) -> tf.Tensor:
        return standard_normal.log_cdf(self._zero)

    @property
    def spike_probs(self) -> tf.Tensor:
        return standard_normal.cdf(-self._zero)

    @property
    def slab_mean(self) -> tf.Tensor:
        # The ratio of pdf and on-probability, in the log domain: both underflow far out.
        log_ratio = -0.5 * self._zero**2 - 0.5 * math.log(2 * math.pi) - self.log_prob_on
        mean = self.loc + self.scale * tf.exp(log_ratio)
        # Far above `loc` the two cancel. There the tail falls like an exponential's.
        far = -self.loc / self.scale
        safe = tf.maximum(far, 10.)
        return tf.where(far > 10., self.scale / safe * (1. - 2. / safe**2), mean)

    def from_noise(self, uniform: tf.Tensor, normal: tf.Tensor) -> tf.Tensor:
        return tf.nn.relu(self.loc + self.scale * normal)

    def _log_prob(self, x):
        slab = tfd.Normal(self.loc, self.scale).log_prob(x)
        on = tf.where(x < 0., tf.constant(-math.inf, self.dtype), slab)
        return tf.where(tf.equal(x, 0.), self.log_prob_off, on)

    def _cdf(self, x):
        return tf.where(x < 0., tf.zeros_like(x), tfd.Normal(self.loc, self.scale).cdf(x))

    def _mean(self):
        return self.moments()[1]

    def _variance(self):
        mean = self.mean()  # About 0, second - first^2 would lose all digits far above it.
        _, _, second = self.moments(mean)
        return tf.nn.relu(second + standard_normal.cdf(self._zero) * mean**2)

    def _mode(self):
        return tf.nn.relu(self.loc)

    def _entropy(self):
        on, pdf = self.spike_probs, standard_normal.pdf(self._zero)
        slab = on * (tf.math.log(self.scale) + 0.5 * math.log(2 * math.pi))
        return (slab + 0.5 * (on + self._zero * pdf)
                - standard_normal.cdf(self._zero) * self.log_prob_off)

    def moments(self, centre: TensorLike = 0.) -> Moments:
        on, pdf = self.spike_probs, standard_normal.pdf(self._zero)
        distance = self.loc - centre
        first = distance * on + self.scale * pdf
        second = (distance**2 * on + 2. * distance * self.scale * pdf
                  + self.scale**2 * (on + self._zero * pdf))
        return on, first, second

    def absolute_moment(self, centre: TensorLike = 0.) -> tf.Tensor:
        # On z > 0 it is centre - z below a centre above 0, and z - centre elsewhere.
        below = tf.nn.relu(tf.convert_to_tensor(centre, self.dtype))
        edge = tf.clip_by_value((below - self.loc) / self.scale, -_FAR, _FAR)
        share = standard_normal.cdf(edge) - standard_normal.cdf(self._zero)
        first = (share * (below - self.loc)
                 + self.scale * (standard_normal.pdf(edge) - standard_normal.pdf(self._zero)))
        return self.moments(centre)[1] + 2. * first

    def quadratic(self, centre: TensorLike = 0.) -> Quadratic:
        off, *where_on = Normal(self.loc, self.scale).quadratic(centre)
        return off + self.log_prob_off, *where_on

    def vary(self, z: tf.Tensor, noise: tf.Tensor, likeness: tf.Tensor) -> tf.Tensor:
        on = self.spike_probs
        tail = standard_normal.cdf((self.loc - z) / self.scale) / on
        tail = standard_normal.move_in_tail(tail, noise, likeness)
        varied = self.loc - self.scale * standard_normal.quantile(on * tail)
        return tf.where(tf.equal(z, 0.) | (likeness >= 1.), z, varied)
