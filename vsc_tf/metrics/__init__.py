"""Measures of codes: NumPy arrays in, numbers out. Needs neither a model nor TensorFlow."""
from vsc_tf.metrics._factors import discrete_factors
from vsc_tf.metrics.active_sets import class_rates, jaccard
from vsc_tf.metrics.bounds import Estimate, importance_weighted, mean_with_error
from vsc_tf.metrics.dci import DCI, dci
from vsc_tf.metrics.disentanglement import (
    correlation,
    exploited,
    group_purity,
    group_scores,
    latent_order,
)
from vsc_tf.metrics.explicitness import explicitness
from vsc_tf.metrics.factor_vae import factor_vae_score
from vsc_tf.metrics.information import mig, modularity, mutual_information
from vsc_tf.metrics.multi_information import multi_information
from vsc_tf.metrics.presence import GroupPresence, group_presence, presence_accuracy, presence_of
from vsc_tf.metrics.probe import logistic_probe
from vsc_tf.metrics.reconstruction import squared_error
from vsc_tf.metrics.report import disentanglement_report, factor_report
from vsc_tf.metrics.sap import sap
from vsc_tf.metrics.sparsity import active, collapse, live, on_rates, sparsity

__all__ = [
    "DCI", "Estimate", "GroupPresence", "active", "class_rates", "collapse", "correlation",
    "dci", "discrete_factors", "disentanglement_report", "explicitness", "exploited",
    "factor_report", "factor_vae_score", "group_presence", "group_purity", "group_scores",
    "importance_weighted", "jaccard", "latent_order", "live", "logistic_probe",
    "mean_with_error", "mig", "modularity", "multi_information", "mutual_information", "on_rates",
    "presence_accuracy", "presence_of", "sap", "sparsity", "squared_error",
]
