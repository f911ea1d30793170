"""Mutual information of single latents with single factors, and two scores based on it.

MIG [C18] and modularity [RM18] look at one latent at a time, so neither sees what several
latents encode jointly. Both need known factors, discrete or continuous (`discrete_factors`).
"""
import numpy as np
from numpy.typing import ArrayLike

from vsc_tf.metrics import _factors


def mutual_information(z: ArrayLike, factors: ArrayLike) -> np.ndarray:
    """Mutual information of each factor with each binned latent, in nats.

        I_kj = sum over a, b of p(a, b) log( p(a, b) / (p(a) p(b)) )

    with p(a, b) the share of observations in class a of factor k and bin b of latent j. A latent
    is cut into 20 bins of equal width from its smallest to its largest value. If at least 5 % of
    its values are exactly 0, the zeros get a bin of their own, so that off and small are told
    apart. Factors are taken as classes or bins: `discrete_factors`.

    The estimate from n observations is biased upwards by about (A - 1)(B - 1) / 2n for A classes
    and B bins in use: 0.005 nats for 11, 20 and n = 20,000.

    Args:
        z: Codes [n, J], n >= 20.
        factors: Factors [n, K], discrete or continuous.

    Returns:
        float64 [K, J], non-negative; 0 for a constant factor or latent.

    Raises:
        ValueError: An array is not finite, not of rank 2, shorter than 20, lengths differ, or
            no factor varies.

    >>> coin = np.tile([0, 1], 10)
    >>> mutual_information(z=np.column_stack([coin, coin < 2]), factors=coin[:, None]).round(4)
    array([[0.6931, 0.    ]])
    """
    sample = _factors.read(z, factors)
    information = np.zeros((len(sample.varies), sample.z.shape[1]))
    information[sample.varies] = _information(sample)
    return information


def mig(z: ArrayLike, factors: ArrayLike) -> float:
    """Mutual information gap ([C18] eq. 6).

        MIG = mean over k of ( I_k(1) - I_k(2) ) / H_k

    with I_k(1) and I_k(2) the largest and second largest mutual information of factor k with a
    latent (binned as in `mutual_information`) and H_k the factor's entropy. The score is 1 if
    each factor is fully determined by one latent and no other latent carries information about
    it. A factor that is encoded equally in two latents has gap 0, even if they encode nothing
    else.

    Factors that are exactly 0 together, such as Smiley's factors of one attribute, are mutually
    informative, and so are the latents of a perfect code: z = factors scores 0.48 on Smiley.
    Codes and continuous factors are binned differently, which keeps I below the entropy.

    Args:
        z: Codes [n, J], n >= 20. With one latent the second largest is 0.
        factors: Factors [n, K], discrete or continuous. Constant factors are left out.

    Returns:
        Float from 0 to 1.

    Raises:
        ValueError: As for `mutual_information`.

    >>> factors = np.array([[0, 0], [0, 1], [1, 0], [1, 1]] * 5)
    >>> round(mig(factors, factors), 6), mig(factors[:, [0, 1, 0, 1]], factors)
    (1.0, 0.0)
    """
    sample = _factors.read(z, factors)
    information = np.column_stack([_information(sample), np.zeros(sample.labels.shape[1])])
    second, best = np.sort(information, axis=1)[:, -2:].T
    share = [np.bincount(column) / len(column) for column in sample.labels.T]
    entropy = np.array([-(p * np.log(p)).sum() for p in share])
    return float(np.mean((best - second) / entropy))


def modularity(z: ArrayLike, factors: ArrayLike) -> float:
    """Whether each latent depends on one factor only ([RM18] section 2).

        M_j = 1 - ( sum over k of I_kj^2 - max_k I_kj^2 ) / ( (K - 1) max_k I_kj^2 )

    averaged over latents, with I_kj from `mutual_information` and K the number of factors that
    vary. The score is 1 if no latent depends on two factors; several latents may depend on the
    same one. Latents unrelated to all factors do not score 0, as chance level differs between
    factors (random codes score 0.3 on Smiley): report it together with `mig`. Latents without
    any information (constant ones) are left out, where some implementations count them as 0: a
    sparse code should not be penalised for dead latents.

    Args:
        z: Codes [n, J], n >= 20.
        factors: Factors [n, K], discrete or continuous, at least two that vary.

    Returns:
        Float from 0 to 1; 0 if all latents are constant.

    Raises:
        ValueError: As for `mutual_information`, or fewer than two factors vary.

    >>> factors = np.array([[0, 0], [0, 1], [1, 0], [1, 1]] * 5)
    >>> round(modularity(factors, factors), 6), modularity(factors @ [[1.], [2.]], factors)
    (1.0, 0.0)
    """
    squares = np.square(_information(_factors.read(z, factors, least=2)))
    squares = squares[:, squares.max(axis=0) > 0.0]
    if not squares.size:
        return 0.0
    best = squares.max(axis=0)
    rest = (squares.sum(axis=0) - best) / (best * (len(squares) - 1))
    return float(np.clip(np.mean(1.0 - rest), 0.0, 1.0))


def _information(sample: _factors.Sample) -> np.ndarray:
    """I_kj for the factors that vary, float64 [K, J]."""
    latents = _factors.code_bins(sample.z)
    width = _factors.CODE_BINS + 1
    information = np.empty((sample.labels.shape[1], latents.shape[1]))
    for k, labels in enumerate(sample.labels.T):
        classes = labels.max() + 1
        for j, bins in enumerate(latents.T):
            counts = np.bincount(labels * width + bins, minlength=classes * width)
            p = counts.reshape(classes, width) / len(labels)
            alone = p.sum(axis=1, keepdims=True) * p.sum(axis=0)
            seen = p > 0.0
            information[k, j] = (p[seen] * np.log(p[seen] / alone[seen])).sum()
    return np.where(information > 1e-12, information, 0.0)  # Rounding errors become 0.
