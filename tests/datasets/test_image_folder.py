"""What folders of images say: splits, classes, kinds that are read and kinds that are not."""
import numpy as np
import pytest
from PIL import Image

from vsc_tf.datasets import load, picture


def write(folder, *names, mode="L", colour=90):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix in picture.SUFFIXES:
            Image.new(mode, (8, 6), colour).save(path)
        else:
            path.write_bytes(b"no picture that is read")


@pytest.mark.parametrize("names", [("train", "test"), ("Training", "val"), ("train", "validation")])
def test_folders_that_are_splits_are_no_classes(tmp_path, names):
    train, test = names
    write(tmp_path, f"{train}/cat/0.png", f"{train}/cat/1.png", f"{train}/dog/0.png",
          f"{test}/dog/0.png", f"{test}/dog/1.png")
    data = load(tmp_path)
    assert data.info.class_names == ("cat", "dog")
    assert data.train.y.tolist() == [0, 0, 1] and data.test.y.tolist() == [1, 1]


def test_splits_need_no_classes_and_a_third_one_is_left_out(tmp_path):
    write(tmp_path, "train/0.png", "train/1.png", "test/0.png", "val/0.png")
    data = load(tmp_path)
    assert (len(data.train.x), len(data.test.x), data.train.y) == (2, 1, None)
    assert data.info.note == "1 images of val/ are left out: train and test are the splits."


@pytest.mark.parametrize("names", [("train", "cat"), ("train", "training"), ("test", "val"),
                                   ("train", "test", "other")])
def test_other_folders_are_classes(tmp_path, names):
    write(tmp_path, *(f"{name}/{i}.png" for name in names for i in range(3)))
    assert load(tmp_path).info.class_names == tuple(sorted(names))


def test_webp_and_tiff_are_read_and_other_pictures_counted(tmp_path):
    write(tmp_path, "0.png", "1.webp", "2.tif", "3.TIFF".lower(), "4.heic", "5.heic", "6.svg",
          "notes.txt", "labels.csv", ".hidden.heic")
    data = load(tmp_path)
    assert len(data.train.x) + len(data.test.x) == 4
    assert data.info.note == (  # WebP has no grey of its own.
        "Left out: 2 .heic, 1 .svg, pictures of kinds that are not read. Read: 1 .png, 1 .tif, "
        "1 .tiff, 1 .webp. 3 of 4 images are grey, stored as colour.")


@pytest.mark.parametrize(("mode", "colour", "shown"), [
    ("RGBA", (0, 0, 0, 0), 1.), ("RGBA", (0, 0, 0, 255), 0.), ("LA", (0, 0), 1.),
    ("LA", (51, 255), 0.2), ("RGBA", (0, 0, 0, 51), 0.8)])
def test_what_is_transparent_is_white(tmp_path, mode, colour, shown):
    write(tmp_path, *(f"{i}.png" for i in range(3)), mode=mode, colour=colour)
    data = load(tmp_path)
    assert data.train.x.ndim == (3 if mode == "LA" else 4)
    np.testing.assert_allclose(data.train.x, shown, atol=1e-6)
    assert "3 of 3 images have transparent pixels, white here." in data.info.note


def test_transparency_of_a_palette_counts_too(tmp_path):
    image = Image.new("P", (8, 6), 3)
    image.putpalette([0, 0, 0] * 256)
    for i in range(3):
        image.save(tmp_path / f"{i}.gif", transparency=3)
    np.testing.assert_array_equal(load(tmp_path).train.x, 1.)


def test_pixels_of_unknown_range_are_refused(tmp_path):
    for i in range(3):
        Image.fromarray(np.full((4, 4), 1e4, np.float32)).save(tmp_path / f"{i}.tif")
    with pytest.raises(ValueError, match="0.tif: expected a valid .*32-bit floats, whose range"):
        load(tmp_path)
    deep = np.full((4, 4), 65535, np.uint16)
    for i in range(3):
        Image.fromarray(deep).save(tmp_path / f"{i}.tif")
    np.testing.assert_array_equal(load(tmp_path).train.x, 1.)
