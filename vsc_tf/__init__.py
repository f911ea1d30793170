"""Variational Sparse Coding for TensorFlow, Keras 3 and TensorFlow Probability.

Importing this package registers its layers and models, so that `keras.models.load_model` finds
them.
"""
from vsc_tf import (
    callbacks, datasets, distributions, generation, likelihoods, metrics, models, networks,
    objectives, plots, priors, scaling, schedules, serving)
from vsc_tf.models import VAE, VSC, Autoencoder, BetaTCVAE, BetaVAE, VampPriorVAE
from vsc_tf.priors import PseudoInputPrior, StandardPrior, VampPrior
from vsc_tf.scaling import Scaling

__version__ = "0.1.0"

__all__ = [
    "VAE", "VSC", "Autoencoder", "BetaTCVAE", "BetaVAE", "PseudoInputPrior", "Scaling",
    "StandardPrior", "VampPrior", "VampPriorVAE", "callbacks", "datasets", "distributions",
    "generation", "likelihoods", "metrics", "models", "networks", "objectives", "plots", "priors",
    "scaling", "schedules", "serving"]
