"""Plots of which latent follows which known source."""
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from vsc_tf.metrics.disentanglement import exploited, group_scores, latent_order
from vsc_tf.plots import _style


def correlation_matrix(A: ArrayLike, factor_names: Sequence[str], groups: ArrayLike,
                       group_names: Sequence[str]) -> Figure:
    """Sorted correlations of sources with latents ([T20] figure 3).

    Sources are sorted by attribute and latents by the source they follow best, so that a code
    that separates the attributes shows a block diagonal. A frame encloses the sources of an
    attribute and the latents that follow one of them best: entries outside the frames are
    entangled. Latents that follow no source are left out.

    Args:
        A: |corr| [K, J] from `metrics.correlation`.
        factor_names: K names of sources.
        groups: Integers [K], the attribute of each source, every number of 0 to G-1 used.
        group_names: G names of attributes.

    Returns:
        A matplotlib `Figure`.

    Raises:
        ValueError: `A` or `groups` is not as described, or the number of names does not match.

    >>> A = np.array([[0.0, 0.9, 0.0], [0.8, 0.1, 0.0]])
    >>> figure = correlation_matrix(A, ["v1", "v2"], [0, 1], ["hat", "eyes"])
    >>> figure.axes[0].images[0].get_array().tolist()
    [[0.9, 0.0], [0.1, 0.8]]
    """
    order = _order(A, groups, {"factor_names": factor_names, "group_names": group_names})
    figure = _style.figure(np.clip(2.6 + 0.22 * order.shown.shape[1], 5.0, 14.0),
                           np.clip(1.2 + 0.22 * len(order.rows), 2.6, 14.0))
    axes = figure.add_subplot()
    drawn = _draw(axes, order)
    for top, height, name in zip(order.tops, order.heights, group_names, strict=True):
        axes.text(1.01, top + (height - 1) / 2, name, va="center",
                  transform=axes.get_yaxis_transform())
    axes.set_yticks(range(len(order.rows)), [factor_names[k] for k in order.rows], fontsize=8)
    ticks = _style.ticks(len(order.columns), 60)
    axes.set_xticks(ticks, order.columns[ticks], rotation=90, fontsize=7)
    axes.set(xlabel="latent dimension", ylabel="source",
             title=f"{len(order.columns)} of {np.shape(A)[1]} latents follow a source")
    figure.colorbar(drawn, label="|correlation|", pad=0.03)
    return figure


def correlation_matrices(matrices: Mapping[str, ArrayLike], groups: ArrayLike,
                         group_names: Sequence[str], across: int = 4) -> Figure:
    """Correlation matrices of several codes side by side ([T20] figure 3, supplement figure 9).

    Each is sorted and framed as in `correlation_matrix`. All have the same width, however many
    latents follow a source.

    Args:
        matrices: Dict of title -> |corr| [K, J] from `metrics.correlation`; J may differ.
        groups: Integers [K], the attribute of each source, every number of 0 to G-1 used.
        group_names: G names of attributes.
        across: Positive integer, matrices in a row.

    Returns:
        A matplotlib `Figure`, one panel for each matrix in the given order.

    Raises:
        ValueError: There is no matrix, or a matrix, `groups` or `group_names` is not as
            described.

    >>> A = np.array([[0.0, 0.9, 0.0], [0.8, 0.1, 0.0]])
    >>> figure = correlation_matrices({"VAE": A, "VSC": A[:, :2]}, [0, 1], ["hat", "eyes"])
    >>> [axes.get_title() for axes in figure.axes[:2]]
    ['VAE\\n2 of 3 latents', 'VSC\\n2 of 2 latents']
    """
    orders = {title: _order(A, groups, {"group_names": group_names})
              for title, A in matrices.items()}
    if not orders:
        raise ValueError("Argument `matrices` must hold at least one matrix. Received: none.")
    across = min(across, len(orders))
    figure = _style.figure(2.9 * across + 1.0, 3.0 * -(-len(orders) // across))
    grid = figure.subplots(-(-len(orders) // across), across, squeeze=False)
    for axes in grid.flat[len(orders):]:
        axes.set_axis_off()
    for i, (axes, (title, order)) in enumerate(zip(grid.flat, orders.items(), strict=False)):
        drawn = _draw(axes, order)
        axes.set_title(f"{title}\n{len(order.columns)} of {np.shape(matrices[title])[1]} latents",
                       fontsize=9)
        axes.set_xticks([])
        axes.set_yticks(order.tops + (order.heights - 1) / 2,
                        group_names if i % across == 0 else [], fontsize=8)
        axes.tick_params(length=0)
    figure.colorbar(drawn, ax=grid, label="|correlation|", shrink=0.6)
    return figure


class _Order(NamedTuple):
    """A correlation matrix sorted so that its blocks show."""

    shown: np.ndarray     # [K, exploited], the sorted matrix.
    rows: np.ndarray      # Order of the sources.
    columns: np.ndarray   # Order of the latents that are shown.
    tops: np.ndarray      # First row of each group.
    heights: np.ndarray   # Number of rows of each group.
    lefts: np.ndarray     # First column of the latents that follow each group.
    widths: np.ndarray    # Number of these columns.


def _order(A: ArrayLike, groups: ArrayLike, names: Mapping[str, Sequence[str]]) -> _Order:
    count = len(group_scores(A, groups))  # Checks both arguments.
    A, groups = np.asarray(A, np.float64), np.asarray(groups)
    for name, values in names.items():
        size = len(A) if name == "factor_names" else count
        if len(values) != size:
            raise ValueError(f"Argument `{name}` must hold {size} names. Received: "
                             f"{len(values)}, {list(values)}.")
    rows = np.argsort(groups, kind="stable")
    columns = latent_order(A[rows])[:exploited(A).sum()]
    shown = A[np.ix_(rows, columns)]
    followed = groups[rows][shown.argmax(axis=0)] if len(columns) else np.array([], int)
    every = np.arange(count)
    return _Order(shown, rows, columns, np.searchsorted(groups[rows], every),
                  np.bincount(groups, minlength=count), np.searchsorted(followed, every),
                  np.bincount(followed, minlength=count))


def _draw(axes: Axes, order: _Order) -> Any:
    shown = order.shown
    if not len(order.columns):
        axes.text(0.5, 0.5, "no latent follows a source", ha="center", transform=axes.transAxes)
        shown = np.zeros((len(order.rows), 1))
    drawn = axes.imshow(shown, cmap=_style.STRENGTH, vmin=0.0, vmax=1.0, aspect="auto",
                        interpolation="nearest")
    for top, height, left, width in zip(order.tops, order.heights, order.lefts, order.widths,
                                        strict=True):
        if top:
            axes.axhline(top - 0.5, color="0.6", lw=0.8)
        if width:
            axes.add_patch(Rectangle((left - 0.5, top - 0.5), width, height, fill=False,
                                     edgecolor=_style.ACCENT, lw=2.0, clip_on=False))
    return drawn
