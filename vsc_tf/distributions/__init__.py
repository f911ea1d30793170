"""TFP distributions of codes and their divergences. They know nothing of Keras."""
from vsc_tf.distributions.contract import CodeDistribution, take
from vsc_tf.distributions.correlation import total_correlation
from vsc_tf.distributions.dense import Laplace, Normal, Point
from vsc_tf.distributions.gamma_threshold import GammaThreshold
from vsc_tf.distributions.gamma_thresholded_normal import GammaThresholdedNormal
from vsc_tf.distributions.one_sided import SpikeAndExponential, SpikeAndHalfNormal
from vsc_tf.distributions.pairwise import (
    mixture_log_prob,
    mixture_sample,
    pairwise_kl,
    pairwise_log_prob,
)
from vsc_tf.distributions.rectified_normal import RectifiedNormal
from vsc_tf.distributions.spike_and_slab import SpikeAndSlab
from vsc_tf.distributions.thresholded_laplace import GammaThresholdedLaplace, ThresholdedLaplace
from vsc_tf.distributions.thresholded_normal import ThresholdedNormal

__all__ = [
    "CodeDistribution", "GammaThreshold", "GammaThresholdedLaplace", "GammaThresholdedNormal",
    "Laplace", "Normal", "Point", "RectifiedNormal", "SpikeAndExponential", "SpikeAndHalfNormal",
    "SpikeAndSlab", "ThresholdedLaplace", "ThresholdedNormal", "mixture_log_prob",
    "mixture_sample", "pairwise_kl", "pairwise_log_prob", "take", "total_correlation"]
