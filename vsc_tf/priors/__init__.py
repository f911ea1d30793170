"""Priors over codes: Keras layers that own their weights."""
from vsc_tf import checks
from vsc_tf.priors.base import Prior, PriorKL
from vsc_tf.priors.fixed import FixedSparsePrior, NoPrior, StandardPrior
from vsc_tf.priors.pseudo_inputs import PseudoInputPrior, PseudoInputs, VampPrior
from vsc_tf.priors.selectors import SELECTORS
from vsc_tf.priors.thresholded import ThresholdedPrior

PRIORS = {"standard": StandardPrior, "fixed_sparse": FixedSparsePrior, "vamp": VampPrior,
          "pseudo_inputs": PseudoInputPrior, "thresholded": ThresholdedPrior, "none": NoPrior}


def get(identifier: str | Prior) -> Prior:
    """A prior from its name, or the layer itself, as `keras.losses.get` does.

    >>> get("vamp").count
    64
    """
    return checks.part("prior", identifier, PRIORS, Prior)


__all__ = ["PRIORS", "SELECTORS", "FixedSparsePrior", "NoPrior", "Prior", "PriorKL",
           "PseudoInputPrior", "PseudoInputs", "StandardPrior", "ThresholdedPrior", "VampPrior",
           "get"]
