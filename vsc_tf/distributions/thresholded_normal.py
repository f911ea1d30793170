"""Normal codes that are soft-thresholded in their noise."""
import math
from collections.abc import Sequence

import scipy.special
import tensorflow as tf
from tensorflow_probability import distributions as tfd

from vsc_tf.distributions import standard_normal
from vsc_tf.distributions.contract import (
    CodeDistribution,
    Moments,
    TensorLike,
    moved,
    soft_thresholded,
)
from vsc_tf.distributions.sparse import NUMBER, POSITIVE, SparseDistribution

_LOG_PEAK = -0.5 * math.log(2 * math.pi)


class NormalTails(SparseDistribution):
    """Base: exact zero, or what two tails of Normal noise that were moved together to meet at `loc`
    make; a subclass says how far out they begin.

    It defines `spike_probs`, `prob_off`, both log probabilities, `_tail`, `_beyond` and moments.
    """

    loc: tf.Tensor
    scale: tf.Tensor

    base = property(lambda self: tfd.Normal(self.loc, self.scale),
                    doc="What is thresholded, always on.")
    slab_mean = property(lambda self: self.loc + tf.zeros_like(self.spike_probs),
                         doc="Mean of a non-zero draw.")

    @property
    def prob_off(self) -> tf.Tensor:
        """Probability of an exact 0."""
        raise NotImplementedError

    def _tail(self, distance):
        """Probability of a non-zero draw further from `loc` than that, on one of its sides."""
        raise NotImplementedError

    def _beyond(self, log_tail):
        """The distance from `loc` of which this is the log of the `_tail`."""
        raise NotImplementedError

    @staticmethod
    def about_zero(alpha: float, scale: float | None, shape: Sequence[int]) -> CodeDistribution:
        scale = 0.1**0.5 if scale is None else scale
        threshold = tf.fill(shape, -scale * float(scipy.special.ndtri(alpha / 2)))
        return ThresholdedNormal(tf.zeros(shape), tf.fill(shape, scale), threshold)

    def slab_from_noise(self, normal: tf.Tensor) -> tf.Tensor:
        """Draws of what is on, of standard Normal ones."""
        log_tail = self.log_prob_on + standard_normal.log_cdf(-tf.abs(normal))
        return self.loc + tf.sign(normal) * self._beyond(log_tail)

    def _cdf(self, x):
        at = x - self.loc
        tail = self._tail(tf.abs(at))
        slab = tf.where(at < 0., tail, self.spike_probs - tail)
        return slab + self.prob_off * tf.cast(x >= 0., self.dtype)

    def _mean(self):
        return self.spike_probs * self.loc

    def _mode(self):
        return tf.where(self.spike_probs > 0.5, self.loc, tf.zeros_like(self.loc))

    def vary(self, z: tf.Tensor, noise: tf.Tensor, likeness: tf.Tensor) -> tf.Tensor:
        # The tail beyond z of the two that are left, on its side, as that of a Normal.
        at = z - self.loc
        share = self._tail(tf.abs(at)) / self.spike_probs
        normal = -tf.sign(at) * standard_normal.quantile(tf.minimum(share, 0.5))
        varied = self.slab_from_noise(moved(normal, noise, likeness))
        return tf.where(tf.equal(z, 0.) | (likeness >= 1.), z, varied)


