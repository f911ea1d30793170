"""Shared style: colours that are distinct to colour-blind readers and in greyscale print."""
import io

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

# The palette of [OI08] without its yellow, which is faint on paper.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000", "#56B4E9", "#E69F00")
ACCENT = "#D55E00"
STRENGTH = "Blues"   # Sequential, perceptually even: 0 is white, 1 is dark.
VALUE = "cividis"    # Sequential, designed for colour-blind readers.
SIGNED = "PuOr"      # Diverging, 0 is white.


class _Shown(Figure):
    """A figure that a notebook shows, though pyplot, which tells notebooks how, is not loaded."""

    def _repr_png_(self) -> bytes:
        file = io.BytesIO()
        self.savefig(file, format="png")
        return file.getvalue()


def figure(width: float, height: float) -> Figure:
    """An empty figure, `width` by `height` inches, with constrained layout."""
    return _Shown(figsize=(width, height), dpi=150, layout="constrained")


def strip(axes: Axes) -> None:
    """Hides the top and right spines."""
    axes.spines[["top", "right"]].set_visible(False)


def ticks(count: int, most: int) -> np.ndarray:
    """Evenly spaced tick positions, at most `most` of `count`."""
    return np.arange(0, count, max(1, -(-count // most)))
