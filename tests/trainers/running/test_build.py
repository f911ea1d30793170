"""What settings turn into: options of the data, callbacks of the model."""
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

import vsc_tf
from trainers.running import build
from trainers.presets import PRESETS
from vsc_tf.datasets import image_files

SMILEY = PRESETS["smiley"]


def of_kind(settings, kind):
    """The callbacks of a kind that the settings ask for."""
    found = build.model_callbacks(settings, np.zeros([10, 4]))
    return [callback for callback in found if type(callback) is kind]


def test_smiley_is_drawn_with_the_probability_asked_for(monkeypatch):
    seen = {}
    monkeypatch.setattr(vsc_tf.datasets, "load", lambda name, **options: seen.update(options))
    build.load_data(replace(SMILEY, presence_prob=0.3, seed=7))
    assert seen == {"presence_prob": 0.3, "seed": 7}


@pytest.fixture
def photos(tmp_path, monkeypatch):
    """Settings of a folder of twelve pictures that are read from disk."""
    for i in range(12):
        Image.new("L", (4, 4), 10 * i).save(tmp_path / f"{i:02d}.png")
    monkeypatch.setattr(image_files, "IN_MEMORY", 200)
    return replace(PRESETS["images"], dataset=str(tmp_path))


def test_images_on_disk_are_started_from_as_they_are(photos):
    data = build.load_data(photos)
    start = build.to_start_from(data)
    assert isinstance(data.train.x, image_files.ImageFiles) and isinstance(start, np.ndarray)
    np.testing.assert_array_equal(start, data.train.x[:])  # Fewer than 5,000.


def test_images_on_disk_have_no_scaling_that_needs_them_all(photos):
    with pytest.raises(ValueError, match="--scaling none or unit_norm.*Received: min_max"):
        build.load_data(replace(photos, scaling="min_max"))
    assert build.load_data(replace(photos, scaling="unit_norm")).info.shape == (4, 4)


def test_zeros_are_moved_between_the_steps_that_the_preset_says():
    [rezero] = of_kind(replace(SMILEY, rezero_begin=20, rezero_end=70), vsc_tf.callbacks.Rezero)
    assert (rezero.begin, rezero.end, rezero.x.shape) == (20, 70, (10, 4))
    assert of_kind(replace(SMILEY, rezero_end=0), vsc_tf.callbacks.Rezero) == []


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


def test_sparsity_ends_with_its_weight_with_and_without_a_ramp():
    settings = replace(SMILEY, sparsity_weight=0.3, sparsity_ramp_steps=40)
    [ramp] = of_kind(settings, vsc_tf.callbacks.SparsityRamp)
    assert ramp.schedule == (0, 40, 0., 0.3)
    [jump] = of_kind(replace(settings, sparsity_ramp_steps=0), vsc_tf.callbacks.SparsityRamp)
    assert jump.schedule == (0, 0, 0., 0.3)
    settings = replace(settings, sparsity_weight=1., sparsity_ramp_steps=0)
    assert of_kind(settings, vsc_tf.callbacks.SparsityRamp) == []


def test_models_without_gates_get_no_callbacks():
    assert build.model_callbacks(replace(SMILEY, model="vae"), np.zeros([10, 4])) == []
