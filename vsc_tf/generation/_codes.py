"""Shared by all of generation: decoding codes of any rank, and argument checks."""
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from vsc_tf.models.base import LatentModel


class Decoded(NamedTuple):
    """Codes and the observations they decode to.

    z: codes `[..., latent_dim]`, float32.
    x: means of p(x|z) `[..., *shape]` in raw units.
    """

    z: np.ndarray
    x: np.ndarray


def decoded(model: LatentModel, z: np.ndarray) -> Decoded:
    """Decodes `z` `[..., latent_dim]`."""
    x = model.decode(z.reshape(-1, model.latent_dim))
    return Decoded(z, x.reshape(*z.shape[:-1], *x.shape[1:]))


def check_dims(dims: ArrayLike, latent_dim: int) -> np.ndarray:
    """`dims` as distinct integers `[d]`; raises ValueError if they are not."""
    array = np.atleast_1d(np.asarray(dims))
    if array.ndim != 1 or not array.size or array.dtype.kind not in "iu":
        raise ValueError("Argument `dims` must hold at least one latent dimension, an integer. "
                         f"Received: dims={dims!r}")
    wrong = array[(array < 0) | (array >= latent_dim)]
    if wrong.size or len(set(array.tolist())) < len(array):
        raise ValueError(f"Argument `dims` must hold distinct latent dimensions from 0 to "
                         f"{latent_dim - 1}. Received: dims={array.tolist()}. "
                         "`feature_report(model, data)` lists the live ones.")
    return array


def rows_like(model: LatentModel, a: ArrayLike, b: ArrayLike) -> Iterator[np.ndarray]:
    """Observations `a` and `b`, checked; a single row is broadcast to the length of the other."""
    x_a, x_b = model.check(a, "a"), model.check(b, "b")
    if len(x_a) != len(x_b) and 1 not in (len(x_a), len(x_b)):
        raise ValueError("Arguments `a` and `b` must hold the same number of observations, or one "
                         f"of them a single one. Received: {len(x_a)} and {len(x_b)}.")
    count = max(len(x_a), len(x_b))
    return (np.broadcast_to(rows, (count, *rows.shape[1:])) for rows in (x_a, x_b))
