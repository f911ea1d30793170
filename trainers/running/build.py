"""From settings to data and a compiled model."""
import dataclasses
import pathlib
import re
from typing import Any

import keras
import numpy as np

import vsc_tf
from trainers.presets import KNOTS, Preset
from vsc_tf import (
    likelihoods,
    networks,
    objectives,
    optimizers,
    penalties,
    posteriors,
    priors,
    recipes,
    schedules,
)
from vsc_tf.datasets import Dataset, columns
from vsc_tf.models import LatentModel
from vsc_tf.models.data import TrainingData

DEEP = (512, 1024, 512, 256)  # Layers of [F22]'s encoder of patches.
DICTIONARY_RATE = 0.5  # Of the first step on |x - Phi z|^2 / 2.
ADAM_RATE = 1e-3  # What `compile(optimizer="adam")` has.


def load_data(settings: Preset) -> Dataset:
    """The data set that the settings name, with the options of theirs that differ from none."""
    options = {"path": settings.data_path, "label_column": settings.label_column,
               "image_size": settings.image_size}
    options = {name: value for name, value in options.items() if value}
    if settings.dataset not in vsc_tf.datasets.names():
        options |= {"test_fraction": settings.test_fraction, "seed": settings.seed}
    elif settings.dataset == "natural_patches":
        options |= {"seed": settings.seed}
    elif settings.dataset == "smiley":
        options |= {"seed": settings.seed, "presence_prob": settings.presence_prob}
    data = vsc_tf.datasets.load(settings.dataset, **options)
    if settings.scaling in ("min_max", "standardise") and not isinstance(data.train.x, np.ndarray):
        raise ValueError("expected --scaling none, unit_norm or centre for images that are read "
                         f"from disk, as they are in [0, 1]. Received: {settings.scaling}")
    return data


def arranged(data: Dataset, model: LatentModel) -> Dataset:
    """The data with their columns in the order of the model's, if both have names.

    Raises:
        ValueError: The data have other columns.
    """
    names, expected = data.info.column_names, model.column_names
    if not names or not expected or names == expected:
        return data
    try:
        places = columns.order(expected, names)
    except ValueError as error:
        raise ValueError(f"{data.info.name}: {error}") from None
    train, test = (dataclasses.replace(split, x=split.x[:, places])
                   for split in (data.train, data.test))
    return Dataset(train, test, dataclasses.replace(
        data.info, column_names=expected, feature_names=expected))


def with_likelihood(settings: Preset, data: Dataset) -> Preset:
    """The settings with the likelihood, and the scaling, that suit the training data, by name."""
    likelihood, scaling = settings.likelihood, "none"
    if likelihood == "auto":
        likelihood, scaling, _ = likelihoods.suited_to(
            TrainingData(data.train.x, None, None).to_start_from(False).x)
    if settings.scaling != "auto":
        scaling = settings.scaling
    return dataclasses.replace(settings, likelihood=likelihood, scaling=scaling)


def _likelihood(settings: Preset) -> str | likelihoods.Likelihood:
    gaussian: dict[str, Any] = {"mean_activation": settings.mean_activation}
    if settings.likelihood == "gaussian":
        return likelihoods.FixedGaussian(settings.likelihood_scale, **gaussian)
    if settings.likelihood == "linear_gaussian":
        return likelihoods.LinearGaussian(settings.likelihood_scale, norm=settings.atom_norm)
    if settings.likelihood == "learned_gaussian":
        return likelihoods.LearnedGaussian(settings.variance_floor, **gaussian)
    if settings.likelihood == "column_gaussian":
        return likelihoods.ColumnGaussian(mean_activation=settings.mean_activation)
    if settings.likelihood == "shared_gaussian":
        return likelihoods.SharedGaussian(mean_activation=settings.mean_activation)
    return "auto" if settings.likelihood == "auto" else likelihoods.get(settings.likelihood)


def _networks(settings: Preset, shape: tuple) -> tuple[keras.Model, keras.Model | None]:
    """Encoder and decoder; a linear generator is a decoder of its own."""
    pairs = {"conv": networks.conv, "conv1d": networks.conv1d,
             "conv_batch_norm": networks.conv_batch_norm}
    if settings.network in pairs:
        encoder, decoder = pairs[settings.network](shape)
    else:
        units: Any = DEEP if settings.network == "deep_mlp" else settings.hidden_units
        backwards = units[::-1] if settings.network == "deep_mlp" else units
        encoder, decoder = (networks.mlp(widths, name) for widths, name in (
            (units, "encoder"), (backwards, "decoder")))
    return encoder, None if settings.likelihood == "linear_gaussian" else decoder


