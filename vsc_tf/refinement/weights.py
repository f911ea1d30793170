"""The weights of a fitted model that refinement reads and sets anew."""
from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf

from vsc_tf.refinement.gates import SURE, Gate

BATCH = 500
MOST_LOST = 1.  # Nats of the loss that turning a latent may cost until training has followed.


def check_gates(model: keras.Model, what: str) -> None:
    """A ValueError for a model whose gates are no logits; `what` needs them."""
    posterior = getattr(model, "posterior", None)
    if getattr(posterior, "can_be_refined", False):
        return
    activation = getattr(posterior, "spike_activation", None)
    found = (type(model).__name__ if posterior is None else f"posterior={type(posterior).__name__}"
             ) + ("" if activation is None else f" with spike_activation={activation!r}")
    raise ValueError(f"{what} needs a model with a posteriors.SpikeAndSlab whose gates are "
                     f"logits. Received: {found}")


def encoder_features(model: keras.Model, x: np.ndarray, batch_size: int = BATCH) -> np.ndarray:
    """What the gates are linear functions of, float32 [n, F]."""
    return np.concatenate([
        np.asarray(model.encoder(model.scaling(x[i:i + batch_size])), "float32")
        for i in range(0, len(x), batch_size)])


def first_layer(model: keras.Model) -> tf.Variable | None:
    """The decoder's kernel [latent_dim, units], `None` if it has none or training cannot follow."""
    first = next(iter(model.decoder.weights), None)
    if first is None or len(first.shape) != 2 or first.shape[0] != model.latent_dim:
        return None
    return first if first.trainable else None


def last_loss(model: keras.Model, x: np.ndarray, batch_size: int = BATCH) -> float:
    """What is minimised, with the last weights of the penalties: mean over x, nats."""
    return float(np.mean(np.concatenate([
        model.last_losses(tf.constant(x[i:i + batch_size])).numpy()
        for i in range(0, len(x), batch_size)])))


def sharpness(log_odds: np.ndarray) -> float:
    """How much surer gates are, by the median of their log-odds, than those learned anew."""
    return max(1., float(np.median(np.abs(log_odds))) / SURE) if log_odds.size else 1.


def set_functions(weights: tuple[np.ndarray, np.ndarray], columns: np.ndarray | Sequence[int],
                  functions: Sequence[Gate], factor: float = 1.) -> None:
    """Makes these columns of a kernel [F, J] and a bias [J] the functions, times a factor."""
    kernel, bias = weights
    kernel[:, columns] = factor * np.stack([each.kernel for each in functions], axis=1)
    bias[columns] = factor * np.array([each.bias for each in functions])


def assign(weights: Sequence[tf.Variable], values: Sequence[np.ndarray]) -> None:
    """Sets each weight to its value."""
    for weight, value in zip(weights, values, strict=True):
        weight.assign(value)


def assign_if_cheap(model: keras.Model, x: np.ndarray, weights: Sequence[tf.Variable],
                    values: Sequence[np.ndarray], most: float) -> bool:
    """Sets weights to values, but not if the loss rises by more than `most` nats; whether it did.

    Nor if it is no number.
    """
    before, loss = [weight.numpy() for weight in weights], last_loss(model, x)
    assign(weights, values)
    if last_loss(model, x) - loss <= most:
        return True
    assign(weights, before)
    return False
