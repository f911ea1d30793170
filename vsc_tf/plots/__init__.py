"""Figures of training, data and codes: NumPy arrays in, a matplotlib `Figure` out.

No function touches pyplot's global state, so they need no display and may be called from
several threads. Keep a figure with `figure.savefig("name.png")`.
"""
from vsc_tf.plots.codes import spike_histogram, spikes_per_class
from vsc_tf.plots.observations import generated, reconstructions
from vsc_tf.plots.sources import correlation_matrix
from vsc_tf.plots.training import training_curves

__all__ = [
    "correlation_matrix", "generated", "reconstructions", "spike_histogram",
    "spikes_per_class", "training_curves",
]
