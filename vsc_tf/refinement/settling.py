"""Steps that a model takes aside once its weights were set anew."""
from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf

from vsc_tf import randomness
from vsc_tf.refinement.weights import BATCH

STEPS = 50
DECAY = 0.9  # Of both moments in these steps: gradients are known by the last ten.


def settle(model: keras.Model, x: np.ndarray) -> None:
    """Trains a model for 50 steps that begin with no momentum and are no longer than usual.

    Adam divides a step by the root of the mean square of gradients over some 1,000 steps ([KB15]).
    Where weights were set anew gradients may be ten times as large, or the first that there are;
    the next steps would be too long by as much as that allows, a factor of 7, and undo what was
    done: on glyphs the loss rose from 67 to 234 nats in three steps, and latents were on for all
    observations again. These steps go by moments of the last ten gradients, and by Adam's mean
    squares where these are larger. They begin short, as the first moments begin at 0. On glyphs the
    loss is 44 nats after them. Then Adam goes on, with the same moments. To raise its second
    moments at once, without such steps, holds training back for 1,000 (on Smiley, with one seed,
    3 nats were lost).

    Args:
        model: A model in training. One whose optimizer has no second moments is left alone.
        x: Raw observations `[n, *shape]`.
    """
    optimizer = getattr(model.optimizer, "inner_optimizer", model.optimizer)  # It scales the loss.
    weights, slots = model.trainable_weights, _slots(optimizer)
    if not hasattr(optimizer, "beta_2") or not all(len(each) == len(weights) for each in slots):
        return
    rate, step = float(optimizer.learning_rate.numpy()), int(optimizer.iterations.numpy())
    gradients_of = _gradients(model, weights, step)
    first = second = [np.zeros(weight.shape, "float32") for weight in weights]
    # Adam divides its own moments by these shares, as of few steps they are less than means.
    shares = [1. - beta**step for beta in (optimizer.beta_1, optimizer.beta_2)]
    known = [velocity.numpy() / shares[1] for velocity in slots[1]]
    parts = -(-len(x) // BATCH)
    for i in range(STEPS):
        seed = randomness.seed_of(model.seed, step + i, randomness.TRAIN)
        gradients = [g.numpy() for g in gradients_of(tf.constant(x[i % parts::parts]), seed)]
        first = [DECAY * m + (1. - DECAY) * g for m, g in zip(first, gradients, strict=True)]
        second = [DECAY * v + (1. - DECAY) * g**2 for v, g in zip(second, gradients, strict=True)]
        share = 1. - DECAY**(i + 1)
        for weight, m, v, least in zip(weights, first, second, known, strict=True):
            divisor = np.sqrt(np.maximum(v / share, least)) + optimizer.epsilon
            weight.assign_sub(rate * m / divisor)  # Shorter at first.
    for momentum, velocity, m, v, least in zip(*slots, first, second, known, strict=True):
        momentum.assign(shares[0] * m)
        velocity.assign(shares[1] * np.maximum(v, least))


def _slots(optimizer: keras.optimizers.Optimizer) -> Sequence[list]:
    """Adam's first and second moments, in the order of the weights."""
    return [[v for v in optimizer.variables if v.path.endswith(f"_{name}")]
            for name in ("momentum", "velocity")]


def _gradients(model, weights, step):
    """A function of observations and a seed: gradients of the loss as training has it at a step."""
    values = model.schedule_values(step)
    # Replicas hold the same: the first is enough, and one of all is refused in their scope.
    sources = [getattr(weight.value, "values", [weight.value])[0] for weight in weights]

    @tf.function(autograph=False)
    def of_batch(x, seed):
        with tf.GradientTape() as tape:
            losses, _ = model.losses_and_terms(x, values, seed, training=True)
            own = [tf.cast(value, tf.float32) for value in model.losses]  # Of the user's layers.
            loss = tf.add_n([tf.reduce_mean(losses), *own])
        gradients = tape.gradient(loss, sources, unconnected_gradients="zero")
        return [tf.convert_to_tensor(each) for each in gradients]  # Embeddings have sparse ones.

    return of_batch
