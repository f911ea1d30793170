"""Curves of a training run, from the columns of its log."""
from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from vsc_tf.plots import _style

# Title, unit and curves (column -> label) of each panel.
_PANELS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("Objective", "nats per observation", {
        "-loss": "objective (−loss)", "elbo": "ELBO", "elbo_paper": "ELBO, paper's",
        "reconstruction": "reconstruction"}),
    ("What is paid", "nats per observation", {
        "kl": "KL", "selection_kl": "selection KL", "weighted sparsity": "weight × sparsity",
        "weighted gate_penalty": "weight × gate penalty"}),
    ("Sparsity of codes", "active latents per observation", {"l0": "L0"}),
    ("Schedules", "share of largest value", {
        "slab_weight": "slab weight", "gate_sharpness": "gate sharpness",
        "sparsity_weight": "sparsity weight", "gate_penalty_weight": "gate penalty weight"}),
)
_DASHES = ("-", "--", "-.", ":")  # So that schedules that coincide are all visible.


def _read(log: Mapping[str, ArrayLike]) -> dict[str, np.ndarray]:
    """The log as float64 columns of equal length, plus the derived columns."""
    columns = {name: np.asarray(values, np.float64) for name, values in dict(log).items()}
    shapes = {name: values.shape for name, values in columns.items()}
    if any(len(shape) != 1 for shape in shapes.values()) or len(set(shapes.values())) > 1:
        raise ValueError("Argument `log` must hold columns of rank 1 and equal length. "
                         f"Received: shapes={shapes}. Reload it from log.csv.")
    for prefix in ("", "val_"):
        if prefix + "loss" in columns:
            columns[prefix + "-loss"] = -columns[prefix + "loss"]
        for name in ("sparsity", "gate_penalty"):
            if prefix + name in columns:  # A term without a logged weight has weight 1.
                columns[f"{prefix}weighted {name}"] = (
                    columns[prefix + name] * columns.get(f"{name}_weight", 1.0))
    return columns


def _line(axes: Axes, x: np.ndarray, y: np.ndarray, **style: Any) -> np.ndarray:
    """Draws the finite values of y: validation may be logged less often than training."""
    keep = np.isfinite(x) & np.isfinite(y)
    axes.plot(x[keep], y[keep], marker="." if keep.sum() < 20 else None, **style)
    return y[keep]


def _focus(axes: Axes, curves: list[np.ndarray]) -> None:
    """Scales to the last nine tenths of the run if the first tenth would dominate the scale."""
    late = np.concatenate([values[len(values) // 10:] for values in curves])
    low, high = late.min(), late.max()
    everything = np.concatenate(curves)
    if everything.max() - everything.min() > 3.0 * (high - low) > 0.0:
        margin = 0.08 * (high - low)
        axes.set_ylim(low - margin, high + margin)


def _draw_panel(axes: Axes, columns: dict[str, np.ndarray], x: np.ndarray,
                names: dict[str, str], relative: bool) -> None:
    curves: list[np.ndarray] = []
    for i, (name, label) in enumerate(names.items()):
        style: dict[str, Any] = {"color": _style.COLOURS[i % len(_style.COLOURS)], "lw": 1.4}
        if relative and name in columns:
            known = columns[name][np.isfinite(columns[name])]
            largest = np.abs(known).max(initial=0.0)
            style |= {"ls": _DASHES[i], "lw": 1.8}
            _line(axes, x, columns[name] / (largest or 1.0),
                  label=f"{label} (largest {largest:.4g})", **style)
            continue
        if name in columns:
            curves.append(_line(axes, x, columns[name], label=label, **style))
        if f"val_{name}" in columns:
            curves.append(_line(axes, x, columns[f"val_{name}"], ls="--",
                                label=None if name in columns else f"{label} (validation)",
                                **style))
    if relative:
        axes.set_ylim(-0.05, 1.08)
    elif any(len(values) for values in curves):
        _focus(axes, curves)


def training_curves(log: Mapping[str, ArrayLike]) -> Figure:
    """Objective, terms, sparsity and schedules of a run against optimizer steps.

    The terms are drawn as they enter the loss, so that at every step

        -loss = reconstruction - KL - selection KL - weight × sparsity - weight × gate penalty

    ([T20] eq. 4; the selection KL is left out when training on the bound of [T20]). Training is
    solid, validation dashed. If the first tenth of a run would dominate the scale, it is cut
    off. Schedules are divided by their largest value, which the legend gives.

    Args:
        log: Dict of column name -> numbers [rows], as read from a run's log.csv: loss, elbo,
            elbo_paper, reconstruction, kl, selection_kl, sparsity, gate_penalty in nats (the
            gate penalty before its weight), l0 in latents, slab_weight, gate_sharpness,
            sparsity_weight, gate_penalty_weight, each also as val_*. The horizontal axis is
            step or epoch, else the row number. Any column may be missing, other columns are
            ignored, and NaN means not logged.

    Returns:
        A matplotlib `Figure` with one panel for each of the four groups that has a column.

    Raises:
        ValueError: Columns differ in length, or there are no rows or no known column.

    >>> figure = training_curves({"step": [100, 200], "loss": [90., 80.], "l0": [9., 8.]})
    >>> [axes.get_title() for axes in figure.axes]
    ['Objective', 'Sparsity of codes']
    """
    columns = _read(log)
    panels = [panel for panel in _PANELS
              if any(name in columns or f"val_{name}" in columns for name in panel[2])]
    if not panels or not len(next(iter(columns.values()))):
        known = [name for panel in _PANELS for name in panel[2] if " " not in name]
        raise ValueError(f"Argument `log` must have rows and one of {known}. Received: columns="
                         f"{list(dict(log))}. Has the run logged anything yet?")
    unit, x = next(
        ((label, columns[name]) for name, label in (("step", "optimizer step"),
                                                    ("epoch", "epoch")) if name in columns),
        ("row of the log", np.arange(len(next(iter(columns.values()))), dtype=np.float64)))

    wide = 1 if len(panels) == 1 else 2
    tall = -(-len(panels) // wide)
    figure = _style.figure(5.0 * wide, 3.2 * tall)
    for i, (title, y_unit, names) in enumerate(panels):
        axes = figure.add_subplot(tall, wide, i + 1)
        _draw_panel(axes, columns, x, names, relative=title == "Schedules")
        axes.set(title=title, xlabel=unit, ylabel=y_unit)
        axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
        axes.legend(frameon=False, fontsize=8)
        _style.strip(axes)
    if any(name.startswith("val_") for name in columns):
        figure.supxlabel("solid: training, dashed: validation", fontsize=9)
    return figure
