"""Files of earlier versions: what they mean, in terms of this one.

An older file takes the values of the version that wrote it, never today's defaults.

Format 1 (versions 0.1) kept the posterior as `head`, all schedules of a model in one weight, and
the arguments of posterior, objective and penalties among those of the model.
"""
import warnings
from typing import Any

import keras
import numpy as np

from vsc_tf import objectives, penalties, posteriors, priors, refinement

FORMAT = 2
SCHEDULES_1 = {  # Class -> the schedules of format 1, in the order of their rows.
    "VSC": ("slab_weight", "gate_sharpness", "sparsity_weight", "gate_penalty_weight"),
    "BetaVAE": ("kl_weight",), "BetaTCVAE": ("total_correlation_weight",)}
POSTERIOR_1 = ("spike_activation", "spike_bias", "relaxation", "sharpness")
VSC_1 = {  # Arguments of a VSC that moved, and their defaults in versions 0.1.
    "spike_activation": "logits", "spike_bias": 1., "relaxation": "sigmoid", "sharpness": None,
    "bound": "elbo", "sparsity": "kl"}


class Moved:
    """Methods of a VSC in versions 0.1; they go with version 0.4."""

    def rezero(self, x: np.ndarray) -> Any:
        """`refinement.rezero(model, x)`, where it has moved to."""
        return self._moved("rezero", x)

    def split(self, x: np.ndarray) -> Any:
        """`refinement.split(model, x)`, where it has moved to."""
        return self._moved("split", x)

    def _moved(self, name, x):
        warnings.warn(f"VSC.{name}(x) is vsc_tf.refinement.{name}(model, x) now; the method goes "
                      "with version 0.4.", DeprecationWarning, stacklevel=3)
        return getattr(refinement, name)(self, x)


def vsc_parts(arguments: dict) -> dict:
    """Posterior, objective and penalties of a VSC by its arguments in versions 0.1.

    >>> vsc_parts({"sparsity": "price", "alpha": 0.1})["penalties"][0].alpha
    0.1
    """
    given = {**VSC_1, "alpha": 0.05, **arguments}
    posterior = posteriors.SpikeAndSlab(
        **{name: given[name] for name in POSTERIOR_1}, dtype=given.get("dtype"))
    sparsity = penalties.PENALTIES.get(f"sparsity_{given['sparsity']}")
    if sparsity is None:
        raise ValueError("Argument `sparsity` must be one of ('kl', 'price'). Received: "
                         f"sparsity={given['sparsity']!r}")
    return {"posterior": posterior, "objective": objectives.Average(bound=given["bound"]),
            "penalties": [sparsity(given["alpha"]), penalties.GatePenalty(0.)]}


def upgraded(cls: type, config: dict) -> tuple[int, dict]:
    """The format that a configuration was written in, and what it is in today's."""
    config = dict(config)
    written_in = config.pop("format", 1)
    if written_in > FORMAT:
        raise ValueError(f"expected a file of format {FORMAT} or an older one. Received: format "
                         f"{written_in}, of a newer version of vsc_tf. Update it.")
    if written_in == 1:
        serialize = keras.saving.serialize_keras_object
        if "prior" in config:
            config["prior"]["config"].pop("autocast", None)
        config["recipe"] = None  # Schedules were callbacks' business, and are in the file.
        if cls.__name__ == "VSC":
            arguments = {**config, "dtype": keras.saving.deserialize_keras_object(config["dtype"])}
            config |= {name: serialize(part) for name, part in vsc_parts(arguments).items()}
            config = {name: value for name, value in config.items() if name not in VSC_1}
        if cls.__name__ == "Autoencoder":
            config["prior"] = serialize(priors.NoPrior())
    return written_in, config


def prepare(model: keras.Model) -> None:
    """Gives a model of an older file the attributes under which Keras finds its weights there.

    Past Keras's tracking of attributes: they are names, no new layers.
    """
    if vars(model).get("written_in") == 1:
        posterior = model.posterior
        is_bare = isinstance(posterior, posteriors.Deterministic)  # Its head was the dense layer.
        object.__setattr__(model, "head", posterior.dense if is_bare else posterior)


def is_old(model: keras.Model) -> bool:
    """Whether the model was made of an older file and was not kept since."""
    return "head" in vars(model)


def forget(model: keras.Model) -> None:
    """Takes these attributes away again, before the model is kept in today's format."""
    if is_old(model):
        object.__delattr__(model, "head")


def load(model: keras.Model, store: Any) -> None:
    """Weights that the model itself had in an older format."""
    if not is_old(model):
        return
    rows, adapted, *zero = (np.asarray(store[key]) for key in sorted(store.keys(), key=int))
    for name, row in zip(SCHEDULES_1.get(type(model).__name__, ()), rows, strict=True):
        if name == "total_correlation_weight":  # It was beta.
            row = [*row[:2], *(row[2:] - 1.)]
        model.set_schedule(name, row)
    model.run.adapted.assign(adapted)
    for values in zero:
        model.posterior.zero.assign(values)
