"""Sparsity of codes: counts of non-zeros per observation and per latent dimension.

A dimension is *on* for an observation when its code is not exactly zero, z_j != 0. Nothing is
rounded: a code of 1e-20 is on. These measures therefore need codes with exact zeros (evaluation
mode); in a dense code every dimension is on.
"""
import numpy as np
from numpy.typing import ArrayLike

from vsc_tf.metrics import _arrays

LIVE_RATE = 0.01        # A dimension on in at least this share of observations is live, else dead.
ALWAYS_ON_RATE = 0.99   # On in more than this share: always on.
ACTIVE_VARIANCE = 0.01  # Variance of E[z_j] over observations above which a unit is active.


def on_rates(z: ArrayLike) -> np.ndarray:
    """Share of observations for which each latent dimension is on.

    Args:
        z: Codes [n, latent_dim], n >= 1.

    Returns:
        float64 [latent_dim], each from 0 to 1.

    Raises:
        ValueError: `z` is not a finite, non-empty array of rank 2.

    >>> on_rates([[0., 2., 1.], [0., -1., 0.]]).tolist()
    [0.0, 1.0, 0.5]
    """
    z = _arrays.matrix("z", z, min_rows=1)
    return np.count_nonzero(z, axis=0) / len(z)


def live(z: ArrayLike) -> np.ndarray:
    """Which latent dimensions are on in at least 1 % of observations: bool [latent_dim].

    Arguments and errors are those of `on_rates`.

    >>> live([[0., 2., 1.], [0., -1., 0.]]).tolist()
    [False, True, True]
    """
    return on_rates(z) >= LIVE_RATE


def active(posterior_mean: ArrayLike) -> np.ndarray:
    """Which latent dimensions are active units, var E[z_j] > 0.01: bool [latent_dim].

    The definition of [BGS16] section 5.1. All dimensions of a dense code are live, even those
    that have collapsed to the prior; the latter are not active.

    Args:
        posterior_mean: E[z] under q(z|x), [n, latent_dim], n >= 1.

    Raises:
        ValueError: `posterior_mean` is not a finite, non-empty array of rank 2.

    >>> active([[0.05, 3.0], [-0.05, 1.0]]).tolist()
    [False, True]
    """
    mean = _arrays.matrix("posterior_mean", posterior_mean, min_rows=1)
    return mean.var(axis=0) > ACTIVE_VARIANCE


def _hoyer(z: np.ndarray) -> float:
    """Mean Hoyer sparsity of the rows that have a non-zero; see `sparsity`."""
    size = np.abs(z[z.any(axis=1)])
    if z.shape[1] == 1 or not len(size):
        return 0.0
    size /= size.max(axis=1, keepdims=True)  # Squares of tiny or huge codes stay in range.
    ratio = size.sum(axis=1) / np.sqrt(np.square(size).sum(axis=1))
    root = np.sqrt(z.shape[1])
    return float(np.mean((root - ratio) / (root - 1.0)))


def collapse(values: ArrayLike, tolerance: float = 0.01, share: float = 0.95) -> float:
    """Share of latents whose values are as good as 0 for almost all observations ([F22]).

    Of KL divergences of single latents it is *posterior collapse*, of codes or draws
    *coefficient collapse*.

    Args:
        values: Array [n, J].
        tolerance: Up to which |value| counts as 0.
        share: Of the observations that must be so.

    >>> collapse([[0.0, 1.0], [0.005, 0.0]])
    0.5
    """
    values = _arrays.matrix("values", values, min_rows=1)
    return float((np.mean(np.abs(values) <= tolerance, axis=0) >= share).mean())


def sparsity(z: ArrayLike,
             posterior_mean: ArrayLike | None = None) -> dict[str, int | float]:
    """Sparsity of codes: L0, the sparsity of [H04], and counts of live and dead dimensions.

    With J = latent_dim, and standard deviations and variances divided by n,

        L0_i    = #{j : z_ij != 0}
        hoyer_i = (sqrt(J) - |z_i|_1 / |z_i|_2) / (sqrt(J) - 1)

    Args:
        z: Codes [n, latent_dim] with exact zeros, n >= 1.
        posterior_mean: Optional array [n, latent_dim], E[z] under q(z|x); for a
            spike-and-slab posterior `spike_probs * loc`. Do not pass samples: their variance
            over observations includes that of the posterior.

    Returns:
        A JSON-serialisable dict:
        l0_mean, l0_sd: mean and standard deviation over observations of L0, in dimensions.
        hoyer: mean of hoyer_i, from 0 (all equal) to 1 (one non-zero). It is undefined for rows
            of zeros, which are left out; 0 if no row is left or J = 1.
        zero_fraction: share of exact zeros among all n * J values.
        live, dead: number of dimensions on in at least 1 % of observations, and in fewer.
        always_on: number of dimensions on in more than 99 % of observations.
        active_units: number of `active` dimensions; only if `posterior_mean` is given.

    Raises:
        ValueError: An array is not finite, empty, not of rank 2, or their shapes differ.

    >>> report = sparsity([[0., 3., 0., 0.], [0., 1., 1., 0.]])
    >>> report["l0_mean"], report["zero_fraction"], report["live"], report["always_on"]
    (1.5, 0.625, 2, 1)
    """
    z = _arrays.matrix("z", z, min_rows=1)
    l0 = np.count_nonzero(z, axis=1)
    rates = on_rates(z)
    report: dict[str, int | float] = {
        "l0_mean": float(l0.mean()),
        "l0_sd": float(l0.std()),
        "hoyer": _hoyer(z),
        "zero_fraction": float(1.0 - rates.mean()),
        "live": int(np.sum(rates >= LIVE_RATE)),
        "dead": int(np.sum(rates < LIVE_RATE)),
        "always_on": int(np.sum(rates > ALWAYS_ON_RATE)),
    }
    if posterior_mean is not None:
        mean = _arrays.matrix("posterior_mean", posterior_mean, len(z), "z", min_rows=1)
        if mean.shape != z.shape:
            raise ValueError("Argument `posterior_mean` must have the shape of `z`, "
                             f"{z.shape}. Received: shape={mean.shape}. Pass E[z] for every "
                             "latent dimension, e.g. spike_probs * loc.")
        report["active_units"] = int(np.sum(active(mean)))
    return report
