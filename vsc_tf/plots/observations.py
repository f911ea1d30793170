"""Plots of observations: images as images, tables as heat maps."""
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from vsc_tf.plots import _style

_ACROSS = 10  # Images in a row.
_LARGEST = 14.0  # Inches, the limit for very elongated images.


def _check_shape(shape: int | Sequence[int]) -> tuple[int, ...]:
    shape = tuple(int(size) for size in np.atleast_1d(shape))
    if not 1 <= len(shape) <= 3 or min(shape) < 1 or (len(shape) == 3 and shape[2] not in (1, 3)):
        raise ValueError("Argument `shape` must be the shape of one observation: (features,), "
                         "(height, width), (height, width, 1) or (height, width, 3). Received: "
                         f"shape={shape}. For other data use (number of features,).")
    return shape


def _observations(name: str, value: ArrayLike, shape: tuple[int, ...]) -> np.ndarray:
    """`value` as float64 [n, *shape], or an error that names the mismatch."""
    array = np.asarray(value)
    if array.dtype.kind not in "biuf":
        raise ValueError(f"Argument `{name}` must hold real numbers. Received: dtype="
                         f"{array.dtype}. Convert it, e.g. with np.asarray(x, 'float32').")
    if array.ndim < 2 or len(array) == 0 or math.prod(array.shape[1:]) != math.prod(shape):
        raise ValueError(f"Argument `{name}` must hold at least one observation of shape "
                         f"{shape}, possibly flattened. Received: shape={array.shape}. For a "
                         "single observation use x[None].")
    array = array.reshape(len(array), *shape).astype(np.float64)
    if not np.isfinite(array).all():
        raise ValueError(f"Argument `{name}` must be finite. Received: "
                         f"{np.sum(~np.isfinite(array))} NaN or infinite values. Use an "
                         "earlier checkpoint, from before they appeared.")
    return array


def _check_count(count: int) -> None:
    if isinstance(count, bool) or not isinstance(count, (int, np.integer)) or count < 1:
        raise ValueError("Argument `count` must be a positive integer, the number of "
                         f"observations to draw. Received: count={count!r}")


