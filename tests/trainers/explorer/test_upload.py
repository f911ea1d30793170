"""What people hand in: pictures and rows that fit, and all that does not."""
import io
import re

import numpy as np
import pytest
from PIL import Image

from trainers.explorer import upload


def png(pixels, mode=None):
    file = io.BytesIO()
    image = Image.fromarray(np.asarray(pixels, np.uint8))
    (image.convert(mode) if mode else image).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize("shape", [(4, 4), (4, 4, 1), (4, 4, 3)], ids=str)
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_a_picture_becomes_what_the_model_takes(shape, mode):
    x = upload.read(png(np.full([8, 12], 51), mode), "a.png", shape)
    assert x.shape == shape and x.dtype == np.float32
    np.testing.assert_allclose(x, 0.2, atol=1e-6)


def test_the_square_in_the_middle_is_taken():
    wide = np.zeros([4, 8])
    wide[:, 2:6] = 255
    np.testing.assert_array_equal(upload.read(png(wide), "a.png", (4, 4)), np.ones([4, 4]))


def test_grey_is_the_weighted_sum_of_colours():
    red = np.zeros([4, 4, 3])
    red[..., 0] = 255
    np.testing.assert_allclose(upload.read(png(red), "a.png", (4, 4)), 0.299, rtol=1e-5)


def test_pixels_get_the_range_of_the_data():
    x = upload.read(png([[0, 255], [255, 0]]), "a.png", (2, 2), low=-1., high=3.)
    np.testing.assert_array_equal(x, [[-1, 3], [3, -1]])


@pytest.mark.parametrize("text", ["1,2.5,-3", "1 2.5 -3\n", "1, 2.5\n-3"])
def test_a_row_of_numbers(text):
    np.testing.assert_array_equal(upload.read(text.encode(), "a.csv", (3,)), [1, 2.5, -3])


@pytest.mark.parametrize(("content", "shape", "message"), [
    (b"", (4, 4), "a file of 1 byte to 5 MiB. Received: 0 bytes"),
    (b"x" * (upload.MOST_BYTES + 1), (4, 4), "Received: 5,242,881 bytes"),
    (b"GIF89a", (4, 4), "a valid png, jpg, bmp or gif image"),
    (b"<svg xmlns='http://www.w3.org/2000/svg'/>", (4, 4), "a valid png, jpg, bmp or gif image"),
    (png(np.ones([2, 2]))[:40], (4, 4), "a valid png, jpg, bmp or gif image"),
    (b"1,2", (3,), "3 finite numbers, the features of one object. Received: 2, 0 not finite"),
    (b"1,2,nan", (3,), "Received: 3, 1 not finite"),
    (b"a,b,c", (3,), "a text file of 3 numbers.*could not convert"),
    (b"\xff\xfe\x00", (3,), "a text file of 3 numbers.*codec"),
], ids=["empty", "too-long", "gif", "svg", "cut-short", "few", "nan", "words", "binary"])
def test_bad_files_are_refused(content, shape, message):
    with pytest.raises(ValueError, match=f"my file: expected .*{message}"):
        upload.read(content, "my file", shape)


@pytest.mark.parametrize(("side", "message"), [
    (6000, "at most 25 million pixels. Received: 6000 x 6000"),
    (9500, "an image of reasonable size"),
])
def test_bombs_are_refused_before_they_are_decoded(monkeypatch, side, message):
    file = io.BytesIO()
    Image.new("1", (side, side)).save(file, "PNG")
    monkeypatch.setattr(upload.picture, "decode", lambda *_: pytest.fail("it was decoded"))
    with pytest.raises(ValueError, match=re.escape(message)):
        upload.read(file.getvalue(), "bomb.png", (4, 4))
