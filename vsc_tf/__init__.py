"""Variational Sparse Coding for TensorFlow, Keras 3 and TensorFlow Probability.

Importing this package registers its layers and models, so that `keras.models.load_model` finds
them. Where `TF_CPP_MIN_LOG_LEVEL` is set, TensorFlow is loaded without its start-up lines.
"""
from types import ModuleType

from vsc_tf import quiet

quiet.load_tensorflow()  # Before all that imports it.

from vsc_tf import (
    anndata,
    callbacks,
    datasets,
    distributions,
    extras,
    fista,
    generation,
    hub,
    likelihoods,
    metrics,
    models,
    networks,
    objectives,
    optimizers,
    penalties,
    posteriors,
    priors,
    recipes,
    refinement,
    scaling,
    schedules,
    serving,
    sklearn,
)
from vsc_tf.models import (
    VAE,
    VSC,
    Autoencoder,
    BetaTCVAE,
    BetaVAE,
    LatentModel,
    ThresholdedVSC,
    VampPriorVAE,
)
from vsc_tf.priors import (
    FixedSparsePrior,
    PseudoInputPrior,
    StandardPrior,
    ThresholdedPrior,
    VampPrior,
)
from vsc_tf.recipes import Recipe
from vsc_tf.scaling import Scaling

__version__ = "0.2.0"

__all__ = [
    "VAE", "VSC", "Autoencoder", "BetaTCVAE", "BetaVAE", "FixedSparsePrior", "LatentModel",
    "PseudoInputPrior", "Recipe", "Scaling", "StandardPrior", "ThresholdedPrior",
    "ThresholdedVSC", "VampPrior", "VampPriorVAE", "anndata", "callbacks", "datasets",
    "distributions", "fista", "generation", "hub", "likelihoods", "metrics", "models", "networks",
    "objectives", "optimizers", "penalties", "plots", "posteriors", "priors", "recipes",
    "refinement", "scaling", "schedules", "serving", "sklearn"]


def __getattr__(name: str) -> ModuleType:
    if name == "plots":  # When it is asked for: matplotlib is optional, and takes a while.
        return extras.load("vsc_tf.plots", "vsc_tf[plot]", "vsc_tf.plots")
    raise AttributeError(f"module 'vsc_tf' has no attribute {name!r}")
