"""Moves and splits carried out on the weights of a fitted model."""
import keras
import numpy as np

from vsc_tf.refinement.gates import SURE
from vsc_tf.refinement.join import Joined, find_joined
from vsc_tf.refinement.rezero import Moves, find_moves
from vsc_tf.refinement.sides import find_sides
from vsc_tf.refinement.sources import Sources, find_sources
from vsc_tf.refinement.split import Split, find_splits
from vsc_tf.refinement.union import Union, find_unions
from vsc_tf.refinement.weights import (
    BATCH,
    MOST_LOST,
    assign_if_cheap,
    check_gates,
    encoder_features,
    first_layer,
    set_functions,
    sharpness,
)


def rezero(model: keras.Model, x: np.ndarray) -> Moves:
    """Moves the zero of latents that are on although their feature is missing.

    A latent that is on for all observations often tells a missing feature by a value of its own,
    far from those of the feature that is there. Off, it would be read as one of the latter:
    training cannot get out of that. So the latent's zero is moved to that value a, z <- z - a,
    and the decoder reads z + a. The function stays the same, but off now says what the value
    said, and the sparsity penalty can switch the latent off there. A latent that is on exactly
    when its feature is missing has its gate reversed besides; one with nothing to say where
    another latent is off gets the gate of that one. Ours, not in [T20].

    Args:
        model: A fitted model whose posterior is a `posteriors.SpikeAndSlab` with logits.
        x: Raw observations `[n, *shape]`, some thousands of the training set.

    Returns the `Moves` that were made; `find_moves` says which.

    Raises:
        ValueError: The posterior has no gates that can be set anew.
    """
    check_gates(model, "Setting gates anew")
    codes = model.encode(x)
    moves = find_moves(codes.z, codes.loc, codes.scale)
    kernel, bias = (weight.numpy() for weight in model.posterior.dense.weights)
    (v, loc, _), (v_bias, loc_bias, _) = (np.split(a, 3, axis=-1) for a in (kernel, bias))
    loc_bias -= moves.shifts  # Views: kernel and bias change.
    for of_v, of_loc, at_zero in ((v, loc, 0.), (v_bias, loc_bias, -SURE)):
        slope = SURE / np.where(moves.bounds == 0., 1., moves.bounds)
        kept = np.where(moves.turned, -of_v, of_v)[..., moves.gate_of]
        of_v[...] = np.where(moves.bounds == 0., kept, slope * of_loc + at_zero)
    model.posterior.dense.set_weights([kernel, bias])
    model.posterior.zero.assign_add(moves.shifts)
    return moves


def split(model: keras.Model, x: np.ndarray) -> list[Split | Union]:
    """Makes two latents of one that is on for either of two features.

    The bound asks for few active latents, not for what each says. Where others tell the two
    apart, that is seen without labels (`find_splits`). A latent that is never on becomes a copy,
    in its slab and its column of the decoder, and each of the two gets the gate of one feature,
    so it is on for all of it. A feature without a latent of its own has its gate learned where
    the other one is missing (`find_unions`), and of two that exclude each other each has the
    observations of one sign (`find_sides`). Where both are there the decoder reads twice as
    much: training has to follow. Nothing is split where no latent is left, or where the decoder
    does not begin with a dense layer or is frozen. Ours, not in [T20].

    Takes and raises what `rezero` does; returns the splits and unions that were parted.
    """
    check_gates(model, "Setting gates anew")
    z = model.encode(x).z
    unused = np.flatnonzero(~z.any(axis=0) & (model.posterior.zero.numpy() == 0.))
    first = first_layer(model)
    if first is None:
        return []
    splits = _parted(z, _effect(model, z), encoder_features(model, x))[:len(unused)]
    copies = unused[:len(splits)]
    kernel, bias = (weight.numpy() for weight in model.posterior.dense.weights)
    for weight in (kernel, bias):
        v, loc, rho = np.split(weight, 3, axis=-1)  # Views: the weight changes.
        gates = v.copy()
        for (latent, *pair), copy in zip(splits, copies, strict=True):
            for column, gate in zip((latent, copy), pair, strict=True):
                if isinstance(gate, int):  # That of another latent.
                    v[..., column] = gates[..., gate]
                else:
                    v[..., column] = gate.kernel if weight.ndim == 2 else gate.bias
            for slab in (loc, rho):
                slab[..., copy] = slab[..., latent]
    model.posterior.dense.set_weights([kernel, bias])
    values = first.numpy()
    values[copies] = values[[each.latent for each in splits]]
    first.assign(values)
    return splits


