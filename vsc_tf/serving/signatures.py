"""The named signatures of a SavedModel, and what their tensors mean."""
import tensorflow as tf

DEFAULT = "serving_default"  # The signature a server runs when none is named: `encode`.


def of(model, top_k=None):
    """The signatures that a model has: name -> (function of tensors, its input's TensorSpecs).

    Every input and output has the batch first; an observation's row of the output depends on
    its own row of the input only, so a server may put the requests of several clients into
    one batch. Observations go in and come out in raw units. Nothing is drawn inside.

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
            `GenerativeModel.sample_like_step`.

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
        p = model.likelihood(model.decoder_features(z))
        outputs = {"mean": model.scaling.inverse(p.mean(), like)}
        if hasattr(p.distribution, "scale"):
            scale = tf.broadcast_to(p.distribution.scale, tf.shape(outputs["mean"]))
            outputs["scale"] = model.scaling.inverse_scale(scale, like)
        return outputs

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
        "reconstruct": (lambda x: decode(model.encode_step(x)[0], like=x), [x]),
        "score": (model.score_step, [x])}
    if hasattr(model, "sample_like_step"):
        signatures["sample_like"] = (sample_like, [x, noise])
    if "spike_probs" in model.codes_type._fields:
        signatures["topk"] = (topk, [x])
    return signatures
