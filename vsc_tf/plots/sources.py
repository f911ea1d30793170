"""Picture of which latent follows which known source."""
import numpy as np
from matplotlib.patches import Rectangle

from vsc_tf.metrics.disentanglement import exploited, group_scores, latent_order
from vsc_tf.plots import _style


def correlation_matrix(A, factor_names, groups, group_names):
    """Correlations of sources with latents, put in order ([T20] figure 3).

    Sources come by attribute, latents by the source they follow best, so that a code that
    keeps attributes apart shows a block diagonal. A frame holds the sources of an attribute
    and the latents that follow one of them best: what lies outside the frames is entangled.
    Latents that follow no source are left out.

    Args:
        A: |corr| [K, J] from `metrics.correlation`.
        factor_names: K names of sources.
        groups: Integers [K], the attribute of each source, every number of 0 to G-1 used.
        group_names: G names of attributes.

    Returns:
        A matplotlib `Figure`.

    Raises:
        ValueError: `A` or `groups` is not as said, or the number of names does not fit.

    >>> A = np.array([[0.0, 0.9, 0.0], [0.8, 0.1, 0.0]])
    >>> figure = correlation_matrix(A, ["v1", "v2"], [0, 1], ["hat", "eyes"])
    >>> figure.axes[0].images[0].get_array().tolist()
    [[0.9, 0.0], [0.1, 0.8]]
    """
    count = len(group_scores(A, groups))  # Checks both.
    A, groups = np.asarray(A, np.float64), np.asarray(groups)
    for name, names, size in (("factor_names", factor_names, len(A)),
                              ("group_names", group_names, count)):
        if len(names) != size:
            raise ValueError(f"Argument `{name}` must hold {size} names. Received: "
                             f"{len(names)}, {list(names)}.")
    rows = np.argsort(groups, kind="stable")
    columns = latent_order(A[rows])[:exploited(A).sum()]
    shown = A[np.ix_(rows, columns)]

    figure = _style.figure(np.clip(2.6 + 0.22 * len(columns), 5.0, 14.0),
                           np.clip(1.2 + 0.22 * len(rows), 2.6, 14.0))
    axes = figure.add_subplot()
    if not len(columns):
        axes.text(0.5, 0.5, "no latent follows a source", ha="center", transform=axes.transAxes)
        shown = np.zeros((len(rows), 1))
    drawn = axes.imshow(shown, cmap=_style.STRENGTH, vmin=0.0, vmax=1.0, aspect="auto",
                        interpolation="nearest")
    followed = groups[rows][shown.argmax(axis=0)] if len(columns) else np.array([], int)
    for g in range(count):
        top, height = np.searchsorted(groups[rows], g), np.sum(groups == g)
        left, width = np.searchsorted(followed, g), np.sum(followed == g)
        if top:
            axes.axhline(top - 0.5, color="0.6", lw=0.8)
        if width:
            axes.add_patch(Rectangle((left - 0.5, top - 0.5), width, height, fill=False,
                                     edgecolor=_style.ACCENT, lw=2.0, clip_on=False))
        axes.text(1.01, top + (height - 1) / 2, group_names[g], va="center",
                  transform=axes.get_yaxis_transform())
    axes.set_yticks(range(len(rows)), [factor_names[k] for k in rows], fontsize=8)
    ticks = _style.ticks(len(columns), 60)
    axes.set_xticks(ticks, columns[ticks], rotation=90, fontsize=7)
    axes.set(xlabel="latent dimension", ylabel="source",
             title=f"{len(columns)} of {A.shape[1]} latents follow a source")
    figure.colorbar(drawn, label="|correlation|", pad=0.03)
    return figure
