"""An endless stream of shuffled batches, reproducible from any step."""
from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from vsc_tf.datasets.on_demand import OnDemand

if TYPE_CHECKING:
    import tensorflow as tf


def batches(x: np.ndarray | OnDemand, batch_size: int, seed: int = 0,
            first_step: int | Callable[[], int] = 0,
            weights: np.ndarray | None = None,
            share: tuple[int, int] = (0, 1)) -> tf.data.Dataset:
    """Training batches as a `tf.data.Dataset` that can start at any step.

    Observation number i of the stream is row `p(i mod n)` of `x`, with p a permutation derived
    from `[seed, i div n]`. Every epoch goes through all rows once, in its own order, and a run
    resumed at step s sees the same batches as an uninterrupted one. (`Dataset.shuffle` can only
    be replayed from the start.)

    Args:
        x: Array `[n, *shape]`, kept in memory, or `OnDemand`, of which only a few batches are
            in memory at a time.
        batch_size: Positive integer, at most n.
        seed: Integer.
        first_step: Number of the first batch, or a function that gives it when the stream
            begins.
        weights: A weight `[n]` for each row, or `None`.
        share: (r, count): only share number r of each batch, of so many that are equal.

    Returns:
        An endless data set of `[batch_size / count, *shape]`; with weights of (x, labels, weights)
        as Keras takes them, labels `None`.

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
    if isinstance(x, OnDemand):
        def rows_at(rows: tf.Tensor) -> tf.Tensor:
            read = tf.numpy_function(x.__getitem__, [rows], tf.float32)
            return tf.ensure_shape(read, (batch_size // share[1], *x.shape[1:]))
    else:
        with tf.device("CPU"):  # The whole set need not fit a GPU.
            array = tf.constant(x)

        def rows_at(rows: tf.Tensor) -> tf.Tensor:
            return tf.gather(array, rows)

    def with_weights(rows: tf.Tensor) -> tuple:
        return rows_at(rows), None, tf.gather(tf.constant(weights), rows)

    def epoch(number: tf.Tensor) -> tf.data.Dataset:
        order = tf.range(len(x))
        return tf.data.Dataset.from_tensor_slices(
            tf.random.experimental.stateless_shuffle(order, seed=[seed, number]))

    def from_step(step: int | tf.Tensor) -> tf.data.Dataset:
        first_epoch, seen = step * batch_size // len(x), step * batch_size % len(x)
        return tf.data.Dataset.range(first_epoch, tf.int64.max).flat_map(epoch).skip(seen)

    def own(rows: tf.Tensor) -> tf.Tensor:
        return tf.split(rows, share[1])[share[0]]

    if callable(first_step):
        begins = tf.data.Dataset.from_tensors(0).map(
            lambda _: tf.numpy_function(lambda: np.int64(first_step()), [], tf.int64))
        order = begins.flat_map(from_step)
    else:
        order = from_step(first_step)
    # Nothing here is to be tuned, and `fit` would wait for the thread that tunes, now and then for
    # two seconds, before it returns.
    options = tf.data.Options()
    options.autotune.enabled = False
    return order.batch(batch_size, drop_remainder=True).map(own).map(
        rows_at if weights is None else with_weights).prefetch(4).with_options(options)