class ThresholdedNormal(NormalTails):
    """z = 0 if |e| <= threshold, else loc + sign(e)(|e| - threshold), e ~ Normal(0, scale^2).

    The codes of [F22], soft-thresholded in their noise: on with probability
    2 Phi(-threshold / scale). What is on is no Normal: it has the Normal's two tails, moved
    together to meet at `loc`, with the density Normal(|z - loc| + threshold; 0, scale). `mode` is
    `loc` where a draw is more likely on than off. Densities are in nats, with respect to Lebesgue
    measure plus a unit atom at 0.

    The KL divergence that is registered is exact and in closed form; that of [F22] is of the
    Normal before it is thresholded: `q.base.kl_divergence(p.base)`.

    Args:
        loc: Float tensor, mean of what is on.
        scale: Positive float tensor, standard deviation of the noise.
        threshold: Float tensor of at least 0.
        validate_args: If `True`, assert `scale > 0` outside of XLA.

    Shapes: `loc`, `scale`, `threshold` broadcast to `batch_shape`; `event_shape = []`.

    >>> d = ThresholdedNormal(loc=1., scale=0.5, threshold=0.5)
    >>> round(float(d.spike_probs), 4), round(float(d.mean()), 4)  # 2 Phi(-1)
    (0.3173, 0.3173)
    """

    salt = "thresholded_normal"

    def __init__(self, loc: TensorLike, scale: TensorLike, threshold: TensorLike,
                 validate_args: bool = False, allow_nan_stats: bool = True,
                 name: str = "ThresholdedNormal"):
        super().__init__(dict(locals()))

    @classmethod
    def _parameter_properties(cls, dtype, num_classes=None):
        return dict(loc=NUMBER, scale=POSITIVE, threshold=POSITIVE)

    @property
    def _edge(self) -> tf.Tensor:
        """The threshold in standard deviations."""
        return self.threshold / self.scale + tf.zeros_like(self.loc)

    @property
    def log_prob_on(self) -> tf.Tensor:
        return standard_normal.log_cdf(-self._edge) + math.log(2.)

    @property
    def log_prob_off(self) -> tf.Tensor:
        return tf.math.log(self.prob_off)

    @property
    def spike_probs(self) -> tf.Tensor:
        return 2. * standard_normal.cdf(-self._edge)

    @property
    def prob_off(self) -> tf.Tensor:
        return tf.math.erf(self._edge * 0.5**0.5)

    def from_noise(self, uniform: tf.Tensor, normal: tf.Tensor) -> tf.Tensor:
        return self.thresholded(normal)[0]

    def thresholded(self, normal: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Draws, and their noise before it was thresholded."""
        noise = self.scale * normal
        return soft_thresholded(self.loc, noise, self.threshold), noise

    def _tail(self, distance):
        return standard_normal.cdf(-(distance + self.threshold) / self.scale)

    def _beyond(self, log_tail):
        tail = tf.exp(log_tail)
        return tf.nn.relu(-self.scale * standard_normal.quantile(tail) - self.threshold)

    def _log_prob(self, x):
        at = (tf.abs(x - self.loc) + self.threshold) / self.scale
        on = _LOG_PEAK - 0.5 * at**2 - tf.math.log(self.scale)
        return tf.where(tf.equal(x, 0.), self.log_prob_off, on)

    def _variance(self):
        return self._spread() + self.spike_probs * self.prob_off * self.loc**2

    def moments(self, centre: TensorLike = 0.) -> Moments:
        on, distance = self.spike_probs, self.loc - centre
        return on, on * distance, on * distance**2 + self._spread()

    def _spread(self):
        """E[(z - loc)^2; z is on]."""
        edge = self._edge
        spread = (1. + edge**2) * self.spike_probs - 2. * edge * standard_normal.pdf(edge)
        # Far out the two parts are equal but for the last terms of their series.
        far = tf.maximum(edge, 5.)**2
        series = self.spike_probs * 2. / far * (
            1. - (5. - (37. - (353. - 4081. / far) / far) / far) / far)
        return self.scale**2 * tf.where(edge > 7., series, spread)

    def _entropy(self):
        on, edge = self.spike_probs, self._edge
        slab = on * (tf.math.log(self.scale) - _LOG_PEAK)
        squares = 0.5 * on + edge * standard_normal.pdf(edge)  # E[(e / scale)^2; on] / 2.
        return slab + squares - tf.math.multiply_no_nan(self.log_prob_off, self.prob_off)

    def absolute_moment(self, centre: TensorLike = 0.) -> tf.Tensor:
        # Of |d + u| and |d - u|, u how far the noise is beyond the threshold, the mean is the
        # larger of d and u.
        distance = tf.abs(self.loc - centre)
        edge = (distance + self.threshold) / self.scale
        beyond = self.scale * standard_normal.excess(edge)
        return self.spike_probs * distance + 2. * beyond

    def expected_log_prob(self, q: CodeDistribution) -> tf.Tensor:
        on, _, second = q.moments(self.loc)
        apart = second + 2. * self.threshold * q.absolute_moment(self.loc) + self.threshold**2 * on
        peak = on * (_LOG_PEAK - tf.math.log(self.scale))
        off = tf.math.multiply_no_nan(self.log_prob_off, -tf.math.expm1(q.log_prob_on))
        return off + peak - 0.5 * apart / self.scale**2


@tfd.RegisterKL(ThresholdedNormal, ThresholdedNormal)
def _kl_thresholded_normals(q: ThresholdedNormal, p: ThresholdedNormal,
                            name: str | None = None) -> tf.Tensor:
    """KL(q || p) in nats: the on part and the off part, each without large terms that cancel."""
    with tf.name_scope(name or "kl_thresholded_normals"):
        on, edge = q.spike_probs, q.threshold / q.scale
        _, _, second = q.moments(p.loc)
        apart = second + 2. * p.threshold * q.absolute_moment(p.loc) + p.threshold**2 * on
        squares = on + 2. * edge * standard_normal.pdf(edge)
        slab = on * tf.math.log(p.scale / q.scale) + 0.5 * (apart / p.scale**2 - squares)
        return slab + tf.math.multiply_no_nan(q.log_prob_off - p.log_prob_off, q.prob_off)
