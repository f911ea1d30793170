"""A plot of two observations: what they share and where they differ."""
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from vsc_tf.plots import _style
from vsc_tf.plots.observations import _check_names, _check_shape, _observations
from vsc_tf.plots.steering import _FEATURES, _labels

_NAMES = ("shared", "only in the first", "only in the second")


def two_objects(pictures: Mapping[str, ArrayLike], contribution_a: ArrayLike,
                contribution_b: ArrayLike, shape: int | Sequence[int],
                feature_names: Sequence[str] | None = None) -> Figure:
    """Two observations: what they share and where they differ ([T20] figure 7).

    Top: the images, or for tables, bars of the 8 features in which they differ most. Bottom: a
    pair of bars for each latent that is on in either observation, the strongest first: its
    contribution to the first (up) and to the second (down).

    Args:
        pictures: Dict of title -> observation [*shape]. The first two are compared; others, such
            as the results of `generation.swap`, are only shown.
        contribution_a, contribution_b: Non-negative numbers [latent_dim], 0 where the latent is
            off: a row of `generation.compare`.
        shape: Shape of one observation: (h, w), (h, w, 1), (h, w, 3), or (features,).
        feature_names: For tables, optional names.

    Returns:
        A matplotlib `Figure`.

    Raises:
        ValueError: There are fewer than two pictures, shapes do not match, or values are not
            finite.

    >>> figure = two_objects({"a": np.eye(3), "b": np.ones((3, 3))}, [1., 0., 2.], [0., 0., 1.],
    ...                      (3, 3))
    >>> [label.get_text() for label in figure.axes[-1].get_xticklabels()]
    ['2', '0']
    """
    shape = _check_shape(shape)
    a, b = (np.asarray(c, np.float64) for c in (contribution_a, contribution_b))
    if a.ndim != 1 or a.shape != b.shape or not ((a >= 0.) & (b >= 0.)).all():
        raise ValueError("Arguments `contribution_a` and `contribution_b` must be rows of "
                         "non-negative numbers, one for each latent. Received: shapes "
                         f"{a.shape} and {b.shape}. Use vsc_tf.generation.compare.")
    if len(pictures) < 2:
        raise ValueError("Argument `pictures` must hold at least two observations. Received: "
                         f"{list(pictures)}.")
    images = np.concatenate([_observations(title, np.asarray(picture)[None], shape)
                             for title, picture in pictures.items()])
    is_image = len(shape) > 1
    figure = _style.figure(max(7.0, 1.6 * len(images)), 4.6 if is_image else 5.6)
    above, below = figure.subfigures(2, 1, height_ratios=[1.0, 1.1] if is_image else [1.4, 1.0])
    if is_image:
        low, high = images[:2].min(), images[:2].max()
        for axes, image, title in zip(np.atleast_1d(above.subplots(1, len(images))), images,
                                      pictures, strict=True):
            image = np.clip((image - low) / ((high - low) or 1.), 0., 1.)
            axes.imshow(image[..., 0] if image.shape[-1:] == (1,) else image, cmap="gray",
                        vmin=0., vmax=1., interpolation="nearest")
            axes.set_axis_off()
            axes.set_title(title, fontsize=8)
    else:
        _check_names(feature_names, shape[0])
        _difference_bars(above.subplots(), images, list(pictures), feature_names)
    _contribution_bars(below.subplots(), a, b, list(pictures)[:2])
    return figure


def _difference_bars(axes: Axes, rows: np.ndarray, titles: Sequence[str],
                     feature_names: Sequence[str] | None) -> None:
    features = np.argsort(-np.abs(rows[0] - rows[1]), kind="stable")[:_FEATURES]
    height = 0.8 / len(rows)
    for i, (row, title) in enumerate(zip(rows, titles, strict=True)):
        axes.barh(np.arange(len(features)) + (i - (len(rows) - 1) / 2) * height, row[features],
                  height * 0.92, color=_style.COLOURS[i % len(_style.COLOURS)], label=title)
    axes.set_yticks(range(len(features)), _labels(features, feature_names), fontsize=8)
    axes.invert_yaxis()
    axes.set_xlabel("value of the feature", fontsize=8)
    axes.figure.legend(*axes.get_legend_handles_labels(), loc="outside upper center",
                       frameon=False, fontsize=8, ncols=4)
    _style.strip(axes)


def _contribution_bars(axes: Axes, a: np.ndarray, b: np.ndarray,
                       titles: Sequence[str]) -> None:
    on = np.flatnonzero((a > 0.) | (b > 0.))
    on = on[np.argsort(-(a + b)[on], kind="stable")]
    kinds = np.select([(a[on] > 0.) & (b[on] > 0.), a[on] > 0.], [0, 1], 2)
    for kind, name in enumerate(_NAMES):
        places = np.flatnonzero(kinds == kind)
        if len(places):
            colour = _style.COLOURS[kind]
            axes.bar(places, a[on[places]], color=colour, label=name)
            axes.bar(places, -b[on[places]], color=colour)
    axes.axhline(0., color="black", lw=0.8)
    axes.set_xticks(range(len(on)), on, fontsize=7, rotation=90 if len(on) > 25 else 0)
    axes.set_xlabel("latent dimension", fontsize=8)
    axes.set_ylabel(f"contribution\n← {titles[1]} | {titles[0]} →", fontsize=8)
    largest = max(a.max(initial=0.), b.max(initial=0.)) or 1.
    axes.set_ylim(-1.05 * largest, 1.05 * largest)
    axes.yaxis.set_major_formatter(lambda value, _: f"{abs(value):.3g}")
    if len(on):
        axes.legend(frameon=False, fontsize=8)
    _style.strip(axes)
