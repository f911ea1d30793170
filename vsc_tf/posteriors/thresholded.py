"""Posteriors whose noise is soft-thresholded: codes of learned thresholds."""
import math
from typing import Any

import keras
import tensorflow as tf

from vsc_tf import checks, distributions, log_variances, randomness
from vsc_tf.distributions import CodeDistribution
from vsc_tf.distributions.sparse import concrete_gate
from vsc_tf.posteriors.base import Posterior, SparseCodes
from vsc_tf.schedules import Values

GRADIENTS = ("published", "subgradient", "exact")
SHARPNESS = 2.  # Of the gate that draws of "exact" have: 1 / temperature of its concrete.


class Thresholded(Posterior):
    """Base: z = 0 if |e| <= threshold, else loc + sign(e)(|e| - threshold), e drawn from the base.

    Args:
        threshold: Positive number: the threshold, or what its mean starts from if it is learned.
        scale: Positive number, what the scale of the noise starts from.
        gradients: What training goes by.
            "published": draws, with the straight-through gradient of the code published with
            [F22], of z + (s - stop(s)) where s = loc + e. It is wrong: loc counts twice where z
            is on, dz/dloc = 1 + 1[on], and the scale is told that what is off moved.
            "subgradient": draws, with the derivatives 1[on], (e / scale) 1[on], -sign(e) 1[on] by
            loc, scale and threshold. They miss that a draw goes on or off, which is most of what
            scale and threshold do: in expectation the gate's gradient does not depend on x.
            "exact": through the on-probability. With a linear generator the expected error is in
            closed form and nothing is drawn (`likelihoods.LinearGaussian`); else z is a gate times
            a draw of the slab, and the gate has the straight-through gradient of a binary concrete
            ([M17]) of temperature 1/2: its bias is that of the relaxation, and small where the
            decoder is close to linear over one code value.
        latent_dim: Positive integer J; set by the model that owns the layer if left out.

    Evaluation, codes and generation draw exactly, whatever the gradients.
    """

    codes_type = SparseCodes
    spread: float  # The log scale that one unit of its output is worth.

    def __init__(self, threshold: float, scale: float, gradients: str = "exact",
                 latent_dim: int | None = None, **kwargs: Any):
        checks.one_of("gradients", gradients, GRADIENTS)
        super().__init__(latent_dim, **kwargs)
        self.threshold = checks.positive("threshold", threshold)
        self.scale = checks.positive("scale", scale)
        self.gradients, self.through_draws = gradients, gradients != "exact"

    def initial_bias(self, shape: tuple, dtype: str | None = None) -> tf.Tensor:
        scales = math.log(self.scale) / self.spread
        rest = [0.] * (self.outputs_per_latent - 2)
        return tf.cast(tf.repeat([0., scales, *rest], self.latent_dim), dtype or "float32")

    def draw(self, q: CodeDistribution, samples: int, seed: tf.Tensor, training: bool,
             values: Values) -> tf.Tensor:
        shape = self.noise_shape(q, samples)
        uniform = randomness.uniform(shape, tf.random.fold_in(seed, 1))
        normal = randomness.normal(shape, seed)
        if not training:
            return q.from_noise(uniform, normal)
        q = self.with_threshold(q, tf.random.fold_in(seed, 2))
        if self.gradients == "exact":
            return concrete_gate(q.log_odds, SHARPNESS, uniform) * q.slab_from_noise(normal)
        z, noise = q.thresholded(normal)
        if self.gradients == "subgradient":
            return z
        straight = q.loc + noise
        return z + (straight - tf.stop_gradient(straight))

    def with_threshold(self, q: CodeDistribution, seed: tf.Tensor) -> CodeDistribution:
        """What training draws from: q, or q given a threshold that is drawn."""
        return q

    def get_config(self) -> dict:
        return {**super().get_config(), "threshold": self.threshold, "scale": self.scale,
                "gradients": self.gradients}


@keras.saving.register_keras_serializable(package="vsc_tf")
class ThresholdedNormal(Thresholded):
    """Soft-thresholded Normal noise about loc ([F22]), see `distributions.ThresholdedNormal`.

    Args:
        threshold: Positive number, the threshold of every latent; 0.52 with the code of [F22].
        scale: Positive number, what standard deviations start from.
        gradients: "published", "subgradient" or "exact", see `Thresholded`.
        latent_dim: Positive integer J; set by the model that owns the layer if left out.

    >>> q = ThresholdedNormal(threshold=0.5, latent_dim=3)(tf.zeros([2, 8]))
    >>> q.threshold.numpy().item(), q.scale.shape
    (0.5, TensorShape([2, 3]))
    """

    family = distributions.ThresholdedNormal
    spread = 0.5

    def __init__(self, threshold: float = 0.52, scale: float = 0.1**0.5,
                 gradients: str = "exact", latent_dim: int | None = None, **kwargs: Any):
        super().__init__(threshold, scale, gradients, latent_dim, **kwargs)

    def distribution(self, loc: tf.Tensor, log_variance: tf.Tensor) -> CodeDistribution:
        scale = tf.exp(0.5 * log_variances.bounded(log_variance))
        return distributions.ThresholdedNormal(loc, scale, self.threshold)


