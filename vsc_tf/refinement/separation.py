"""A latent of its own for each feature that adds up with others: carried out on the weights."""
import math

import keras
import numpy as np
from sklearn.linear_model import Ridge
from threadpoolctl import threadpool_limits

from vsc_tf.refinement.additive import Additive, find_additive
from vsc_tf.refinement.gates import SURE
from vsc_tf.refinement.prior import MOST_VALUES, draw, fit_prior
from vsc_tf.refinement.weights import (
    BATCH,
    assign,
    check_gates,
    encoder_features,
    first_layer,
    set_functions,
    sharpness,
)

SAME = 0.05       # Most that the outputs may change, as a share of their variance.
SHRINKAGE = 0.1   # Of the new head's ridge regression, in observations.


def separate(model: keras.Model, x: np.ndarray) -> Additive | None:
    """Gives each of the features that add up in an observation a latent of its own.

    `find_additive` says which they are, of what the decoder makes of the codes. Each gets a gate
    and a slab mean that are learned, as wide for its size as slabs were. Of the decoder the first
    layer and the likelihood's head are fitted to make of the new codes what it made of the old.
    At pseudo-inputs, of which the posterior is the prior, gates and slabs become those of what
    the components made, too. If what is made of x changes by more than 5 % of its variance,
    nothing is changed. Nor is it where the decoder does not begin with a dense layer or end in
    rank 2, or where it is frozen. Ours, not in [T20].

    Takes and raises what `rezero` does; returns the sources.
    """
    check_gates(model, "Setting gates anew")
    changed = changed_weights(model)
    if not changed:
        return None
    rows = max(BATCH, MOST_VALUES // math.prod(model.likelihood.event_shape))
    x = x[np.linspace(0, len(x) - 1, min(len(x), rows)).astype(int)]
    codes, zero = model.encode(x), model.posterior.zero.numpy()
    outputs, features = _outputs(model, codes.z), encoder_features(model, x)
    found = find_additive(codes.z, _values(model, outputs), features)
    if found is None:
        return None
    before = [weight.numpy() for weight in changed]
    latents, rest = np.split(  # Those that say most are kept.
        np.argsort(-codes.z.var(axis=0), kind="stable"), [found.values.shape[1]])
    kernel, bias = _fitted_posterior(model, found, latents, codes, features)
    kernel[:, rest], bias[rest] = 0., -2. * SURE  # Their gates.
    columns, intercept = (weight.numpy() for weight in model.decoder.weights[:2])
    read = np.linalg.lstsq(np.pad(found.values, ((0, 0), (0, 1)), constant_values=1.),
                           (codes.z + zero) @ columns, rcond=None)[0]
    columns[latents] = read[:-1]
    assign(changed[:5], (kernel, bias, 0. * zero, columns, intercept + read[-1]))
    z = np.zeros_like(codes.z)
    z[:, latents] = found.values
    with threadpool_limits(1):
        head = Ridge(SHRINKAGE).fit(_decoder_features(model, z).astype("float64"), outputs)
    model.likelihood.head.set_weights([head.coef_.T, head.intercept_])
    error = np.mean((_outputs(model, model.encode(x).z) - outputs)**2)
    if not error < SAME * np.mean(outputs.var(axis=0)):  # Nor is NaN.
        assign(changed, before)
        return None
    return found


def changed_weights(model: keras.Model) -> list:
    """The weights that `separate` changes; none if it cannot, or training could not follow."""
    head = getattr(model.likelihood, "head", None)
    if first_layer(model) is None or head is None or len(head.weights) != 2:
        return []
    weights = model.decoder.weights[:2]
    if len(weights) < 2 or weights[1].shape != weights[0].shape[1:] or _decoder_features(
            model, np.zeros([1, model.latent_dim], "float32")).ndim != 2:
        return []
    found = [*model.posterior.dense.weights, model.posterior.zero, *weights, *head.weights]
    return found if all(weight.trainable for weight in [*weights, *head.weights]) else []


def _decoder_features(model, z):
    """What the decoder makes of codes, before the head, float32 [n, F]."""
    return np.concatenate([np.asarray(model.decoder_features(z[i:i + BATCH]), "float32")
                           for i in range(0, len(z), BATCH)])


def _outputs(model, z):
    """What the head makes of that, float32 [n, D]."""
    return np.asarray(model.likelihood.head(_decoder_features(model, z)), "float32")


def outputs_for_values(model: keras.Model, z: np.ndarray) -> np.ndarray:
    """What the head makes of codes, the first number for each observed value, [n, D]."""
    return _values(model, _outputs(model, z))


def _values(model, outputs):
    """The first of the outputs for each observed value, in which features add up."""
    return outputs[:, :outputs.shape[1] // model.likelihood.params_per_value]


def _fitted_posterior(model, found, latents, codes, features):
    """Kernel and bias of the posterior's dense layer, with the functions of the sources."""
    kernel, bias = (weight.numpy() for weight in model.posterior.dense.weights)
    is_on, there = codes.z != 0., found.values != 0.
    gates = features @ kernel[:, :model.latent_dim] + bias[:model.latent_dim]
    sharper = sharpness(gates[:, is_on.any(axis=0) & ~is_on.all(axis=0)])
    noise = np.sum((is_on * codes.scale)**2) / np.sum((is_on * codes.loc)**2)
    v, loc, log_variance = (latents + part * model.latent_dim for part in range(3))
    set_functions((kernel, bias), v, found.gates, sharper)
    set_functions((kernel, bias), loc, found.slabs)
    squares = np.sum(found.values**2, axis=0) / there.sum(axis=0)
    kernel[:, log_variance], bias[log_variance] = 0., np.log(noise * squares)
    if hasattr(model.prior, "pseudo_inputs"):
        drawn = draw(model, found.unmixing.shape[1])
        made = _values(model, _outputs(model, drawn.reshape(-1, drawn.shape[-1])))
        s = (made @ found.unmixing.T - found.offset).reshape(*drawn.shape[:2], -1)
        usual = [values[values != 0.] for values in found.values.T]
        is_on = found.away(s) > [0.5 * np.median(np.abs(values)) for values in usual]
        fit_prior(model, (is_on, s), usual, (v, loc, log_variance), (kernel, bias), features)
    return kernel, bias
