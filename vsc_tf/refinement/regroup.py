"""Latents that tell several features made anew: latents for each feature, behind its gate."""
from typing import NamedTuple

import keras
import numpy as np
from sklearn.decomposition import PCA
from sklearn.linear_model import Ridge
from threadpoolctl import threadpool_limits

from vsc_tf.refinement import gates, weights
from vsc_tf.refinement.prior import draw, fit_prior
from vsc_tf.refinement.separation import changed_weights, outputs_for_values
from vsc_tf.refinement.subspaces import find_subspaces

RARE = 0.01      # Share of observations that a latent must be on for to count.
TELLS = 0.15     # Least |correlation| of a feature with a latent, or its square, that tells it.
OFTEN = 0.9      # Share from which on a latent is on for more than its feature.
MOST = 100       # Principal components of what the encoder makes, that slabs are functions of.
SHRINKAGE = 10.  # Of the ridge regression, in observations.
INSIDE = 0.9     # Least share of a latent's observations that the feature is there for, if it is
                 # one of the feature's.
WELL = 0.95      # Least balanced accuracy of its latents that tell a feature well.
MOST_LOST = 10.  # Nats that each latent which is parted may cost at first, where one is not.
NOTABLE = 1.     # Least root mean square of a new latent, in standard deviations of the slabs.


class Part(NamedTuple):
    """A new latent: its feature's gate, its slab, and how it is made of the old latents."""

    size: float             # Root of the sum of the squares of its values.
    gate: gates.Gate
    slab: gates.Gate
    direction: np.ndarray   # [L].


def regroup(model: keras.Model, x: np.ndarray) -> list[int]:
    """Makes of latents that tell several features together latents of each feature.

    A shape that moves varies in several ways, so it is no single source, and a latent may mix the
    places of several shapes. But gates tell which features are there (`find_subspaces`). Latents
    z that tell two features and more, or tell one and are on for nine tenths of the observations,
    are parted among the features by ridge regression,

        z = a + sum over features k of gate_k(x) (B_k h(x) + b_k),

    with h what the encoder makes of x. The principal components of each term, in standard
    deviations of the slabs, become latents with the gate of their feature, and the decoder reads
    from them what it read before. If the loss rises by more than 1 nat for each latent that there
    was, nothing is changed; by 10, if latents miss one of the features: those that are on for
    little else are not on where it is there. The loss rises most where features cover each other,
    as what latents said is no sum of parts then, and training has to follow. Nor is anything
    changed where the decoder does not begin with a dense layer or end in rank 2, or where it is
    frozen. Ours, not in [T20].

    Takes and raises what `rezero` does; returns the latents that were parted.
    """
    weights.check_gates(model, "Setting gates anew")
    if not changed_weights(model):
        return []
    codes, features = model.encode(x), weights.encoder_features(model, x)
    data = np.asarray(model.scaling(x)).reshape(len(x), -1)
    is_grey = x.ndim > 2 and np.any((x != x.min()) & (x != x.max()))
    found = find_subspaces((data, features, outputs_for_values(model, codes.z)), features,
                           data if is_grey else None)
    if not found:
        return []
    there = np.stack([gate.is_on(features) for gate in found], axis=1)
    missed, share = _missed(codes.z != 0., there), (codes.z != 0.).mean(axis=0)
    told = {j: _told(codes.z[:, j], there) for j in np.flatnonzero(share > RARE)}
    mixed = [j for j, of in told.items() if len(of) > (0 if share[j] > OFTEN else 1)]
    if not mixed:
        return []
    most = MOST_LOST if any(missed[told[j]].any() for j in mixed) else weights.MOST_LOST
    wanted = [found[k] for k in sorted({k for j in mixed for k in told[j]})]
    after = _weights(model, codes, features, mixed, wanted)
    changed = [*model.posterior.dense.weights, model.posterior.zero, *model.decoder.weights[:2]]
    if after is None or not weights.assign_if_cheap(model, x, changed, after, most * len(mixed)):
        return []
    return [int(j) for j in mixed]


def _missed(is_on, there):
    """Which features [K] are not told by any of their latents being on [n, J]."""
    inside = is_on.T @ there.astype("float32") / np.maximum(is_on.sum(axis=0), 1)[:, np.newaxis]
    told = np.stack([is_on[:, of].any(axis=1) for of in (inside >= INSIDE).T], axis=1)
    hit = np.sum(told & there, axis=0) / np.sum(there, axis=0)
    passed = np.sum(~told & ~there, axis=0) / np.sum(~there, axis=0)
    return 0.5 * (hit + passed) < WELL


