"""Operations on pairs of observations: compare, swap latents, interpolate."""
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from vsc_tf import checks
from vsc_tf.generation._codes import Decoded, check_dims, decoded, rows_like
from vsc_tf.models.base import LatentModel

ALONG = ("all", "shared", "exclusive")


class Comparison(NamedTuple):
    """Which latents are on in two observations; each field is an array `[n, latent_dim]`.

    shared, only_a, only_b: booleans, on in both, in `a` alone, in `b` alone.
    contribution_a, contribution_b: how much each latent contributes to the reconstruction of
        `a` and of `b`, see `contributions`; 0 where it is off.
    """

    shared: np.ndarray
    only_a: np.ndarray
    only_b: np.ndarray
    contribution_a: np.ndarray
    contribution_b: np.ndarray


def contributions(model: LatentModel, z: ArrayLike) -> np.ndarray:
    """How much each latent contributes to the decoded observation, `[n, latent_dim]`.

    The mean of |x(z) - x(z with z_j = 0)| over the values of an observation, in raw units: the
    effect of switching the latent off. 0 where it is off.

    Args:
        model: A fitted model.
        z: Codes `[n, latent_dim]`.

    >>> import vsc_tf
    >>> model = vsc_tf.VSC(latent_dim=3, seed=0)
    >>> model.build((None, 12))
    >>> contributions(model, [[0., 0., 0.]]).tolist()
    [[0.0, 0.0, 0.0]]
    """
    codes = checks.codes(z, model.latent_dim)
    rows, dims = np.nonzero(codes)
    found = np.zeros(codes.shape, np.float32)
    if rows.size:
        without = codes[rows]
        without[np.arange(len(rows)), dims] = 0.
        change = np.abs(model.decode(codes)[rows] - model.decode(without))
        found[rows, dims] = change.reshape(len(rows), -1).mean(axis=1)
    return found


def compare(model: LatentModel, a: ArrayLike, b: ArrayLike) -> Comparison:
    """What two observations share and where they differ ([T20] figure 7).

    Args:
        model: A fitted model.
        a, b: Raw observations `[n, *shape]`; one of the two may be a single one.

    Returns:
        A `Comparison`. `compare(model, b, a)` is the same with a and b exchanged.

    Raises:
        ValueError: The observations do not have the model's shape, or differ in number.

    >>> import vsc_tf
    >>> x = np.random.default_rng(0).integers(0, 2, (64, 12)).astype("float32")
    >>> model = vsc_tf.VSC(latent_dim=4, seed=0)
    >>> model.adapt(x)
    >>> compare(model, x[:1], x[:1]).only_a.any().item()
    False
    """
    z_a, z_b = (model.encode(rows).z for rows in rows_like(model, a, b))
    on_a, on_b = z_a != 0., z_b != 0.
    return Comparison(on_a & on_b, on_a & ~on_b, on_b & ~on_a,
                      contributions(model, z_a), contributions(model, z_b))


def swap(model: LatentModel, a: ArrayLike, b: ArrayLike,
         dims: ArrayLike) -> tuple[Decoded, Decoded]:
    """Two observations with the values of some latents exchanged ([T20] figure 7).

    Args:
        model: A fitted model.
        a, b: Raw observations `[n, *shape]`; one of the two may be a single one.
        dims: Integers [d], the latents to exchange. A latent that is off in one observation is
            then off in the other.

    Returns:
        Two `Decoded`: `a` with the values of `b`, and `b` with those of `a`.

    Raises:
        ValueError: A dimension does not exist, or the observations are invalid.

    >>> import vsc_tf
    >>> x = np.random.default_rng(0).integers(0, 2, (64, 12)).astype("float32")
    >>> model = vsc_tf.VSC(latent_dim=4, seed=0)
    >>> model.adapt(x)
    >>> a, b = swap(model, x[:1], x[1:2], dims=[2])
    >>> bool(a.z[0, 2] == model.encode(x[1:2]).z[0, 2])
    True
    """
    dims = check_dims(dims, model.latent_dim)
    z_a, z_b = (model.encode(rows).z for rows in rows_like(model, a, b))
    new_a, new_b = z_a.copy(), z_b.copy()
    new_a[:, dims], new_b[:, dims] = z_b[:, dims], z_a[:, dims]
    return decoded(model, new_a), decoded(model, new_b)


def interpolate(model: LatentModel, a: ArrayLike, b: ArrayLike, steps: int = 8,
                along: str = "all") -> Decoded:
    """From one observation to another in equal steps of the code.

    Args:
        model: A fitted model.
        a, b: Raw observations `[n, *shape]`; one of the two may be a single one.
        steps: Integer >= 2, number of codes, both ends included.
        along: "shared" moves only the latents that are on in both, "exclusive" only the others
            (those on in one of them go to or come from 0, off), "all" moves every latent. The
            rest stays as in `a`.

    Returns:
        `Decoded` of shapes `[n, steps, latent_dim]` and `[n, steps, *shape]`.

    Raises:
        ValueError: The observations, `steps` or `along` are invalid.

    >>> import vsc_tf
    >>> x = np.random.default_rng(0).integers(0, 2, (64, 12)).astype("float32")
    >>> model = vsc_tf.VSC(latent_dim=4, seed=0)
    >>> model.adapt(x)
    >>> interpolate(model, x[:1], x[1:2], steps=5).x.shape
    (1, 5, 12)
    """
    checks.positive_integer("steps", steps)
    if steps < 2:
        raise ValueError("Argument `steps` must be at least 2, the two ends. Received: "
                         f"steps={steps}")
    checks.one_of("along", along, ALONG)
    z_a, z_b = (model.encode(rows).z for rows in rows_like(model, a, b))
    shared = (z_a != 0.) & (z_b != 0.)
    moves = {"all": np.ones_like(shared), "shared": shared, "exclusive": ~shared}[along]
    end = np.where(moves, z_b, z_a)[:, None]
    share = np.linspace(0., 1., steps, dtype=np.float32)[:, None]
    return decoded(model, (1. - share) * z_a[:, None] + share * end)
