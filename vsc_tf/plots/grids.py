"""Plots of codes next to what they decode to: latent grids, rows of images, mean codes."""
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from vsc_tf.metrics import _arrays
from vsc_tf.plots import _style
from vsc_tf.plots.observations import _check_shape, _draw_images, _observations


def grid_codes(z: ArrayLike,
               side: int = 15) -> tuple[np.ndarray, tuple[float, float]]:
    """Codes on a square grid that covers the codes of the data, for `latent_grid`.

    Args:
        z: Codes [n, 2], n >= 1. Both latents go from -b to b, with b the 0.95 quantile of all
            absolute values (1 if that is 0, for a code that is nearly always off).
        side: Positive integer, number of codes per row and per column.

    Returns:
        float32 [side * side, 2] in the order of `latent_grid`, and its span (-b, b).

    Raises:
        ValueError: `z` is not finite or does not have two latents.

    >>> grid_codes([[0., 0.], [2., -2.]], side=3)[0][:3].tolist()
    [[-2.0, -2.0], [0.0, -2.0], [2.0, -2.0]]
    """
    z = _arrays.matrix("z", z, min_rows=1)
    if z.shape[1] != 2:
        raise ValueError("Argument `z` must have two latents. Received: "
                         f"shape={z.shape}. Train with latent_dim=2.")
    bound = float(np.quantile(np.abs(z), 0.95)) or 1.0
    line = np.linspace(-bound, bound, side)
    first, second = np.meshgrid(line, line)
    return np.stack([first, second], axis=-1).reshape(-1, 2).astype(np.float32), (-bound, bound)


def latent_grid(images: ArrayLike, shape: int | Sequence[int],
                span: tuple[float, float]) -> Figure:
    """The decoder's outputs for a grid of two-dimensional codes ([R]).

    Args:
        images: Decoded codes [side * side, *shape], row by row: the first latent increases from
            left to right, the second from the top row to the bottom row.
        shape: Shape of one image: (h, w), (h, w, 1) or (h, w, 3).
        span: (smallest, largest) value of both latents, for the axis labels.

    Returns:
        A matplotlib `Figure`.

    Raises:
        ValueError: `shape` is not that of an image, the number of images is not a square, or
            values are not finite.

    >>> latent_grid(np.zeros((9, 4, 4)), (4, 4), (-2, 2)).axes[0].images[0].get_array().shape
    (14, 14)
    """
    shape = _image_shape(shape)
    images = _observations("images", images, shape)
    side = round(len(images) ** 0.5)
    if side ** 2 != len(images):
        raise ValueError("Argument `images` must hold a square number of images, side * side. "
                         f"Received: {len(images)}.")
    figure = _draw_images(images, side, images.min(), images.max(), [])
    axes = figure.axes[0]
    low, high = span
    axes.set_xlabel(f"first latent, {low:.3g} to {high:.3g}", fontsize=9)
    axes.set_ylabel(f"second latent, {low:.3g} (top) to {high:.3g}", fontsize=9)
    return figure


def image_rows(rows: Sequence[tuple[str, ArrayLike]], shape: int | Sequence[int]) -> Figure:
    """Named rows of images, such as originals above their reconstructions.

    All are drawn on the scale of the first row; values outside it are clipped.

    Args:
        rows: Sequence of (name, images [n, *shape]) with the same n.
        shape: Shape of one image: (h, w), (h, w, 1) or (h, w, 3).

    Returns:
        A matplotlib `Figure`.

    Raises:
        ValueError: `shape` is not that of an image, there are no rows, or their lengths differ.

    >>> figure = image_rows([("original", np.eye(4)[None]), ("VAE", np.eye(4)[None])], (4, 4))
    >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
    ['original', 'VAE']
    """
    shape = _image_shape(shape)
    names = [name for name, _ in rows]
    images = [_observations(name, values, shape) for name, values in rows]
    if not images or len({len(row) for row in images}) > 1:
        raise ValueError("Argument `rows` must hold at least one row, all with the same number "
                         f"of images. Received: {[len(row) for row in images]}.")
    return _draw_images(np.concatenate(images), len(images[0]), images[0].min(),
                        images[0].max(), names)


def _image_shape(shape: int | Sequence[int]) -> tuple[int, ...]:
    shape = _check_shape(shape)
    if len(shape) < 2:
        raise ValueError("Argument `shape` must be that of an image, (height, width) with or "
                         f"without channels. Received: shape={shape}. For tables use "
                         "`reconstructions`.")
    return shape


def mean_codes(codes: Mapping[str, ArrayLike], labels: ArrayLike,
               class_names: Sequence[str]) -> Figure:
    """Mean code of each class, one heat map for each model ([R]).

        mean over observations i of class c of z_ij

    Latents keep their order. Each panel has its own symmetric scale, up to its largest absolute
    mean, as the units of codes differ between models.

    Args:
        codes: Dict of title -> codes [n, J]; J may differ.
        labels: Integers [n] from 0 up.
        class_names: class_names[label]; a class without observations is left out.

    Returns:
        A matplotlib `Figure`, one panel for each model.

    Raises:
        ValueError: There are no codes, codes are not finite or not of rank 2, or `labels` does
            not match them.

    >>> figure = mean_codes({"VSC": [[1., 0.], [3., 0.], [0., 4.]]}, [0, 0, 1], ["zero", "one"])
    >>> figure.axes[0].images[0].get_array().tolist()
    [[2.0, 0.0], [0.0, 4.0]]
    """
    if not codes:
        raise ValueError("Argument `codes` must hold the codes of at least one model. Received: "
                         "none.")
    labels = np.asarray(labels)
    arrays = {title: _arrays.matrix(title, z, labels.size, "labels", min_rows=1)
              for title, z in codes.items()}
    if labels.dtype.kind not in "iu" or labels.min() < 0 or labels.max() >= len(class_names):
        raise ValueError("Argument `labels` must hold integers from 0 up, each with a class "
                         f"name. Received: dtype={labels.dtype}, {labels.min()} to "
                         f"{labels.max()} with {len(class_names)} names.")
    present = np.unique(labels)
    tall = 0.9 + 0.19 * len(present)
    figure = _style.figure(7.5, tall * len(arrays))
    grid = figure.subplots(len(arrays), 1, squeeze=False)[:, 0]
    for axes, (title, z) in zip(grid, arrays.items(), strict=True):
        means = np.stack([z[labels == label].mean(axis=0) for label in present])
        largest = np.abs(means).max() or 1.0
        drawn = axes.imshow(means, cmap=_style.SIGNED, vmin=-largest, vmax=largest,
                            aspect="auto", interpolation="nearest")
        axes.set_yticks(range(len(present)), [class_names[label] for label in present],
                        fontsize=7)
        axes.set_xticks(_style.ticks(z.shape[1], 30))
        axes.tick_params(axis="x", labelsize=7)
        axes.set_title(title, fontsize=9)
        figure.colorbar(drawn, ax=axes, label="mean code")
    grid[-1].set_xlabel("latent dimension")
    return figure
