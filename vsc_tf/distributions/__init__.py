"""TFP distributions of sparse codes and their divergences. They know nothing of Keras."""
from vsc_tf.distributions.correlation import total_correlation
from vsc_tf.distributions.pairwise import (
    mixture_log_prob, mixture_sample, pairwise_kl, pairwise_log_prob)
from vsc_tf.distributions.spike_and_slab import SpikeAndSlab

__all__ = [
    "SpikeAndSlab", "mixture_log_prob", "mixture_sample", "pairwise_kl", "pairwise_log_prob",
    "total_correlation"]
