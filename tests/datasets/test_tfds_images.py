"""MNIST through a stand-in for TensorFlow Datasets: small, prepared, damaged, or not there."""
import pathlib
import socket
import types

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_datasets as tfds

import vsc_tf.datasets
from vsc_tf.datasets import tfds_images


class Builder:
    """Holds three images for train and two for test."""

    data_path = pathlib.Path("data/mnist/3.0.1")
    info = types.SimpleNamespace(
        features={"label": types.SimpleNamespace(names=["zero", "one", "two"])}, homepage="home")
    prepared, damaged = True, False

    def is_prepared(self):
        return self.prepared

    def download_and_prepare(self):
        self.prepared = True

    def as_dataset(self, split, batch_size, as_supervised):
        assert (split, batch_size, as_supervised) == (["train", "test"], -1, True)
        if self.damaged:
            raise tf.errors.DataLossError(None, None, "corrupted record at 0")
        images = tf.constant(np.arange(3 * 28 * 28).reshape(3, 28, 28, 1) % 256, tf.uint8)
        return [(images, tf.constant([0, 1, 2], tf.int64)),
                (images[:2], tf.constant([2, 1], tf.int64))]


@pytest.fixture
def builder(monkeypatch):
    builder = Builder()
    monkeypatch.setattr(tfds, "builder", lambda name: builder)
    return builder


def test_scales_to_the_unit_interval_and_keeps_order(builder):
    data = vsc_tf.datasets.load("mnist")
    expected = (np.arange(3 * 28 * 28) % 256).reshape(3, 28, 28) / 255
    np.testing.assert_allclose(data.train.x, expected, rtol=1e-6)
    np.testing.assert_allclose(data.test.x, expected[:2], rtol=1e-6)
    assert data.train.y.tolist() == [0, 1, 2] and data.test.y.tolist() == [2, 1]
    assert data.info.class_names == ("zero", "one", "two")


def test_prepares_what_is_not_there(builder, monkeypatch):
    builder.prepared = False
    monkeypatch.setattr(tfds_images, "_check_server", lambda url: None)
    assert len(vsc_tf.datasets.load("fashion_mnist").train.x) == 3


def test_says_what_to_do_without_a_network(builder, monkeypatch):
    builder.prepared = False
    monkeypatch.setenv("no_proxy", "*")
    with socket.socket() as taken:  # Bound and not listening: connections are refused.
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setitem(
            tfds_images.SERVERS, "mnist", f"http://127.0.0.1:{taken.getsockname()[1]}/")
        with pytest.raises(OSError, match="mnist: expected a prepared copy in .*refused.*On a "
                                          "machine with internet run: .*copy its folder"):
            vsc_tf.datasets.load("mnist")
    assert not builder.prepared  # It was not even tried, which takes minutes.


def test_a_damaged_copy(builder):
    builder.damaged = True
    with pytest.raises(ValueError, match="intact prepared copy.*corrupted record.*Delete"):
        vsc_tf.datasets.load("mnist")
