"""The FactorVAE score: which latent varies least when a factor is held fixed [KM18]."""
import numpy as np
from numpy.typing import ArrayLike

from vsc_tf.metrics import _arrays, _factors

BATCH = 100        # Observations that share a value, for one vote.
TRAIN_VOTES = 4000
TEST_VOTES = 2000  # A standard error of at most 0.011.
LEAST_SHARED = 20  # Rarer values give no batch: so few codes can agree by chance.
DROP_BELOW = 0.05  # Latents on in a smaller share would be off throughout many batches.
_AT_ONCE = 1_000_000  # Numbers gathered at once: 8 MB.


def factor_vae_score(z: ArrayLike, factors: ArrayLike, seed: int = 0) -> float:
    """FactorVAE score ([KM18] section 3) from codes of a finite set of observations.

    One vote: choose a factor k and one of its values, take 100 observations with that value,
    divide the variance of each latent over them by its variance over all observations, and find
    the latent j* with the smallest ratio. The pairs (j*, k) of 4,000 votes define a classifier,

        C(j) = argmax over k of votes V_jk,    score = share of votes with C(j*) = k

    over 2,000 other votes. Chance is 1/K for K factors.

    [KM18] renders new observations with the fixed value. Here they are drawn, with replacement,
    from the given ones that have it; values are drawn in proportion to their frequency. For a
    continuous factor they share a bin (`discrete_factors`), within which it still varies.

    Latents that are constant, or on (z_j != 0) in fewer than 5 % of observations, are dropped:
    off throughout many batches, they would win votes for every factor. Sparse codes cause ties:
    when an attribute is absent, all its latents are off and have no variance. A vote is divided
    equally among tied latents. Where factors are absent together it cannot identify the fixed
    one, so no code reaches 1 (z = factors scores 0.61 on Smiley).

    Args:
        z: Codes [n, J], n >= 20.
        factors: Factors [n, K], discrete or continuous, at least two that vary.
        seed: Non-negative integer, for the draws.

    Returns:
        Float from 0 to 1; 1/K if every latent is dropped, with K the number of factors used.
        Constant factors, and those without a value shared by 20 observations, are not used.

    Raises:
        ValueError: An array is not finite, not of rank 2, shorter than 20, lengths differ, or
            fewer than two factors can be used.

    >>> factors = np.random.default_rng(1).integers(0, 3, (300, 2))
    >>> factor_vae_score(factors, factors), factor_vae_score(0 * factors, factors)
    (1.0, 0.5)
    """
    rng = np.random.default_rng(_arrays.seed(seed))
    sample = _factors.read(z, factors, least=2)
    groups = [group for labels in sample.labels.T if (group := _shared(labels))]
    if len(groups) < 2:
        raise ValueError("Argument `factors` must have at least two factors with a value that "
                         f"{LEAST_SHARED} observations share. Received: {len(groups)}. Measure "
                         "more observations.")
    z = _arrays.standardise(sample.z)[0]
    z = z[:, (np.mean(sample.z != 0.0, axis=0) >= DROP_BELOW) & z.any(axis=0)]
    if not z.shape[1]:
        return 1.0 / len(groups)
    classifier = _votes(z, groups, TRAIN_VOTES, rng).argmax(axis=0)
    test = _votes(z, groups, TEST_VOTES, rng)
    return float(test[classifier, np.arange(z.shape[1])].sum() / test.sum())


def _shared(labels: np.ndarray) -> list[np.ndarray]:
    """For each value that enough observations share, the indices of these."""
    order = np.argsort(labels, kind="stable")
    values = np.split(order, np.cumsum(np.bincount(labels))[:-1])
    return [indices for indices in values if len(indices) >= LEAST_SHARED]


def _votes(z: np.ndarray, groups: list[list[np.ndarray]], count: int,
           rng: np.random.Generator) -> np.ndarray:
    """Votes V [K, J] by fixed factor and least varying latent."""
    votes = np.zeros((len(groups), z.shape[1]))
    chosen = rng.multinomial(count, np.full(len(groups), 1.0 / len(groups)))
    for k, values in enumerate(groups):
        rate = np.array([len(indices) for indices in values], float)
        which = rng.choice(len(values), size=chosen[k], p=rate / rate.sum())
        batches = np.empty((chosen[k], BATCH), np.int64)
        for value in np.unique(which):
            rows = which == value
            batches[rows] = rng.choice(values[value], size=(rows.sum(), BATCH))
        step = max(1, _AT_ONCE // (BATCH * z.shape[1]))
        for start in range(0, len(batches), step):
            variance = z[batches[start:start + step]].var(axis=1)
            least = variance <= variance.min(axis=1, keepdims=True) + 1e-12
            votes[k] += (least / least.sum(axis=1, keepdims=True)).sum(axis=0)
    return votes