def unmix(model: keras.Model, x: np.ndarray) -> list[Sources]:
    """Turns latents that tell several features together, so that each tells one.

    Latents that are on for the same observations may share their features between them. Their
    slabs are mixed so that they are independent sources (`find_sources`), the decoder is mixed
    back, and each gets a gate of its own. A latent that is on for most observations with one
    value tells something by being off: its zero and its gate are turned. Where all of them are
    on the model is the same function. Where they are off little may be lost: if the loss rises
    by more than 1 nat for each of them, what is off was no missing feature (photographs of
    clothes lose 3 to 4 nats, tables 0 to 0.8), and nothing is changed. Nor is it where the
    decoder does not begin with a dense layer or is frozen. Ours, not in [T20].

    Takes and raises what `rezero` does; returns the sources.
    """
    check_gates(model, "Setting gates anew")
    first = first_layer(model)
    if first is None:
        return []
    codes, zero, columns = model.encode(x), model.posterior.zero.numpy(), first.numpy()
    found = find_sources(codes.z, zero, codes.scale, encoder_features(model, x))
    if not found:
        return []
    kernel, bias = (weight.numpy() for weight in model.posterior.dense.weights)
    for latents, unmixing, off, gates in found:
        v, loc, log_variance = (latents + k * model.latent_dim for k in range(3))
        set_functions((kernel, bias), v, gates)
        kernel[:, loc] = kernel[:, loc] @ unmixing.T
        bias[loc] = unmixing @ (bias[loc] + zero[latents]) - off
        variance = np.mean(codes.scale[:, latents]**2, axis=0)
        parts = unmixing**2 * variance
        weights = parts / parts.sum(axis=1, keepdims=True)
        kernel[:, log_variance] = kernel[:, log_variance] @ weights.T
        bias[log_variance] = (np.log(parts.sum(axis=1))
                              + weights @ (bias[log_variance] - np.log(variance)))
        columns[latents] = np.linalg.inv(unmixing).T @ columns[latents]
        zero[latents] = off
    changed = [*model.posterior.dense.weights, model.posterior.zero, first]
    most = MOST_LOST * sum(len(sources.latents) for sources in found)
    return found if assign_if_cheap(model, x, changed, (kernel, bias, zero, columns), most) else []


def join(model: keras.Model, x: np.ndarray) -> list[Joined]:
    """Gives latents that share a feature one gate, so that each is on for all of it.

    The bound has a latent off where its value is near 0 and another says as much: then neither
    tells where the feature is (`find_joined`). On there, they say the same with a little more. If
    the loss rises by more than 1 nat for each of them, nothing is changed. Ours, not in [T20].

    Takes and raises what `rezero` does; returns what was joined.
    """
    check_gates(model, "Setting gates anew")
    codes, features = model.encode(x), encoder_features(model, x)
    found = find_joined(codes.z, codes.loc, features)
    if not found:
        return []
    kernel, bias = model.posterior.dense.get_weights()
    for latents, gate in found:
        sharper = sharpness(features @ kernel[:, latents] + bias[latents])
        set_functions((kernel, bias), latents, [gate] * len(latents), sharper)
    most = MOST_LOST * sum(len(each.latents) for each in found)
    changed = model.posterior.dense.weights
    return found if assign_if_cheap(model, x, changed, (kernel, bias), most) else []


def _parted(z, effect, features):
    """Splits, and unions and sides of the latents that these leave alone."""
    splits = find_splits(z != 0.)
    taken = {latent for found in splits for latent in found}
    unions = []
    for union in (*find_unions(z != 0., features), *find_sides(z, effect, features)):
        if union.latent not in taken:
            unions.append(union)
            taken.add(union.latent)
    return [*splits, *unions]


def _effect(model, z):
    """A function: what codes do to an observation, in standard deviations of its columns."""
    def effect(codes):
        count = BATCH - len(codes) - 1  # In one batch, as any other shape would be traced anew.
        usual = z[np.linspace(0, len(z) - 1, count).astype(int)]
        x = model.decode(np.concatenate([codes, np.zeros_like(z[:1]), usual]), batch_size=BATCH)
        x = x.reshape(BATCH, -1)
        width = x[-count:].std(axis=0)
        return (x[:len(codes)] - x[len(codes)]) / np.where(width > 0., width, np.inf)

    return effect
