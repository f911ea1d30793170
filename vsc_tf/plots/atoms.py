"""Plots of what single latents encode: dictionary atoms, and their strongest examples."""
from collections.abc import Sequence

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from vsc_tf.plots import _style
from vsc_tf.plots.observations import _check_names, _check_shape, _draw_images, _observations
from vsc_tf.plots.steering import _check_count_of, _labels, _series

_ACROSS = 10  # Images in a row.
_PANELS = 3   # Bar charts in a row.
_BARS = 6     # Features of a table that are drawn for each latent.


def atoms(x: ArrayLike, names: Sequence[str], shape: int | Sequence[int],
          feature_names: Sequence[str] | None = None) -> Figure:
    """What each latent adds to an observation: the atoms of a dictionary.

    Each atom is divided by its largest absolute value and drawn on a diverging colour scale on
    which 0 is white (grey for colour images).
    Tables: for each latent, bars of the 6 features that it changes most.

    Args:
        x: Changes [d, *shape]: columns of a linear decoder, or `Feature.change` of a
            `generation.feature_report`.
        names: d names of the latents.
        shape: Shape of one observation: (h, w), (h, w, 1), (h, w, 3), or (features,).
        feature_names: For tables, optional names.

    Returns:
        A matplotlib `Figure`.

    Raises:
        ValueError: Shapes or numbers of names do not match, or values are not finite.

    >>> figure = atoms(np.eye(4).reshape(2, 2, 4), ["3", "7"], shape=(2, 4))
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['3', '7']
    """
    shape = _check_shape(shape)
    x = _observations("x", x, shape)
    _check_count_of("names", names, len(x))
    if len(shape) == 1:
        _check_names(feature_names, shape[0])
        return _bars(x, names, feature_names)
    across = min(_ACROSS, len(x))
    figure = _draw_images(_signed(x), across, 0., 1., [])
    axes = figure.axes[0]
    step = np.add(axes.images[0].get_array().shape[:2], max(1, shape[0] // 16)) // (
        -(-len(x) // across), across)
    for i, name in enumerate(names):
        axes.text(i % across * step[1] + 0.5, i // across * step[0] + 0.5, name, va="top",
                  fontsize=7)
    axes.set_xlabel("each divided by its largest change; orange less, purple more"
                    if x.shape[-1] != 3 or len(shape) < 3 else
                    "each divided by its largest change; grey is none", fontsize=8)
    return figure


def feature_examples(x: ArrayLike, changes: ArrayLike, names: Sequence[str],
                     shape: int | Sequence[int]) -> Figure:
    """For each latent, what it changes and the observations in which it is strongest.

    Args:
        x: Observations [d, k, *shape], the k strongest examples of each of d latents.
        changes: What each latent adds [d, *shape], drawn in the first column as by `atoms`.
        names: d names of the latents, one for each row.
        shape: Shape of one image: (h, w), (h, w, 1) or (h, w, 3).

    Returns:
        A matplotlib `Figure`.

    Raises:
        ValueError: `shape` is not that of an image, shapes or numbers of names do not match, or
            values are not finite.

    >>> figure = feature_examples(np.zeros((1, 3, 4, 4)), np.ones((1, 4, 4)), ["7"], (4, 4))
    >>> figure.axes[0].images[0].get_array().shape  # Four images in a row, in colour.
    (4, 19, 3)
    """
    shape = _check_shape(shape)
    if len(shape) < 2:
        raise ValueError("Argument `shape` must be that of an image. Received: "
                         f"shape={shape}. For tables use `atoms`.")
    x, changes = _series("x", x, shape), _observations("changes", changes, shape)
    if len(x) != len(changes):
        raise ValueError("Arguments `x` and `changes` must have the same number of latents. "
                         f"Received: {len(x)} and {len(changes)}.")
    _check_count_of("names", names, len(x))
    low, high = x.min(), x.max()
    grey = (x - low) / ((high - low) or 1.)
    if grey.shape[-1] not in (1, 3) or len(shape) == 2:
        grey = grey[..., None]
    grey = np.broadcast_to(grey, (*grey.shape[:-1], 3))
    rows = np.concatenate([_signed(changes)[:, None], grey], axis=1)
    figure = _draw_images(rows.reshape(-1, *rows.shape[2:]), rows.shape[1], 0., 1., list(names))
    figure.axes[0].set_xlabel("first column: what the latent changes (orange less, purple more); "
                              "then its strongest examples", fontsize=8)
    return figure


def _signed(x: np.ndarray) -> np.ndarray:
    """Changes [n, h, w(, c)] as colours [n, h, w, 3] from 0 to 1, each on its own scale."""
    largest = np.abs(x).max(axis=tuple(range(1, x.ndim)), keepdims=True)
    shares = 0.5 + 0.5 * x / np.where(largest > 0., largest, 1.)
    if x.ndim == 4 and x.shape[-1] == 3:
        return shares
    return matplotlib.colormaps[_style.SIGNED](shares.reshape(x.shape[:3]))[..., :3]


def _bars(x: np.ndarray, names: Sequence[str],
          feature_names: Sequence[str] | None) -> Figure:
    across = min(_PANELS, len(x))
    down = -(-len(x) // across)
    figure = _style.figure(3.6 * across, 1.5 * down + 0.3)
    grid = figure.subplots(down, across, squeeze=False)
    for axes, change, name in zip(grid.flat, x, names, strict=False):
        features = np.argsort(-np.abs(change), kind="stable")[:_BARS]
        signs = np.where(change[features] >= 0., _style.COLOURS[0], _style.COLOURS[1])
        axes.barh(range(len(features)), change[features], color=signs)
        axes.axvline(0., color="black", lw=0.8)
        axes.set_yticks(range(len(features)), _labels(features, feature_names), fontsize=6)
        axes.invert_yaxis()
        axes.tick_params(axis="x", labelsize=6)
        axes.set_title(name, fontsize=8)
        _style.strip(axes)
    for axes in grid.flat[len(x):]:
        axes.set_axis_off()
    figure.supxlabel("change of the feature", fontsize=8)
    return figure
