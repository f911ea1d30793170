"""Observations that come in batches: a `tf.data.Dataset`, or Keras's `PyDataset`."""
import itertools
from collections.abc import Iterator
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

from vsc_tf import checks


class Start(NamedTuple):
    """Observations that a model starts from, and their weights if they have some."""

    x: np.ndarray
    weights: np.ndarray | None = None

    def counted(self) -> np.ndarray:
        """The observations of a weight above 0."""
        return self.x if self.weights is None else self.x[self.weights > 0.]


def is_batched(x: Any) -> bool:
    """Whether `x` comes in batches already."""
    return isinstance(x, (tf.data.Dataset, keras.utils.PyDataset))


def dense_batches(x: Any, batch_size: int = 500) -> tf.data.Dataset:
    """Rows `[n, columns]` that are made on demand, in batches."""
    def each():
        return (x[i:i + batch_size] for i in range(0, len(x), batch_size))

    return tf.data.Dataset.from_generator(
        each, output_signature=tf.TensorSpec((None, *x.shape[1:]), tf.float32)).apply(
            tf.data.experimental.assert_cardinality(-(-len(x) // batch_size)))


class Batched:
    """Batches `x` `[batch, *shape]`, `(x, labels)` or `(x, labels, weights)`.

    Args:
        batches: A `tf.data.Dataset` or `keras.utils.PyDataset`.
        event_shape: Shape of one observation if the model knows it already.
        what: Name of the argument in messages.

    Raises:
        ValueError: They are something else, or of another shape.
    """

    def __init__(self, batches: Any, event_shape: tuple | None = None, what: str = "x"):
        self.batches, self.what = batches, what
        self.count = self._count()  # `None`: endless, or unknown.
        shape = self._shape()
        if event_shape is not None and not shape[1:].is_compatible_with(event_shape):
            raise ValueError(f"{self._a()} must give batches of shape [batch, "
                             f"{', '.join(map(str, event_shape))}]. Received: {shape}")

    def _kind(self):
        return "tf.data.Dataset" if isinstance(self.batches, tf.data.Dataset) else (
            "keras.utils.PyDataset")

    def _a(self):
        return f"A {self._kind()}" + ("" if self.what == "x" else f" for `{self.what}`")

    def _count(self):
        if isinstance(self.batches, tf.data.Dataset):
            count = int(self.batches.cardinality())
            return count if count >= 0 else None
        return self.batches.num_batches

    def _shape(self):
        """Shape of a batch of x."""
        if isinstance(self.batches, tf.data.Dataset):
            spec = self.batches.element_spec
        elif self.count == 0:
            raise self._empty()
        else:
            spec = self.batches[0]
        x = spec[0] if isinstance(spec, (tuple, list)) and 0 < len(spec) < 4 else spec
        if isinstance(spec, (tf.SparseTensorSpec, tf.RaggedTensorSpec)) or isinstance(x, (
                tf.SparseTensorSpec, tf.RaggedTensorSpec)):
            raise self._wrong(spec, "Make them dense with .map(tf.sparse.to_dense).")
        if isinstance(x, (dict, tuple, list)) or not hasattr(x, "shape"):
            names = list(x) if isinstance(x, dict) else []
            raise self._wrong(spec, "Take the observations out of each with .map(lambda batch: "
                                    f"batch[{names[0]!r}])." if names else
                                    "Give arrays or tensors of numbers.")
        shape = tf.TensorShape(x.shape)
        if shape.rank is None or shape.rank < 2:
            raise self._wrong(spec, "Call its .batch(n).")
        if not tf.as_dtype(x.dtype).is_floating and not tf.as_dtype(x.dtype).is_integer and (
                x.dtype != bool):
            raise self._wrong(spec, "Give numbers.")
        return shape

    def _wrong(self, spec, cure):
        shown = str(spec) if isinstance(self.batches, tf.data.Dataset) else type(spec).__name__
        return ValueError(f"{self._a()} must give batches x [batch, ...], (x, labels) or (x, "
                          f"labels, weights). Received: {shown[:200]}. {cure}")

    def _empty(self):
        return ValueError(f"Argument `{self.what}` must hold at least one batch of observations. "
                          f"Received: an empty {self._kind()}.")

    def _each(self) -> Iterator[Any]:
        if isinstance(self.batches, tf.data.Dataset):
            return iter(self.batches.as_numpy_iterator())
        return (self.batches[i] for i in range(self.count))

    def start(self, all_of_them: bool, at_least: int = 1000, most: int | None = None) -> Start:
        """Observations and their weights: all of them, or the first ones.

        Args:
            all_of_them: Whether the whole set is needed (to fit a scaling) or only a start.
            at_least: Observations that are enough for a start.
            most: Batches that a run goes through, if that is known: a stream of unknown length
                may have no end.
        """
        endless = isinstance(self.batches, tf.data.Dataset) and (
            self.batches.cardinality().numpy() == tf.data.INFINITE_CARDINALITY)
        if all_of_them and (endless or self.count is None and not isinstance(
                self.batches, tf.data.Dataset)):
            raise ValueError(f"A scaling cannot be fitted to an endless {self._kind()}. Call "
                             "model.adapt(x) with an array of training observations first.")
        found, count = [], 0
        for batch in itertools.islice(self._each(), most if self.count is None else None):
            x, _, weights = keras.utils.unpack_x_y_sample_weight(batch)
            x = np.asarray(x)
            found.append((x, weights))
            count += len(x)
            if not all_of_them and count >= at_least:
                break
        if not found:
            raise self._empty()
        xs, weights = zip(*found)
        x = np.concatenate(xs)
        return Start(x, None if weights[0] is None else checks.weights(
            np.concatenate([np.ravel(part) for part in weights]), len(x)))
