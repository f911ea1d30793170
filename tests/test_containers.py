"""What is no array is refused wherever an array is wanted, with a cure that cures."""
import pathlib

import keras
import numpy as np
import pytest
import scipy.sparse
import tensorflow as tf

import vsc_tf
from tests.models.test_named_columns import Frame
from vsc_tf import checks, containers

X = np.random.default_rng(0).random((40, 4)).astype("float32")


class Batches(keras.utils.PyDataset):
    """Ten rows at a time, with labels and weights if they are given."""

    def __init__(self, *arrays):
        super().__init__()
        self.arrays = arrays

    def __len__(self):
        return len(self.arrays[0]) // 10

    def __getitem__(self, i):
        parts = tuple(a[10 * i:10 * i + 10] for a in self.arrays)
        return parts[0] if len(parts) == 1 else parts


def masked():
    return np.ma.masked_greater(X, 0.5)


NO_ARRAYS = {
    "list of inputs": (lambda: [X], "a list of 1 arrays, which Keras takes for 1 inputs.*itself"),
    "pair": (lambda: (X, X[:, 0]), "a tuple of 2 arrays, which Keras takes for 2 inputs"),
    "list of rows": (lambda: list(X), r"a list of 40 arrays.*np.stack\(x\)"),
    "list of tensors": (lambda: [tf.constant(X)], "a list of 1 arrays"),
    "list of frames": (lambda: [Frame(X, "abcd")], "a list of 1 arrays"),
    "dict": (lambda: {"image": X}, "a dict of image. Give the array"),
    "Dataset": (lambda: tf.data.Dataset.from_tensor_slices(X).batch(9),
                "a tf.data.Dataset, which fit, evaluate and predict take"),
    "PyDataset": (lambda: Batches(X), "a keras.utils.PyDataset, which fit"),
    "sparse": (lambda: scipy.sparse.csr_matrix(X), r"a sparse matrix. Give x.toarray\(\)"),
    "sparse array": (lambda: scipy.sparse.coo_array(X), r"a sparse matrix. Give x.toarray\(\)"),
    "sparse tensor": (lambda: tf.sparse.from_dense(X), "a sparse or ragged tensor"),
    "ragged": (lambda: tf.ragged.constant([[1.], [1., 2.]]), "a sparse or ragged tensor"),
    "masked": (masked, r"a masked array, with values.*x.filled"),
    "generator": (lambda: (row for row in X), "a generator, which can be gone through only once"),
    "path": (lambda: pathlib.Path("rows.csv"), r"a path or text.*vsc_tf.datasets.load\(path\)"),
    "text": (lambda: "rows.csv", "a path or text"),
    "data set": (lambda: vsc_tf.datasets.load("smiley", train_size=9, test_size=9),
                 "a data set with its splits.*data.train.x"),
    "split": (lambda: vsc_tf.datasets.Split(X), "a split of a data set.*split.x"),
}


@pytest.fixture(scope="module")
def model():
    model = vsc_tf.VAE(2, likelihood="gaussian", seed=0, encoder=vsc_tf.networks.mlp(4),
                       decoder=vsc_tf.networks.mlp(4))
    model.compile(optimizer="adam")
    model.adapt(X)
    return model


@pytest.mark.parametrize(("make", "message"), NO_ARRAYS.values(), ids=NO_ARRAYS)
@pytest.mark.parametrize("way", ["encode", "score", "log_likelihood", "reconstruct", "adapt",
                                 "decode"])
def test_containers_are_no_arrays(model, way, make, message):
    if "a sparse matrix" in message and way != "decode":
        return  # Taken, by batch: tests/test_anndata.py.
    with pytest.raises(ValueError, match=f"Argument `[xz]` must be an array.*Received: {message}"):
        getattr(model, way)(make())


@pytest.mark.parametrize(("make", "message"), NO_ARRAYS.values(), ids=NO_ARRAYS)
@pytest.mark.parametrize("way", ["fit", "evaluate", "predict"])
def test_keras_own_ways_take_batches_besides_and_nothing_else(model, way, make, message):
    if "fit" in message or "a sparse matrix" in message:
        return
    with pytest.raises(ValueError, match="`x` must be an array of numbers.*tf.data.Dataset or a "
                                         f"keras.utils.PyDataset. Received: {message}"):
        getattr(model, way)(make())


@pytest.mark.parametrize("x", [
    X.tolist(), X.astype("float64"), tf.constant(X), np.asfortranarray(X), memoryview(X),
    np.ma.array(X), Frame(X, "abcd"), tuple(map(tuple, X.tolist()))],
    ids=lambda x: type(x).__name__)
def test_what_is_an_array_stays_one(x):
    assert containers.problem(x) == ""
    np.testing.assert_array_equal(checks.observations(x), X)


def test_rezero_takes_what_fit_takes():
    for x in (X, X.tolist(), tf.constant(X)):
        assert vsc_tf.callbacks.Rezero(x, begin=0, end=9).x.shape == (40, 4)
    for make, message in NO_ARRAYS.values():
        with pytest.raises(ValueError, match=message):
            vsc_tf.callbacks.Rezero(make(), begin=0, end=9)


def test_rezero_brings_columns_into_order(model):
    pandas = pytest.importorskip("pandas")
    model = vsc_tf.VSC(2, seed=0, encoder=vsc_tf.networks.mlp(4))
    model.adapt(pandas.DataFrame(X, columns=list("abcd")))
    callback = vsc_tf.callbacks.Rezero(pandas.DataFrame(X[:, ::-1], columns=list("dcba")), 0, 9)
    callback.set_model(model)
    callback.on_train_begin()
    np.testing.assert_array_equal(callback.x, X)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("way", ["fit", "encode"])
def test_a_sparse_matrix_holds_finite_numbers(way, bad):
    x = scipy.sparse.csr_array(np.eye(8, 3, dtype="float32"))
    model = vsc_tf.VSC(2, encoder=vsc_tf.networks.mlp(4), decoder=vsc_tf.networks.mlp(4))
    model.compile("adam")
    model.adapt(x)
    x.data[1] = bad
    with pytest.raises(ValueError, match="`x` must be finite. Received: a sparse matrix with 1 NaN "
                                         "or infinite values. Mend them"):
        getattr(model, way)(x)
