"""Plots of `vsc_tf.generation`: traversals and variations of an observation.

For tables (observations with one axis) they are heat maps of the features that change most,
with their names.
"""
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from vsc_tf.plots import _style
from vsc_tf.plots.observations import _check_names, _check_shape, _draw_images, _gap, _observations

_FEATURES = 8   # Features of a table that are drawn for each latent.
_COLUMNS = 24   # The same in heat maps with features as columns.


def traversals(x: ArrayLike, names: Sequence[str], shape: int | Sequence[int],
               columns: Sequence[str] | None = None,
               feature_names: Sequence[str] | None = None) -> Figure:
    """One observation with one latent at a time moved through its range ([T20] figure 4).

    Images: a row for each latent; black and white are the smallest and the largest value of all.
    Tables: a heat map for each latent, of the 8 features that change most in its row.

    Args:
        x: Decoded observations [d, v, *shape], such as `generation.traverse(...).x[0]`.
        names: d names of the latents.
        shape: Shape of one observation: (h, w), (h, w, 1), (h, w, 3), or (features,).
        columns: Optional v names of the values, e.g. "off" and numbers.
        feature_names: For tables, optional names.

    Returns:
        A matplotlib `Figure`.

    Raises:
        ValueError: Shapes or numbers of names do not match, or values are not finite.

    >>> figure = traversals(np.zeros((2, 5, 4, 4)), ["a", "b"], (4, 4))
    >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
    ['a', 'b']
    """
    shape = _check_shape(shape)
    x = _series("x", x, shape)
    count, steps = x.shape[:2]
    _check_count_of("names", names, count)
    _check_count_of("columns", columns, steps)
    if len(shape) > 1:
        figure = _draw_images(x.reshape(-1, *shape), steps, x.min(), x.max(), list(names))
        _name_columns(figure.axes[0], columns, shape)
        return figure
    _check_names(feature_names, shape[0])
    across = min(2, count)
    down = -(-count // across)
    figure = _style.figure(5.6 * across, 0.9 + 0.3 * min(_FEATURES, shape[0]) * down + 0.4 * down)
    grid = figure.subplots(down, across, squeeze=False)
    low, high = x.min(), x.max()
    for axes, rows, name in zip(grid.flat, x, names, strict=False):
        features = _most_changing(rows, _FEATURES)
        drawn = axes.imshow(rows[:, features].T, cmap=_style.VALUE, vmin=low, vmax=high,
                            aspect="auto", interpolation="nearest")
        axes.set_yticks(range(len(features)), _labels(features, feature_names), fontsize=7)
        axes.set_xticks(range(steps), columns or [""] * steps, fontsize=7)
        axes.tick_params(length=0)
        axes.set_title(name, fontsize=9)
    for axes in grid.flat[count:]:
        axes.set_axis_off()
    figure.colorbar(drawn, ax=grid, label="value of the feature", shrink=0.8)
    return figure


def variations(x: ArrayLike, varied: ArrayLike, shape: int | Sequence[int],
               names: Sequence[str] | None = None,
               feature_names: Sequence[str] | None = None) -> Figure:
    """Observations and variations of them along their active latents ([T20] figure 6).

    Images: a row for each observation, the original first, on the scale of the originals.
    Tables: a heat map for each observation, the original on top, of the 24 features that differ
    most among the variations, each as a share of its range in all that is drawn.

    Args:
        x: Observations [m, *shape].
        varied: Variations [m, n, *shape], such as `generation.generate_like(...).x`.
        shape: Shape of one observation: (h, w), (h, w, 1), (h, w, 3), or (features,).
        names: Optional m names of the observations.
        feature_names: For tables, optional names.

    Returns:
        A matplotlib `Figure`.

    Raises:
        ValueError: Shapes or numbers of names do not fit, or values are not finite.

    >>> figure = variations(np.zeros((2, 4, 4)), np.ones((2, 3, 4, 4)), (4, 4), ["bag", "boot"])
    >>> [label.get_text() for label in figure.axes[0].get_xticklabels()]
    ['object', '', 'variations', '']
    """
    shape = _check_shape(shape)
    x, varied = _observations("x", x, shape), _series("varied", varied, shape)
    if len(x) != len(varied):
        raise ValueError("Arguments `x` and `varied` must hold the same number of observations. "
                         f"Received: {len(x)} and {len(varied)}.")
    _check_count_of("names", names, len(x))
    rows = np.concatenate([x[:, None], varied], axis=1)
    n = varied.shape[1]
    if len(shape) > 1:
        figure = _draw_images(rows.reshape(-1, *shape), n + 1, x.min(), x.max(),
                              list(names or []))
        columns = [""] * (n + 1)
        columns[0], columns[n // 2 + 1] = "object", "variations"
        _name_columns(figure.axes[0], columns, shape)
        return figure
    _check_names(feature_names, shape[0])
    low, width = rows.min(axis=(0, 1)), np.ptp(rows, axis=(0, 1))
    shares = (rows - low) / np.where(width > 0., width, 1.)
    # The originals are left out: noise that the code does not hold is no variation.
    spread = shares[:, 1:].std(axis=1).mean(axis=0)
    features = np.argsort(-spread, kind="stable")[:_COLUMNS]
    figure = _style.figure(8.0, 1.9 + (0.16 * (n + 1) + 0.3) * len(x))
    grid = figure.subplots(len(x), 1, squeeze=False, sharex=True)[:, 0]
    for i, (axes, table) in enumerate(zip(grid, shares[:, :, features], strict=True)):
        drawn = axes.imshow(table, cmap=_style.VALUE, vmin=0., vmax=1., aspect="auto",
                            interpolation="nearest")
        axes.axhline(0.5, color="white", lw=2.)
        axes.set_yticks([0, n // 2 + 1], ["object", "variations"], fontsize=7)
        axes.tick_params(length=0)
        axes.set_title(names[i] if names else "", fontsize=9)
    grid[-1].set_xticks(range(len(features)), _labels(features, feature_names), rotation=90,
                        fontsize=7)
    figure.colorbar(drawn, ax=grid, label="share of feature's range")
    return figure


def _series(name: str, value: ArrayLike, shape: tuple[int, ...]) -> np.ndarray:
    """`value` [m, n, *shape] as float64, or an error that names the mismatch."""
    array = np.asarray(value)
    if array.ndim < 3 or 0 in array.shape[:2]:
        raise ValueError(f"Argument `{name}` must hold [m, n, ...] observations of shape "
                         f"{shape}. Received: shape={array.shape}.")
    flat = array.reshape(array.shape[0] * array.shape[1], *array.shape[2:])
    return _observations(name, flat, shape).reshape(*array.shape[:2], *shape)


def _check_count_of(argument: str, names: Sequence[str] | None, count: int) -> None:
    if names is not None and len(names) != count:
        raise ValueError(f"Argument `{argument}` must hold {count} names. Received: {len(names)}.")


def _name_columns(axes: Axes, names: Sequence[str] | None, shape: tuple[int, ...]) -> None:
    """Writes names above the columns of a figure made by `_draw_images`."""
    if names:
        step = shape[1] + _gap(shape[0])
        axes.set_xticks([(shape[1] - 1) / 2 + i * step for i in range(len(names))], names,
                        fontsize=8)
        axes.xaxis.tick_top()


def _most_changing(rows: np.ndarray, count: int) -> np.ndarray:
    """The `count` features with the largest range over rows [n, features], largest first."""
    return np.argsort(-np.ptp(rows, axis=0), kind="stable")[:count]


def _labels(features: np.ndarray, feature_names: Sequence[str] | None) -> list[str]:
    if feature_names is None:
        return [f"feature {feature}" for feature in features]
    names = [str(feature_names[feature]) for feature in features]
    return [name if len(name) <= 32 else name[:31] + "…" for name in names]
