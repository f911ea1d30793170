"""Layers whose own weights are kept in files by name, so that a file may lack some of them."""
from typing import Any

import keras
import numpy as np


class NamedWeights(keras.layers.Layer):
    """Base: Keras keeps a layer's own weights by their position; this one does by their names.

    A file that was written before a weight was added is read all the same: the weight keeps the
    value that the constructor gave it. So is a file in which Keras has kept them by position.
    """

    def save_own_variables(self, store: Any) -> None:
        for weight in self._own():
            store[weight.name] = weight.numpy()

    def load_own_variables(self, store: Any) -> None:
        for position, weight in enumerate(self._own()):
            for key in (weight.name, str(position)):
                if key in store:
                    weight.assign(np.asarray(store[key]))
                    break

    def _own(self) -> list[keras.Variable]:
        """Weights of this layer itself, without those of layers inside it."""
        return [*self._trainable_variables, *self._non_trainable_variables]
