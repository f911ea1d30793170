"""Rows of every kind of file come in order; what cannot be read is said, and the rest goes on."""

import numpy as np
import pytest
from apache_beam.io.filesystems import FileSystems
from PIL import Image

from tests.trainers.encoding.reading import (
    OPTIONS,
    TABLES,
    X,
    all_of,
    example,
    write,
    write_tfrecord,
)
from trainers.encoding import pipeline
from trainers.encoding.formats import Options
from trainers.encoding.readers import PART_ROWS, parts, read


@pytest.mark.parametrize("kind", ["npy", "npz", *TABLES, "tfrecord", "tfrecord.gz"])
@pytest.mark.parametrize("open_file", [open, pipeline._open, lambda path, mode: FileSystems.open(
    path)], ids=["open", "the pipeline's", "Beam's, unpacking"])
def test_every_kind_gives_its_rows_in_order(kind, open_file, tmp_path):
    options = OPTIONS._replace(label_column="kind" if kind in TABLES else "")
    rows, values, bad = all_of(write(tmp_path, kind), options, open_file=open_file)
    assert (rows, bad) == (list(range(10)), [])
    np.testing.assert_array_equal(values, X)


def test_an_array_that_lies_by_columns_is_the_same(tmp_path):
    np.save(tmp_path / "rows.npy", np.asfortranarray(X))
    rows, values, bad = all_of(tmp_path / "rows.npy")
    assert (rows, bad) == (list(range(10)), [])
    np.testing.assert_array_equal(values, X)


def test_parts_of_an_array_make_up_the_whole(tmp_path):
    x = np.zeros([2 * PART_ROWS + 5, 1], "uint8")
    x[[0, -1]] = 7
    np.save(tmp_path / "rows.npy", x)
    found = parts(str(tmp_path / "rows.npy"))
    assert found == [(0, PART_ROWS), (PART_ROWS, 2 * PART_ROWS), (2 * PART_ROWS, len(x))]
    rows, values, bad = all_of(tmp_path / "rows.npy", OPTIONS._replace(shape=(1,)),
                               start=found[-1][0], stop=found[-1][1])
    assert rows == list(range(2 * PART_ROWS, len(x))) and not bad
    assert values.ravel().tolist() == [0, 0, 0, 0, 7]


def test_an_archive_with_a_split_gives_both_parts(tmp_path):
    np.savez(tmp_path / "split.npz", x_train=X[:6], x_test=X[6:])
    sources = {item.source.partition("#")[2]: len(item.rows)
               for item in read(str(tmp_path / "split.npz"), OPTIONS._replace(batch_size=9))}
    assert sources == {"x_train": 6, "x_test": 4}


def test_rows_that_are_not_finite_are_left_out(tmp_path):
    x = X.astype("float64")
    x[2, 1], x[5, 0], x[6, 2] = np.nan, -np.inf, 1e300  # The last is none in float32.
    np.save(tmp_path / "rows.npy", x)
    rows, _, bad = all_of(tmp_path / "rows.npy")
    assert rows == [0, 1, 3, 4, 7, 8, 9]
    assert [(item.row, item.rows) for item in bad] == [(2, 1), (5, 1), (6, 1)]
    assert "Received: NaN or infinite" in bad[0].reason


def test_another_width_is_said_once_a_block(tmp_path):
    np.save(tmp_path / "rows.npy", X[:, :2])
    rows, _, bad = all_of(tmp_path / "rows.npy")
    assert not rows and sum(item.rows for item in bad) == 10
    assert "expected rows of shape (3,), the model's. Received: (2,)" in bad[0].reason


def test_an_array_that_breaks_off_keeps_what_came_before(tmp_path):
    path = write(tmp_path, "npy")
    path.write_bytes(path.read_bytes()[:-5 * 24 - 1])  # A row is 24 bytes.
    rows, _, bad = all_of(path)
    assert rows == [0, 1, 2, 3]
    assert [(item.row, item.rows) for item in bad] == [(4, 6)]
    assert "expected 10 rows" in bad[0].reason and "the end of the file" in bad[0].reason


