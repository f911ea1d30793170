"""Which latent follows which known source: the correlation matrix of [T20] and its purity.

Sources are products factors = S * V: the presence of an attribute (0 or 1) times one of its
variables, so they are exactly zero where the attribute is absent. An attribute can have several
sources: groups[k], from 0 to G-1, is the attribute of source k.
"""
import numpy as np
from numpy.typing import ArrayLike

from vsc_tf.metrics import _arrays

DROP_BELOW = 0.07  # Weaker correlations are treated as noise, as in [T20].


def _standardise(array: np.ndarray) -> np.ndarray:
    """|array| with each column scaled to mean 0 and norm 1; a constant column becomes 0."""
    size = np.abs(array)
    constant = size.min(axis=0) == size.max(axis=0)  # Or rounding would leave noise.
    peak = size.max(axis=0)
    size /= np.where(constant, 1.0, peak)  # Squares of tiny or huge columns stay in range.
    size -= size.mean(axis=0)
    norm = np.sqrt(np.square(size).sum(axis=0))
    size[:, constant] = 0.0
    return size / np.where(constant, 1.0, norm)


def correlation(z: ArrayLike, factors: ArrayLike) -> np.ndarray:
    """Absolute correlation between the magnitudes of sources and latents ([T20] figure 3).

        A_kj = |corr(|S_k V_k|, |z_j|)|,  0 where it is below 0.07

    Pearson's correlation over observations, in float64.

    Args:
        z: Codes [n, J], n >= 2.
        factors: Sources S * V [n, K].

    Returns:
        float64 [K, J] from 0 to 1. The entries of a source or latent of constant magnitude are
        0, never NaN.

    Raises:
        ValueError: An array is not finite, not of rank 2, shorter than 2, or lengths differ.

    >>> correlation(z=[[0., 5.], [2., 5.], [-4., 5.]], factors=[[0.], [1.], [2.]]).tolist()
    [[1.0, 0.0]]
    """
    z = _arrays.matrix("z", z)
    factors = _arrays.matrix("factors", factors, len(z), "z")
    # Rounded to 12 digits, so that the order of ties does not depend on the last bit.
    strength = np.minimum(np.abs(_standardise(factors).T @ _standardise(z)).round(12), 1.0)
    return np.where(strength < DROP_BELOW, 0.0, strength)


def exploited(A: ArrayLike) -> np.ndarray:
    """Which latents follow a source: those with A_kj > 0 for some source k, bool [J].

    `correlation` drops entries below 0.07, so these are the latents, live or not, that correlate
    with at least one source by 0.07 or more. Arguments and errors are those of `latent_order`.

    >>> exploited([[0.9, 0.0, 0.2], [0.3, 0.0, 0.0]]).tolist()
    [True, False, True]
    """
    return np.any(_check_strength(A) > 0.0, axis=0)


def latent_order(A: ArrayLike) -> np.ndarray:
    """Order of latents that makes A look diagonal: by the source that each follows best.

    Latents are sorted by the index of their best source (the first, if several tie) and within
    a source from strongest to weakest; latents that are not exploited come last, in their own
    order. `latent_order(A)[:exploited(A).sum()]` gives the exploited ones alone.

    Args:
        A: Strengths [K, J] as `correlation` returns them.

    Returns:
        Integer array [J], a permutation: `A[:, latent_order(A)]` is the matrix to plot.

    Raises:
        ValueError: `A` is not a finite, non-empty array of rank 2 with values from 0 to 1.

    >>> latent_order([[0.0, 0.1, 0.0, 0.9],
    ...               [0.8, 0.7, 0.0, 0.2]]).tolist()
    [3, 0, 1, 2]
    """
    A = _check_strength(A)
    best = A.max(axis=0)
    source = np.where(best > 0.0, A.argmax(axis=0), len(A))
    return np.lexsort((-best, source))  # Last key first; a stable sort.


def group_scores(A: ArrayLike, groups: ArrayLike) -> np.ndarray:
    """Score of each latent for each attribute: its largest A among the attribute's sources.

    Args:
        A: Strengths [K, J] as `correlation` returns them.
        groups: Integers [K], the attribute of each source, every number of 0 to G-1 used.

    Returns:
        float64 [G, J].

    Raises:
        ValueError: `A` or `groups` is not as described.

    >>> group_scores([[0.9, 0.0], [0.4, 0.2], [0.1, 0.5]], groups=[0, 0, 1]).tolist()
    [[0.9, 0.2], [0.1, 0.5]]
    """
    A = _check_strength(A)
    groups, count = _arrays.group_index(groups, len(A))
    return np.stack([A[groups == g].max(axis=0) for g in range(count)])


def group_purity(A: ArrayLike, groups: ArrayLike, live: ArrayLike | None = None) -> float:
    """Whether each latent follows the sources of one attribute only.

    With B_gj the score of latent j for attribute g (`group_scores`),

        purity = mean over live j of (best_j - second_j) / best_j

    with best_j and second_j the largest and second largest B_gj over g. A live latent that
    follows no source (best 0) counts as 0. The purity is 0 if no latent is live.

    Args:
        A: Strengths [K, J] as `correlation` returns them.
        groups: Integers [K], the attribute of each source, at least two attributes.
        live: Bool [J], the latents to average over, e.g. `metrics.live(z)`, those on in at
            least 1 % of observations. `None` takes the exploited latents, which gives a higher
            score because latents that follow nothing are left out.

    Returns:
        Float from 0 to 1.

    Raises:
        ValueError: `A`, `groups` or `live` is not as described, or there is only one attribute
            and so no second best.

    >>> group_purity([[0.8, 0.0], [0.2, 0.5]], groups=[0, 1])
    0.875
    """
    scores = group_scores(A, groups)
    if len(scores) < 2:
        raise ValueError("Argument `groups` must name at least two attributes, so that there "
                         "is a second best. Received: one. To compare sources instead of "
                         "attributes, number them: np.arange(len(groups)).")
    live = exploited(A) if live is None else np.asarray(live)
    if live.shape != scores.shape[1:] or live.dtype != bool:
        raise ValueError("Argument `live` must hold one boolean for each latent, shape "
                         f"{scores.shape[1:]}. Received: shape={live.shape}, dtype="
                         f"{live.dtype}. Use vsc_tf.metrics.live(z).")
    if not live.any():
        return 0.0
    second, best = np.sort(scores[:, live], axis=0)[-2:]
    return float(np.mean((best - second) / np.where(best > 0.0, best, 1.0)))


def _check_strength(A: ArrayLike) -> np.ndarray:
    A = _arrays.matrix("A", A, min_rows=1)
    if A.min() < 0.0 or A.max() > 1.0:
        raise ValueError("Argument `A` must hold absolute correlations from 0 to 1. Received: "
                         f"values from {A.min():g} to {A.max():g}. Use "
                         "vsc_tf.metrics.correlation(z, factors).")
    return A