def recipe_of(settings: Preset) -> recipes.Recipe | None:
    """The recipe with the knots that the settings name; learning rates as factors."""
    recipe = recipes.get(settings.recipe)
    if recipe is None:
        return None
    knots = {name: getattr(settings, name) for name in KNOTS
             if getattr(settings, name) is not None and name != "final_learning_rate"}
    if settings.spike_activation != "logits":
        knots["refine_end"] = 0.  # Such gates cannot be set anew.
    if settings.final_learning_rate is not None:
        compiled = compiled_rate(settings, recipe)
        knots["final_learning_rate"] = settings.final_learning_rate / compiled
    return dataclasses.replace(recipe, **knots)


def compiled_rate(settings: Preset, recipe: recipes.Recipe | None) -> float:
    """The learning rate to compile, which the recipe's factor makes the settings' own."""
    if settings.learning_rate is None:
        return ADAM_RATE
    return settings.learning_rate / (1. if recipe is None else recipe.learning_rate)


def _posterior(settings: Preset, recipe: recipes.Recipe | None) -> posteriors.Posterior:
    name = settings.posterior or "spike_and_slab"
    if name == "spike_and_slab":
        return posteriors.SpikeAndSlab(
            settings.spike_activation, (recipe or recipes.PAPER).spike_bias, settings.start,
            settings.relaxation, settings.sharpness or None)
    if name == "rectified_normal":
        return posteriors.RectifiedNormal(settings.start)
    kind: Any = posteriors.POSTERIORS[name]
    if issubclass(kind, posteriors.Thresholded):
        threshold = kind.family.about_zero(settings.alpha, None, [1]).threshold
        return kind(threshold=float(threshold[0]), gradients=settings.gradients)
    return kind()


def _prior(settings: Preset) -> priors.Prior:
    name = settings.prior or "pseudo_inputs"
    if name == "thresholded":
        return priors.ThresholdedPrior(settings.alpha, cost=settings.threshold_cost)
    if name == "pseudo_inputs":
        return priors.PseudoInputPrior(settings.pseudo_inputs, settings.selector,
                                       settings.pseudo_start, settings.sharpen_spikes)
    if name == "vamp":
        selector = "optimal" if settings.selector == "optimal" else None
        return priors.VampPrior(settings.pseudo_inputs, settings.pseudo_start, selector)
    return priors.FixedSparsePrior(settings.alpha) if name == "fixed_sparse" else priors.get(name)


def _penalties(settings: Preset) -> list[penalties.Penalty]:
    names = () if settings.penalty == "none" else settings.penalty.split(",")
    return [penalties.PENALTIES[name](**(
        {"alpha": settings.alpha} if name.startswith("sparsity") else {})) for name in names]


def _own_parts(settings: Preset, recipe: recipes.Recipe | None) -> dict[str, Any]:
    """The parts that the settings choose in place of the model's own."""
    is_vsc = settings.model == "vsc"
    if settings.model == "thresholded":
        settings = dataclasses.replace(
            settings, prior=settings.prior or "thresholded",
            posterior=settings.posterior or "gamma_thresholded_laplace")
    parts: dict[str, Any] = {}
    if is_vsc or settings.posterior:
        parts["posterior"] = _posterior(settings, recipe)
    if is_vsc or settings.prior:
        parts["prior"] = _prior(settings)
    if settings.penalty:
        parts["penalties"] = _penalties(settings)
    if settings.objective and settings.objective != "average":
        parts["objective"] = settings.objective
    elif is_vsc:
        parts["objective"] = objectives.Average(bound=settings.bound)
    return parts


MODELS = {  # Name -> (class, settings that are arguments of its own).
    "vsc": (vsc_tf.VSC, {"alpha": "alpha"}),
    "thresholded": (vsc_tf.ThresholdedVSC, {"alpha": "alpha"}), "autoencoder": (vsc_tf.Autoencoder, {}),
    "vae": (vsc_tf.VAE, {}), "beta_vae": (vsc_tf.BetaVAE, {"beta": "beta"}),
    "beta_tcvae": (vsc_tf.BetaTCVAE, {"beta": "beta"}),
    "vamp_vae": (vsc_tf.VampPriorVAE, {"count": "pseudo_inputs", "start": "pseudo_start"})}


