"""Functions of the standard Normal that sparse codes need, safe far out in both tails."""
import math

import tensorflow as tf
import tensorflow_probability as tfp

from vsc_tf.distributions.contract import moved

_BELOW_ONE = 1. - 2.**-24  # Largest float32 below 1: its quantile, 5.4, is still finite.
_LEAST = 1e-37  # About the least that float32 holds.
_NEWTON_STEPS = 2  # From a start that is within 4.5e-4.


def log_cdf(x: tf.Tensor) -> tf.Tensor:
    """log Phi(x), by its asymptotic series far below 0."""
    return tfp.distributions.Normal(tf.zeros([], x.dtype), 1.).log_cdf(x)


def cdf(x: tf.Tensor) -> tf.Tensor:
    """Phi(x)."""
    return 0.5 * tf.math.erfc(-x * (0.5**0.5))


def pdf(x: tf.Tensor) -> tf.Tensor:
    """phi(x)."""
    return tf.exp(-0.5 * x**2) / math.sqrt(2 * math.pi)


def quantile(p: tf.Tensor) -> tf.Tensor:
    """Phi^-1(p); below 1e-37, and as far from 0 above 1 - 6e-8, it stays what it is there.

    Compiled by XLA `tf.math.ndtri` loses digits below 1e-6, and is infinite below 3e-8. This one
    begins with 26.2.23 of [AS64], and takes steps of Newton's for log Phi.

    >>> quantile(tf.constant([1e-30, 0.5])).numpy().round(3) + 0.
    array([-11.464,   0.   ], dtype=float32)
    """
    p = tf.clip_by_value(p, _LEAST, _BELOW_ONE)
    fixed = tf.stop_gradient(p)
    log_tail = tf.math.log(tf.minimum(fixed, 1. - fixed))
    t = tf.sqrt(-2. * log_tail)
    x = t - (2.515517 + (0.802853 + 0.010328 * t) * t) / (
        1. + (1.432788 + (0.189269 + 0.001308 * t) * t) * t)
    for _ in range(_NEWTON_STEPS):
        now = log_cdf(-x)
        x += (now - log_tail) * tf.exp(now + 0.5 * x**2 + 0.5 * math.log(2. * math.pi))
    x = tf.stop_gradient(tf.where(fixed > 0.5, x, -x))
    return x + (p - fixed) / pdf(x)  # That of an implicit function.


def excess(x: tf.Tensor) -> tf.Tensor:
    """E[max(e - x, 0)] = phi(x) - x Phi(-x) of a standard Normal e, for x of at least 0."""
    far = tf.maximum(x, 5.)  # There the two are equal but for the last terms of their series.
    inverse = 1. / far**2
    series = pdf(far) * inverse * (1. - inverse * (3. - 15. * inverse))
    return tf.where(x > 10., series, pdf(x) - x * cdf(-x))


def to_laplace(x: tf.Tensor) -> tf.Tensor:
    """A standard Normal draw as one of Laplace(0, 1): the same tail, on the same side of 0."""
    return -tf.sign(x) * (log_cdf(-tf.abs(x)) + math.log(2.))


def from_laplace(x: tf.Tensor) -> tf.Tensor:
    """The inverse of `to_laplace`; beyond 85 scales from 0 it stays what it is there."""
    return -tf.sign(x) * quantile(0.5 * tf.exp(-tf.abs(x)))


def move_in_tail(tail: tf.Tensor, noise: tf.Tensor, likeness: tf.Tensor) -> tf.Tensor:
    """The upper-tail probability of a value moved as `moved` does, from that of the value.

    Tails rather than cumulative probabilities: float32 tells small numbers apart, but not
    numbers close to 1.
    """
    return cdf(-moved(-quantile(tail), noise, likeness))
