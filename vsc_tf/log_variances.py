"""Log-variances that networks give, bounded: an outlier must not make a variance 0 or infinite."""
import tensorflow as tf

USUAL = 30.  # Standard deviations from 3.1e-7 to 3.3e6 are left as they are,
MOST = 36.  # and all are from 1.5e-8 to 6.6e7.


def bounded(log_variance: tf.Tensor) -> tf.Tensor:
    """v where |v| is at most `USUAL`, beyond smoothly towards -`MOST` and `MOST`.

    What v exceeds `USUAL` by, e, becomes r - r^2 / (r + e), with r = `MOST` - `USUAL`: the slope
    is 1 at e = 0 and falls to 0. Without bounds the exponential of 90 is infinite in float32, that
    of -110 is 0, and one row a thousand standard deviations out makes the mean over all rows NaN.

    >>> bounded(tf.constant([-1e9, -3., 0., 1e9])).numpy().tolist()
    [-36.0, -3.0, 0.0, 36.0]
    """
    room = MOST - USUAL
    usual = tf.clip_by_value(log_variance, -USUAL, USUAL)
    excess = log_variance - usual
    return usual + tf.sign(excess) * (room - room**2 / (room + tf.abs(excess)))
