"""What settings turn into: options of the data, callbacks of the model."""
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

import vsc_tf
from trainers import presets
from trainers.presets import PRESETS
from trainers.running import build
from vsc_tf.datasets import image_files, memory

SMILEY = PRESETS["smiley"]


def test_smiley_is_drawn_with_the_probability_asked_for(monkeypatch):
    seen = {}
    monkeypatch.setattr(vsc_tf.datasets, "load", lambda name, **options: seen.update(options))
    build.load_data(replace(SMILEY, presence_prob=0.3, seed=7))
    assert seen == {"presence_prob": 0.3, "seed": 7}


def test_pictures_are_split_as_asked_for(monkeypatch):
    seen = {}
    monkeypatch.setattr(vsc_tf.datasets, "load", lambda name, **options: seen.update(options))
    build.load_data(replace(PRESETS["natural_patches"], data_path="p", test_fraction=0.4, seed=7))
    assert seen == {"path": "p", "test_fraction": 0.4, "seed": 7}


@pytest.fixture
def photos(tmp_path, monkeypatch):
    """Settings of a folder of twelve pictures that are read from disk."""
    for i in range(12):
        Image.new("L", (4, 4), 10 * i).save(tmp_path / f"{i:02d}.png")
    monkeypatch.setattr(memory, "IN_MEMORY", 200)
    return replace(PRESETS["images"], dataset=str(tmp_path))


def test_images_on_disk_are_started_from_once_scaled(photos):
    data = build.load_data(photos)
    assert isinstance(data.train.x, image_files.ImageFiles)
    model = build.build_model(replace(photos, pseudo_inputs=3, hidden_units=4), (4, 4))
    model.prepare(data.train.x, batch_size=4)
    assert model.scaling.method == "centre"
    images = model.scaling(data.train.x[:]).numpy()
    for start in model.prior.pseudo_inputs.numpy():
        assert (images == start).all(axis=(1, 2)).any()


def test_what_the_data_decide_is_in_the_settings_by_name(photos):
    data = build.load_data(photos)
    for given, found in (({}, ("shared_gaussian", "centre")),
                         ({"likelihood": "bernoulli"}, ("bernoulli", "none")),
                         ({"scaling": "unit_norm"}, ("shared_gaussian", "unit_norm"))):
        settings = build.with_likelihood(replace(photos, **given), data)
        assert (settings.likelihood, settings.scaling) == found


def test_images_on_disk_have_no_scaling_that_needs_them_all(photos):
    with pytest.raises(ValueError, match="--scaling none, unit_norm or centre.*Received: min_max"):
        build.load_data(replace(photos, scaling="min_max"))
    assert build.load_data(replace(photos, scaling="unit_norm")).info.shape == (4, 4)


def test_a_model_trained_in_bfloat16_is_kept_in_float32():
    settings = replace(SMILEY, dtype="mixed_bfloat16", hidden_units=8, latent_dim=3,
                       pseudo_inputs=2, network="mlp")
    x = np.random.default_rng(0).integers(0, 2, (20, 5)).astype("float32")
    model = build.build_model(settings, (5,))
    model.fit(x, batch_size=10, epochs=2, verbose=0)
    kept = build.in_float32(model, settings, (5,))
    assert {layer.compute_dtype for layer in kept._flatten_layers()} == {"float32"}
    assert kept.optimizer.iterations == 4
    pairs = zip((*kept.weights, *kept.optimizer.variables),
                (*model.weights, *model.optimizer.variables), strict=True)
    for a, b in pairs:
        np.testing.assert_array_equal(a, b)
    np.testing.assert_allclose(kept.encode(x).loc, model.encode(x).loc, atol=0.05)
    assert build.in_float32(kept, replace(settings, dtype="float32"), (5,)) is kept


def test_a_recipe_is_the_named_one_with_the_knots_that_are_given():
    assert build.recipe_of(SMILEY) == vsc_tf.Recipe()
    assert build.recipe_of(PRESETS["paper/fashion_mnist"]).slab_warmup == 15 / 70
    changed = build.recipe_of(replace(SMILEY, refine_end=0., sparsity_weight=1.))
    assert changed == replace(vsc_tf.Recipe(), refine_end=0., sparsity_weight=1.)
    assert build.recipe_of(replace(SMILEY, recipe="none")) is None


def test_learning_rates_of_the_settings_are_those_that_training_has():
    settings = replace(SMILEY, learning_rate=2e-4, final_learning_rate=1e-5)
    recipe = build.recipe_of(settings)
    rate = build.compiled_rate(settings, recipe)
    assert rate * recipe.learning_rate == pytest.approx(2e-4)
    assert rate * recipe.final_learning_rate == pytest.approx(1e-5)
    assert build.compiled_rate(SMILEY, build.recipe_of(SMILEY)) == 1e-3


def test_gates_that_cannot_be_set_anew_are_not_refined():
    assert build.recipe_of(replace(SMILEY, spike_activation="relu_exp")).refine_end == 0.


@pytest.mark.parametrize(("choices", "kinds"), [
    ({"posterior": "rectified_normal", "prior": "fixed_sparse", "penalty": "none"},
     ["RectifiedNormal", "FixedSparsePrior", "Average"]),
    ({"model": "vae", "objective": "iwae", "prior": "vamp"},
     ["Normal", "VampPrior", "ImportanceWeighted"]),
    ({"selector": "optimal", "penalty": "sparsity_kl,decoder_norm", "objective": "best"},
     ["SpikeAndSlab", "PseudoInputPrior", "Best", "SparsityKL", "DecoderNorm"])])
def test_every_part_can_be_chosen(choices, kinds):
    model = build.build_model(replace(SMILEY, hidden_units=4, **choices), (5,))
    parts = [model.posterior, model.prior, model.objective, *model.penalties]
    assert [type(part).__name__ for part in parts] == kinds


@pytest.mark.parametrize(("names", "registry"), [
    (presets.POSTERIORS, vsc_tf.posteriors.POSTERIORS), (presets.PRIORS, vsc_tf.priors.PRIORS),
    (presets.OBJECTIVES, vsc_tf.objectives.OBJECTIVES),
    (presets.PENALTIES, vsc_tf.penalties.PENALTIES),
    (presets.LIKELIHOODS, vsc_tf.likelihoods.LIKELIHOODS),
    (presets.SCALINGS, vsc_tf.scaling.METHODS), (presets.RECIPES, vsc_tf.recipes.RECIPES)])
def test_flags_take_the_names_of_the_registries(names, registry):
    assert set(names) - {"auto"} == set(registry)


@pytest.mark.parametrize(("changed", "message"), [
    ({"dataset": "rows.csv"}, "--size-factor auto, none, row_sum, or .*Received: depth with rows"),
    ({"dataset": "a.h5ad", "likelihood": "poisson"}, "--likelihood auto with a column of sizes")])
def test_a_column_of_sizes_is_for_counts_of_h5ad(changed, message):
    with pytest.raises(ValueError, match=message):
        build.load_data(replace(SMILEY, size_factor="depth", **changed))
