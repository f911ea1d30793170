"""What `fit` is given, as a stream of batches, and arrays of any length through functions."""
from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import ArrayLike

from vsc_tf import checks, workers
from vsc_tf.datasets import columns, resolution
from vsc_tf.datasets.batches import batches
from vsc_tf.datasets.on_demand import OnDemand
from vsc_tf.models.batched import Batched, Start, is_batched

# Observations of a batch where nothing is said: Keras's, and what the default was measured with.
# Of a signed table its codes have group presence .72 with 32, .92 with 100 and 1.00 with 500.
LEAST, MOST = 32, 500
SOME = 5000  # Observations of images on disk, or of a stream, that a model starts from.


def usual_batch(count: int) -> int:
    """Observations of a batch where nothing is said: a sixth of so many, within limits.

    With the largest batches small tables would overfit: 9,000 steps on all of 426 rows left a
    bound on other rows of -311 nats, on a sixth of them -80, and 4,000 steps on a sixth -25.

    >>> usual_batch(20), usual_batch(96), usual_batch(1200), usual_batch(60_000)
    (20, 32, 200, 500)
    """
    return min(max(LEAST, count // 6), MOST, count)


class TrainingData:
    """Observations to train on, checked: an array, rows or images on disk, or batches.

    Args:
        x: What `fit` was given.
        event_shape: Shape of one observation if the model knows it already.
        batch_size: Positive integer or `None`: a sixth of them, at least 32 and at most 500,
            but no more than there are.
        sample_weight: Of an array, or of images on disk: a weight `[n]` for each observation.
        missing: Whether values of an array may be missing, NaN.
        names: Names of its columns, for messages.
    """

    def __init__(self, x: Any, event_shape: tuple | None, batch_size: int | None,
                 sample_weight: ArrayLike | None = None, missing: bool = False,
                 names: tuple[str, ...] = ()):
        self.batched = Batched(x, event_shape) if is_batched(x) else None
        self.batch_size, self.weights = 0, None  # Of batches, which have their own.
        if self.batched:
            if sample_weight is not None:
                raise ValueError("Argument `sample_weight` goes with an array. Received: batches, "
                                 "too. Let them hold (x, labels, weights).")
        else:
            if isinstance(x, OnDemand):  # Those are checked when they are read.
                self._check_shape(x, event_shape)
            else:
                names = names or columns.of(x)
                x, given = checks.observations(x, event_shape, batch_size, expected=(
                    f"{checks.ARRAY}, {checks.BATCHED}"), missing=missing, names=names), x
                resolution.check(given, "Argument `x`", names)
            self.batch_size = checks.batch_size(batch_size, usual_batch(len(x)))
            if sample_weight is not None:
                self.weights = checks.weights(sample_weight, len(x))
        self.x = x

    @property
    def count(self) -> int | None:
        """Number of observations, if it is known."""
        return None if self.batched else len(self.x)

    @staticmethod
    def _check_shape(x: OnDemand, event_shape: tuple | None) -> None:
        if event_shape is not None and x.shape[1:] != tuple(event_shape):
            raise ValueError(f"Argument `x` must have shape [n, "
                             f"{', '.join(map(str, event_shape))}]. Received: shape {x.shape}")

    def to_start_from(self, all_of_them: bool, most: int | None = None) -> Start:
        """Observations that the model is fitted to before its first step.

        All of an array; of images on disk some, evenly spaced, as neighbours are often alike; of
        batches the first ones, or all if a scaling needs them.
        """
        if self.batched:
            return self.batched.start(all_of_them, SOME, most)
        if isinstance(self.x, np.ndarray):
            return Start(self.x, self.weights)
        rows = _spread(len(self.x))
        return Start(self.x[rows], None if self.weights is None else self.weights[rows])

    def some(self) -> np.ndarray:
        """At most `SOME` observations that count, evenly spaced."""
        if self.batched:
            return checks.observations(
                self.batched.start(False, SOME).counted(), missing=True)[:SOME]
        rows = np.arange(len(self.x)) if self.weights is None else np.flatnonzero(self.weights)
        return self.x[rows[_spread(len(rows))]]

    def steps_per_epoch(self) -> int | None:
        """Steps until every observation was seen; `None` if Keras cannot know."""
        if self.batched:
            return self.batched.count or None
        return -(-len(self.x) // self.batch_size)

    def stream(self, seed: int, first_step: Callable[[], int]) -> tf.data.Dataset:
        """Endless shuffled batches, each a function of the seed and its step alone.

        Args:
            seed: The model's.
            first_step: Called when training begins, which may be after a backup was restored.
        """
        team = workers.current()
        return batches(self.x, self.batch_size, seed, first_step, self.weights,
                       share=(team.rank, team.count))


def spread(x: OnDemand) -> np.ndarray:
    """At most `SOME` observations, evenly spaced, as an array."""
    return x[_spread(len(x))]


def _spread(count: int) -> np.ndarray:
    """Indices of at most `SOME` of so many, evenly spaced."""
    return np.linspace(0, count - 1, min(count, SOME)).astype(int)


def in_batches(function: Callable, batch_size: int | None, *arrays: np.ndarray) -> Any:
    """Applies a tensor function to slices of arrays and joins the results as NumPy arrays."""
    batch_size = checks.batch_size(batch_size)
    starts = range(0, len(arrays[0]), batch_size)
    parts = [function(*(tf.constant(a[i:i + batch_size]) for a in arrays)) for i in starts]
    return tf.nest.map_structure(lambda *tensors: np.concatenate([t.numpy() for t in tensors]),
                                 *parts)


def split(x: Any, weights: Any, share: float) -> tuple[Any, Any, tuple]:
    """Observations and weights to train on, and the last `share` for validation, as Keras does."""
    if is_batched(x):
        raise ValueError("Argument `validation_split` goes with an array. Received: batches. Give "
                         "validation_data, e.g. of dataset.take(n), and fit to dataset.skip(n).")
    x = checks.observations(x, missing=True)
    last = int(len(x) * (1. - checks.share("validation_split", share)))
    if not 0 < last < len(x):
        raise ValueError("Argument `validation_split` must leave rows for both parts. Received: "
                         f"validation_split={share} of {len(x)} observations")
    if weights is None:
        return x[:last], None, (x[last:],)
    weights = checks.weights(weights, len(x))
    return x[:last], weights[:last], (x[last:], None, weights[last:])
