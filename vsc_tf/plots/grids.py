"""Pictures that set codes beside what they stand for: latent grids, rows of images, mean codes."""
import numpy as np

from vsc_tf.metrics import _arrays
from vsc_tf.plots import _style
from vsc_tf.plots.observations import _check_shape, _draw_images, _observations


def grid_codes(z, side=15):
    """Codes on a square grid that spans those of data, for `latent_grid`.

    Args:
        z: Codes [n, 2], n >= 1. Both latents go from -b to b, with b the size that a twentieth
            of all values are above (1 if it is 0: a code that is nearly always off).
        side: Positive integer, codes in a row and in a column.

    Returns:
        float32 [side * side, 2] in the order of `latent_grid`, and its span (-b, b).

    Raises:
        ValueError: `z` is not finite or not of two latents.

    >>> grid_codes([[0., 0.], [2., -2.]], side=3)[0][:3].tolist()
    [[-2.0, -2.0], [0.0, -2.0], [2.0, -2.0]]
    """
    z = _arrays.matrix("z", z, min_rows=1)
    if z.shape[1] != 2:
        raise ValueError("Argument `z` must hold codes of two latents. Received: "
                         f"shape={z.shape}. Train with latent_dim=2.")
    bound = float(np.quantile(np.abs(z), 0.95)) or 1.0
    line = np.linspace(-bound, bound, side)
    first, second = np.meshgrid(line, line)
    return np.stack([first, second], axis=-1).reshape(-1, 2).astype(np.float32), (-bound, bound)


def latent_grid(images, shape, span):
    """What the decoder makes of a grid of two-dimensional codes ([R]).

    Args:
        images: Decoded codes [side * side, *shape], row by row: the first latent grows from
            left to right, the second from the top row to the last.
        shape: Shape of one image: (h, w), (h, w, 1) or (h, w, 3).
        span: (least, largest) value of both latents, written on the axes.

    Returns:
        A matplotlib `Figure`.

    Raises:
        ValueError: Not images, their number is no square, or values are not finite.

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


def image_rows(rows, shape):
    """Rows of images with a name each, such as originals above their reconstructions.

    All are drawn on the scale of the first row; other values are clipped.

    Args:
        rows: Sequence of (name, images [n, *shape]), the same n in each.
        shape: Shape of one image: (h, w), (h, w, 1) or (h, w, 3).

    Returns:
        A matplotlib `Figure`.

    Raises:
        ValueError: Not images, no rows, or of different length.

    >>> figure = image_rows([("original", np.eye(4)[None]), ("VAE", np.eye(4)[None])], (4, 4))
    >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
    ['original', 'VAE']
    """
    shape = _image_shape(shape)
    names = [name for name, _ in rows]
    images = [_observations(name, values, shape) for name, values in rows]
    if not images or len({len(row) for row in images}) > 1:
        raise ValueError("Argument `rows` must hold one row or more, all of the same number of "
                         f"images. Received: {[len(row) for row in images]}.")
    return _draw_images(np.concatenate(images), len(images[0]), images[0].min(),
                        images[0].max(), names)


def _image_shape(shape):
    shape = _check_shape(shape)
    if len(shape) < 2:
        raise ValueError("Argument `shape` must be that of an image, (height, width) with or "
                         f"without channels. Received: shape={shape}. For tables see "
                         "`reconstructions`.")
    return shape


def mean_codes(codes, labels, class_names):
    """Mean code of each class, one heat map for each model ([R]).

        mean over observations i of class c of z_ij

    Latents are drawn in their own order. Each panel has a scale of its own, which ends at its
    largest mean of either sign: the units of a code are the model's.

    Args:
        codes: Dict of title -> codes [n, J]; J may differ.
        labels: Integers [n] from 0 up.
        class_names: class_names[label]; a class without observations is left out.

    Returns:
        A matplotlib `Figure`, one panel for each model.

    Raises:
        ValueError: No codes, codes are not finite or not of rank 2, or `labels` does not fit.

    >>> figure = mean_codes({"VSC": [[1., 0.], [3., 0.], [0., 4.]]}, [0, 0, 1], ["zero", "one"])
    >>> figure.axes[0].images[0].get_array().tolist()
    [[2.0, 0.0], [0.0, 4.0]]
    """
    if not codes:
        raise ValueError("Argument `codes` must hold the codes of one model or more. Received: "
                         "none.")
    labels = np.asarray(labels)
    codes = {title: _arrays.matrix(title, z, labels.size, "labels", min_rows=1)
             for title, z in codes.items()}
    if labels.dtype.kind not in "iu" or labels.min() < 0 or labels.max() >= len(class_names):
        raise ValueError("Argument `labels` must hold integers from 0 up, each with a class "
                         f"name. Received: dtype={labels.dtype}, {labels.min()} to "
                         f"{labels.max()} with {len(class_names)} names.")
    present = np.unique(labels)
    tall = 0.9 + 0.19 * len(present)
    figure = _style.figure(7.5, tall * len(codes))
    grid = figure.subplots(len(codes), 1, squeeze=False)[:, 0]
    for axes, (title, z) in zip(grid, codes.items(), strict=True):
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
