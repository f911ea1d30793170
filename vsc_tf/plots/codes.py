"""Plots of codes: how many latents are active, and which are used by which class."""
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from vsc_tf.metrics import _arrays
from vsc_tf.metrics.sparsity import ALWAYS_ON_RATE, LIVE_RATE, on_rates
from vsc_tf.plots import _style


def _check_labels(
        labels: ArrayLike, n: int, class_names: Sequence[str] | None
) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Labels as integers, the classes that occur, and their names."""
    labels = np.asarray(labels)
    if labels.shape != (n,) or labels.dtype.kind not in "iub":
        raise ValueError("Argument `labels` must hold one integer for each of the "
                         f"{n} observations. Received: shape={labels.shape}, dtype="
                         f"{labels.dtype}. Convert names to numbers, e.g. with "
                         "np.unique(labels, return_inverse=True)[1].")
    labels = labels.astype(np.int64)
    present = np.unique(labels)
    if class_names is None:
        return labels, present, [str(label) for label in present]
    if present[0] < 0 or present[-1] >= len(class_names):
        raise ValueError("Argument `class_names` must name every label, counted from 0. "
                         f"Received: {len(class_names)} names, labels from {present[0]} to "
                         f"{present[-1]}.")
    return labels, present, [str(class_names[label]) for label in present]


def spikes_per_class(spike_probs: ArrayLike, labels: ArrayLike,
                     class_names: Sequence[str] | None = None) -> Figure:
    """Mean spike probability of each latent for each class ([T20] figure 5).

        mean over observations i of class c of q(z_ij != 0 | x_i)

    Only live latents are drawn: those on (probability above 1/2, as in codes) in at least 1 % of
    observations. They are sorted by the class that uses them most, and within a class by how
    specific they are to it (its mean minus the average over classes). Latents that do not
    discriminate between classes (means within 0.1, e.g. always on) come last.

    Args:
        spike_probs: Spike probabilities [n, latent_dim], from 0 to 1.
        labels: Integers [n], the class of each observation.
        class_names: Optional names, class_names[label]; a class without observations is left
            out of the figure.

    Returns:
        A matplotlib `Figure`: a heat map of classes by live latents.

    Raises:
        ValueError: Shapes do not match, a value is not in [0, 1] or not finite, or a label has
            no name.

    >>> figure = spikes_per_class([[0.9, 0.0, 0.2], [0.1, 0.0, 0.6]], [0, 1], ["bag", "shirt"])
    >>> figure.axes[0].images[0].get_array().tolist()
    [[0.9, 0.2], [0.1, 0.6]]
    """
    probs = _arrays.matrix("spike_probs", spike_probs, min_rows=1)
    if probs.min() < 0.0 or probs.max() > 1.0:
        raise ValueError("Argument `spike_probs` must hold probabilities. Received: values from "
                         f"{probs.min():g} to {probs.max():g}. Pass sigmoid(logits).")
    labels, present, names = _check_labels(labels, len(probs), class_names)
    means = np.stack([probs[labels == label].mean(axis=0) for label in present])
    live = np.flatnonzero((probs > 0.5).mean(axis=0) >= LIVE_RATE)
    shown = means[:, live]
    apart = shown.max(axis=0) - shown.mean(axis=0)
    telling = np.ptp(shown, axis=0) >= 0.1
    order = np.lexsort((-apart, np.where(telling, shown.argmax(axis=0), len(names))))
    shown, live = shown[:, order], live[order]

    figure = _style.figure(np.clip(2.5 + 0.16 * len(live), 5.0, 14.0),
                           np.clip(1.4 + 0.24 * len(names), 2.4, 14.0))
    axes = figure.add_subplot()
    if not len(live):
        axes.text(0.5, 0.5, "no latent is live", ha="center", transform=axes.transAxes)
        shown = np.zeros((len(names), 1))
    drawn = axes.imshow(shown, cmap=_style.STRENGTH, vmin=0.0, vmax=1.0, aspect="auto",
                        interpolation="nearest")
    axes.set_yticks(range(len(names)), names)
    shown_ticks = _style.ticks(len(live), 80)
    axes.set_xticks(shown_ticks, live[shown_ticks], rotation=90, fontsize=6)
    axes.set(xlabel="latent dimension", title=f"{len(live)} live of {probs.shape[1]} latents")
    figure.colorbar(drawn, label="mean spike probability")
    return figure


def spike_histogram(z: ArrayLike) -> Figure:
    """How many latents are on per observation, and how often each latent is on.

    Args:
        z: Codes [n, latent_dim] with exact zeros, n >= 1.

    Returns:
        A matplotlib `Figure` of two panels: a histogram of L0 = #{j : z_ij != 0} over
        observations, and the on-rates of all latents in descending order.

    Raises:
        ValueError: `z` is not a finite, non-empty array of rank 2.

    >>> figure = spike_histogram([[0., 1., 2.], [0., 0., 3.]])
    >>> [float(bar.get_height()) for bar in figure.axes[1].patches]
    [1.0, 0.5, 0.0]
    """
    rates = np.sort(on_rates(z))[::-1]
    l0 = np.count_nonzero(z, axis=1)
    counts = np.bincount(l0, minlength=len(rates) + 1) / len(l0)
    figure = _style.figure(9.0, 3.2)
    left, right = figure.subplots(1, 2)

    left.bar(range(len(counts)), counts, width=0.85, color=_style.COLOURS[0])
    left.axvline(l0.mean(), color=_style.ACCENT, ls="--", label=f"mean {l0.mean():.1f}")
    left.set(xlabel="active latents per observation (L0)", ylabel="share of observations",
             title="Active latents", xlim=(max(l0.min() - 2, -0.6), l0.max() + 2))
    left.xaxis.set_major_locator(MaxNLocator(integer=True))
    left.legend(frameon=False)

    right.bar(range(len(rates)), rates, width=0.85, color=_style.COLOURS[0])
    right.set(xlabel="latent dimensions, most used first", ylabel="share of observations",
              ylim=(0.0, 1.03),
              title=f"How often each is on: {np.sum(rates >= LIVE_RATE)} live, "
                    f"{np.sum(rates > ALWAYS_ON_RATE)} always")
    right.xaxis.set_major_locator(MaxNLocator(integer=True))
    for axes in (left, right):
        _style.strip(axes)
    return figure


def class_similarity(matrices: Mapping[str, ArrayLike], class_names: Sequence[str]) -> Figure:
    """Similarity of classes, such as `metrics.jaccard`: one heat map for each code.

    Args:
        matrices: Dict of title -> array [C, C] from 0 to 1, also printed in the cells.
        class_names: C names.

    Returns:
        A matplotlib `Figure`, one panel for each matrix.

    Raises:
        ValueError: No matrix, or one is not [C, C] with values from 0 to 1.

    >>> figure = class_similarity({"VSC": [[1., .2], [.2, .9]]}, ["bag", "boot"])
    >>> figure.axes[0].get_title()
    'VSC'
    """
    count = len(class_names)
    arrays = {title: np.asarray(matrix, np.float64) for title, matrix in matrices.items()}
    if not arrays or any(
            matrix.shape != (count, count) or not ((matrix >= 0.0) & (matrix <= 1.0)).all()
            for matrix in arrays.values()):
        raise ValueError(f"Argument `matrices` must hold one or more arrays [{count}, {count}] "
                         "with values from 0 to 1, a row for each class name. Received: "
                         f"{ {title: matrix.shape for title, matrix in arrays.items()} }. Use "
                         "vsc_tf.metrics.jaccard(z, y).")
    side = np.clip(0.42 * count + 1.2, 2.6, 7.0)
    figure = _style.figure(side * len(arrays) + 1.6, side + 0.6)
    grid = figure.subplots(1, len(arrays), squeeze=False, sharey=True)[0]
    for axes, (title, matrix) in zip(grid, arrays.items(), strict=True):
        drawn = axes.imshow(matrix, cmap=_style.STRENGTH, vmin=0.0, vmax=1.0)
        for (row, column), value in np.ndenumerate(matrix):
            axes.text(column, row, f"{value:.2f}", ha="center", va="center", fontsize=6,
                      color="white" if value > 0.6 else "black")
        axes.set_xticks(range(count), class_names, rotation=90, fontsize=8)
        axes.set_yticks(range(count), class_names, fontsize=8)
        axes.set_title(title, fontsize=9)
    figure.colorbar(drawn, ax=grid, label="mean Jaccard similarity", shrink=0.8)
    return figure
