"""Numbers that are learned between two bounds."""
import math

import keras
import tensorflow as tf


def between(v: tf.Tensor, low: float, high: float) -> tf.Tensor:
    """low^(1 - s) high^s with s = sigmoid(v): positive, and never beyond the bounds.

    >>> between(tf.constant([-1e6, 0., 1e6]), 0.01, 100.).numpy().astype(float).round(2).tolist()
    [0.01, 1.0, 100.0]
    """
    return tf.exp(math.log(low) + (math.log(high) - math.log(low)) * tf.sigmoid(v))


def starting_at(value: float, low: float, high: float) -> keras.initializers.Initializer:
    """The v of which `between` makes `value`."""
    to_low, to_high = math.log(value / low), math.log(high / value)
    return keras.initializers.Constant(math.log(to_low / to_high))
