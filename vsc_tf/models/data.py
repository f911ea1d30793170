"""What `fit` is given, as a stream of batches, and arrays of any length through functions."""
from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

from vsc_tf import checks
from vsc_tf.datasets.batches import batches
from vsc_tf.datasets.image_files import ImageFiles

SOME = 5000  # Observations of images on disk, or of a stream, that a model starts from.


class TrainingData:
    """Observations to train on, checked: an array, images on disk, or a `tf.data.Dataset`.

    Args:
        x: What `fit` was given.
        event_shape: Shape of one observation if the model knows it already.
        batch_size: Positive integer or `None`: as in Keras, 32, but no more than there are.
    """

    def __init__(self, x: Any, event_shape: tuple | None, batch_size: int | None):
        self.batch_size = 0  # Of a data set, which is batched already.
        if isinstance(x, tf.data.Dataset):
            checks.dataset(x, event_shape)
        elif not isinstance(x, ImageFiles):  # Those are checked when they are read.
            x = checks.observations(x, event_shape, batch_size)
        if not isinstance(x, tf.data.Dataset):
            self.batch_size = min(32, len(x)) if batch_size is None else batch_size
        self.x = x

    def to_start_from(self, all_of_them: bool) -> np.ndarray:
        """Observations that the model is fitted to before its first step.

        All of an array; of images on disk some, evenly spaced, as neighbours are often alike; of
        a data set its first ones, or all if a scaling needs them.
        """
        if isinstance(self.x, tf.data.Dataset):
            return checks.observations_of(self.x, all_of_them, SOME)
        return self.x if isinstance(self.x, np.ndarray) else self.x[self._spread()]

    def some(self) -> np.ndarray:
        """At most `SOME` observations, evenly spaced."""
        if isinstance(self.x, tf.data.Dataset):
            return checks.observations(checks.observations_of(self.x, False, SOME))[:SOME]
        return self.x[self._spread()]

    def _spread(self) -> np.ndarray:
        return np.linspace(0, len(self.x) - 1, min(len(self.x), SOME)).astype(int)

    def steps_per_epoch(self) -> int | None:
        """Steps until every observation was seen; `None` if Keras cannot know."""
        if self.batch_size:
            return -(-len(self.x) // self.batch_size)
        steps = int(self.x.cardinality())
        return steps if steps > 0 else None

    def stream(self, seed: int, first_step: Callable[[], int]) -> tf.data.Dataset:
        """Endless shuffled batches, each a function of the seed and its step alone.

        Args:
            seed: The model's.
            first_step: Called when training begins, which may be after a backup was restored.
        """
        return batches(self.x, self.batch_size, seed, first_step)


def in_batches(function: Callable, batch_size: int, *arrays: np.ndarray) -> Any:
    """Applies a tensor function to slices of arrays and joins the results as NumPy arrays."""
    starts = range(0, len(arrays[0]), batch_size)
    parts = [function(*(tf.constant(a[i:i + batch_size]) for a in arrays)) for i in starts]
    return tf.nest.map_structure(lambda *tensors: np.concatenate([t.numpy() for t in tensors]),
                                 *parts)
