"""What Adam remembers of gradients, once weights were set anew."""
import keras
import numpy as np
import tensorflow as tf

from vsc_tf import randomness
from vsc_tf.refinement.weights import BATCH

BATCHES = 4
LARGER = 4.  # Least mean square of gradients, of those that Adam knows, that is a change.


def renew(model: keras.Model, x: np.ndarray) -> None:
    """Raises Adam's second moments to those of the gradients at the weights as they are.

    Adam divides a step by the root of the mean square of gradients over some 1,000 steps ([KB15]).
    Where weights were set anew gradients may be ten times as large; the next steps would be too
    long by as much as that allows, a factor of 7, and undo what was done: on glyphs the loss rose
    from 64 to 146 nats in ten steps, and latents were on for all observations again. So where the
    mean square of gradients of a weight is four times as large as known, its second moments become
    those of four batches where these are larger, and its first moments 0. The prior's own
    weights are left alone: for a few steps gradients of pseudo-inputs may be twenty times as large,
    and a second moment that remembers them holds the prior back (UCI HAR lost 25 nats).

    Args:
        model: A model in training. Of optimizers without second moments nothing changes.
        x: Raw observations `[n, *shape]`; 2,000 are used.
    """
    optimizer, weights = model.optimizer, model.trainable_weights
    first, second = ([v for v in optimizer.variables if v.path.endswith(f"_{name}")]
                     for name in ("momentum", "velocity"))
    adam = getattr(optimizer, "inner_optimizer", optimizer)  # Of one that scales the loss.
    if not hasattr(adam, "beta_2") or not (len(first) == len(second) == len(weights)):
        return
    # Of few steps they are less than a mean; Adam divides by this share.
    share = 1. - adam.beta_2**int(optimizer.iterations.numpy())
    of_prior = {id(weight) for weight in model.prior.trainable_weights}
    for weight, momentum, velocity, square in zip(weights, first, second, _squares(model, x),
                                                  strict=True):
        known = velocity.numpy()
        if id(weight) not in of_prior and share * square.mean() > LARGER * known.mean():
            momentum.assign(np.zeros_like(known))
            velocity.assign(np.maximum(known, share * square))


def _squares(model, x):
    """Mean squares of the gradients of batches of 500, one array for each trainable weight."""
    step = tf.cast(tf.convert_to_tensor(model.optimizer.iterations), tf.int32)
    values = model.schedule_values(step)

    @tf.function(autograph=False)
    def of_batch(x, seed):
        with tf.GradientTape() as tape:
            losses, _ = model.losses_and_terms(x, values, seed, training=True)
            loss = tf.reduce_mean(losses)
        gradients = tape.gradient(loss, model.trainable_weights, unconnected_gradients="zero")
        return [tf.square(tf.convert_to_tensor(gradient)) for gradient in gradients]

    starts = range(0, min(len(x), BATCHES * BATCH), BATCH)
    found = [of_batch(tf.constant(x[i:i + BATCH]), randomness.seed_of(
        model.seed, step + i // BATCH, randomness.TRAIN)) for i in starts]
    return [np.mean([square.numpy() for square in squares], axis=0)
            for squares in zip(*found, strict=True)]
