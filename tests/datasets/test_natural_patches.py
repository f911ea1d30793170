"""Patches of pictures: whitened, standardised, and split by picture."""
import os
import pathlib

import numpy as np
import pytest
from PIL import Image

import vsc_tf.datasets
from vsc_tf.datasets.natural_patches import CUT_OFF, whitened

RNG = np.random.default_rng(0)


@pytest.fixture
def folder(tmp_path):
    for i in range(5):
        pixels = RNG.integers(0, 256, (30, 24 + i, 3), "uint8")
        Image.fromarray(pixels).save(tmp_path / f"{i}.png")
    return tmp_path


def load(folder, **options):
    options = {"train_size": 60, "test_size": 20, "patch_size": 8, **options}
    return vsc_tf.datasets.load("natural_patches", path=folder, **options)


def test_patches_are_standardised_pixel_by_pixel_on_the_training_split(folder):
    data = load(folder)
    assert data.train.x.shape == (60, 8, 8) and data.test.x.shape == (20, 8, 8)
    np.testing.assert_allclose(data.train.x.mean(axis=0), np.zeros([8, 8]), atol=1e-5)
    np.testing.assert_allclose(data.train.x.std(axis=0), np.ones([8, 8]), atol=1e-5)
    assert data.info.name == "natural_patches" and "5 pictures" in data.info.description


def test_no_picture_is_in_both_splits(tmp_path):
    """Pictures of one orientation each: what a patch is cut from can be told from it."""
    wave = np.round(127 * (1 + np.sin(np.arange(32) * 1.5))).astype("uint8")
    for i in range(6):
        pixels = np.tile(wave, (32, 1))
        Image.fromarray(pixels if i % 2 else pixels.T).save(tmp_path / f"{i}.png")
    for seed in range(4):
        data = load(tmp_path, seed=seed, train_size=50, test_size=10, test_fraction=1 / 6)
        across = [np.abs(np.diff(x, axis=2)).sum(axis=(1, 2)) > np.abs(
            np.diff(x, axis=1)).sum(axis=(1, 2)) for x in (data.train.x, data.test.x)]
        assert across[0].sum() in (20, 30)  # As many patches of each of five pictures.
        assert across[1].all() == (across[0].sum() == 20) != (~across[1]).all()


def test_the_seed_says_which_pictures_and_places(folder):
    first, again, other = load(folder), load(folder), load(folder, seed=1)
    np.testing.assert_array_equal(first.train.x, again.train.x)
    assert not np.array_equal(first.train.x, other.train.x)


@pytest.mark.parametrize("cycles", [2, 8, 15])
def test_a_wave_is_multiplied_by_the_response_at_its_frequency(cycles):
    wave = np.tile(np.cos(2 * np.pi * cycles * np.arange(32) / 32), (24, 1))
    frequency = cycles / 32
    expected = wave * frequency * np.exp(-(frequency / (200 / 512))**4)
    np.testing.assert_allclose(whitened(wave), expected, atol=1e-12)
    assert CUT_OFF == 200 / 512


def test_pictures_without_any_change_are_all_zero_not_nan(tmp_path):
    for i in range(2):
        Image.new("L", (20, 20), 50 * i).save(tmp_path / f"{i}.png")
    data = load(tmp_path, test_fraction=0.5)
    assert np.isfinite(data.train.x).all() and np.isfinite(data.test.x).all()


@pytest.mark.parametrize(("options", "message"), [
    ({"patch_size": 26},
     "expected a picture of at least 26 x 26 pixels.*Received: 30 x 24.*patch_"),
    ({"patch_size": 0}, "`patch_size` to be a positive integer. Received: patch_size=0"),
    ({"train_size": 2.5}, "`train_size` to be a positive integer"),
    ({"test_fraction": 0.}, "`test_fraction` to be a number between 0 and 1"),
    ({"test_fraction": 0.01}, "at least one picture for train and one for test.*Add pictures"),
    ({"seed": -1}, "`seed` to be a non-negative integer")])
def test_bad_options_are_named(folder, options, message):
    with pytest.raises(ValueError, match=message):
        load(folder, **options)


@pytest.mark.parametrize("path", [None, "nowhere"])
def test_without_a_folder_it_says_how_to_give_one(path):
    with pytest.raises(ValueError, match="expected a folder of pictures.*--data-path"):
        load(path)


def test_a_folder_without_pictures_is_refused(tmp_path):
    with pytest.raises(ValueError, match="expected a folder with images"):
        load(tmp_path)


def test_real_pictures_come_out_white():
    root = os.environ.get("TFDS_DATA_DIR")
    if not root or not (pathlib.Path(root) / "bsds500").is_dir():
        pytest.skip("TFDS_DATA_DIR is not set, or has no bsds500/ with photographs.")
    data = load(pathlib.Path(root) / "bsds500", train_size=8000, test_size=2000, patch_size=16)
    spectrum = (np.abs(np.fft.fft2(data.test.x))**2).mean(axis=0)
    assert spectrum[1:5, 1:5].max() / spectrum[1:5, 1:5].min() < 6  # Before: by hundreds.
