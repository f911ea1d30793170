"""Pictures of measures over models and settings: curves with errors, bars, dots."""
from typing import NamedTuple

import numpy as np

from vsc_tf.plots import _style

_MARKERS = ("o", "s", "^", "D", "v", "P", "X")


class Panel(NamedTuple):
    """One panel of `error_curves`.

    Attributes:
        x_label, y_label: What is on the axes, with its unit.
        curves: Dict of label -> (x, y, error): arrays of one length; y is NaN where nothing
            was measured; error is drawn up and down from y, NaN for none (a single seed).
        levels: Dict of label -> (y, error), numbers for what has no x, drawn as a line across
            with a band.
        log: Whether x is on a logarithmic scale.
    """

    x_label: str
    y_label: str
    curves: dict
    levels: dict = {}
    log: bool = False


def error_curves(panels, across=3):
    """Measures against a setting, with error bars, in panels ([T20] figure 1).

    A label has the same colour and marker in every panel.

    Args:
        panels: Sequence of `Panel`, drawn in rows.
        across: Positive integer, panels in a row.

    Returns:
        A matplotlib `Figure`.

    Raises:
        ValueError: No panel, a curve's arrays are of different lengths, x is not finite, or
            not positive where its scale is logarithmic.

    >>> curve = ([0.1, 0.2], [-3.0, -2.0], [1.0, 1.0])
    >>> figure = error_curves([Panel("alpha", "ELBO, nats", {"VSC": curve})])
    >>> figure.axes[0].get_xlabel()
    'alpha'
    """
    panels = list(panels)
    if not panels:
        raise ValueError("Argument `panels` must hold one panel or more. Received: none.")
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
        for label, (y, error) in panel.levels.items():
            colour = styles[label]["color"]
            if np.isnan(y):
                continue
            axes.axhline(y, color=colour, ls="--", lw=1.4, label=label)
            if np.isfinite(error) and error > 0.0:
                axes.axhspan(y - error, y + error, color=colour, alpha=0.15, lw=0)
        if panel.log:
            _plain_log(axes, np.unique(np.concatenate([x for x, _, _ in panel.curves.values()])))
        axes.set(xlabel=panel.x_label, ylabel=panel.y_label)
        axes.legend(frameon=False, fontsize=8)
        _style.strip(axes)
    return figure


def _curve(label, curve, log):
    x, y, error = (np.asarray(values, np.float64) for values in curve)
    if x.ndim != 1 or not x.shape == y.shape == error.shape:
        raise ValueError(f"Curve {label!r} must have x, y and error of one length. Received: "
                         f"shapes {x.shape}, {y.shape} and {error.shape}.")
    if not np.isfinite(x).all() or (log and (x <= 0.0).any()):
        raise ValueError(f"Curve {label!r} must have finite x, above 0 on a logarithmic scale. "
                         f"Received: x={x.tolist()}. Leave these points out.")
    order = np.argsort(x, kind="stable")
    return x[order], y[order], error[order]


def _plain_log(axes, values):
    """A logarithmic scale whose ticks are the values themselves."""
    axes.set_xscale("log")
    axes.set_xticks(values, [f"{value:g}" for value in values], fontsize=8)
    axes.minorticks_off()


def grouped_bars(values, errors, groups, labels, y_label):
    """Bars in groups: one colour for each label, one group for each name in `groups`.

    Args:
        values: Array [labels, groups]; NaN leaves a gap.
        errors: Array of the same shape, drawn up and down; NaN or 0 for none.
        groups: Names under the groups.
        labels: Names of the bars within a group, for the legend.
        y_label: What the bars measure, with its unit.

    Returns:
        A matplotlib `Figure`.

    Raises:
        ValueError: Shapes do not fit, or nothing to draw.

    >>> figure = grouped_bars([[0.9, 0.8]], [[0.1, 0.0]], ["hat", "eyes"], ["VSC"], "purity")
    >>> [float(bar.get_height()) for bar in figure.axes[0].patches]
    [0.9, 0.8]
    """
    values, errors = np.asarray(values, np.float64), np.asarray(errors, np.float64)
    shape = (len(labels), len(groups))
    if values.shape != shape or errors.shape != shape or not values.size:
        raise ValueError(f"Arguments `values` and `errors` must have shape {shape}, labels by "
                         f"groups, and hold something. Received: {values.shape} and "
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


def measure_dots(measures, names):
    """One panel for each measure, one line for each model: a dot with its error.

    Every panel has a scale of its own that need not begin at 0, so that bounds of some hundred
    nats which differ by one can be told apart.

    Args:
        measures: Dict of title -> (values [n], errors [n]); a value that is NaN was not
            measured, an error that is NaN or 0 is not drawn.
        names: n names of models or runs, top to bottom.

    Returns:
        A matplotlib `Figure`.

    Raises:
        ValueError: No measure, or lengths differ.

    >>> figure = measure_dots({"ELBO, nats": ([-3., -2.], [1., 1.])}, ["VAE", "VSC"])
    >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
    ['VAE', 'VSC']
    """
    count = len(names)
    measures = {title: [np.asarray(part, np.float64) for part in pair]
                for title, pair in measures.items()}
    if not measures or any(part.shape != (count,) for pair in measures.values() for part in pair):
        raise ValueError(f"Argument `measures` must hold one measure or more, each with {count} "
                         "values and errors, one for each name. Received: "
                         f"{ {title: pair[0].shape for title, pair in measures.items()} }")
    across = min(4, len(measures))
    down = -(-len(measures) // across)
    figure = _style.figure(2.4 * across + 0.08 * max(map(len, names)),
                           (0.22 * count + 0.9) * down)
    grid = figure.subplots(down, across, squeeze=False, sharey=True)
    for axes, (title, (values, errors)) in zip(grid.flat, measures.items(), strict=False):
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
    for axes in grid.flat[len(measures):]:
        axes.set_axis_off()
    grid[0, 0].set_ylim(count - 0.5, -0.5)
    return figure
