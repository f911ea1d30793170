"""The named signatures of a SavedModel, and what their tensors mean."""
from collections.abc import Callable

import tensorflow as tf

from vsc_tf.models.base import LatentModel

DEFAULT = "serving_default"  # The signature a server runs when none is named: `encode`.

MEANINGS = {  # Of every input and output; sizes are those of its `TensorSpec`.
    "x": "observations, raw units",
    "noise": "standard Normal draws, one for each latent",
    "z": "codes; 0 exactly where a latent is off",
    "spike_probs": "probability that the latent is on",
    "loc": "mean of the latent where it is on, units of z",
    "scale": "standard deviation, units of what it stands beside",
    "mean": "mean of p(x|z), raw units",
    "indices": "latents that are on, counted from 0, strongest first; -1 is padding",
    "values": "their z; 0 is padding",
    "l0": "expected number of latents that are on",
    "cells": "values of the observation that are not missing",
    "gate_penalty": "sum of the squared log-odds of the gates",
    **dict.fromkeys(("elbo", "elbo_paper", "reconstruction", "kl", "selection_kl", "sparsity",
                     "decoder_norm"),
                    "nats"),
}


def of(model: LatentModel, top_k: int | None = None) -> dict[str, tuple[Callable, list]]:
    """The signatures that a model has: name -> (function of tensors, its input's TensorSpecs).

    Every input and output has the batch first; an observation's row of the output depends on
    its own row of the input only, so a server may put the requests of several clients into
    one batch. Observations go in and come out in raw units. Nothing is drawn inside. A wrong
    shape, no rows at all, NaN or infinite values are an error that says so.

        encode (and serving_default): `x` [n, *shape] -> the fields of `model.encode(x)`, each
            [n, latent_dim]: `z` and, of sparse codes (VSC; `z` holds exact zeros),
            `spike_probs`, `loc`, `scale`; of a VAE `loc`, `scale`; of an auto-encoder no more.
        decode: `z` [n, latent_dim] -> `mean` [n, *shape] of p(x|z) and, of a Gaussian
            likelihood, its `scale` [n, *shape].
        reconstruct: `x` -> `mean` and `scale`, as `decode` at the `z` of `encode`.
        score: `x` -> `elbo` and its terms, each [n] in nats, as `model.score(x)`. An
            auto-encoder has `reconstruction` alone: no prior, no bound.

    Models with a prior (all but the auto-encoder) have one more:

        sample_like: `x`, `noise` [n, latent_dim] of standard Normal draws -> `z`, `mean` and
            `scale` of a variation of each `x` along its active latents only, see
            `LatentModel.sample_like_step`.

    Sparse codes have one more still:

        topk: `x` -> `indices` int32 [n, k] and `values` float32 [n, k] of the active latents,
            strongest first (largest |z|), padded with -1 and 0.

    Args:
        model: A built model of this library.
        top_k: Width k of `topk`; rows with more active latents lose the weakest. Default
            `latent_dim`: nothing is lost.
    """
    x = tf.TensorSpec((None, *model.event_shape), tf.float32, name="x")
    z = tf.TensorSpec((None, model.latent_dim), tf.float32, name="z")
    noise = tf.TensorSpec((None, model.latent_dim), tf.float32, name="noise")

    def encode(x):
        return dict(zip(model.codes_type._fields, model.encode_step(x)))

    def decode(z, like=None):
        return model.raw(z, like)

    def reconstruct(x):
        found = decode(model.encode_step(x)[0], like=x)
        return found | ({"mean": model.impute_step(x)} if model.scaling.missing else {})

    def sample_like(x, noise):
        z = model.sample_like_step(x, noise)
        return {"z": z, **decode(z, like=x)}

    def topk(x):
        z = model.encode_step(x)[0]
        _, indices = tf.math.top_k(tf.abs(z), model.latent_dim if top_k is None else top_k)
        values = tf.gather(z, indices, batch_dims=1)
        return {"indices": tf.where(values != 0., indices, -1), "values": values}

    signatures = {
        DEFAULT: (encode, [x]), "encode": (encode, [x]), "decode": (decode, [z]),
        "reconstruct": (reconstruct, [x]),
        "score": (model.score_step, [x])}
    if model.prior.is_prior:
        signatures["sample_like"] = (sample_like, [x, noise])
    if model.posterior.family.has_atom:
        signatures["topk"] = (topk, [x])
    return {name: (_checked(function, specs, model.scaling.missing), specs)
            for name, (function, specs) in signatures.items()}


def _checked(function, specs, missing):
    """`function`, behind checks of its inputs that are part of the graph.

    Without them a server would answer wrongly: a session takes any shape, a width of 1
    broadcasts, and a comparison with NaN is false, which reads as a latent that is off.
    """
    def check(tensor, spec):
        tensor = tf.ensure_shape(tensor, spec.shape)
        is_good = tf.math.is_finite(tensor)
        if missing and spec.name == "x":  # NaN is a missing value there.
            is_good |= tf.math.is_nan(tensor)
        finite = tf.reduce_all(is_good, axis=range(1, spec.shape.rank))
        # Not tf.debugging.Assert: its branches cost more than the check.
        found = tf.raw_ops.Assert(condition=tf.size(finite) > 0, data=[
            f"Input {spec.name} must hold at least one row. Received: none."])
        clean = tf.raw_ops.Assert(condition=tf.reduce_all(finite), data=[
            f"Input {spec.name} must be finite. Received: NaN or infinite values; the first "
            "row that holds some has index", tf.where(~finite)[:1, 0]])
        with tf.control_dependencies([found, clean]):  # No other complaint comes first.
            return tf.identity(tensor)

    def checked(*tensors):
        return function(*map(check, tensors, specs))

    return checked
