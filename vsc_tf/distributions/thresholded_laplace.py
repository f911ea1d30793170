"""Laplace codes that are soft-thresholded in their noise, which are spike-and-slabs."""
import math
from collections.abc import Sequence

import tensorflow as tf
from tensorflow_probability import distributions as tfd

from vsc_tf.distributions import standard_normal
from vsc_tf.distributions.contract import CodeDistribution, TensorLike, soft_thresholded
from vsc_tf.distributions.dense import Laplace
from vsc_tf.distributions.gamma_threshold import GammaThreshold
from vsc_tf.distributions.sparse import NUMBER, POSITIVE, SparseDistribution, Spike


def _log_of_rest(log_prob: tf.Tensor) -> tf.Tensor:
    """log(1 - exp(log_prob)), with finite gradients as long as there is a rest."""
    is_likely = log_prob > -math.log(2.)  # TFP's own has the gradient NaN from -1e-8 on.
    near, far = (tf.where(mask, log_prob, -math.log(2.)) for mask in (is_likely, ~is_likely))
    return tf.where(is_likely, tf.math.log(-tf.math.expm1(near)), tf.math.log1p(-tf.exp(far)))


class LaplaceSpike(Spike, SparseDistribution):
    """Base: exact zero, or a Laplace draw about `loc`; a subclass says how often, `log_prob_on`."""

    loc: tf.Tensor
    scale: tf.Tensor

    quadratic = CodeDistribution.quadratic  # There is none: the density has a kink.
    slab = property(lambda self: Laplace(self.loc, self.scale), doc="The Laplace part.")
    base = property(lambda self: tfd.Laplace(self.loc, self.scale),
                    doc="What is thresholded, always on.")
    spike_probs = property(lambda self: tf.exp(self.log_prob_on),
                           doc="Probability that the noise is beyond its threshold.")
    log_prob_off = property(lambda self: _log_of_rest(self.log_prob_on),
                            doc="Log probability of an exact 0.")
    logits = property(lambda self: self.log_prob_on - self.log_prob_off,
                      doc="Log-odds of a non-zero draw.")
    log_odds = logits
    prob_off = property(lambda self: -tf.math.expm1(self.log_prob_on),
                        doc="Probability of an exact 0.")

    @staticmethod
    def about_zero(alpha: float, scale: float | None, shape: Sequence[int]) -> CodeDistribution:
        scale = 0.1 if scale is None else scale
        threshold = tf.fill(shape, -scale * math.log(alpha))
        return ThresholdedLaplace(tf.zeros(shape), tf.fill(shape, scale), threshold)

    def slab_from_noise(self, normal: tf.Tensor) -> tf.Tensor:
        """Draws of what is on, of standard Normal ones."""
        return self.slab.from_noise(normal, normal)

    def _entropy(self):
        on = self.spike_probs * (self.slab.entropy() - self.log_prob_on)
        return on - tf.math.multiply_no_nan(self.log_prob_off, self.prob_off)

    def expected_log_prob(self, q: CodeDistribution) -> tf.Tensor:
        on = q.spike_probs
        off = tf.math.multiply_no_nan(self.log_prob_off, -tf.math.expm1(q.log_prob_on))
        return off + on * self.log_prob_on + self.slab.expected_log_prob(q)


