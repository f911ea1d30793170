"""Mutual information of single latents with single factors, and what is made of it.

Both measures look at one latent at a time, so neither sees what several tell together; and
both are of codes with known factors, discrete or not (`discrete_factors`).

[1]: Chen, Li, Grosse and Duvenaud. Isolating Sources of Disentanglement in Variational
Autoencoders. NeurIPS 2018.
[2]: Ridgeway and Mozer. Learning Deep Disentangled Embeddings with the F-Statistic Loss.
NeurIPS 2018.
"""
import numpy as np

from vsc_tf.metrics import _factors


def mutual_information(z, factors):
    """Mutual information of each factor with each binned latent, in nats.

        I_kj = sum over a, b of p(a, b) log( p(a, b) / (p(a) p(b)) )

    of the shares p of observations with class a of factor k and bin b of latent j. A latent is
    cut into 20 bins of equal width from its smallest to its largest value. If at least a
    twentieth of its values are exactly 0, these are a bin of their own beside the 20, so that
    off is not taken for small. Factors are classes, or bins: `discrete_factors`.

    An estimate from n observations is too large by about (A - 1)(B - 1) / 2n for A classes and
    B bins that are in use: 0.005 nats for 11, 20 and n = 20,000.

    Args:
        z: Codes [n, J], n >= 20.
        factors: Factors [n, K], discrete or continuous.

    Returns:
        float64 [K, J], not negative; 0 for a constant factor or latent.

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


def mig(z, factors):
    """Mutual information gap ([1] equation 6).

        MIG = mean over k of ( I_k(1) - I_k(2) ) / H_k

    with I_k(1) and I_k(2) the largest and second largest mutual information of factor k with a
    latent (`mutual_information` says how they are binned) and H_k the factor's entropy. 1: each
    factor is told in full by one latent, and no other latent knows of it. Where a factor moves
    two latents alike its gap is 0, even if they move with nothing else.

    Factors that are exactly 0 together, as Smiley's of one attribute, tell of one another, and
    so do the latents of a perfect code: z = factors has 0.48 on Smiley. Codes and continuous
    factors are binned in different ways, which keeps their information below the entropy.

    Args:
        z: Codes [n, J], n >= 20. With one latent the second largest is 0.
        factors: Factors [n, K], discrete or continuous. Constant ones are left out.

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


def modularity(z, factors):
    """Whether each latent depends on one factor only ([2], section 2).

        M_j = 1 - ( sum over k of I_kj^2 - max_k I_kj^2 ) / ( (K - 1) max_k I_kj^2 )

    averaged over latents, of `mutual_information` I_kj and the K factors that vary. 1: no
    latent depends on two factors; that several depend on the same does not matter. A latent
    that is at chance with all factors is not at 0, as chance is not the same for each (random
    codes have 0.3 against Smiley's factors): read it beside `mig`. Latents with no information
    at all (constant ones) are left out, while some implementations count them as 0: dead
    latents are no fault of sparse codes.

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


def _information(sample):
    """I_kj of the factors that vary, float64 [K, J]."""
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
    return np.where(information > 1e-12, information, 0.0)  # What rounding leaves is nothing.