def _told(z, there):
    """Features [K] whose being there changes the values of a latent [n], or how they vary."""
    centred = (there - there.mean(axis=0)) / there.std(axis=0)
    away = (z - z.mean()) / z.std()
    most = np.maximum(np.abs(away @ centred) / len(z),
                      np.abs(away**2 @ centred) / len(z) / np.std(away**2))
    return np.flatnonzero(most > TELLS)


def _weights(model, codes, features, mixed, wanted):
    """Values of the posterior's weights, its zero, and of the decoder's first layer, if any."""
    kernel, bias = (weight.numpy() for weight in model.posterior.dense.weights)
    zero, is_on = model.posterior.zero.numpy(), codes.z != 0.
    columns, intercept = (weight.numpy() for weight in model.decoder.weights[:2])
    noise = np.sqrt(np.sum(is_on * codes.scale**2, axis=0)[mixed] / is_on.sum(axis=0)[mixed])
    base, parts = _parts(codes.z[:, mixed] / noise, wanted, features)
    if not parts:
        return None
    unused = np.flatnonzero(~is_on.any(axis=0) & (zero == 0.))
    latents = np.concatenate([mixed, unused])[:len(parts)]
    parts = parts[:len(latents)]  # The largest.
    log_odds = features @ kernel[:, :model.latent_dim] + bias[:model.latent_dim]
    sharper = weights.sharpness(log_odds[:, is_on.any(axis=0) & ~is_on.all(axis=0)])
    intercept = intercept + (zero[mixed] + base * noise) @ columns[mixed]
    read = noise[:, np.newaxis] * columns[mixed]
    kernel[:, mixed], bias[mixed], zero[mixed], columns[mixed] = 0., -2. * gates.SURE, 0., 0.
    columns[latents] = np.stack([part.direction for part in parts]) @ read
    where = [latents + part * model.latent_dim for part in range(3)]
    weights.set_functions((kernel, bias), where[0], [part.gate for part in parts], sharper)
    weights.set_functions((kernel, bias), where[1], [part.slab for part in parts])
    kernel[:, where[2]], bias[where[2]] = 0., 0.  # Slabs are as wide as they were: by 1.
    if hasattr(model.prior, "pseudo_inputs"):
        drawn = draw(model, int(np.prod(model.likelihood.event_shape)))
        made = weights.encoder_features(model, model.decode(drawn.reshape(-1, drawn.shape[-1])))
        new = (np.stack([part.gate.is_on(made) for part in parts], axis=1),
               np.stack([made @ part.slab.kernel + part.slab.bias for part in parts], axis=1))
        usual = [(features @ part.slab.kernel + part.slab.bias)[part.gate.is_on(features)]
                 for part in parts]
        fit_prior(model, [each.reshape(*drawn.shape[:2], -1) for each in new], usual, where,
                  (kernel, bias), features)
    return kernel, bias, zero, columns, intercept


def _parts(values, wanted, features):
    """What values [n, L] are where no feature is [L], and the `Part`s, the largest first."""
    pca = PCA(min(MOST, *features.shape), whiten=True, svd_solver="randomized", random_state=0)
    there = np.stack([gate.is_on(features) for gate in wanted])
    with threadpool_limits(1):
        h = pca.fit_transform(features.astype("float64"))
        h = np.pad(h, ((0, 0), (0, 1)), constant_values=1.)
        fit = Ridge(SHRINKAGE).fit(np.concatenate([on[:, None] * h for on in there], 1), values)
    back = pca.components_.T / np.sqrt(pca.explained_variance_)
    functions = np.split(fit.coef_.reshape(values.shape[1], -1).T, len(wanted))
    parts = []
    for gate, on, function in zip(wanted, there, functions, strict=True):
        kernel = back @ function[:-1]
        bias = function[-1] - pca.mean_ @ kernel
        _, sizes, directions = np.linalg.svd(h[on] @ function, full_matrices=False)
        for size, direction in zip(sizes, directions, strict=True):
            if size > NOTABLE * np.sqrt(on.sum()):
                slab = gates.Gate((kernel @ direction).astype("float32"), float(bias @ direction))
                parts.append(Part(size, gate, slab, direction))
    return fit.intercept_, sorted(parts, key=lambda part: -part.size)
