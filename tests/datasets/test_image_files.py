"""Images that stay on disk: indexing, order, threads, what is kept in memory and what is not."""
import numpy as np
import pytest
from PIL import Image

import vsc_tf.datasets
from vsc_tf.datasets import memory
from vsc_tf.datasets.batches import batches
from vsc_tf.datasets.image_files import ImageFiles


@pytest.fixture
def folder(tmp_path):
    """Twenty grey pictures 6 x 8; number i has the value 10 i."""
    for i in range(20):
        Image.fromarray(np.full([6, 8], 10 * i, np.uint8)).save(tmp_path / f"{i:02d}.png")
    return tmp_path


def opened(folder, shape=(3, 4)):
    return ImageFiles([str(path) for path in sorted(folder.iterdir())], str, shape)


@pytest.mark.parametrize("rows", [
    3, -1, slice(2, 5), slice(None, None, -7), [4, 4, 0], np.arange(20) % 3 == 0,
    np.array([[1, 2], [3, 4]]), [],
], ids=repr)
def test_is_indexed_as_the_array_of_its_images(folder, rows):
    images, values = opened(folder), np.arange(20)
    rows = np.asarray(rows, int) if isinstance(rows, list) else rows
    found = images[rows]
    assert found.shape == (*np.shape(values[rows]), 3, 4) and found.dtype == np.float32
    np.testing.assert_allclose(
        found, np.broadcast_to(10 / 255 * values[rows][..., None, None], found.shape), rtol=1e-6)


def test_has_the_attributes_of_the_array(folder):
    images = opened(folder, (3, 4, 3))
    whole = np.asarray(images)
    assert (images.shape, images.ndim, images.dtype, images.nbytes, len(images)) == (
        whole.shape, whole.ndim, whole.dtype, whole.nbytes, len(whole))


def test_an_index_beyond_the_end(folder):
    with pytest.raises(IndexError, match="20"):
        opened(folder)[20]


def test_a_subset_reads_nothing_until_it_is_asked(folder):
    some = opened(folder).subset(np.arange(20) >= 15)
    (folder / "17.png").unlink()
    assert len(some) == 5
    np.testing.assert_allclose(some[[0, 4]][:, 0, 0] * 25.5, [15, 19], rtol=1e-6)
    with pytest.raises(ValueError, match="17.png: expected a valid png, jpg, bmp, gif, webp or "
                                         "tiff image"):
        some[2]


def test_a_stream_of_files_is_the_stream_of_the_array(folder):
    images = opened(folder)
    streams = [batches(x, 6, seed=4, first_step=2).take(7).as_numpy_iterator()
               for x in (images, images[:])]
    for on_disk, in_memory in zip(*streams, strict=True):
        np.testing.assert_array_equal(on_disk, in_memory)
    assert tuple(batches(images, 6).element_spec.shape) == (6, 3, 4)


def test_large_folders_stay_on_disk_and_their_test_split_is_thinned(folder, monkeypatch):
    whole = vsc_tf.datasets.load(folder, test_fraction=0.4)
    assert isinstance(whole.train.x, np.ndarray) and whole.info.note == ""
    monkeypatch.setattr(memory, "IN_MEMORY", 4 * 6 * 8 * 3)  # Three pictures.
    data = vsc_tf.datasets.load(folder, test_fraction=0.4)
    assert isinstance(data.train.x, ImageFiles)
    np.testing.assert_array_equal(data.train.x[:], whole.train.x)
    np.testing.assert_array_equal(data.test.x, whole.test.x[[0, 3, 7]])
    assert data.info.note == ("The test split is 3 of 8 images, evenly spaced. "
                              "Training images are read from disk at every step.")