def build_model(settings: Preset, shape: tuple) -> LatentModel:
    """A compiled model with fresh weights; everything random follows from `settings.seed`.

    `shape` is that of one observation.
    """
    keras.utils.set_random_seed(settings.seed)
    keras.config.set_dtype_policy(settings.dtype)
    encoder, decoder = _networks(settings, shape)
    kind, own = MODELS[settings.model]
    recipe = recipe_of(settings)
    model = kind(
        settings.latent_dim, encoder=encoder, decoder=decoder, likelihood=_likelihood(settings),
        scaling=settings.scaling, samples=settings.samples, recipe=recipe, seed=settings.seed,
        **{argument: getattr(settings, name) for argument, name in own.items()},
        **_own_parts(settings, recipe))
    return _compile(model, settings, _optimizer(settings, recipe))


def _optimizer(settings: Preset, recipe: recipes.Recipe | None) -> keras.Optimizer:
    rate = compiled_rate(settings, recipe)
    if settings.optimizer == "adam":
        return keras.optimizers.Adam(rate, beta_1=settings.beta_1)
    falling = keras.optimizers.schedules.ExponentialDecay(
        DICTIONARY_RATE * settings.likelihood_scale**2, max(1, settings.steps // 300), 0.99,
        staircase=True)
    return optimizers.AdamAndSGD(
        schedules.OneCycle(rate, settings.steps), falling, beta_1=settings.beta_1)


def in_float32(model: LatentModel, settings: Preset, shape: tuple) -> LatentModel:
    """The model as it is kept, measured and served: float32 layers with the same weights.

    Weights are float32 whatever the dtype policy; bfloat16 is for the products of training.
    """
    if settings.dtype == "float32":
        return model
    kept = build_model(dataclasses.replace(settings, dtype="float32"), shape)
    kept.build((None, *shape))
    kept.optimizer.build(kept.trainable_weights)
    kept.column_names = model.column_names
    for variable, value in zip((*kept.weights, *kept.optimizer.variables),
                               (*model.weights, *model.optimizer.variables), strict=True):
        variable.assign(value)
    return kept


def load_model(path: pathlib.Path) -> LatentModel:
    """The model of a .keras file, or a ValueError that says why there is none."""
    cure = "Name a run folder, or a .keras file of a model of this library."
    if not path.is_file():
        raise ValueError(f"expected a .keras file. Received: {path}, which is not there. {cure}")
    try:
        model = keras.models.load_model(path)
    except Exception as error:  # A damaged file makes Keras, h5py and zipfile raise many kinds.
        said = str(error).strip().splitlines() or [type(error).__name__]
        raise ValueError(f"expected {path} to be a whole .keras file. Received: {said[0]} The file "
                         f"is damaged, or of something else. {cure}") from error
    if not isinstance(model, LatentModel):
        raise ValueError(f"expected a model of this library in {path}. Received: "
                         f"{type(model).__name__}. {cure}")
    return model


def restore_model(path: pathlib.Path, settings: Preset) -> LatentModel:
    """Model and optimizer of a checkpoint, ready to go on."""
    # A file holds the policies of layers but not that of a Sequential, which casts its input.
    keras.config.set_dtype_policy(settings.dtype)
    model = load_model(path)
    model.recipe = recipe_of(settings)  # A file of versions 0.1 has none.
    return _compile(model, settings, model.optimizer)


def _compile(model: LatentModel, settings: Preset, optimizer: keras.Optimizer) -> LatentModel:
    model.compile(optimizer=optimizer, jit_compile=settings.jit_compile,
                  steps_per_execution=min(10, settings.steps_per_epoch))
    return model


def saved_model_folder(settings: Preset, output: str | pathlib.Path) -> pathlib.Path:
    """Where the SavedModel of a run goes: named after its data set, and its model if no VSC.

    Versions of one servable must have the same signatures.
    """
    name = pathlib.Path(settings.dataset.removesuffix(".gz")).resolve().stem
    name = re.sub(r"[^\w.+@=-]+", "_", name).strip("._-+@= ") or "data"
    return pathlib.Path(output) / (name if settings.model == "vsc" else f"{name}-{settings.model}")
