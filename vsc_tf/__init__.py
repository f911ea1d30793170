"""Variational Sparse Coding for TensorFlow, Keras 3 and TensorFlow Probability.

Importing this package registers its layers and models, so that `keras.models.load_model` finds
them.
"""
from vsc_tf import (
    callbacks, datasets, distributions, likelihoods, metrics, models, networks, objectives, plots,
    priors, scaling, schedules, serving)
from vsc_tf.models import VSC
from vsc_tf.priors import PseudoInputPrior
from vsc_tf.scaling import Scaling

__version__ = "0.1.0"

__all__ = [
    "VSC", "PseudoInputPrior", "Scaling", "callbacks", "datasets", "distributions",
    "likelihoods", "metrics", "models", "networks", "objectives", "plots", "priors", "scaling",
    "schedules", "serving"]
