"""Functions of the standard Normal that sparse codes need, safe far out in both tails."""
import math

import tensorflow as tf
import tensorflow_probability as tfp

from vsc_tf.distributions.contract import moved

_BELOW_ONE = 1. - 2.**-24  # Largest float32 below 1: its quantile, 5.4, is still finite.


def log_cdf(x: tf.Tensor) -> tf.Tensor:
    """log Phi(x), by its asymptotic series far below 0."""
    return tfp.distributions.Normal(tf.zeros([], x.dtype), 1.).log_cdf(x)


def cdf(x: tf.Tensor) -> tf.Tensor:
    """Phi(x)."""
    return 0.5 * tf.math.erfc(-x * (0.5**0.5))


def pdf(x: tf.Tensor) -> tf.Tensor:
    """phi(x)."""
    return tf.exp(-0.5 * x**2) / math.sqrt(2 * math.pi)


def move_in_tail(tail: tf.Tensor, noise: tf.Tensor, likeness: tf.Tensor) -> tf.Tensor:
    """The upper-tail probability of a value moved as `moved` does, from that of the value.

    Tails rather than cumulative probabilities: float32 tells small numbers apart, but not
    numbers close to 1.
    """
    tail = tf.clip_by_value(tail, 1e-37, _BELOW_ONE)
    return cdf(-moved(-tf.math.ndtri(tail), noise, likeness))
