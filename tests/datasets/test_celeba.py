"""CelebA: zips of the official layout, made here; the face in the middle, attributes, splits."""
import io
import zipfile

import numpy as np
import pytest
from PIL import Image

import vsc_tf.datasets
from vsc_tf.datasets import celeba, memory
from vsc_tf.datasets.image_files import ImageFiles

LINES = ["5", "Bald  Smiling", "000001.jpg -1  1", "000002.jpg  1 -1", "000003.jpg -1 -1",
         "000004.jpg  1  1", "000005.jpg -1  1"]


def jpeg(value):
    """A picture 178 x 218: `value` in the 148 x 148 pixels in the middle, white around them."""
    pixels = np.full([218, 178, 3], 255, np.uint8)
    pixels[35:183, 15:163] = value
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=100, subsampling=0)
    return file.getvalue()


def write(folder, lines=LINES, count=5):
    with zipfile.ZipFile(folder / celeba.ZIP, "w") as file:
        for i in range(1, count + 1):
            file.writestr(f"{celeba.ROOT}/{i:06d}.jpg", jpeg((40 * i, 100, 0)))
    (folder / celeba.ATTRIBUTES).write_text("\n".join([*lines, ""]))
    return folder / celeba.ZIP


def reds(x):
    """Which picture each is."""
    return np.rint(x[:, 5, 5, 0] * 255 / 40).astype(int).tolist()


def test_the_face_is_cropped_resized_and_has_its_attributes(tmp_path, monkeypatch):
    manual = tmp_path / "downloads" / "manual"
    manual.mkdir(parents=True)
    write(manual)
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))
    data = vsc_tf.datasets.load("celeba", image_size=64)
    assert data.train.x.shape == (4, 64, 64, 3) and data.test.x.shape == (1, 64, 64, 3)
    assert data.info.factor_names == ("Bald", "Smiling") and data.info.factor_groups == (0, 1)
    present = {1: [0, 1], 2: [1, 0], 3: [0, 0], 4: [1, 1], 5: [0, 1]}
    for split in (data.train, data.test):
        np.testing.assert_array_equal(split.factors, [present[red] for red in reds(split.x)])
        # Nothing of the white frame, at most where it touches.
        assert np.abs(split.x[:, 1:-1, 1:-1, 1:] - [100 / 255, 0]).max() < 0.03
    assert sorted(reds(data.train.x) + reds(data.test.x)) == [1, 2, 3, 4, 5]


def test_large_ones_are_read_from_the_zip(tmp_path, monkeypatch):
    whole = celeba.load(write(tmp_path), (8, 10))
    monkeypatch.setattr(memory, "IN_MEMORY", 8 * 10 * 3 * 4)
    data = celeba.load(tmp_path / celeba.ZIP, (8, 10))
    assert isinstance(data.train.x, ImageFiles) and "read from disk" in data.info.note
    np.testing.assert_array_equal(data.train.x[:], whole.train.x)


def test_the_whole_set_has_the_official_split(tmp_path, monkeypatch):
    for name, number in (("COUNT", 5), ("TRAIN", 2), ("TEST_FROM", 4)):
        monkeypatch.setattr(celeba, name, number)
    data = celeba.load(write(tmp_path), 16)
    assert reds(data.train.x) == [1, 2] and reds(data.test.x) == [5]
    np.testing.assert_array_equal(data.test.factors, [[0, 1]])


def test_an_unpacked_folder_is_the_same(tmp_path):
    zipped = celeba.load(write(tmp_path), 16)
    zipfile.ZipFile(tmp_path / celeba.ZIP).extractall(tmp_path)
    folder = celeba.load(tmp_path / celeba.ROOT, 16)
    np.testing.assert_array_equal(folder.train.x, zipped.train.x)


@pytest.mark.parametrize("lost", [celeba.ZIP, celeba.ATTRIBUTES])
def test_files_that_are_not_there(tmp_path, lost):
    path = write(tmp_path)
    (tmp_path / lost).unlink()
    with pytest.raises(ValueError, match=f"side by side. Received: .*{lost}, which does not exist."
                                         ".*mmlab.*place them in"):
        celeba.load(path)


@pytest.mark.parametrize("lines", [
    ["6", *LINES[1:]], ["five", *LINES[1:]], [], ["5"], LINES[:-1] + ["000005.jpg -1"],
    LINES[:-1] + ["000005.jpg -1 0"], LINES[:-1] + ["000005.jpg -1 yes"],
], ids=["count", "no-count", "empty", "no-names", "short-line", "value", "word"])
def test_a_broken_list_of_attributes(tmp_path, lines):
    with pytest.raises(ValueError, match="list_attr_celeba.txt: expected the number of images.*"
                                         "Received: .*Get the official file"):
        celeba.load(write(tmp_path, lines))


def test_a_zip_without_a_picture_that_is_listed(tmp_path):
    with pytest.raises(ValueError, match="Received: no 000005.jpg. Get both"):
        celeba.load(write(tmp_path, count=4))


def test_a_file_that_is_no_zip(tmp_path):
    write(tmp_path).write_text("not a zip")
    with pytest.raises(ValueError, match="expected a readable zip.*Get the official file"):
        celeba.load(tmp_path / celeba.ZIP)


def test_bad_image_size(tmp_path):
    with pytest.raises(ValueError, match="`image_size` to be a positive integer"):
        celeba.load(write(tmp_path), 0)
