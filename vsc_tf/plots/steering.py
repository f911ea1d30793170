"""Pictures of what generation does: traversals, variations of an object, two objects compared.

For tables (observations of one axis) the images become heat maps and bars of the features that
change most, with their names.
"""
import numpy as np

from vsc_tf.plots import _style
from vsc_tf.plots.observations import (
    _check_names, _check_shape, _draw_images, _gap, _observations)

_FEATURES = 8   # Features of a table that are drawn for each latent,
_COLUMNS = 24   # and in heat maps that have them as columns.
_NAMES = ("shared", "only in the first", "only in the second")


def traversals(x, names, shape, columns=None, feature_names=None):
    """One object with one latent at a time moved through its values ([T20] figure 4).

    Images: a row for each latent, black and white the least and largest value of all.
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
        ValueError: Shapes or numbers of names do not fit, or values are not finite.

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


def variations(x, varied, shape, names=None, feature_names=None):
    """Objects, and variations of them along the features they have ([T20] figure 6).

    Images: a row for each object, itself first, on the scale of the objects.
    Tables: a heat map for each object, itself on top, of the 24 features that differ most among
    its variations; each as a share of its range in all that is drawn.

    Args:
        x: Observations [m, *shape].
        varied: Variations [m, n, *shape], such as `generation.generate_like(...).x`.
        shape: Shape of one observation: (h, w), (h, w, 1), (h, w, 3), or (features,).
        names: Optional m names of the objects.
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
        raise ValueError("Arguments `x` and `varied` must hold as many objects. Received: "
                         f"{len(x)} and {len(varied)}.")
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
    # What the object has and its code does not (noise) is no variation: not counted here.
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


def two_objects(pictures, contribution_a, contribution_b, shape, feature_names=None):
    """Two objects: what they share and where they differ ([T20] figure 7).

    Above, the pictures; for tables, bars of the 8 features in which they differ most. Below, a
    pair of bars for each latent that is on in either, the strongest first: how much it
    contributes to the first object (up) and to the second (down).

    Args:
        pictures: Dict of title -> observation [*shape]; the first two are the objects, others
            can be what comes of exchanging features.
        contribution_a, contribution_b: Numbers [latent_dim] of at least 0, 0 where the latent
            is off: a row of `generation.compare`.
        shape: Shape of one observation: (h, w), (h, w, 1), (h, w, 3), or (features,).
        feature_names: For tables, optional names.

    Returns:
        A matplotlib `Figure`.

    Raises:
        ValueError: Fewer than two pictures, shapes do not fit, or values are not finite.

    >>> figure = two_objects({"a": np.eye(3), "b": np.ones((3, 3))}, [1., 0., 2.], [0., 0., 1.],
    ...                      (3, 3))
    >>> [label.get_text() for label in figure.axes[-1].get_xticklabels()]
    ['2', '0']
    """
    shape = _check_shape(shape)
    a, b = (np.asarray(c, np.float64) for c in (contribution_a, contribution_b))
    if a.ndim != 1 or a.shape != b.shape or not ((a >= 0.) & (b >= 0.)).all():
        raise ValueError("Arguments `contribution_a` and `contribution_b` must be rows of "
                         "numbers of at least 0, one for each latent. Received: shapes "
                         f"{a.shape} and {b.shape}. Use vsc_tf.generation.compare.")
    if len(pictures) < 2:
        raise ValueError("Argument `pictures` must hold the two objects. Received: "
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


def _difference_bars(axes, rows, titles, feature_names):
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


def _contribution_bars(axes, a, b, titles):
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


def _series(name, value, shape):
    """`value` [m, n, *shape] as float64, or an error that says what does not fit."""
    array = np.asarray(value)
    if array.ndim < 3 or 0 in array.shape[:2]:
        raise ValueError(f"Argument `{name}` must hold [m, n, ...] observations of shape "
                         f"{shape}. Received: shape={array.shape}.")
    flat = array.reshape(array.shape[0] * array.shape[1], *array.shape[2:])
    return _observations(name, flat, shape).reshape(*array.shape[:2], *shape)


def _check_count_of(argument, names, count):
    if names is not None and len(names) != count:
        raise ValueError(f"Argument `{argument}` must hold {count} names. Received: {len(names)}.")


def _name_columns(axes, names, shape):
    """Writes names above the columns of a figure of `_draw_images`."""
    if names:
        step = shape[1] + _gap(shape[0])
        axes.set_xticks([(shape[1] - 1) / 2 + i * step for i in range(len(names))], names,
                        fontsize=8)
        axes.xaxis.tick_top()


def _most_changing(rows, count):
    """The `count` features with the largest range over rows [n, features], largest first."""
    return np.argsort(-np.ptp(rows, axis=0), kind="stable")[:count]


def _labels(features, feature_names):
    if feature_names is None:
        return [f"feature {feature}" for feature in features]
    names = [str(feature_names[feature]) for feature in features]
    return [name if len(name) <= 32 else name[:31] + "…" for name in names]
