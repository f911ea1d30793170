"""Variational Sparse Coding for TensorFlow, Keras 3 and TensorFlow Probability.

Names are imported when they are first used, so that reading data or asking a command for its
help does not wait for TensorFlow.
"""
import importlib

__version__ = "0.1.0"

_HOME = {"VSC": "models", "PseudoInputPrior": "priors", "Scaling": "scaling"}
_MODULES = ("callbacks", "datasets", "distributions", "likelihoods", "metrics", "models",
            "networks", "objectives", "plots", "priors", "scaling", "schedules", "serving")

__all__ = [*_HOME, *_MODULES]


def __getattr__(name):
    if name in _MODULES:
        return importlib.import_module(f"vsc_tf.{name}")
    if name in _HOME:
        return getattr(importlib.import_module(f"vsc_tf.{_HOME[name]}"), name)
    raise AttributeError(f"module 'vsc_tf' has no attribute {name!r}")


def __dir__():
    return sorted([*globals(), *__all__])
