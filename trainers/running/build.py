"""From settings to data and a compiled model."""
import dataclasses
import pathlib
from typing import Any

import keras

import vsc_tf
from vsc_tf import likelihoods, optimizers, recipes
from vsc_tf.datasets import Dataset, Table, columns
from vsc_tf.datasets.image_files import ImageFiles
from vsc_tf.models import LatentModel
from vsc_tf.models.data import TrainingData
from vsc_tf.models.named_columns import choice_for

from ..names import of_data
from ..presets import KNOTS, Preset
from . import parts

ADAM_RATE = 1e-3  # What `compile(optimizer="adam")` has.


def load_data(settings: Preset, table: Table | None = None) -> Dataset:
    """The data set that the settings name, with the options of theirs that differ from none.

    `table` has the kinds of its columns, if they are known already.
    """
    options: dict[str, Any] = {
        "path": settings.data_path, "label_column": settings.label_column,
        "id_column": settings.id_column, "group_column": settings.group_column,
        "layer": settings.layer,
        "columns": table or settings.columns, "image_size": settings.image_size}
    if settings.size_factor not in parts.SIZE_FACTORS:
        options["size_column"] = _size_column(settings)
    options = {name: value for name, value in options.items() if value}
    if settings.dataset not in vsc_tf.datasets.names() or settings.dataset == "natural_patches":
        options |= {"test_fraction": settings.test_fraction, "seed": settings.seed}
    elif settings.dataset == "smiley":
        options |= {"seed": settings.seed, "presence_prob": settings.presence_prob}
    data = vsc_tf.datasets.load(settings.dataset, **options)
    if settings.scaling in ("min_max", "standardise") and isinstance(data.train.x, ImageFiles):
        raise ValueError("expected --scaling none, unit_norm or centre for images that are read "
                         f"from disk, as they are in [0, 1]. Received: {settings.scaling}")
    return data


def _size_column(settings: Preset) -> str:
    if not settings.dataset.lower().endswith(".h5ad"):
        raise ValueError(
            f"expected --size-factor {', '.join(parts.SIZE_FACTORS)}, or a column of obs of a "
            f".h5ad file. Received: {settings.size_factor} with {settings.dataset}. A column of "
            "another table is a size by --columns kinds.yaml.")
    if settings.likelihood not in ("auto", "columns"):
        raise ValueError("expected --likelihood auto with a column of sizes, and kinds of genes by "
                         f"--columns kinds.yaml. Received: --likelihood {settings.likelihood}")
    return settings.size_factor


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
    if likelihood == "auto" and data.info.table is not None:
        chosen = choice_for(data.info.table)
        likelihood, scaling = (
            part if isinstance(part, str) else "columns" for part in chosen[:2])
    elif likelihood == "auto":
        likelihood, scaling, _ = likelihoods.suited_to(
            TrainingData(data.train.x, None, None).to_start_from(False).x)
    elif likelihood == "columns":
        scaling = "columns"
    else:
        scaling = likelihoods.get(likelihood).usual_scaling()
    if settings.scaling != "auto":
        scaling = settings.scaling
    return dataclasses.replace(settings, likelihood=likelihood, scaling=scaling)


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


MODELS = {  # Name -> (class, settings that are arguments of its own).
    "vsc": (vsc_tf.VSC, {"alpha": "alpha"}),
    "thresholded": (vsc_tf.ThresholdedVSC, {"alpha": "alpha"}),
    "autoencoder": (vsc_tf.Autoencoder, {}),
    "vae": (vsc_tf.VAE, {}), "beta_vae": (vsc_tf.BetaVAE, {"beta": "beta"}),
    "beta_tcvae": (vsc_tf.BetaTCVAE, {"beta": "beta"}),
    "vamp_vae": (vsc_tf.VampPriorVAE, {"count": "pseudo_inputs", "start": "pseudo_start"})}


def build_model(settings: Preset, shape: tuple, table: Table | None = None) -> LatentModel:
    """A compiled model with fresh weights; everything random follows from `settings.seed`.

    `shape` is that of one observation, `table` has the kinds of the columns of a table.
    """
    keras.utils.set_random_seed(settings.seed)
    keras.config.set_dtype_policy(settings.dtype)
    encoder, decoder = parts.bodies(settings, shape)
    kind, own = MODELS[settings.model]
    recipe = recipe_of(settings)
    model = kind(
        settings.latent_dim, encoder=encoder, decoder=decoder,
        likelihood=parts.likelihood_of(settings, table),
        scaling="auto" if settings.scaling == "columns" else settings.scaling,
        samples=settings.samples, recipe=recipe, seed=settings.seed,
        **{argument: getattr(settings, name) for argument, name in own.items()},
        **parts.own_parts(settings, recipe))
    if table is not None:
        model.take_table(table)
    return _compile(model, settings, _optimizer(settings, recipe))


def _optimizer(settings: Preset, recipe: recipes.Recipe | None) -> keras.Optimizer:
    rate = compiled_rate(settings, recipe)
    if settings.optimizer == "adam":
        return keras.optimizers.Adam(rate, beta_1=settings.beta_1)
    return optimizers.one_cycle(rate, settings.steps, settings.beta_1)


def in_float32(model: LatentModel, settings: Preset, shape: tuple) -> LatentModel:
    """The model as it is kept, measured and served: float32 layers with the same weights.

    Weights are float32 whatever the dtype policy; bfloat16 is for the products of training.
    """
    if settings.dtype == "float32":
        return model
    kept = build_model(dataclasses.replace(settings, dtype="float32"), shape, model.table)
    if model.scaling.missing:
        kept.scaling.missing = True
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
    name = of_data(settings.dataset)
    return pathlib.Path(output) / (name if settings.model == "vsc" else f"{name}-{settings.model}")