def test_bad_records_are_left_out(tmp_path):
    records = [example(X[0]), example(X[1][:2]), example(X[2], "y"), b"\xff\xff", example(X[4])]
    rows, _, bad = all_of(write_tfrecord(tmp_path / "rows.tfrecord", records))
    assert rows == [0, 4]
    assert "3 floats in feature 'x'. Received: 2" in bad[0].reason
    assert "a feature 'x'. Received: ['y']" in bad[1].reason
    assert "Received: another record" in bad[2].reason


def test_records_that_break_off_keep_what_came_before(tmp_path):
    path = write(tmp_path, "tfrecord")
    path.write_bytes(path.read_bytes()[:-3])
    rows, _, bad = all_of(path)
    assert rows == list(range(9))
    assert bad[0].row == 9 and "cannot be read from row 9 on" in bad[0].reason


def test_a_picture_is_one_row_scaled_as_in_training(tmp_path):
    pixels = np.arange(64, dtype="uint8").reshape(8, 8)
    Image.fromarray(pixels).save(tmp_path / "grey.png")
    rows, values, bad = all_of(tmp_path / "grey.png", Options((8, 8)))
    assert rows == [0] and not bad
    np.testing.assert_allclose(values[0], pixels / 255, rtol=1e-6)
    colour = all_of(tmp_path / "grey.png", Options((8, 8, 3)))[1]
    np.testing.assert_allclose(colour[0], np.repeat(values[0][..., None], 3, axis=2))


def test_a_picture_of_another_size_is_resized_if_asked(tmp_path):
    Image.new("L", (16, 10), 51).save(tmp_path / "wide.png")
    rows, _, (bad,) = all_of(tmp_path / "wide.png", Options((8, 8)))
    assert not rows and "Received: (10, 16). Give --resize." in bad.reason
    values = all_of(tmp_path / "wide.png", Options((8, 8), resize=True))[1]
    np.testing.assert_allclose(values, np.full([1, 8, 8], 0.2), rtol=1e-6)


def test_a_picture_is_cropped_as_those_of_celeba(tmp_path):
    pixels = np.zeros([218, 178], "uint8")
    pixels[35:183, 15:163] = 255  # 148 x 148 in the middle.
    Image.fromarray(pixels).save(tmp_path / "face.png")
    values = all_of(tmp_path / "face.png", Options((8, 8), crop=148 / 178))[1]
    # Pillow's filter reaches half a pixel of the result beyond what is cropped.
    np.testing.assert_allclose(values[0, 1:-1, 1:-1], np.ones([6, 6]), rtol=1e-6)
    assert values.min() > 0.7 and all_of(
        tmp_path / "face.png", Options((8, 8), resize=True))[1].min() < 0.1


@pytest.mark.parametrize(("name", "content"), [
    ("a.npy", b"no array"), ("a.npz", b"PK no archive"), ("a.png", b"no picture"),
    ("a.tfrecord", b"no records at all, only text"), ("gone.npy", None)])
def test_a_broken_file_is_one_line(name, content, tmp_path):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    rows, _, (bad,) = all_of(tmp_path / name)
    assert not rows and bad.rows == 0 and "cannot be read from row 0 on" in bad.reason


def test_pickled_objects_are_not_opened(tmp_path):
    np.save(tmp_path / "a.npy", np.array([{"x": 1}], object), allow_pickle=True)
    rows, _, (bad,) = all_of(tmp_path / "a.npy")
    assert not rows and "expected numbers" in bad.reason


def test_an_empty_array_has_no_rows(tmp_path):
    np.save(tmp_path / "a.npy", X[:0])
    assert parts(str(tmp_path / "a.npy")) == []
    assert all_of(tmp_path / "a.npy")[0] == [] and not all_of(tmp_path / "a.npy")[2]