def _gap(height: int) -> int:
    return max(1, height // 16)  # Pixels between images.


def _mosaic(images: np.ndarray, across: int) -> np.ndarray:
    """Tiles images [n, h, w, c] in rows of `across`; the gaps are white (1)."""
    n, height, width, channels = images.shape
    rows = -(-n // across)
    gap = _gap(height)
    step_y, step_x = height + gap, width + gap
    canvas = np.ones((rows * step_y - gap, across * step_x - gap, channels))
    for i, image in enumerate(images):
        y, x = i // across * step_y, i % across * step_x
        canvas[y:y + height, x:x + width] = image
    return canvas


def _draw_images(images: np.ndarray, across: int, low: float, high: float,
                 row_names: Sequence[str]) -> Figure:
    """A figure of images [n, h, w(, c)] in rows of `across`; `low` is black, `high` white."""
    images = images.reshape(*images.shape[:3], -1)
    height = images.shape[1]
    canvas = _mosaic(np.clip((images - low) / ((high - low) or 1.0), 0.0, 1.0), across)
    canvas = canvas[..., 0] if canvas.shape[2] == 1 else canvas
    wide = np.clip(0.8 * across * images.shape[2] / height, 2.5, _LARGEST)
    tall = np.clip(wide * canvas.shape[0] / canvas.shape[1], 0.6, _LARGEST)
    named = 0.085 * max(map(len, row_names), default=0)
    figure = _style.figure(wide + named + 0.3, tall + 0.4)
    axes = figure.add_subplot(anchor="W")  # Leaves room for the names.
    axes.imshow(canvas, cmap="gray", vmin=0.0, vmax=1.0, interpolation="nearest")
    axes.set_xticks([])
    axes.set_yticks([(height - 1) / 2 + i * (height + _gap(height)) for i in range(len(row_names))],
                    row_names, fontsize=9)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    low, high = (round(value, 3 - int(np.floor(np.log10(high - low)))) if high > low else value
                 for value in (low, high))  # Black at 5e-38 is black at 0.
    axes.set_xlabel(f"pixel value: black {low:.3g}, white {high:.3g}", fontsize=8)
    return figure


def _draw_table(axes: Axes, table: np.ndarray, feature_names: Sequence[str] | None,
                **style: Any) -> Any:
    drawn = axes.imshow(table, aspect="auto", interpolation="nearest", **style)
    axes.set_yticks(_style.ticks(len(table), 10))
    if feature_names is not None and table.shape[1] <= 40:
        axes.set_xticks(range(table.shape[1]), feature_names, rotation=90, fontsize=7)
    else:
        axes.set_xlabel("feature")
    axes.set_ylabel("observation")
    return drawn


def _check_names(feature_names: Sequence[str] | None, features: int) -> None:
    if feature_names is not None and len(feature_names) != features:
        raise ValueError(f"Argument `feature_names` must hold {features} names, one for each "
                         f"feature. Received: {len(feature_names)}.")


def reconstructions(x: ArrayLike, x_hat: ArrayLike, shape: int | Sequence[int],
                    count: int = 10, feature_names: Sequence[str] | None = None) -> Figure:
    """The first `count` observations and their reconstructions.

    Images: pairs of rows, originals above reconstructions. Black and white are the smallest and
    the largest value in `x`; values outside are clipped.
    Tables: heat maps of originals, reconstructions and their difference, and a scatter plot of
    one against the other. As features differ in units, each is drawn as a share of its range in
    `x`, (value - min) / (max - min); a constant feature is 0 in `x`.

    Args:
        x: Observations [n, *shape], or flattened [n, features], in units of the data.
        x_hat: Their reconstructions, the mean of p(x|z), of the same shape and units.
        shape: Shape of one observation: (h, w), (h, w, 1), (h, w, 3), or (features,).
        count: Positive integer, how many to draw (all, if there are fewer).
        feature_names: For tables, optional names; written out up to 40 features.

    Returns:
        A matplotlib `Figure`.

    Raises:
        ValueError: Shapes or lengths do not match, values are not finite, or `count` is not a
            positive integer.

    >>> x = np.random.default_rng(0).random((4, 28 * 28))
    >>> figure = reconstructions(x, x ** 2, shape=(28, 28))
    >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
    ['original', 'reconstruction']
    """
    shape = _check_shape(shape)
    x, x_hat = _observations("x", x, shape), _observations("x_hat", x_hat, shape)
    if len(x) != len(x_hat):
        raise ValueError("Arguments `x` and `x_hat` must hold the same observations. Received: "
                         f"{len(x)} and {len(x_hat)}.")
    _check_count(count)
    if len(shape) == 1:
        _check_names(feature_names, shape[0])
        return _table_reconstructions(x, x_hat, count, feature_names)
    low, high = x.min(), x.max()
    x, x_hat = x[:count], x_hat[:count]
    across = min(len(x), _ACROSS)
    missing = np.full((-len(x) % across, *shape), high)  # Fills the last row with white.
    rows = [np.concatenate([images, missing]).reshape(-1, 1, across, *shape)
            for images in (x, x_hat)]
    images = np.concatenate(rows, axis=1).reshape(-1, *shape)
    pairs = len(images) // (2 * across)
    return _draw_images(images, across, low, high, ["original", "reconstruction"] * pairs)


def _table_reconstructions(x: np.ndarray, x_hat: np.ndarray, count: int,
                           feature_names: Sequence[str] | None) -> Figure:
    low, width = x.min(axis=0), np.ptp(x, axis=0)
    x, x_hat = ((values[:count] - low) / np.where(width > 0.0, width, 1.0)
                for values in (x, x_hat))
    figure = _style.figure(10.0, 5.5)
    maps, scatter = figure.subfigures(1, 2, width_ratios=[1.7, 1.0])
    axes = maps.subplots(3, 1, sharex=True)
    value = _draw_table(axes[0], x, None, cmap=_style.VALUE, vmin=0.0, vmax=1.0)
    _draw_table(axes[1], x_hat, None, cmap=_style.VALUE, vmin=0.0, vmax=1.0)
    worst = max(float(np.quantile(np.abs(x_hat - x), 0.99)), 1e-3)  # Robust to outliers.
    difference = _draw_table(axes[2], x_hat - x, feature_names, cmap=_style.SIGNED,
                             vmin=-worst, vmax=worst)
    for panel, title in zip(axes, ("original", "reconstruction", "reconstruction − original"),
                            strict=True):
        panel.set_title(title, fontsize=10)
    for panel in axes[:2]:
        panel.set_xlabel("")
    maps.colorbar(value, ax=axes[:2], label="share of feature's range")
    maps.colorbar(difference, ax=axes[2], label="difference", extend="both")

    points = scatter.subplots()
    points.plot([0.0, 1.0], [0.0, 1.0], color="0.5", lw=1.0, zorder=0)
    points.scatter(x, x_hat, s=8, alpha=0.35, color=_style.COLOURS[0], lw=0, rasterized=True)
    points.set(title="all values shown", xlabel="original, share of feature's range",
               ylabel="reconstruction, share of feature's range", aspect="equal",
               xlim=(-0.05, 1.05), ylim=(-0.05, 1.05))
    _style.strip(points)
    return figure


def generated(x: ArrayLike, shape: int | Sequence[int], count: int = 100,
              feature_names: Sequence[str] | None = None) -> Figure:
    """Observations drawn from the model: a grid of images, or a heat map of a table.

    Images share one scale from the smallest to the largest value; in a table each feature is
    drawn as a share of its range, as in `reconstructions`.

    Args:
        x: Generated observations [n, *shape], or flattened [n, features].
        shape: Shape of one observation: (h, w), (h, w, 1), (h, w, 3), or (features,).
        count: Positive integer, how many to draw (all, if there are fewer).
        feature_names: For tables, optional names; written out up to 40 features.

    Returns:
        A matplotlib `Figure`.

    Raises:
        ValueError: Shapes do not match, values are not finite, or `count` is not a positive
            integer.

    >>> generated(np.eye(6), shape=(2, 3)).axes[0].images[0].get_array().shape  # 2 x 3 images.
    (5, 11)
    """
    shape = _check_shape(shape)
    x = _observations("x", x, shape)
    _check_count(count)
    x = x[:count]
    if len(shape) > 1:
        across = min(_ACROSS, math.ceil(math.sqrt(len(x))))
        return _draw_images(x, across, x.min(), x.max(), [])
    _check_names(feature_names, shape[0])
    width = np.ptp(x, axis=0)
    figure = _style.figure(8.0, 4.0)
    axes = figure.add_subplot()
    drawn = _draw_table(axes, (x - x.min(axis=0)) / np.where(width > 0.0, width, 1.0),
                        feature_names, cmap=_style.VALUE, vmin=0.0, vmax=1.0)
    figure.colorbar(drawn, label="share of feature's range")
    axes.set_title(f"{len(x)} generated observations", fontsize=10)
    return figure
