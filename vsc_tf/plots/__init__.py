"""Figures of training, data and codes: NumPy arrays in, a matplotlib `Figure` out.

Every figure has a white background, so that it looks the same in print and on a dark page.

No function touches pyplot's global state, so none needs a display and all may be called from
several threads. Save a figure with `figure.savefig("name.png")`; a notebook shows the one that is
the last value of a cell.
"""
from vsc_tf.plots.atoms import atoms, feature_examples
from vsc_tf.plots.codes import class_similarity, spike_histogram, spikes_per_class
from vsc_tf.plots.comparison import Panel, error_curves, grouped_bars, measure_dots
from vsc_tf.plots.grids import grid_codes, image_rows, latent_grid, mean_codes
from vsc_tf.plots.observations import generated, reconstructions
from vsc_tf.plots.sources import correlation_matrices, correlation_matrix
from vsc_tf.plots.steering import traversals, variations
from vsc_tf.plots.training import training_curves
from vsc_tf.plots.two_objects import two_objects

__all__ = [
    "Panel", "atoms", "class_similarity", "correlation_matrices", "correlation_matrix",
    "error_curves", "feature_examples", "generated", "grid_codes", "grouped_bars", "image_rows",
    "latent_grid", "mean_codes", "measure_dots", "reconstructions", "spike_histogram",
    "spikes_per_class", "training_curves", "traversals", "two_objects", "variations",
]
