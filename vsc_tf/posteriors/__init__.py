"""Posteriors q(z|x): Keras layers from encoder features to a distribution of codes."""
from typing import Any

from vsc_tf import checks
from vsc_tf.posteriors.base import Posterior, SparseCodes
from vsc_tf.posteriors.dense import Deterministic, Normal, NormalCodes, PointCodes
from vsc_tf.posteriors.rectified_normal import RectifiedCodes, RectifiedNormal
from vsc_tf.posteriors.spike_and_slab import SpikeAndSlab
from vsc_tf.posteriors.thresholded import (
    GRADIENTS,
    GammaThresholdedLaplace,
    GammaThresholdedNormal,
    Thresholded,
    ThresholdedLaplace,
    ThresholdedNormal,
)

POSTERIORS = {"spike_and_slab": SpikeAndSlab, "rectified_normal": RectifiedNormal,
              "thresholded_normal": ThresholdedNormal, "thresholded_laplace": ThresholdedLaplace,
              "gamma_thresholded_normal": GammaThresholdedNormal,
              "gamma_thresholded_laplace": GammaThresholdedLaplace,
              "normal": Normal, "deterministic": Deterministic}


def get(identifier: str | Posterior, dtype: Any = None) -> Posterior:
    """A posterior layer from its name, or the layer itself, as `keras.losses.get` does.

    >>> get("normal").outputs_per_latent
    2
    """
    return checks.part("posterior", identifier, POSTERIORS, Posterior, dtype=dtype)


__all__ = ["GRADIENTS", "POSTERIORS", "Deterministic", "GammaThresholdedLaplace",
           "GammaThresholdedNormal", "Normal", "NormalCodes", "PointCodes", "Posterior",
           "RectifiedCodes", "RectifiedNormal", "SparseCodes", "SpikeAndSlab", "Thresholded",
           "ThresholdedLaplace", "ThresholdedNormal", "get"]
