"""Reads Adam's moments, and shortens gradients that are unusually long by them."""
from collections.abc import Sequence

import keras
import tensorflow as tf


def of(optimizer: keras.optimizers.Optimizer, weights: Sequence) -> tuple[list, list] | None:
    """Adam's first and second moments in the order of the weights; `None` if it has others.

    >>> of(keras.optimizers.SGD(), []) is None
    True
    """
    optimizer = getattr(optimizer, "inner_optimizer", optimizer)  # It scales the loss.
    first, second = ([v for v in optimizer.variables if v.path.endswith(f"_{name}")]
                     for name in ("momentum", "velocity"))
    has_all = hasattr(optimizer, "beta_2") and len(first) == len(second) == len(weights)
    return (first, second) if has_all else None


def clip(gradients: list, optimizer: keras.optimizers.Optimizer, weights: Sequence,
         most: float) -> list:
    """Shortens a gradient that is over `most` times as long as Adam knows gradients to be.

    That is the root mean square of their length over the last 1,000 steps or so: the root of the
    sum of Adam's second moments ([KB15]). One observation that a model is wrongly sure of can have
    a gradient hundreds of times as long. Adam would move as far as in 30 steps, and then take
    short steps for the next 1,000.

    Args:
        gradients: Of the weights; on several replicas parts, of which the sum counts.
        optimizer: With one that has no such moments, scales the loss or is
            `optimizers.AdamAndSGD`, whose dictionaries have none, gradients are left alone.
        weights: Variables in the order of the gradients.
        most: Number above 0.

    >>> clip([tf.constant([3.])], keras.optimizers.SGD(), [tf.Variable([0.])], most=5.)[0].numpy()
    array([3.], dtype=float32)
    """
    known = of(optimizer, weights)
    if known is None or any(hasattr(optimizer, name)
                            for name in ("inner_optimizer", "dictionary_rate")):
        return gradients
    length = _length(gradients)
    share = 1. - tf.cast(optimizer.beta_2, tf.float32)**tf.cast(optimizer.iterations, tf.float32)
    square = tf.add_n([tf.reduce_sum(tf.cast(v, tf.float32)) for v in known[1]])
    longest = most * tf.sqrt(tf.math.divide_no_nan(square, share))
    # Nothing is known before the first step, and a first gradient of zeros stays what it is.
    longest = tf.where(longest > 0., longest, tf.maximum(length, 1.))
    return tf.clip_by_global_norm(gradients, longest, use_norm=length)[0]


def _length(gradients):
    """Of the sum over replicas: the optimizer adds them later, and has no place for this."""
    gradients = [gradient for gradient in gradients if gradient is not None]
    replica = tf.distribute.get_replica_context()
    if replica.num_replicas_in_sync > 1:
        gradients = replica.all_reduce(tf.distribute.ReduceOp.SUM, gradients)
    return tf.linalg.global_norm(gradients)
