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


def excess(x: tf.Tensor) -> tf.Tensor:
    """E[max(e - x, 0)] = phi(x) - x Phi(-x) of a standard Normal e, for x of at least 0."""
    far = tf.maximum(x, 5.)  # There the two are equal but for the last terms of their series.
    series = pdf(far) / far**2 * (1. - 3. / far**2 + 15. / far**4)
    return tf.where(x > 10., series, pdf(x) - x * cdf(-x))


def to_laplace(x: tf.Tensor) -> tf.Tensor:
    """A standard Normal draw as one of Laplace(0, 1): the same tail, on the same side of 0."""
    return -tf.sign(x) * (log_cdf(-tf.abs(x)) + math.log(2.))


def from_laplace(x: tf.Tensor) -> tf.Tensor:
    """The inverse of `to_laplace`; beyond 85 scales from 0 it stays what it is there."""
    tail = tf.maximum(0.5 * tf.exp(-tf.abs(x)), tf.constant(1e-37, x.dtype))
    return -tf.sign(x) * tf.math.ndtri(tail)


def move_in_tail(tail: tf.Tensor, noise: tf.Tensor, likeness: tf.Tensor) -> tf.Tensor:
    """The upper-tail probability of a value moved as `moved` does, from that of the value.

    Tails rather than cumulative probabilities: float32 tells small numbers apart, but not
    numbers close to 1.
    """
    tail = tf.clip_by_value(tail, 1e-37, _BELOW_ONE)
    return cdf(-moved(-tf.math.ndtri(tail), noise, likeness))
