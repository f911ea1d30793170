"""What all of generation shares: codes of any rank through the decoder, checks of dimensions."""
from typing import NamedTuple

import numpy as np


class Decoded(NamedTuple):
    """Codes and what the decoder makes of them.

    z: codes `[..., latent_dim]`, float32.
    x: means of p(x|z) `[..., *shape]` in raw units.
    """

    z: np.ndarray
    x: np.ndarray


def decoded(model, z):
    """`Decoded` of codes `z` `[..., latent_dim]`."""
    x = model.decode(z.reshape(-1, model.latent_dim))
    return Decoded(z, x.reshape(*z.shape[:-1], *x.shape[1:]))


def check_dims(dims, latent_dim):
    """`dims` as integers `[d]` without repeats, or a ValueError that says what is wrong."""
    array = np.atleast_1d(np.asarray(dims))
    if array.ndim != 1 or not array.size or array.dtype.kind not in "iu":
        raise ValueError("Argument `dims` must hold one latent dimension or more, integers. "
                         f"Received: dims={dims!r}")
    wrong = array[(array < 0) | (array >= latent_dim)]
    if wrong.size or len(set(array.tolist())) < len(array):
        raise ValueError(f"Argument `dims` must hold different latent dimensions, from 0 to "
                         f"{latent_dim - 1}. Received: dims={array.tolist()}. "
                         "`feature_report(model, data)` lists the live ones.")
    return array


def rows_like(model, a, b):
    """Observations `a` and `b` with the same number of rows; one row is as many as needed."""
    a, b = model.check(a, "a"), model.check(b, "b")
    if len(a) != len(b) and 1 not in (len(a), len(b)):
        raise ValueError("Arguments `a` and `b` must hold as many observations, or one of them "
                         f"a single one. Received: {len(a)} and {len(b)}.")
    count = max(len(a), len(b))
    return (np.broadcast_to(rows, (count, *rows.shape[1:])) for rows in (a, b))
