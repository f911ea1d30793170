"""Which latent follows which known source: the correlation matrix of [T20] and its purity.

Sources are products factors = S * V: presence of an attribute (0 or 1) times a variable of it,
so exactly zero where the attribute is absent. Several sources belong to one attribute, which
`groups` tells: groups[k] is the number of source k's attribute, 0 to G-1.

[T20]: Tonolini, Jensen and Murray-Smith. Variational Sparse Coding. UAI 2019. Figure 3.
"""
import numpy as np

from vsc_tf.metrics import _arrays

DROP_BELOW = 0.07  # [T20]: weaker correlations are taken for noise.


def _standardise(array):
    """|array|, each column with mean 0 and norm 1; a constant column becomes 0."""
    size = np.abs(array)
    constant = size.min(axis=0) == size.max(axis=0)  # Rounded means would leave noise here.
    peak = size.max(axis=0)
    size /= np.where(constant, 1.0, peak)  # Squares of tiny or huge columns stay in range.
    size -= size.mean(axis=0)
    norm = np.sqrt(np.square(size).sum(axis=0))
    size[:, constant] = 0.0
    return size / np.where(constant, 1.0, norm)


def correlation(z, factors):
    """Absolute correlation of sizes between sources and latents ([T20] figure 3).

        A_kj = |corr(|S_k V_k|, |z_j|)|,  0 where it is below 0.07

    Pearson's correlation over observations, in float64 by one [K, n] x [n, J] product.

    Args:
        z: Codes [n, J], n >= 2.
        factors: Sources S * V [n, K].

    Returns:
        float64 [K, J] from 0 to 1. A source or latent of constant size correlates with
        nothing: its entries are 0, never NaN.

    Raises:
        ValueError: An array is not finite, not of rank 2, shorter than 2, or lengths differ.

    >>> correlation(z=[[0., 5.], [2., 5.], [-4., 5.]], factors=[[0.], [1.], [2.]]).tolist()
    [[1.0, 0.0]]
    """
    z = _arrays.matrix("z", z)
    factors = _arrays.matrix("factors", factors, len(z), "z")
    # Rounding to 12 digits makes ties ties, so that orders do not hang on the last bit.
    strength = np.minimum(np.abs(_standardise(factors).T @ _standardise(z)).round(12), 1.0)
    return np.where(strength < DROP_BELOW, 0.0, strength)


def exploited(A):
    """Which latents follow any source: those with A_kj > 0 for some source k, bool [J].

    As A has no entry under 0.07, these are the latents with a correlation of 0.07 or more with
    at least one source, whether live or not. Takes and raises what `latent_order` does.

    >>> exploited([[0.9, 0.0, 0.2], [0.3, 0.0, 0.0]]).tolist()
    [True, False, True]
    """
    return (_check_strength(A) > 0.0).any(axis=0)


def latent_order(A):
    """Order of latents that shows A as a diagonal: by the source each follows best.

    Latents come by the index of their best source (the first one, if several are equal), among
    those of one source the strongest first; then, in their own order, the latents that are not
    exploited. `latent_order(A)[:exploited(A).sum()]` are the exploited ones alone.

    Args:
        A: Strengths [K, J] as `correlation` returns them.

    Returns:
        Integer array [J], a permutation: `A[:, latent_order(A)]` is the matrix to draw.

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


def group_scores(A, groups):
    """Score of each latent for each attribute: its largest A among the attribute's sources.

    Args:
        A: Strengths [K, J] as `correlation` returns them.
        groups: Integers [K], the attribute of each source, every number of 0 to G-1 used.

    Returns:
        float64 [G, J].

    Raises:
        ValueError: `A` is no such matrix, or `groups` no such numbers.

    >>> group_scores([[0.9, 0.0], [0.4, 0.2], [0.1, 0.5]], groups=[0, 0, 1]).tolist()
    [[0.9, 0.2], [0.1, 0.5]]
    """
    A = _check_strength(A)
    groups, count = _arrays.group_index(groups, len(A))
    return np.stack([A[groups == g].max(axis=0) for g in range(count)])


def group_purity(A, groups, live=None):
    """Whether each latent follows the sources of one attribute only (spec.md 6).

    With B_gj the score of latent j for attribute g (`group_scores`),

        purity = mean over live j of (best_j - second_j) / best_j

    of the largest and second largest B_gj over g. A live latent that follows no source at all
    (best 0) counts as 0: it is on without telling anything known. 0 if no latent is live.

    Args:
        A: Strengths [K, J] as `correlation` returns them.
        groups: Integers [K], the attribute of each source, at least two attributes.
        live: Bool [J], the latents to average over: `metrics.live(z)`, those on in >= 1 % of
            observations. `None` if the codes are not at hand: the exploited ones, which is
            kinder, as it passes over latents that follow nothing.

    Returns:
        Float from 0 to 1.

    Raises:
        ValueError: `A`, `groups` or `live` is not as said, or there is one attribute only,
            for which there is no second best.

    >>> group_purity([[0.8, 0.0], [0.2, 0.5]], groups=[0, 1])
    0.875
    """
    scores = group_scores(A, groups)
    if len(scores) < 2:
        raise ValueError("Argument `groups` must name at least two attributes, so that there "
                         "is a second best. Received: one. To compare sources instead of "
                         "attributes give each its own number, np.arange(len(groups)).")
    live = exploited(A) if live is None else np.asarray(live)
    if live.shape != scores.shape[1:] or live.dtype != bool:
        raise ValueError("Argument `live` must hold one boolean for each latent, shape "
                         f"{scores.shape[1:]}. Received: shape={live.shape}, dtype="
                         f"{live.dtype}. Use vsc_tf.metrics.live(z).")
    if not live.any():
        return 0.0
    second, best = np.sort(scores[:, live], axis=0)[-2:]
    return float(np.mean((best - second) / np.where(best > 0.0, best, 1.0)))


def _check_strength(A):
    A = _arrays.matrix("A", A, min_rows=1)
    if A.min() < 0.0 or A.max() > 1.0:
        raise ValueError("Argument `A` must hold absolute correlations from 0 to 1. Received: "
                         f"values from {A.min():g} to {A.max():g}. Use "
                         "vsc_tf.metrics.correlation(z, factors).")
    return A
