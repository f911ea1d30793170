"""Values that are missing, NaN, in rows `[n, columns]`."""
from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from vsc_tf import randomness

MOST_HIDDEN = 0.5

_Base: Any = object  # For type checkers: the rest is in `LatentModel`.


class Missing(_Base):
    """Mixin of `LatentModel`: what it does with missing values.

    They are left out of the likelihood, which is that of the values that are there, and told to
    the encoder, beside 0 in their place ([MF19]).
    """

    def may_miss(self) -> bool:
        """Whether observations may have missing values: those of the first data may."""
        return self.scaling is None or self.scaling.missing or not (
            self.built and self.run.adapted.numpy())

    def begin_missing(self, x: np.ndarray, names: Sequence[str] = ()) -> None:
        """Prepares for missing values if the first data `[n, *shape]` have some.

        Raises:
            ValueError: A column is missing everywhere, or the model has weights already that
                know of no missing values.
        """
        is_missing = np.isnan(x)
        if not is_missing.any():
            return
        everywhere = np.flatnonzero(is_missing.all(axis=0))
        if everywhere.size:
            shown = ", ".join(repr(names[i]) if names else str(i) for i in everywhere[:8])
            raise ValueError(
                "Argument `x` must have a value in every column. Received: column "
                f"{shown}{', ...' * (everywhere.size > 8)}, missing in all of {len(x)} rows. "
                "Leave it out.")
        if self.built and not self.scaling.missing:
            raise ValueError(
                "Argument `x` must be finite. Received: missing values (NaN), and a "
                f"{type(self).__name__} that was built without them. Let fit build it, or give "
                "scaling=Scaling(..., missing=True).")
        self.scaling.missing = True

    def less(self, x: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        """Raw observations with more values missing, for the encoder while it trains.

        Of each row a share between 0 and `MOST_HIDDEN` is hidden. The bound is one on the
        likelihood of all that is there whatever the encoder sees of it, so this trains q(z|x)
        to be right about cells that it does not see, which else it only learns of the cells
        that happen to be missing. Ours, after the noise of [V08].
        """
        share, cells = tf.unstack(tf.random.split(seed))
        of_row = MOST_HIDDEN * randomness.uniform(tf.concat([tf.shape(x)[:1], [1]], 0), share)
        return tf.where(randomness.uniform(tf.shape(x), cells) < of_row, float("nan"), x)

    def imputed(self, x: Any, mean: Any) -> Any:
        """Raw observations `x` with `mean` in place of what is missing, arrays or tensors.

        Just `mean` for a model that knows of no missing values.
        """
        if not self.scaling.missing:
            return mean
        if tf.is_tensor(x):
            return tf.where(tf.math.is_nan(x), mean, x)
        return np.where(np.isnan(x), mean, x)

    def cells(self, x: tf.Tensor) -> tf.Tensor:
        """How many values of each observation are there, float32 `[batch]`."""
        return tf.reduce_sum(tf.cast(~tf.math.is_nan(x), tf.float32), axis=-1)


def told(x: np.ndarray) -> str:
    """What is done with the missing values of `x`, as a line of text.

    >>> told(np.array([[1., np.nan], [3., 4.]]))
    'Missing: 1 of 4 cells, in 1 of 2 columns; left out of the likelihood, told to the encoder.'
    """
    is_missing = np.isnan(x)
    return (f"Missing: {is_missing.sum():,} of {x.size:,} cells, in "
            f"{is_missing.any(axis=0).sum():,} of {x.shape[1]:,} columns; left out of the "
            "likelihood, told to the encoder.")
