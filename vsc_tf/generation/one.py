"""Operations on one set of observations: vary, traverse or toggle latents."""
import numpy as np
import tensorflow as tf
from numpy.typing import ArrayLike

from vsc_tf import checks
from vsc_tf.generation._codes import Decoded, check_dims, decoded
from vsc_tf.models.base import LatentModel
from vsc_tf.models.data import in_batches


def generate_like(model: LatentModel, x: ArrayLike, n: int, likeness: float = 0.9,
                  seed: int = 0) -> Decoded:
    """`n` variations of each observation along its active latents ([T20] figure 6).

    Latents that are off stay off. Those that are on are drawn from the slab of the observation's
    prior component, correlated by `likeness` with the observation's own value; the formula is
    in `LatentModel.sample_like_step`.

    Args:
        model: A fitted model with a prior.
        x: Raw observations `[m, *shape]`.
        n: Positive integer, variations of each observation.
        likeness: Float from 0 (an independent draw from the component) to 1 (the observation
            itself).
        seed: Integer; the same seed gives the same variations.

    Returns:
        `Decoded` of shapes `[m, n, latent_dim]` and `[m, n, *shape]`.

    Raises:
        ValueError: An observation has no active latent, the model has no prior, or an argument
            is invalid.

    >>> import vsc_tf
    >>> x = np.random.default_rng(0).integers(0, 2, (64, 12)).astype("float32")
    >>> model = vsc_tf.VSC(latent_dim=4, seed=0)
    >>> model.adapt(x)
    >>> generate_like(model, x[:2], n=5).x.shape
    (2, 5, 12)
    """
    checks.positive_integer("n", n)
    if isinstance(likeness, bool) or not isinstance(likeness, (int, float)) or not (
            0 <= likeness <= 1):
        raise ValueError("Argument `likeness` must be a number from 0 to 1. Received: "
                         f"likeness={likeness!r}")
    model.check_prior("Use `traverse`, or train a model with a prior.")
    rows = model.check(x)
    off = np.flatnonzero(~(model.encode(rows).z != 0.).any(axis=1))
    if off.size:
        raise ValueError(f"Argument `x` must hold observations with an active latent. "
                         f"Received: {off.size} with none, the first at index {off[0]}. There "
                         "is nothing to vary; switch a latent on with `toggle`.")
    noise = tf.random.stateless_normal([len(rows) * n, model.latent_dim], [seed, 0]).numpy()
    z = in_batches(lambda x, noise: model.sample_like_step(x, noise, tf.constant(likeness)),
                   500, np.repeat(rows, n, axis=0), noise)
    return decoded(model, z.reshape(len(rows), n, model.latent_dim))


def traverse(model: LatentModel, x: ArrayLike, dims: ArrayLike, values: ArrayLike) -> Decoded:
    """Observations with one latent at a time set to each of several values ([T20] figure 4).

    Args:
        model: A fitted model.
        x: Raw observations `[m, *shape]`.
        dims: Integers [d], the latents to change.
        values: Numbers [v] for all latents, or [d, v] with a row for each; 0 is off.
            `feature_report` gives the range of each latent.

    Returns:
        `Decoded` of shapes `[m, d, v, latent_dim]` and `[m, d, v, *shape]`.

    Raises:
        ValueError: A dimension does not exist, or an argument is invalid.

    >>> import vsc_tf
    >>> x = np.random.default_rng(0).integers(0, 2, (64, 12)).astype("float32")
    >>> model = vsc_tf.VSC(latent_dim=4, seed=0)
    >>> model.adapt(x)
    >>> traverse(model, x[:1], dims=[0, 2], values=[-1., 0., 1.]).z[0, 1, :, 2].tolist()
    [-1.0, 0.0, 1.0]
    """
    dims = check_dims(dims, model.latent_dim)
    values = np.asarray(values, np.float32)
    if values.ndim not in (1, 2) or not values.size or (
            values.ndim == 2 and len(values) != len(dims)) or not np.isfinite(values).all():
        raise ValueError("Argument `values` must hold finite numbers, [v] or a row for each of "
                         f"the {len(dims)} dimensions. Received: shape {values.shape}")
    values = np.broadcast_to(values, (len(dims), values.shape[-1]))
    z = np.tile(model.encode(x).z[:, None, None], (1, *values.shape, 1))
    for i, dim in enumerate(dims):
        z[:, i, :, dim] = values[i]
    return decoded(model, z)


def toggle(model: LatentModel, x: ArrayLike, dims: ArrayLike, on: bool = False,
           donor: ArrayLike | None = None) -> Decoded:
    """Observations with latents switched off, or on.

    Args:
        model: A fitted model.
        x: Raw observations `[m, *shape]`.
        dims: Integers [d], the latents to switch. Those already in that state do not change.
        on: Whether to switch them on instead of off.
        donor: With `on`, a raw observation `[1, *shape]` with `dims` on, whose codes are used.
            The default is the prior's slab mean (`prior_slab_mean`).

    Returns:
        `Decoded` of shapes `[m, latent_dim]` and `[m, *shape]`.

    Raises:
        ValueError: A dimension does not exist or is off in the donor, or the model has no prior
            and no donor is given.

    >>> import vsc_tf
    >>> x = np.random.default_rng(0).integers(0, 2, (64, 12)).astype("float32")
    >>> model = vsc_tf.VSC(latent_dim=4, seed=0)
    >>> model.adapt(x)
    >>> toggle(model, x[:1], dims=[2]).z[0, 2].item()
    0.0
    """
    dims = check_dims(dims, model.latent_dim)
    z = model.encode(x).z.copy()
    if not on:
        if donor is not None:
            raise ValueError("Argument `donor` is for switching on. Received: a donor with "
                             "on=False. Pass on=True, or leave it out.")
        z[:, dims] = 0.
        return decoded(model, z)
    if donor is None:
        values = prior_slab_mean(model)[dims]
    else:
        given = model.check(donor, "donor")
        if len(given) != 1:
            raise ValueError("Argument `donor` must be one observation [1, ...]. Received: "
                             f"{len(given)}")
        values = model.encode(given).z[0, dims]
        if not values.all():
            raise ValueError(f"Argument `donor` must have all of `dims` on. Received: a donor "
                             f"with {dims[values == 0.].tolist()} off. Choose one of their "
                             "strongest examples, see `feature_report`.")
    z[:, dims] = np.where(z[:, dims] == 0., values, z[:, dims])
    return decoded(model, z)


def prior_slab_mean(model: LatentModel) -> np.ndarray:
    """Mean of each latent under the prior, given that it is on, `[latent_dim]`.

        sum_u h_uj n_uj / sum_u h_uj

    with spike probability h_uj (1 for dense codes) and slab mean n_uj of component u.

    Raises:
        ValueError: The model has no prior.

    >>> import vsc_tf
    >>> model = vsc_tf.VAE(latent_dim=3)
    >>> model.build((None, 12))
    >>> prior_slab_mean(model).tolist()
    [0.0, 0.0, 0.0]
    """
    model.check_prior("Pass a `donor`.")
    components = model.components()
    # As a softmax, because all h of a dead latent may underflow to 0.
    weights = tf.nn.softmax(components.log_prob_on, axis=0)
    return tf.reduce_sum(weights * components.slab_mean, axis=0).numpy()
