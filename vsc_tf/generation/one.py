"""What can be done to one object: vary what it has, move a feature, switch features."""
import numpy as np
import tensorflow as tf

from vsc_tf import checks
from vsc_tf.generation._codes import Decoded, check_dims, decoded
from vsc_tf.models.data import in_batches


def generate_like(model, x, n, likeness=0.9, seed=0):
    """`n` variations of each observation along the features it has ([T20] figure 6).

    What is off stays off. What is on is drawn from the slab of the prior's component that the
    observation belongs to, correlated with the observation's own value by `likeness`; the
    formula is in `LatentModel.sample_like_step`.

    Args:
        model: A fitted model with a prior.
        x: Raw observations `[m, *shape]`.
        n: Positive integer, variations of each.
        likeness: Float from 0 (any draw of the component) to 1 (the observation itself).
        seed: Integer; the same seed gives the same variations.

    Returns:
        `Decoded` of shapes `[m, n, latent_dim]` and `[m, n, *shape]`.

    Raises:
        ValueError: An observation has nothing switched on, the model has no prior, or an
            argument is not as said.

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
    x = model.check(x)
    off = np.flatnonzero(~(model.encode(x).z != 0.).any(axis=1))
    if off.size:
        raise ValueError(f"Argument `x` must hold observations with a feature switched on. "
                         f"Received: {off.size} with none, the first at index {off[0]}. There "
                         "is nothing to vary; switch something on with `toggle`.")
    noise = tf.random.stateless_normal([len(x) * n, model.latent_dim], [seed, 0]).numpy()
    z = in_batches(lambda x, noise: model.sample_like_step(x, noise, tf.constant(likeness)),
                   500, np.repeat(x, n, axis=0), noise)
    return decoded(model, z.reshape(len(x), n, model.latent_dim))


def traverse(model, x, dims, values):
    """Observations with one latent at a time set to each of some values ([T20] figure 4).

    Args:
        model: A fitted model.
        x: Raw observations `[m, *shape]`.
        dims: Integers [d], the latents to move.
        values: Numbers [v] for all latents, or [d, v] with a row for each; 0 is off.
            `feature_report` gives each latent's range.

    Returns:
        `Decoded` of shapes `[m, d, v, latent_dim]` and `[m, d, v, *shape]`.

    Raises:
        ValueError: A dimension does not exist, or an argument is not as said.

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


def toggle(model, x, dims, on=False, donor=None):
    """Observations with latents switched off, or on.

    Args:
        model: A fitted model.
        x: Raw observations `[m, *shape]`.
        dims: Integers [d], the latents to switch. Those that are so already do not change.
        on: Whether to switch on instead of off.
        donor: For `on`, a raw observation `[1, *shape]` that has `dims` on: its slab means are
            taken. Without one, they are the prior's (`prior_slab_mean`).

    Returns:
        `Decoded` of shapes `[m, latent_dim]` and `[m, *shape]`.

    Raises:
        ValueError: A dimension does not exist, or the donor has it off; no donor where the
            model has no prior.

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
                             "on=False. Give on=True, or leave it out.")
        z[:, dims] = 0.
        return decoded(model, z)
    if donor is None:
        values = prior_slab_mean(model)[dims]
    else:
        donor = model.check(donor, "donor")
        if len(donor) != 1:
            raise ValueError("Argument `donor` must be one observation [1, ...]. Received: "
                             f"{len(donor)}")
        values = model.encode(donor).z[0, dims]
        if not values.all():
            raise ValueError(f"Argument `donor` must have the dimensions on. Received: a donor "
                             f"with {dims[values == 0.].tolist()} off. Choose one of their "
                             "strongest examples, see `feature_report`.")
    z[:, dims] = np.where(z[:, dims] == 0., values, z[:, dims])
    return decoded(model, z)


def prior_slab_mean(model):
    """Mean of each latent under the prior where it is on, `[latent_dim]`.

        sum_u h_uj n_uj / sum_u h_uj

    with spike probabilities h_uj (1 for dense codes) and slab means n_uj of component u.

    Raises:
        ValueError: The model has no prior.

    >>> import vsc_tf
    >>> model = vsc_tf.VAE(latent_dim=3)
    >>> model.build((None, 12))
    >>> prior_slab_mean(model).tolist()
    [0.0, 0.0, 0.0]
    """
    model.check_prior("Give a `donor`.")
    components = model.components()
    # As a softmax, since all h of a dead latent may be 0 in float32.
    weights = tf.nn.softmax(components.log_prob_on, axis=0)
    return tf.reduce_sum(weights * components.slab_mean, axis=0).numpy()
