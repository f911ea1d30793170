"""All measures of codes against known factors in one dict, for a table or a metrics.json."""
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from vsc_tf.metrics._factors import discrete_factors
from vsc_tf.metrics.dci import dci
from vsc_tf.metrics.disentanglement import correlation, group_purity
from vsc_tf.metrics.explicitness import explicitness
from vsc_tf.metrics.factor_vae import factor_vae_score
from vsc_tf.metrics.information import mig, modularity
from vsc_tf.metrics.presence import group_presence, presence_accuracy, presence_of
from vsc_tf.metrics.sap import sap
from vsc_tf.metrics.sparsity import live


def factor_report(z: ArrayLike, factors: ArrayLike, groups: ArrayLike,
                  group_names: Sequence[str]) -> dict[str, float]:
    """Measures codes against known sparse sources.

    Args:
        z: Codes [n, J] with exact zeros, n >= 2.
        factors: Sources S * V [n, K], exactly 0 where the attribute is absent.
        groups: Integers [K], the attribute of each source, every number of 0 to G-1 used.
        group_names: G distinct strings, such as ["bowtie", "hat", "eyes", "mouth"].

    Returns:
        A flat dict of floats:
        live: number of latents on in at least 1 % of observations.
        purity: group purity over the live latents.
        presence_<name>: presence accuracy of the best single latent.
        group_presence_<name>: presence accuracy of all latents of the attribute together.
        leak, hit: mean rate at which live latents are on when their attribute is absent, and
            when it is present.
        source_correlation: mean over sources of the largest A_kj over latents.

    Raises:
        ValueError: An array is not finite, not of rank 2, shorter than 2, lengths differ,
            `groups` or `group_names` does not fit, or there is only one attribute.

    >>> factors = np.array([[0., 0.], [1., 0.], [2., 3.], [0., 1.]])
    >>> report = factor_report(factors, factors, [0, 1], ["hat", "eyes"])
    >>> report["live"], report["presence_hat"], report["leak"]
    (2.0, 1.0, 0.0)
    """
    present = presence_of(factors, groups)
    names = [str(name) for name in group_names]
    if len(names) != present.shape[1] or len(set(names)) != len(names):
        raise ValueError("Argument `group_names` must hold a different name for each of the "
                         f"{present.shape[1]} attributes in `groups`. Received: {names}. Name "
                         "them in the order of their numbers.")
    strength = correlation(z, factors)
    together = group_presence(z, factors, groups)
    is_live = live(z)
    report = {"live": float(is_live.sum()), "purity": group_purity(strength, groups, is_live)}
    for name, value in zip(names, presence_accuracy(z, present), strict=True):
        report[f"presence_{name}"] = float(value)
    for name, value in zip(names, together.accuracy, strict=True):
        report[f"group_presence_{name}"] = float(value)
    return report | {"leak": together.leak, "hit": together.hit,
                     "source_correlation": float(np.mean(strength.max(axis=1)))}


def disentanglement_report(z: ArrayLike, factors: ArrayLike, seed: int = 0) -> dict[str, float]:
    """Measures codes against the factors of any data set.

    Args:
        z: Codes [n, J], n >= 20; use some thousands for reliable scores.
        factors: Factors [n, K], discrete or continuous, at least two that vary. These measures
            have no notion of presence: `mig` and `factor_vae_score` describe the effect on
            sources S * V, which are 0 together. For such sources use `factor_report`.
        seed: Non-negative integer, for halves, trees and batches.

    Returns:
        A flat dict of floats, from 0 to 1 except for the last two:
        mig, sap, modularity, explicitness: see the functions of these names.
        factor_vae: see `factor_vae_score`.
        dci_disentanglement, dci_completeness, dci_informativeness: see `dci`.
        constant_factors: number of factors that do not vary, which are left out.
        continuous_factors: number of factors that are binned for all measures but sap and dci:
            see `discrete_factors`.

    Raises:
        ValueError: An array is not finite, not of rank 2, shorter than 20, lengths differ, or
            fewer than two factors vary, or have values shared by enough observations.

    >>> factors = np.array([[0, 0], [0, 1], [1, 0], [1, 1]] * 50)
    >>> report = disentanglement_report(factors, factors)
    >>> round(report["mig"], 6), report["dci_completeness"], report["factor_vae"]
    (1.0, 1.0, 1.0)
    """
    trees = dci(z, factors, seed)
    factors = np.asarray(factors)
    varies = factors.min(axis=0) != factors.max(axis=0)
    return {
        "mig": mig(z, factors),
        "sap": sap(z, factors, seed),
        "modularity": modularity(z, factors),
        "explicitness": explicitness(z, factors, seed),
        "factor_vae": factor_vae_score(z, factors, seed),
        "dci_disentanglement": trees.disentanglement,
        "dci_completeness": trees.completeness,
        "dci_informativeness": trees.informativeness,
        "constant_factors": float(np.sum(~varies)),
        "continuous_factors": float(np.sum(~discrete_factors(factors))),
    }
