"""`names` and `load`: which loader gets the name, and names and options that none knows."""
import numpy as np
import pytest

import vsc_tf.datasets


def test_names():
    assert vsc_tf.datasets.names() == (
        "celeba", "fashion_mnist", "mnist", "natural_patches", "smiley", "uci_har")


def test_options_reach_the_loader():
    data = vsc_tf.datasets.load("smiley", seed=5, train_size=7, test_size=3)
    assert data.train.x.shape == (7, 32, 32)
    np.testing.assert_array_equal(
        data.train.x, vsc_tf.datasets.smiley.load(5, 7, 3).train.x)


def test_a_name_is_never_a_path_but_a_path_object_is(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "smiley").mkdir()
    assert vsc_tf.datasets.load("smiley", train_size=1, test_size=1).info.name == "smiley"
    with pytest.raises(ValueError, match="expected a folder with images"):
        vsc_tf.datasets.load(tmp_path / "smiley")


def test_the_folder_one_is_in(tmp_path, monkeypatch):
    from PIL import Image
    for name in "ab":
        Image.new("L", (2, 2)).save(tmp_path / f"{name}.png")
    monkeypatch.chdir(tmp_path)
    assert vsc_tf.datasets.load(".", test_fraction=0.5).info.name == tmp_path.name


@pytest.mark.parametrize(("name", "message"), [
    ("smilee", r"one of celeba, fashion_mnist, .*\.npy, \.npz, \.csv, \.csv\.gz, \.parquet, "
               r"\.feather, \.h5ad file .*"
               "folder of images or shards. Received: 'smilee'. Did you mean 'smiley'"),
    ("Fashion-MNIST", "Did you mean 'fashion_mnist'"),
    ("cifar", "Received: 'cifar'$"),
    ("none.npy", "Received: 'none.npy', which does not exist"),
    ("some/folder", "which does not exist. Check the path"),
    ("", "Received: ''"),
    (None, "Received: None"),
    (3, "Received: 3"),
])
def test_unknown_names(name, message):
    with pytest.raises(ValueError, match=message):
        vsc_tf.datasets.load(name)


def test_a_tilde_in_a_name_is_nobodys_home(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.save("~.npy", np.zeros([5, 2]))
    assert vsc_tf.datasets.load("./~.npy").train.x.shape == (4, 2)
    with pytest.raises(ValueError, match="Received: '~nobody.csv', which does not exist"):
        vsc_tf.datasets.load("~nobody.csv")


def test_a_file_of_another_kind(tmp_path):
    (tmp_path / "mine.mat").write_bytes(b"")
    with pytest.raises(ValueError, match="a file of another type, .*mine.mat.*np.savez"):
        vsc_tf.datasets.load(tmp_path / "mine.mat")


@pytest.mark.parametrize(("name", "options", "message"), [
    ("smiley", dict(size=3), "smiley: expected options among seed, train_size, test_size, "
                             "presence_prob. Received: size"),
    ("mnist", dict(seed=3), "mnist: expected no options. Received: seed"),
    ("celeba", dict(seed=3), "celeba: expected options among path, image_size. Received: seed"),
    ("uci_har", dict(seed=3), "uci_har: expected options among path. Received: seed"),
    ("mine.npy", dict(path="x"), "mine.npy: expected options among test_fraction, seed. "
                                 "Received: path"),
    ("mine.npy", dict(image_size=3, label_column="y"), "Received: image_size, label_column"),
])
def test_unknown_options(tmp_path, monkeypatch, name, options, message):
    monkeypatch.chdir(tmp_path)
    np.save("mine.npy", np.zeros([5, 2]))
    with pytest.raises(ValueError, match=message):
        vsc_tf.datasets.load(name, **options)