class ThresholdedLaplace(LaplaceSpike):
    """z = 0 if |e| <= threshold, else loc + sign(e)(|e| - threshold), e ~ Laplace(0, scale).

    The codes of [F22], soft-thresholded in their noise. As the Laplace has no memory this *is* a
    spike and slab, on with probability exp(-threshold / scale) and with Laplace(loc, scale) as
    its slab, so what [F22] draws has closed forms. `mode` is `loc` where a draw is more likely on
    than off. Densities are in nats, with respect to Lebesgue measure plus a unit atom at 0.

    The KL divergence that is registered is the exact one, smaller than that of [F22], which is
    of the Laplace before it is thresholded: `q.base.kl_divergence(p.base)`.

    Args:
        loc: Float tensor, mean of what is on.
        scale: Positive float tensor, of the noise and so of the slab.
        threshold: Float tensor of at least 0.
        validate_args: If `True`, assert `scale > 0` outside of XLA.

    Shapes: `loc`, `scale`, `threshold` broadcast to `batch_shape`; `event_shape = []`.

    >>> d = ThresholdedLaplace(loc=1., scale=2., threshold=3.)
    >>> round(float(d.spike_probs), 4), round(float(d.mean()), 4)  # exp(-3 / 2)
    (0.2231, 0.2231)
    """

    salt = "thresholded_laplace"

    def __init__(self, loc: TensorLike, scale: TensorLike, threshold: TensorLike,
                 validate_args: bool = False, allow_nan_stats: bool = True,
                 name: str = "ThresholdedLaplace"):
        super().__init__(dict(locals()))

    @classmethod
    def _parameter_properties(cls, dtype, num_classes=None):
        return dict(loc=NUMBER, scale=POSITIVE, threshold=POSITIVE)

    log_prob_on = property(
        lambda self: -self.threshold / self.scale + tf.zeros_like(self.loc),
        doc="Log probability that the noise is beyond the threshold.")

    def thresholded(self, normal: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Draws, and their noise before it was thresholded, by the way of [F22]."""
        noise = self.scale * standard_normal.to_laplace(normal)
        return soft_thresholded(self.loc, noise, self.threshold), noise


class GammaThresholdedLaplace(LaplaceSpike):
    """`ThresholdedLaplace` whose threshold is drawn from Gamma(concentration, rate), [F22].

    With the threshold integrated out it still is a spike and slab, on with probability

        (b s / (1 + b s))^a,   a = concentration, b = rate, s = scale

    and with Laplace(loc, scale) as its slab. The registered KL is that of these marginals.

    Args:
        loc, scale: As in `ThresholdedLaplace`.
        concentration, rate: Positive float tensors, of the Gamma; its mean is their ratio.
        validate_args: If `True`, assert `scale > 0` outside of XLA.

    >>> d = GammaThresholdedLaplace(loc=1., scale=2., concentration=3., rate=1.)
    >>> round(float(d.spike_probs), 4)  # (2 / 3)^3
    0.2963
    """

    salt = "gamma_thresholded_laplace"

    def __init__(self, loc: TensorLike, scale: TensorLike, concentration: TensorLike,
                 rate: TensorLike, validate_args: bool = False, allow_nan_stats: bool = True,
                 name: str = "GammaThresholdedLaplace"):
        super().__init__(dict(locals()))

    @classmethod
    def _parameter_properties(cls, dtype, num_classes=None):
        return dict(loc=NUMBER, scale=POSITIVE, concentration=POSITIVE, rate=POSITIVE)

    log_prob_on = property(
        lambda self: (-self.concentration * tf.nn.softplus(-tf.math.log(self.rate * self.scale))
                      + tf.zeros_like(self.loc)),
        doc="Log probability that the noise is beyond its threshold.")
    thresholds = property(lambda self: GammaThreshold(self.concentration, self.rate),
                          doc="The distribution of the threshold.")


@tfd.RegisterKL(LaplaceSpike, LaplaceSpike)
def _kl_laplace_spikes(q: LaplaceSpike, p: LaplaceSpike, name: str | None = None) -> tf.Tensor:
    """g KL(slab) + KL(Bernoulli g || Bernoulli h) in nats, g and h the on-probabilities."""
    with tf.name_scope(name or "kl_laplace_spikes"):
        on = q.log_prob_on - p.log_prob_on + tfd.kl_divergence(q.base, p.base)
        off = tf.math.multiply_no_nan(q.log_prob_off - p.log_prob_off, q.prob_off)
        return q.spike_probs * on + off
