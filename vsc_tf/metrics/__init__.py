"""Measures of codes: NumPy arrays in, numbers out. Knows no model and no TensorFlow."""
from vsc_tf.metrics.disentanglement import (
    correlation, exploited, group_purity, group_scores, latent_order)
from vsc_tf.metrics.presence import (
    GroupPresence, group_presence, presence_accuracy, presence_of)
from vsc_tf.metrics.report import factor_report
from vsc_tf.metrics.sparsity import live, on_rates, sparsity

__all__ = [
    "GroupPresence", "correlation", "exploited", "factor_report", "group_presence",
    "group_purity", "group_scores", "latent_order", "live", "on_rates", "presence_accuracy",
    "presence_of", "sparsity",
]
