"""The real data sets, where they have been prepared (`TFDS_DATA_DIR`); never a download."""
import os

import numpy as np
import pytest

import vsc_tf.datasets
from vsc_tf.datasets import download

pytestmark = pytest.mark.skipif(
    not os.environ.get("TFDS_DATA_DIR"),
    reason="TFDS_DATA_DIR is not set: no prepared data sets on this machine")


def test_uci_har():
    data = vsc_tf.datasets.load("uci_har")
    assert data.train.x.shape == (7352, 561) and data.test.x.shape == (2947, 561)
    assert np.bincount(data.train.y).tolist() == [1226, 1073, 986, 1286, 1374, 1407]
    assert np.bincount(data.test.y).tolist() == [496, 471, 420, 491, 532, 537]
    assert data.info.class_names[0] == "WALKING" and data.info.class_names[5] == "LAYING"
    assert len(data.info.feature_names) == 561
    assert data.info.feature_names[0] == "tBodyAcc-mean()-X"


def test_celeba():
    if not (download.data_folder() / "downloads" / "manual" / "img_align_celeba.zip").is_file():
        pytest.skip("img_align_celeba.zip is not there")
    data = vsc_tf.datasets.load("celeba", image_size=32)
    assert data.train.x.shape[1:] == (32, 32, 3) and data.test.x.max() <= 1
    assert len(data.info.factor_names) == 40 and data.info.factor_names[31] == "Smiling"
    assert 0.4 < data.test.factors[:, 31].mean() < 0.6


@pytest.mark.parametrize(("name", "first_labels", "first_class", "counts"), [
    ("mnist", [7, 2, 1, 0, 4], "0", [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]),
    ("fashion_mnist", [9, 2, 1, 1, 6], "T-shirt/top", [1000] * 10),
])
def test_images(name, first_labels, first_class, counts):
    data = vsc_tf.datasets.load(name)
    assert data.train.x.shape == (60_000, 28, 28) and data.test.x.shape == (10_000, 28, 28)
    for split in (data.train, data.test):
        assert split.x.dtype == np.float32
        assert split.x.min() == 0 and split.x.max() == 1
    assert np.bincount(data.test.y).tolist() == counts
    assert len(data.info.class_names) == 10 and data.info.class_names[0] == first_class
    np.testing.assert_array_equal(data.test.y[:5], first_labels)
