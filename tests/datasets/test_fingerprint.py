"""Fingerprints tell data that changed from data that did not."""
import dataclasses

import numpy as np
import pytest
from PIL import Image

from vsc_tf.datasets import Dataset, Info, Split, fingerprint, load
from vsc_tf.datasets.image_files import ImageFiles

X = np.random.default_rng(0).normal(size=(30, 3)).astype("float32")


def data_of(x=X, y=None, factors=None, names=("a", "b", "c"), **info):
    split = [None if values is None else np.asarray(values) for values in (y, factors)]
    return Dataset(Split(x, *split), Split(x[:5], *(None if v is None else v[:5] for v in split)),
                   Info("mine", (x.shape[1],), column_names=names, **info))


def changed(**arguments):
    return fingerprint.differences(fingerprint.of(data_of()), fingerprint.of(data_of(**arguments)))


def test_equal_data_are_equal():
    assert changed() == changed(x=X.copy()) == []


@pytest.mark.parametrize(("arguments", "said"), [
    ({"x": X[:29]}, ["rows [30, 5] then, [29, 5] now"]),
    ({"x": X[:, :2], "names": ("a", "b")}, ["shape [3] then, [2] now", "columns of other names"]),
    ({"names": ("c", "b", "a")}, ["columns in another order"]),
    ({"names": ("a", "b", "d")}, ["columns of other names"]),
    ({"names": ()}, ["columns of other names"]),
    ({"x": np.nextafter(X, np.float32(np.inf))},
     ["other values in rows and columns of the same number"]),
    ({"x": X[::-1]}, ["other values in rows and columns of the same number"]),
    ({"y": np.arange(30) % 2}, ["other values in rows and columns of the same number"]),
    ({"factors": X}, ["other values in rows and columns of the same number"])])
def test_what_changed_is_said(arguments, said):
    assert changed(**arguments) == said


def test_names_of_classes_count():
    y = np.arange(30) % 2
    one, other = (fingerprint.of(data_of(y=y, class_names=names))
                  for names in (("a", "b"), ("b", "a")))
    assert fingerprint.differences(one, other)


def test_without_a_hash_sizes_are_compared_alone():
    kept = fingerprint.of(data_of(), hashed=False)
    assert "values" not in kept
    assert fingerprint.differences(kept, fingerprint.of(data_of(x=X + 1))) == []
    assert fingerprint.differences({}, fingerprint.of(data_of())) == []  # Of an older run.


def test_of_large_data_a_sample_is_hashed(monkeypatch, tmp_path):
    monkeypatch.setattr(fingerprint, "WHOLE", 10)
    monkeypatch.setattr(fingerprint, "SAMPLE", 2)
    other = X.copy()
    other[7] = 0.  # Not the first, nor the last.
    assert changed(x=other) == []
    other[29] = 0.
    assert changed(x=other)
    for i in range(3):
        Image.new("L", (4, 4), 9 * i).save(tmp_path / f"{i}.png")
    images = ImageFiles([str(tmp_path / f"{i}.png") for i in range(3)], str, (4, 4))
    data = Dataset(Split(images), Split(images), Info("images", (4, 4)))
    then = fingerprint.of(data)
    Image.new("L", (4, 4), 200).save(tmp_path / "1.png")
    assert fingerprint.differences(then, fingerprint.of(data))


def test_files_loaded_twice_are_the_same(tmp_path):
    np.save(tmp_path / "x.npy", X)
    first, second = (fingerprint.of(load(tmp_path / "x.npy")) for _ in range(2))
    assert first == second and len(first["values"]) == 64


def test_factors_without_names_get_numbers():
    data = data_of(factors=X)
    assert data.info.factor_names == data.info.group_names == ("factor 1", "factor 2", "factor 3")
    assert data.info.factor_groups == (0, 1, 2)
    again = dataclasses.replace(data, info=dataclasses.replace(
        data.info, factor_names=tuple("xyz")))
    assert again.info.factor_names == ("x", "y", "z")
    with pytest.raises(ValueError,
                       match="mine: expected a name for each of 3 factors. Received: 1"):
        data_of(factors=X, factor_names=("one",))
