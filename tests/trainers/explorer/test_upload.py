"""What people hand in: pictures and rows that fit, and all that does not."""
import gzip
import io
import re

import numpy as np
import pyarrow as pa
import pyarrow.parquet
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


def parquet(**columns):
    file = io.BytesIO()
    pa.parquet.write_table(pa.table(columns), file)
    return file.getvalue()


@pytest.mark.parametrize(("name", "content"), [
    ("a.csv", b"c,a,b\n-3,1,2.5\n"), ("a.csv", b"\xef\xbb\xbfa,b,c\r\n1,2.5,-3\r\n\r\n"),
    ("a.csv.gz", gzip.compress(b"c,a,b\n-3,1,2.5\n")), ("a.csv", b"1,2.5,-3"),
    ("a.csv.gz", gzip.compress(b"1,2.5,-3")), ("a.parquet", parquet(c=[-3], a=[1], b=[2.5]))],
    ids=["csv", "csv from Windows", "gzipped", "no header", "no header, gzipped", "parquet"])
def test_a_row_with_names_comes_in_the_order_of_the_model(name, content):
    x = upload.read(content, name, (3,), names=("a", "b", "c"))
    np.testing.assert_array_equal(x, [1, 2.5, -3])


@pytest.mark.parametrize(("name", "content"), [
    ("a.csv", b"a,b,d\n1,2,3\n"), ("a.csv", b"a,b\n1,2\n"), ("a.csv", b"a,b,c,d\n1,2,3,4\n"),
    ("a.parquet", parquet(a=[1], b=[2], d=[3]))], ids=["other", "fewer", "more", "parquet"])
def test_other_columns_are_refused(name, content):
    with pytest.raises(ValueError, match="a.*expected .*3 columns that the model was fitted to"):
        upload.read(content, name, (3,), names=("a", "b", "c"))


@pytest.mark.parametrize(("content", "shape", "message"), [
    (b"", (4, 4), "a file of 1 byte to 5 MiB. Received: 0 bytes"),
    (b"x" * (upload.MOST_BYTES + 1), (4, 4), "Received: 5,242,881 bytes"),
    (b"GIF89a", (4, 4), "a valid png, jpg, bmp, gif, webp or tiff image"),
    (b"<svg xmlns='http://www.w3.org/2000/svg'/>", (4, 4),
     "a valid png, jpg, bmp, gif, webp or tiff image"),
    (png(np.ones([2, 2]))[:40], (4, 4), "a valid png, jpg, bmp, gif, webp or tiff image"),
    (b"1,2", (3,), "3 numbers.*Received: 2"),
    (b"1,2,nan", (3,), "number in column 'column 3', line 1. Received: 'nan'"),
    (b"1,2,1_0", (3,), "which can be either"),
    (b"1 2 1e60", (3,), r"finite numbers \(in float32\). Received: 1 that are too large"),
    (b"a,b,c", (3,), "one row of 3 numbers, .*Received: 0 of 3"),
    (b"a,b\n1,2\n", (3,), "one row of 3 numbers, .*Received: 1 of 2"),
    (b"a,b,c\n1,2,3\n4,5,6\n", (3,), "Received: several of 3. Leave the others out"),
    (b"\xff\xfe\x00", (3,), "a text file of 3 numbers.*UTF-16"),
], ids=["empty", "too-long", "gif", "svg", "cut-short", "few", "nan", "underscore", "too-large",
        "words", "narrow", "two-rows", "binary"])
def test_bad_files_are_refused(content, shape, message):
    with pytest.raises(ValueError, match=f"my file: expected .*{message}"):
        upload.read(content, "my file", shape)


def test_archives_that_unpack_to_gigabytes_are_refused():
    lines = gzip.compress(b"a,b,c\n" + b"1,2,3\n" * 5_000_000)
    with pytest.raises(ValueError, match="Received: several of 3"):
        upload.read(lines, "a.csv.gz", (3,))
    for line, message in ((b"1,2" + b"0" * 2**27, "records of at most 64 MiB"),
                          (b"," * 2**23, "at most 1,000,000 columns. Received: 8,388,609")):
        with pytest.raises(ValueError, match=message):
            upload.read(gzip.compress(line), "a.csv.gz", (3,))


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
