"""What all figures share: colours that colour-blind readers and grey print tell apart."""
import numpy as np
from matplotlib.figure import Figure

# Okabe and Ito's palette without its yellow, which is faint on paper.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000", "#56B4E9", "#E69F00")
ACCENT = "#D55E00"
STRENGTH = "Blues"   # Sequential, lightness falls evenly: 0 is white, 1 is dark.
VALUE = "cividis"    # Sequential, made for colour-blind readers.
SIGNED = "PuOr"      # Diverging, 0 is white.


def figure(width, height):
    """An empty figure, `width` by `height` inches, that arranges its axes by itself."""
    return Figure(figsize=(width, height), dpi=150, layout="constrained")


def strip(axes):
    """Leaves only the two spines that carry the scales."""
    axes.spines[["top", "right"]].set_visible(False)


def ticks(count, most):
    """At most about `most` evenly spaced positions among `count`."""
    return np.arange(0, count, max(1, -(-count // most)))
