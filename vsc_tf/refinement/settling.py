"""Steps that a model takes aside once its weights were set anew."""
import keras
import numpy as np
import tensorflow as tf

from vsc_tf import moments, randomness
from vsc_tf.refinement.weights import BATCH, assign, last_loss

STEPS = 50
SHARES = 1., 0.25, 0.0625  # Of the learning rate, in turns, until the loss falls.
DECAY = 0.9  # Of both moments in these steps: gradients are known by the last ten.


def settle(model: keras.Model, x: np.ndarray) -> bool:
    """Trains a model for 50 steps that begin with no momentum, so long as they lower its loss.

    Adam divides a step by the root of the mean square of gradients over some 1,000 steps ([KB15]).
    Where weights were set anew gradients may be ten times as large, or the first that there are;
    the next steps would be too long by as much as that allows, a factor of 7, and undo what was
    done: on glyphs the loss rose from 67 to 234 nats in three steps, and latents were on for all
    observations again. These steps go by moments of the last ten gradients, and by Adam's mean
    squares where these are larger. They begin short, as the first moments begin at 0. On glyphs the
    loss is 44 nats after them. Then Adam goes on, with the same moments. To raise its second
    moments at once, without such steps, holds training back for 1,000 (on Smiley, with one seed,
    3 nats were lost).

    Steps that do not lower the loss are undone, and taken again at a quarter of the learning rate,
    then at a sixteenth: on UCI HAR, at a rate of .001, 50 of them raised the loss from -738 to -263
    nats, the next ones of Adam to 199,422, and 120 nats were lost for good.

    Args:
        model: A model in training. One whose optimizer has no second moments is left alone.
        x: Raw observations `[n, *shape]`.

    Returns whether the optimizer has second moments.
    """
    optimizer = getattr(model.optimizer, "inner_optimizer", model.optimizer)  # It scales the loss.
    weights = model.trainable_weights
    slots = moments.of(optimizer, weights)
    if slots is None:
        return False
    before, loss = [weight.numpy() for weight in weights], last_loss(model, x)
    rate, step = float(optimizer.learning_rate.numpy()), int(optimizer.iterations.numpy())
    step_of = _steps_of(model, optimizer, weights, step)
    # Adam divides its own moments by these shares, as of few steps they are less than means.
    shares = [1. - beta**step for beta in (optimizer.beta_1, optimizer.beta_2)]
    known = [tf.constant(velocity.numpy() / shares[1]) for velocity in slots[1]]
    for share in SHARES:
        found = _steps(model, optimizer, x, step_of, known, share * rate)
        if last_loss(model, x) < loss:  # Not if it is no number.
            break
        assign(weights, before)
    for slot, of_weights, part in zip(slots, found, shares, strict=True):
        assign(slot, [part * moment for moment in of_weights])
    return True


def _steps(model, optimizer, x, step_of, known, rate):
    """Takes the steps; both moments of each weight's gradients after them."""
    weights = model.trainable_weights
    first = second = [tf.zeros(weight.shape) for weight in weights]
    step, parts = int(optimizer.iterations.numpy()), -(-len(x) // BATCH)
    for i in range(STEPS):
        seed = randomness.seed_of(model.seed, step + i, randomness.TRAIN)
        moves, first, second = step_of(tf.constant(x[i % parts::parts]), seed, first, second,
                                       known, tf.constant(1. - DECAY**(i + 1), tf.float32))
        for weight, move in zip(weights, moves, strict=True):
            weight.assign_sub(rate * move)
    return first, [tf.maximum(v, least) for v, least in zip(second, known, strict=True)]


def _steps_of(model, optimizer, weights, step):
    """A function that moves moments on by the gradient of one batch, as training has it at a step;
    how far weights move for a rate of 1 comes first."""
    values = model.schedule_values(step)
    # Replicas hold the same: the first is enough, and one of all is refused in their scope.
    sources = [getattr(weight.value, "values", [weight.value])[0] for weight in weights]

    @tf.function(autograph=False)
    def of_batch(x, seed, first, second, known, share):
        with tf.GradientTape() as tape:
            losses, _ = model.losses_and_terms(x, values, seed, training=True)
            own = [tf.cast(value, tf.float32) for value in model.losses]  # Of the user's layers.
            loss = tf.add_n([tf.reduce_mean(losses), *own])
        gradients = [tf.convert_to_tensor(each) for each in tape.gradient(  # Or slices: Embedding.
            loss, sources, unconnected_gradients="zero")]
        first = [DECAY * m + (1. - DECAY) * g for m, g in zip(first, gradients, strict=True)]
        second = [DECAY * v + (1. - DECAY) * g**2 for v, g in zip(second, gradients, strict=True)]
        moves = [m / (tf.sqrt(tf.maximum(v / share, least)) + optimizer.epsilon)  # Short at first.
                 for m, v, least in zip(first, second, known, strict=True)]
        return moves, first, second

    return of_batch
