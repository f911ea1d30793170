"""Fitting on several workers: what cannot be shared is refused, and all begin alike."""
import zlib
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from vsc_tf import checks, workers
from vsc_tf.models.batched import is_batched
from vsc_tf.models.data import TrainingData


def check(model: Any, x: Any, batch_size: int | None, shuffle: bool) -> None:
    """Raises a ValueError, with the cure, for what several workers cannot do together."""
    count = workers.current().count
    whole = [type(penalty).__name__ for penalty in model.penalties if not penalty.per_observation]
    if whole:
        raise ValueError(f"{', '.join(whole)} is estimated from the whole batch, of which each of "
                         f"{count} workers has a part. Received: {type(model).__name__} on {count} "
                         "workers. Train it on one, or take another penalty.")
    if model.jit_compile:
        raise ValueError("XLA does not compile a train step that sums over workers. Received: "
                         "jit_compile=True. Call compile(..., jit_compile=False): its parts are "
                         "compiled all the same.")
    if model.distribute_strategy.num_replicas_in_sync > 1:
        raise ValueError("Each worker trains on one device. Received: a model of "
                         f"{type(model.distribute_strategy).__name__}. Make it outside of the "
                         "strategy's scope, and start a worker for each GPU.")
    if is_batched(x):
        if not isinstance(x, tf.data.Dataset):
            raise ValueError("Workers take their share of each batch of a tf.data.Dataset or of an "
                             f"array. Received: {type(x).__name__}. Give one of those.")
        sizes = {spec.shape[0] for spec in tf.nest.flatten(x.element_spec)}
        if None in sizes or any(size % count for size in sizes):
            raise ValueError(f"The batches of a tf.data.Dataset must be of one size that {count} "
                             f"workers can share equally. Received: {x.element_spec}. Call "
                             f".batch(n, drop_remainder=True) with a multiple of {count}.")
        return
    if not shuffle:
        raise ValueError("Workers share the stream of shuffled batches. Received: shuffle=False. "
                         "Leave it out, or give a tf.data.Dataset of batches in order.")
    size = checks.batch_size(batch_size, min(32, len(x)) if hasattr(x, "__len__") else 32)
    if size % count:
        more = size + count - size % count
        raise ValueError("The batch size is that of all workers together and must be a multiple "
                         f"of their number, {count}. Received: batch_size={size}. Take "
                         f"{f'{size - size % count} or ' if size > count else ''}{more}.")


def of_batches(batches: tf.data.Dataset) -> tf.data.Dataset:
    """This worker's share of each batch."""
    team = workers.current()
    return batches.map(lambda *parts: tf.nest.map_structure(
        lambda part: tf.split(part, team.count)[team.rank], parts if len(parts) > 1 else parts[0]))


def begun_alike(model: Any, data: TrainingData, *plan: Any) -> keras.callbacks.Callback:
    """Checks that all workers are about to do the same, and returns the callback that makes their
    models equal.

    Args:
        data: What this worker has.
        plan: Numbers of the run.
    """
    workers.agree("plan of the run", [data.batch_size, *plan, type(model).__name__,
                                      [list(weight.shape) for weight in model.weights]])
    if isinstance(data.x, np.ndarray):
        some = data.x[np.linspace(0, len(data.x) - 1, min(len(data.x), 1000)).astype(int)]
        workers.agree("training data", [*data.x.shape, zlib.crc32(some.tobytes())])
    model.seed = workers.from_chief(model.seed)
    return _BeginAlike()


class _BeginAlike(keras.callbacks.Callback):
    """Gives all workers the chief's model and optimizer when training begins.

    It comes after callbacks that restore a backup: only the chief needs to have one.
    """

    def on_train_begin(self, logs: dict | None = None) -> None:
        workers.send((*self.model.variables, *self.model.optimizer.variables))
