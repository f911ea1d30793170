"""From settings to data and a compiled model."""
import dataclasses
import pathlib

import keras
import numpy as np

import vsc_tf
from vsc_tf import likelihoods, networks, schedules


def load_data(settings):
    """The data set that the settings name, with the options of theirs that differ from none."""
    options = {"path": settings.data_path, "label_column": settings.label_column,
               "image_size": settings.image_size}
    options = {name: value for name, value in options.items() if value}
    if settings.dataset not in vsc_tf.datasets.names():
        options |= {"test_fraction": settings.test_fraction, "seed": settings.seed}
    elif settings.dataset == "smiley":
        options |= {"seed": settings.seed, "presence_prob": settings.presence_prob}
    data = vsc_tf.datasets.load(settings.dataset, **options)
    if settings.scaling in ("min_max", "standardise") and not isinstance(data.train.x, np.ndarray):
        raise ValueError("expected --scaling none or unit_norm for images that are read from "
                         f"disk, as they are in [0, 1]. Received: {settings.scaling}")
    return data


def to_start_from(data):
    """Training observations that the model is fitted to before its first step: all of an array.

    Of images on disk 5,000, evenly spaced: neighbours are often alike.
    """
    x = data.train.x
    if isinstance(x, np.ndarray):
        return x
    return x[np.linspace(0, len(x) - 1, min(len(x), 5000)).astype(int)]


def _likelihood(settings):
    gaussian = {"mean_activation": settings.mean_activation}
    if settings.likelihood == "gaussian":
        return likelihoods.FixedGaussian(settings.likelihood_scale, **gaussian)
    if settings.likelihood == "learned_gaussian":
        return likelihoods.LearnedGaussian(settings.variance_floor, **gaussian)
    return likelihoods.get(settings.likelihood)


def _networks(settings, shape):
    if settings.network == "conv":
        return networks.conv(shape)
    return tuple(networks.mlp(settings.hidden_units, name=name) for name in ("encoder", "decoder"))


def _vsc(settings, parts):
    prior = vsc_tf.PseudoInputPrior(
        settings.pseudo_inputs, settings.selector, settings.pseudo_start,
        settings.sharpen_spikes)
    return vsc_tf.VSC(
        settings.latent_dim, alpha=settings.alpha, prior=prior, samples=settings.samples,
        spike_activation=settings.spike_activation, spike_bias=settings.spike_bias,
        relaxation=settings.relaxation, sharpness=settings.sharpness, bound=settings.bound,
        sparsity=settings.sparsity, **parts)


def _vae(settings, parts):
    return vsc_tf.VAE(settings.latent_dim, samples=settings.samples, **parts)


def _beta(kind):
    return lambda settings, parts: kind(
        settings.latent_dim, beta=settings.beta, samples=settings.samples, **parts)


def _vamp_vae(settings, parts):
    return vsc_tf.VampPriorVAE(
        settings.latent_dim, settings.pseudo_inputs, settings.pseudo_start,
        samples=settings.samples, **parts)


def _autoencoder(settings, parts):
    return vsc_tf.Autoencoder(settings.latent_dim, **parts)


MODELS = {"vsc": _vsc, "autoencoder": _autoencoder, "vae": _vae,
          "beta_vae": _beta(vsc_tf.BetaVAE), "beta_tcvae": _beta(vsc_tf.BetaTCVAE),
          "vamp_vae": _vamp_vae}


def build_model(settings, shape):
    """A compiled model with fresh weights; everything random follows from `settings.seed`.

    `shape` is that of one observation.
    """
    keras.utils.set_random_seed(settings.seed)
    keras.config.set_dtype_policy(settings.dtype)
    encoder, decoder = _networks(settings, shape)
    parts = {"encoder": encoder, "decoder": decoder, "likelihood": _likelihood(settings),
             "scaling": settings.scaling, "seed": settings.seed}
    model = MODELS[settings.model](settings, parts)
    rate = schedules.LinearDecay(settings.learning_rate, settings.final_learning_rate,
                                 settings.decay_begin, settings.decay_end)
    return _compile(model, settings, keras.optimizers.Adam(rate))


def in_float32(model, settings, shape):
    """The model as it is kept, measured and served: float32 layers with the same weights.

    Weights are float32 whatever the dtype policy; bfloat16 is for the products of training.
    """
    if settings.dtype == "float32":
        return model
    kept = build_model(dataclasses.replace(settings, dtype="float32"), shape)
    kept.build((None, *shape))
    kept.optimizer.build(kept.trainable_weights)
    for variable, value in zip((*kept.weights, *kept.optimizer.variables),
                               (*model.weights, *model.optimizer.variables), strict=True):
        variable.assign(value)
    return kept


def restore_model(path, settings):
    """Model and optimizer of a checkpoint, ready to go on."""
    # A file holds the policies of layers but not that of a Sequential, which casts its input.
    keras.config.set_dtype_policy(settings.dtype)
    model = keras.models.load_model(path)
    return _compile(model, settings, model.optimizer)


def _compile(model, settings, optimizer):
    model.compile(optimizer=optimizer, jit_compile=settings.jit_compile,
                  steps_per_execution=min(10, settings.steps_per_epoch))
    return model


def model_callbacks(settings, x):
    """What the settings ask for while training on `x`; it is all VSC's."""
    if settings.model != "vsc":
        return []
    callbacks = vsc_tf.callbacks
    wanted = []
    if settings.warmup_steps or settings.ramp_steps:
        wanted.append(callbacks.SlabWarmUp(settings.warmup_steps, settings.ramp_steps))
    if settings.final_sharpness != settings.sharpness:
        wanted.append(callbacks.GateSharpness(
            settings.steps, settings.sharpness, settings.final_sharpness))
    if settings.sparsity_warmup_steps or settings.sparsity_ramp_steps or (
            settings.sparsity_weight != 1.):
        wanted.append(callbacks.SparsityRamp(
            settings.sparsity_ramp_steps, settings.sparsity_warmup_steps,
            settings.sparsity_weight))
    if settings.gate_penalty:
        wanted.append(callbacks.GatePenalty(
            settings.gate_penalty, settings.gate_penalty_steps or None,
            settings.final_gate_penalty))
    if settings.rezero_end:
        wanted.append(callbacks.Rezero(
            x, settings.rezero_begin, settings.rezero_end, settings.steps_per_epoch))
    return wanted


def saved_model_folder(settings, output):
    """Where the SavedModel of a run goes: named after its data set, and its model if no VSC.

    Versions of one servable must have the same signatures.
    """
    name = pathlib.Path(settings.dataset).stem or "data"
    return pathlib.Path(output) / (name if settings.model == "vsc" else f"{name}-{settings.model}")
