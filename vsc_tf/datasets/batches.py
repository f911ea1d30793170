"""An endless stream of shuffled batches in which batch number s is a function of s alone."""
from vsc_tf.datasets.image_files import ImageFiles


def batches(x, batch_size, seed=0, first_step=0):
    """Training batches as a `tf.data.Dataset` that can start anywhere.

    Observation number i of the stream is row `p(i mod n)` of `x`, with p a permutation made
    from `[seed, i div n]`: every pass goes through all rows once, in an order of its own, and
    a run resumed at step s sees the very batches it would have seen. (`Dataset.shuffle` has to
    be run through from the start.)

    Args:
        x: Array `[n, *shape]`, kept in memory as it is, or `ImageFiles`, of which only a few
            batches are in memory at a time.
        batch_size: Positive integer, at most n.
        seed: Integer.
        first_step: Number of the first batch.

    Returns an endless data set of `[batch_size, *shape]`.

    >>> import numpy as np
    >>> stream = batches(np.arange(6), batch_size=3, seed=1)
    >>> first, second = list(stream.take(2).as_numpy_iterator())
    >>> sorted([*first, *second])
    [np.int64(0), np.int64(1), np.int64(2), np.int64(3), np.int64(4), np.int64(5)]
    >>> bool((next(iter(batches(np.arange(6), 3, seed=1, first_step=1))) == second).numpy().all())
    True
    """
    # Here, for a quick `import vsc_tf.datasets`: TensorFlow takes seconds.
    import tensorflow as tf

    if not 0 < batch_size <= len(x):
        raise ValueError("Argument `batch_size` must be between 1 and the number of "
                         f"observations, {len(x)}. Received: batch_size={batch_size}")
    if isinstance(x, ImageFiles):
        def rows_at(rows):
            images = tf.numpy_function(x.__getitem__, [rows], tf.float32)
            return tf.ensure_shape(images, (batch_size, *x.shape[1:]))
    else:
        with tf.device("CPU"):  # The whole set need not fit a GPU.
            array = tf.constant(x)

        def rows_at(rows):
            return tf.gather(array, rows)

    def one_pass(number):
        order = tf.range(len(x))
        return tf.data.Dataset.from_tensor_slices(
            tf.random.experimental.stateless_shuffle(order, seed=[seed, number]))

    first_pass, seen = divmod(first_step * batch_size, len(x))
    order = tf.data.Dataset.range(first_pass, tf.int64.max).flat_map(one_pass).skip(seen)
    return order.batch(batch_size, drop_remainder=True).map(rows_at).prefetch(4)
