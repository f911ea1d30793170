"""Folders of images: kinds, sizes, classes, and broken files."""
import numpy as np
import pytest
from PIL import Image

import vsc_tf.datasets
from vsc_tf.datasets.picture import decode


def paint(path, pixels, mode=None, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.fromarray(np.asarray(pixels))
    (image.convert(mode) if mode else image).save(path, **options)


def grey(value, height=4, width=6):
    return np.full([height, width], value, np.uint8)


def colour(value, height=4, width=6):
    return np.full([height, width, 3], value, np.uint8)


def everything(data):
    """All images, darkest first."""
    x = np.concatenate([data.train.x, data.test.x])
    return x[np.argsort(x.mean(axis=tuple(range(1, x.ndim))))]


def test_grey_images(tmp_path):
    for i, suffix in enumerate(("png", "bmp", "gif", "PNG")):
        paint(tmp_path / f"{i}.{suffix}", grey(51 * i))
    (tmp_path / "notes.txt").write_text("passed over")
    paint(tmp_path / ".cache" / "hidden.png", grey(7))
    data = vsc_tf.datasets.load(tmp_path, test_fraction=0.5)
    # A gif is a picture with a palette, so colour; the others are stored as colour with it.
    assert data.info.shape == (4, 6, 3)
    (tmp_path / "2.gif").unlink()
    data = vsc_tf.datasets.load(tmp_path, test_fraction=0.34)
    assert (data.info.shape == (4, 6) and data.train.y is None
            and data.info.note == "Read: 1 .bmp, 2 .png.")
    np.testing.assert_allclose(everything(data)[:, 0, 0], [0, 0.2, 0.6], rtol=1e-6)


def test_colour_images_with_transparency_palette_and_cmyk(tmp_path):
    pixels = colour([255, 0, 102])
    paint(tmp_path / "a.png", pixels)
    paint(tmp_path / "b.png", pixels, "RGBA")
    paint(tmp_path / "c.png", pixels, "P")
    paint(tmp_path / "d.jpg", pixels, quality=100, subsampling=0)
    paint(tmp_path / "e.jpeg", pixels, "CMYK", quality=100)
    x = everything(vsc_tf.datasets.load(tmp_path))
    assert x.shape == (5, 4, 6, 3)
    np.testing.assert_allclose(x, np.broadcast_to([1, 0, 0.4], x.shape), atol=0.02)


def test_16_bit_images(tmp_path):
    for i in range(2):
        paint(tmp_path / f"{i}.png", np.full([4, 6], 13107 * (i + 1), np.uint16))
    x = everything(vsc_tf.datasets.load(tmp_path, test_fraction=0.5))
    np.testing.assert_allclose(x[:, 0, 0], [0.2, 0.4], rtol=1e-6)
    x = everything(vsc_tf.datasets.load(tmp_path, test_fraction=0.5, image_size=3))
    np.testing.assert_allclose(x[:, 2, 2], [0.2, 0.4], rtol=1e-6)


def test_grey_beside_colour_becomes_colour(tmp_path):
    paint(tmp_path / "a.png", grey(51))
    paint(tmp_path / "b.png", colour([255, 255, 0]))
    data = vsc_tf.datasets.load(tmp_path, test_fraction=0.5)
    np.testing.assert_allclose(everything(data)[0, 0, 0], [0.2, 0.2, 0.2], rtol=1e-6)
    assert data.info.note == "1 of 2 images are grey, stored as colour."


def test_subfolders_are_classes(tmp_path):
    for i in range(4):
        paint(tmp_path / "dog" / f"{i}.png", grey(200 + i))
        paint(tmp_path / "cat" / "young" / f"{i}.png", grey(i))
    (tmp_path / "empty").mkdir()
    data = vsc_tf.datasets.load(tmp_path, test_fraction=0.25)
    assert data.info.class_names == ("cat", "dog")
    for split in (data.train, data.test):
        np.testing.assert_array_equal(split.y, split.x[:, 0, 0] > 0.5)


@pytest.mark.parametrize(("image_size", "shape"), [
    (5, (5, 5)), ((2, 3), (2, 3)), ([2, 3], (2, 3))])
def test_resizes(tmp_path, image_size, shape):
    half = np.concatenate([grey(0, 8, 6), grey(255, 8, 6)])  # Dark above, bright below.
    paint(tmp_path / "a.png", half)
    paint(tmp_path / "b.png", grey(255, 9, 9))
    data = vsc_tf.datasets.load(tmp_path, test_fraction=0.5, image_size=image_size)
    assert data.info.shape == shape
    x = everything(data)
    assert x[0, 0].max() < 0.2 and x[0, -1].min() > 0.8 and x[1].min() == 1


def test_the_rotation_of_the_camera_is_applied(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # Orientation: to be turned by a quarter.
    paint(tmp_path / "a.jpg", grey(100, 4, 6), exif=exif)
    paint(tmp_path / "b.jpg", grey(100, 6, 4))
    assert vsc_tf.datasets.load(tmp_path, test_fraction=0.5).info.shape == (6, 4)


def test_first_picture_of_a_gif(tmp_path):
    frames = [Image.fromarray(grey(value)) for value in (255, 0)]
    for name in "ab":
        frames[0].save(tmp_path / f"{name}.gif", save_all=True, append_images=frames[1:])
    assert everything(vsc_tf.datasets.load(tmp_path, test_fraction=0.5)).min() == 1


def test_images_of_two_sizes(tmp_path):
    paint(tmp_path / "a.png", grey(1))
    paint(tmp_path / "b.png", grey(1))
    paint(tmp_path / "c.png", grey(1, 5, 6))
    with pytest.raises(ValueError, match="the same size. Received: 4 x 6 for a.png and 5 x 6 for "
                                         "c.png.*Pass image_size"):
        vsc_tf.datasets.load(tmp_path)


@pytest.mark.parametrize("content", [
    pytest.param(b"", id="empty"),
    pytest.param(b"not an image", id="text"),
    pytest.param(None, id="cut-short"),
    pytest.param(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", id="another-format"),
])
def test_broken_images_are_named(tmp_path, content):
    paint(tmp_path / "a.png", np.random.default_rng(0).integers(0, 9, [50, 50]).astype(np.uint8))
    whole = (tmp_path / "a.png").read_bytes()
    (tmp_path / "b.png").write_bytes(whole[:len(whole) // 2] if content is None else content)
    with pytest.raises(ValueError,
                       match="b.png: expected a valid png, jpg, bmp, gif, webp or tiff"):
        vsc_tf.datasets.load(tmp_path)


@pytest.mark.parametrize("limit", [15, 5])  # 24 pixels: a warning of Pillow's, and an error.
def test_decompression_bombs_are_named(tmp_path, monkeypatch, limit):
    paint(tmp_path / "bomb.png", grey(1))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", limit)
    with pytest.raises(ValueError, match="bomb.png: expected an image of reasonable size.*24"):
        vsc_tf.datasets.load(tmp_path)


def test_a_folder_without_images(tmp_path):
    (tmp_path / "a.txt").write_text("")
    with pytest.raises(ValueError, match=r"folder with images \(.png, .*none of these files"):
        vsc_tf.datasets.load(tmp_path)


def test_images_beside_subfolders(tmp_path):
    paint(tmp_path / "a.png", grey(1))
    paint(tmp_path / "dog" / "b.png", grey(1))
    with pytest.raises(ValueError, match="Received: both, a.png and dog.b.png. Move them"):
        vsc_tf.datasets.load(tmp_path)


@pytest.mark.parametrize("image_size", [0, -3, 2.5, "8", (1, 2, 3), (4, 0), True])
def test_bad_image_size(tmp_path, image_size):
    with pytest.raises(ValueError, match="`image_size` to be a positive integer.*Received: "):
        vsc_tf.datasets.load(tmp_path, image_size=image_size)


@pytest.mark.parametrize("turned", [False, True])
def test_large_jpegs_are_resized_as_their_pixels_are(tmp_path, turned):
    # They are decoded at a quarter of their size; an odd size shows whether that moves them.
    ramps = np.indices([171, 235]).transpose(1, 2, 0) * [1, 0.8]
    pixels = np.concatenate([ramps, ramps[..., :1] * 0], axis=2).astype(np.uint8)
    exif = Image.Exif()
    exif[0x0112] = 6 if turned else 1
    paint(tmp_path / "a.jpg", pixels, exif=exif, quality=100, subsampling=0)
    expected = np.rot90(pixels, -1) if turned else pixels
    expected = Image.fromarray(expected).resize((40, 30), Image.Resampling.BILINEAR)
    found = decode(tmp_path / "a.jpg", "a.jpg", size=(30, 40))
    assert np.abs(found.astype(int) - np.asarray(expected)).max() <= 3
