"""Plots of measures over models and settings: curves with error bars, bars, dots."""
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from vsc_tf.plots import _style

_MARKERS = ("o", "s", "^", "D", "v", "P", "X")


class Panel(NamedTuple):
    """One panel of `error_curves`.

    Attributes:
        x_label, y_label: Axis labels with units.
        curves: Dict of label -> (x, y, error), arrays of equal length. y is NaN where nothing was
            measured; error is drawn above and below y, NaN for none (a single seed).
        levels: Dict of label -> (y, error), numbers that do not depend on x, drawn as a
            horizontal line with a band.
        log: Whether the x axis is logarithmic.
    """

    x_label: str
    y_label: str
    curves: Mapping[str, tuple[ArrayLike, ArrayLike, ArrayLike]]
    levels: Mapping[str, tuple[float, float]] = MappingProxyType({})
    log: bool = False


def error_curves(panels: Sequence[Panel], across: int = 3) -> Figure:
    """Measures against a setting, with error bars, in panels ([T20] figure 1).

    A label has the same colour and marker in every panel.

    Args:
        panels: Sequence of `Panel`, drawn row by row.
        across: Positive integer, panels in a row.

    Returns:
        A matplotlib `Figure`.

    Raises:
        ValueError: There is no panel, a curve's arrays differ in length, or x is not finite, or
            not positive on a logarithmic scale.

    >>> curve = ([0.1, 0.2], [-3.0, -2.0], [1.0, 1.0])
    >>> figure = error_curves([Panel("alpha", "ELBO, nats", {"VSC": curve})])
    >>> figure.axes[0].get_xlabel()
    'alpha'
    """
    panels = list(panels)
    if not panels:
        raise ValueError("Argument `panels` must hold at least one panel. Received: none.")
    labels = list(dict.fromkeys(
        label for panel in panels for label in (*panel.curves, *panel.levels)))
    styles = {label: {"color": _style.COLOURS[i % len(_style.COLOURS)],
                      "marker": _MARKERS[i % len(_MARKERS)]} for i, label in enumerate(labels)}
    across = min(across, len(panels))
    down = -(-len(panels) // across)
    figure = _style.figure(3.9 * across, 3.0 * down + 0.3)
    for i, panel in enumerate(panels):
        axes = figure.add_subplot(down, across, i + 1)
        for label, curve in panel.curves.items():
            x, y, error = _curve(label, curve, panel.log)
            axes.errorbar(x, y, np.nan_to_num(error), capsize=3, lw=1.4, markersize=5,
                          label=label, **styles[label])
        for label, (level, spread) in panel.levels.items():
            colour = styles[label]["color"]
            if np.isnan(level):
                continue
            axes.axhline(level, color=colour, ls="--", lw=1.4, label=label)
            if np.isfinite(spread) and spread > 0.0:
                axes.axhspan(level - spread, level + spread, color=colour, alpha=0.15, lw=0)
        if panel.log:
            _plain_log(axes, np.unique(np.concatenate([x for x, _, _ in panel.curves.values()])))
        axes.set(xlabel=panel.x_label, ylabel=panel.y_label)
        axes.legend(frameon=False, fontsize=8)
        _style.strip(axes)
    return figure


def _curve(label: str, curve: tuple[ArrayLike, ArrayLike, ArrayLike],
           log: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """x, y and error of a curve as float64, sorted by x."""
    x, y, error = (np.asarray(values, np.float64) for values in curve)
    if x.ndim != 1 or not x.shape == y.shape == error.shape:
        raise ValueError(f"Curve {label!r} must have x, y and error of equal length. Received: "
                         f"shapes {x.shape}, {y.shape} and {error.shape}.")
    if not np.isfinite(x).all() or (log and (x <= 0.0).any()):
        raise ValueError(f"Curve {label!r} must have finite x, and positive x on a logarithmic "
                         f"scale. Received: x={x.tolist()}. Leave these points out.")
    order = np.argsort(x, kind="stable")
    return x[order], y[order], error[order]


def _plain_log(axes: Axes, values: np.ndarray) -> None:
    """Sets a logarithmic x scale with ticks at `values`."""
    axes.set_xscale("log")
    axes.set_xticks(values, [f"{value:g}" for value in values], fontsize=8)
    axes.minorticks_off()


def grouped_bars(values: ArrayLike, errors: ArrayLike, groups: Sequence[str],
                 labels: Sequence[str], y_label: str) -> Figure:
    """Bars in groups: one colour for each label, one group for each name in `groups`.

    Args:
        values: Array [labels, groups]; NaN leaves a gap.
        errors: Array of the same shape, drawn above and below; NaN or 0 for none.
        groups: Names below the groups.
        labels: Names of the bars within a group, for the legend.
        y_label: What the bars measure, with its unit.

    Returns:
        A matplotlib `Figure`.

    Raises:
        ValueError: Shapes do not match, or there is nothing to draw.

    >>> figure = grouped_bars([[0.9, 0.8]], [[0.1, 0.0]], ["hat", "eyes"], ["VSC"], "purity")
    >>> [float(bar.get_height()) for bar in figure.axes[0].patches]
    [0.9, 0.8]
    """
    values, errors = np.asarray(values, np.float64), np.asarray(errors, np.float64)
    shape = (len(labels), len(groups))
    if values.shape != shape or errors.shape != shape or not values.size:
        raise ValueError(f"Arguments `values` and `errors` must have shape {shape}, labels by "
                         f"groups, and not be empty. Received: {values.shape} and "
                         f"{errors.shape}.")
    width = 0.8 / len(labels)
    figure = _style.figure(np.clip(2.0 + 0.28 * values.size + 0.3 * len(groups), 4.5, 14.0), 3.4)
    axes = figure.add_subplot()
    for i, label in enumerate(labels):
        x = np.arange(len(groups)) + (i - (len(labels) - 1) / 2) * width
        error = np.where(errors[i] > 0.0, errors[i], np.nan)
        axes.bar(x, values[i], width * 0.92, color=_style.COLOURS[i % len(_style.COLOURS)],
                 yerr=error, error_kw={"lw": 1.0, "capsize": 2}, label=label)
    turned = {"rotation": 30, "ha": "right"} if max(map(len, groups)) > 12 else {}
    axes.set_xticks(range(len(groups)), groups, fontsize=9, **turned)
    axes.set_ylabel(y_label)
    figure.legend(*axes.get_legend_handles_labels(), loc="outside upper center", frameon=False,
                  fontsize=8, ncols=4)
    _style.strip(axes)
    return figure


def measure_dots(measures: Mapping[str, tuple[ArrayLike, ArrayLike]],
                 names: Sequence[str]) -> Figure:
    """One panel for each measure, one line for each model: a dot with an error bar.

    Every panel has its own scale, which need not start at 0, so that bounds of a few hundred
    nats that differ by one nat can be told apart.

    Args:
        measures: Dict of title -> (values [n], errors [n]); values are NaN where nothing was
            measured, errors that are NaN or 0 are not drawn.
        names: n names of models or runs, from top to bottom.

    Returns:
        A matplotlib `Figure`.

    Raises:
        ValueError: There is no measure, or lengths differ.

    >>> figure = measure_dots({"ELBO, nats": ([-3., -2.], [1., 1.])}, ["VAE", "VSC"])
    >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
    ['VAE', 'VSC']
    """
    count = len(names)
    arrays = {title: [np.asarray(part, np.float64) for part in pair]
              for title, pair in measures.items()}
    if not arrays or any(part.shape != (count,) for pair in arrays.values() for part in pair):
        raise ValueError(f"Argument `measures` must hold at least one measure, each with {count} "
                         "values and errors, one for each name. Received: "
                         f"{ {title: pair[0].shape for title, pair in arrays.items()} }")
    across = min(4, len(arrays))
    down = -(-len(arrays) // across)
    figure = _style.figure(2.4 * across + 0.08 * max(map(len, names)),
                           (0.22 * count + 0.9) * down)
    grid = figure.subplots(down, across, squeeze=False, sharey=True)
    for axes, (title, (values, errors)) in zip(grid.flat, arrays.items(), strict=False):
        errors = np.where(errors > 0.0, errors, 0.0)
        axes.errorbar(values, range(count), xerr=errors, fmt="o", markersize=5, capsize=3,
                      color=_style.COLOURS[0])
        axes.set_title(title, fontsize=9)
        axes.set_yticks(range(count), names, fontsize=8)
        axes.ticklabel_format(axis="x", useOffset=False)
        axes.tick_params(axis="x", labelsize=7)
        axes.grid(axis="y", color="0.9", lw=0.8)
        axes.locator_params(axis="x", nbins=4)
        axes.margins(x=0.1)
        _style.strip(axes)
    for axes in grid.flat[len(arrays):]:
        axes.set_axis_off()
    grid[0, 0].set_ylim(count - 0.5, -0.5)
    return figure