@keras.saving.register_keras_serializable(package="vsc_tf")
class ThresholdedLaplace(Thresholded):
    """Soft-thresholded Laplace noise about loc ([F22]), see `distributions.ThresholdedLaplace`.

    Args:
        threshold: Positive number, the threshold of every latent; 0.25 with the code of [F22].
        scale: Positive number, what scales start from.
        gradients: "published", "subgradient" or "exact", see `Thresholded`.
        latent_dim: Positive integer J; set by the model that owns the layer if left out.

    >>> q = ThresholdedLaplace(threshold=0.1, scale=0.1, latent_dim=3)(tf.zeros([1, 8]))
    >>> round(float(q.spike_probs[0, 0]), 4)  # exp(-1)
    0.3679
    """

    family = distributions.ThresholdedLaplace
    spread = 1.

    def __init__(self, threshold: float = 0.25, scale: float = 0.1, gradients: str = "exact",
                 latent_dim: int | None = None, **kwargs: Any):
        super().__init__(threshold, scale, gradients, latent_dim, **kwargs)

    def distribution(self, loc: tf.Tensor, log_scale: tf.Tensor) -> CodeDistribution:
        return distributions.ThresholdedLaplace(loc, _scale(log_scale), self.threshold)


@keras.saving.register_keras_serializable(package="vsc_tf")
class GammaThresholdedLaplace(Thresholded):
    """`ThresholdedLaplace` with thresholds drawn from a Gamma that the encoder gives ([F22]).

    See `distributions.GammaThresholdedLaplace`. Both parameters of the Gamma are exponentials of
    outputs, from Gamma(3, 3 / threshold) on. With gradients "exact" the threshold is integrated
    out. With the others a training step draws one threshold for each latent of an observation and
    uses it for all K draws, as the code published with [F22] does.

    Args:
        threshold: Positive number, mean of the thresholds at first.
        scale: Positive number, what scales start from.
        gradients: "published", "subgradient" or "exact", see `Thresholded`.
        latent_dim: Positive integer J; set by the model that owns the layer if left out.

    >>> q = GammaThresholdedLaplace(threshold=0.25, latent_dim=3)(tf.zeros([1, 8]))
    >>> q.thresholds.mean().numpy().tolist()
    [[0.25, 0.25, 0.25]]
    """

    family = distributions.GammaThresholdedLaplace
    spread = 1.
    outputs_per_latent = 4

    def __init__(self, threshold: float = 0.25, scale: float = 0.1, gradients: str = "exact",
                 latent_dim: int | None = None, **kwargs: Any):
        super().__init__(threshold, scale, gradients, latent_dim, **kwargs)

    def distribution(self, loc: tf.Tensor, log_scale: tf.Tensor, log_concentration: tf.Tensor,
                     log_rate: tf.Tensor) -> CodeDistribution:
        return distributions.GammaThresholdedLaplace(
            loc, _scale(log_scale), 3. * _scale(log_concentration),
            3. / self.threshold * _scale(log_rate))

    def with_threshold(self, q: CodeDistribution, seed: tf.Tensor) -> CodeDistribution:
        if self.gradients == "exact":
            return q
        threshold = randomness.gamma(q.concentration, q.rate, seed)
        return distributions.ThresholdedLaplace(q.loc, q.scale, threshold)


@keras.saving.register_keras_serializable(package="vsc_tf")
class GammaThresholdedNormal(Thresholded):
    """`ThresholdedNormal` with thresholds drawn from a Gamma that the encoder gives ([F22]).

    See `distributions.GammaThresholdedNormal`. With gradients "exact" the divergence and a linear
    generator's expected error are integrals over the threshold by 26 points. Where a training step
    draws codes, it draws one threshold for each latent of an observation and uses it for all K
    draws, as the code published with [F22] does; its gradients are TFP's implicit ones.

    Args:
        threshold: Positive number, mean of the thresholds at first.
        scale: Positive number, what standard deviations start from.
        gradients: "published", "subgradient" or "exact", see `Thresholded`.
        latent_dim: Positive integer J; set by the model that owns the layer if left out.

    >>> q = GammaThresholdedNormal(threshold=0.5, latent_dim=3)(tf.zeros([1, 8]))
    >>> q.thresholds.mean().numpy().tolist()
    [[0.5, 0.5, 0.5]]
    """

    family = distributions.GammaThresholdedNormal
    spread = 0.5
    outputs_per_latent = 4

    def __init__(self, threshold: float = 0.52, scale: float = 0.1**0.5,
                 gradients: str = "exact", latent_dim: int | None = None, **kwargs: Any):
        super().__init__(threshold, scale, gradients, latent_dim, **kwargs)

    def distribution(self, loc: tf.Tensor, log_variance: tf.Tensor, log_concentration: tf.Tensor,
                     log_rate: tf.Tensor) -> CodeDistribution:
        return distributions.GammaThresholdedNormal(
            loc, _scale(0.5 * log_variance), 3. * _scale(log_concentration),
            3. / self.threshold * _scale(log_rate))

    def with_threshold(self, q: CodeDistribution, seed: tf.Tensor) -> CodeDistribution:
        threshold = randomness.gamma(q.concentration, q.rate, seed)
        return distributions.ThresholdedNormal(q.loc, q.scale, threshold)


def _scale(log_scale):
    """As bounded as standard deviations are."""
    return tf.exp(0.5 * log_variances.bounded(2. * log_scale))
