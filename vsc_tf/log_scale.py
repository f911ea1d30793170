"""Numbers that are Normal on a logarithmic scale: what their mean and deviation are off it."""
import math

import tensorflow as tf


def moments(loc: tf.Tensor, scale: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Mean and standard deviation of x = sign(y) (exp|y| - 1), for y of Normal(loc, scale).

    With E_k = E[exp(k |y|)] = E_k+ + E_k-, the parts of y above and below 0,

        E_k+ = exp(k loc + k^2 scale^2 / 2) Phi(loc / scale + k scale)

    and E_k- the same of -loc, E[x] = (E_1+ - E_0+) - (E_1- - E_0-) and
    E[x^2] = E_2 - 2 E_1 + 1. Far above 0 this is the mean of a log-Normal, less 1.

    >>> mean, deviation = moments(tf.constant(2.), tf.constant(0.5))
    >>> round(float(mean), 3), round(float(deviation), 3)
    (7.373, 4.462)
    """
    def part(k, loc):
        # As erf, which ONNX has.
        below = 0.5 * (1. + tf.math.erf((loc / scale + k * scale) * math.sqrt(0.5)))
        return tf.exp(k * loc + 0.5 * (k * scale)**2) * below

    mean = part(1, loc) - part(0, loc) - part(1, -loc) + part(0, -loc)
    square = part(2, loc) + part(2, -loc) - 2. * (part(1, loc) + part(1, -loc)) + 1.
    far = (1. + tf.abs(mean)) * tf.sqrt(tf.math.expm1(scale**2))  # Where the other side is empty.
    return mean, tf.where(tf.abs(loc) > 6. * scale, far, tf.sqrt(tf.nn.relu(square - mean**2)))
