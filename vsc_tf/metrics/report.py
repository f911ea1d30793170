"""All measures of codes against known sources at once, for a table or a metrics.json."""
import numpy as np

from vsc_tf.metrics.disentanglement import correlation, group_purity
from vsc_tf.metrics.presence import group_presence, presence_accuracy, presence_of
from vsc_tf.metrics.sparsity import live


def factor_report(z, factors, groups, group_names):
    """Measures codes against known sources (spec.md 6).

    Args:
        z: Codes [n, J] with exact zeros, n >= 2.
        factors: Sources S * V [n, K], exactly 0 where the attribute is absent.
        groups: Integers [K], the attribute of each source, every number of 0 to G-1 used.
        group_names: G different strings, such as ["bowtie", "hat", "eyes", "mouth"].

    Returns:
        A flat dict of floats:
        live: number of latents on in >= 1 % of observations.
        purity: group purity over the live latents.
        presence_<name>: presence accuracy of the best single latent.
        group_presence_<name>: presence accuracy of all latents of the attribute together.
        leak, hit: mean rate of live latents to be on when their attribute is absent, present.
        source_correlation: mean over sources of the largest A_kj over latents.

    Raises:
        ValueError: An array is not finite, not of rank 2, shorter than 2, lengths differ,
            `groups` or `group_names` does not fit, or there is one attribute only.

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
