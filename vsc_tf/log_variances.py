"""Log-variances that networks give, bounded: an outlier must not make a variance 0 or infinite."""
import tensorflow as tf

MOST = 36.  # Standard deviations from 1.5e-8 to 6.6e7.


def bounded(log_variance: tf.Tensor) -> tf.Tensor:
    """v where |v| is small, else smoothly towards -`MOST` and `MOST`.

    min(v, c) becomes v - log(1 + exp(v - c)), and max likewise. Without bounds the exponential of
    90 is infinite in float32, that of -110 is 0, and one row a thousand standard deviations out
    makes the mean over all rows NaN.

    >>> bounded(tf.constant([-1e6, -3., 0., 1e6])).numpy().tolist()
    [-36.0, -3.0, 0.0, 36.0]
    """
    below = MOST + tf.math.log_sigmoid(log_variance - MOST)
    return -MOST - tf.math.log_sigmoid(-below - MOST)
