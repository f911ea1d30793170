"""What a model makes of its arguments, or refuses."""
from collections.abc import Sequence
from typing import Any

import keras

from vsc_tf import likelihoods, networks, penalties


def checked_body(name: str, body: Any) -> Any:
    if not isinstance(body, keras.layers.Layer):
        raise ValueError(f"Argument `{name}` must be a Keras model or layer, or None for "
                         f"vsc_tf.networks.mlp(). Received: {name}={body!r}")
    return body


def check_float32(policy: keras.DTypePolicy) -> None:
    """A ValueError unless weights are float32: densities and noise are, throughout."""
    if policy.variable_dtype != "float32" or keras.config.floatx() != "float32":
        raise ValueError(
            "Models of this library have weights of float32. Received: dtype policy "
            f"{policy.name!r}, floatx {keras.config.floatx()!r}. Call "
            "keras.config.set_floatx('float32') and set_dtype_policy('float32'), or "
            "'mixed_bfloat16' for faster products. Data may be float64.")


def different(identifiers: Sequence) -> list:
    """Penalties of names that differ: their weights and terms are known by them."""
    if isinstance(identifiers, (str, penalties.Penalty)):
        identifiers = [identifiers]
    found = [penalties.get(identifier) for identifier in identifiers]
    names = [penalty.name for penalty in found]
    if len(set(names)) < len(names):
        raise ValueError("Argument `penalties` must hold penalties of different names. Received: "
                         f"{', '.join(names)}. Leave one out.")
    return found


def decoder_for(likelihood: likelihoods.Likelihood, decoder: Any,
                policy: keras.DTypePolicy) -> Any:
    """The decoder that was given; for a likelihood that reads codes, none."""
    if not likelihood.reads_codes:
        return decoder
    if decoder is None:
        return networks.identity("decoder", policy)
    if not networks.is_identity(decoder):
        raise ValueError(f"{type(likelihood).__name__} is a decoder of its own: it reads codes as "
                         "they are. Received: a decoder with layers. Leave `decoder` out, or "
                         "give another likelihood.")
    return decoder


def listed(callbacks: Any) -> list:
    """Callbacks as a list, however they were given."""
    if callbacks is None:
        return []
    if isinstance(callbacks, keras.callbacks.CallbackList):
        return list(callbacks.callbacks)
    return list(callbacks) if isinstance(callbacks, (list, tuple)) else [callbacks]
