"""Values that are missing, NaN, in rows `[n, columns]`."""
from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from vsc_tf import randomness
from vsc_tf.models.reach import in_reach, or_nan

IMPUTE_DRAWS = 50

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

    @tf.function(reduce_retracing=True, autograph=False)
    def impute_step(self, x: tf.Tensor) -> tf.Tensor:
        """Raw observations `[batch, columns]` with their missing values imputed.

        E[x_missing | x_there] = sum_k w_k E[x|z_k], z_k ~ q(z|x_there), with the importance
        weights of `log_weights`, normalised ([MF19] eq. 12): right even where q is not. Nothing
        is left to chance, as all rows share the noise. The mean at the code for a model whose
        codes have no density.
        """
        if not (self.prior.is_prior and self.posterior.family.has_density):
            return tf.where(tf.math.is_nan(x), self.raw(self.encode_step(x)[0], like=x)["mean"], x)
        seeds = tf.random.split(randomness.seed_of(self.seed, 0, randomness.MISSING))
        shape = (IMPUTE_DRAWS, 1, self.latent_dim)
        q, components = self.q(x), self.components()
        z = q.from_noise(tf.random.stateless_uniform(shape, seeds[0]),
                         tf.random.stateless_normal(shape, seeds[1]))
        z = tf.broadcast_to(z, tf.concat([[IMPUTE_DRAWS], q.batch_shape_tensor()], axis=0))
        weights = tf.nn.softmax(tf.map_fn(
            lambda draw: self.log_weights_of(x, q, components, draw[tf.newaxis])[0], z,
            parallel_iterations=1), axis=0)
        mean = tf.foldl(  # One draw at a time: tables are wide.
            lambda total, pair: total + pair[0][:, tf.newaxis] * self.raw(pair[1], like=x)["mean"],
            (weights, z), initializer=tf.zeros_like(x), parallel_iterations=1)
        mean = or_nan(in_reach(self.scaling(x)), mean)
        return tf.where(tf.math.is_nan(x), mean, x)

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
