"""Names of columns: kept with the model, and never passed over."""
import keras
import numpy as np
import pytest

import vsc_tf

X = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")
NAMES = ("a", "b", "c", "d")


class Frame:
    """What a DataFrame of any library has: an array with names of columns."""

    def __init__(self, x, columns):
        self.x, self.columns, self.shape = x, columns, x.shape

    def __len__(self):
        return len(self.x)

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self.x, dtype)


def other_order(x):
    return Frame(x[:, ::-1], list("dcba"))


@pytest.fixture(scope="module")
def model():
    model = vsc_tf.VSC(2, likelihood="learned_gaussian", scaling="standardise", seed=0,
                       encoder=vsc_tf.networks.mlp(8), decoder=vsc_tf.networks.mlp(8))
    model.adapt(Frame(X, list(NAMES)))
    return model


def test_names_come_from_the_first_frame(model):
    assert model.column_names == NAMES


@pytest.mark.parametrize("method", ["encode", "reconstruct", "predict", "log_likelihood"])
def test_columns_in_another_order_are_brought_into_the_models(model, method):
    of = getattr(model, method)
    found, wanted = of(other_order(X)), of(X)
    for a, b in zip(found, wanted) if isinstance(found, tuple) else [(found, wanted)]:
        np.testing.assert_array_equal(a, b)


def test_keras_own_ways_in_take_columns_by_name(model):
    x, other = X, other_order(X)
    model = type(model).from_config(model.get_config())  # Others need it as it is.
    model.adapt(x)
    model.compile(optimizer="adam")
    for of in (model, model.predict_on_batch, lambda x: model.q(x).mean(), model.test_on_batch):
        np.testing.assert_array_equal(of(other), of(x))
        with pytest.raises(ValueError, match="without d, with also e"):
            of(Frame(X, "abce"))
    with pytest.raises(ValueError, match="without d, with also e"):
        model.train_on_batch(Frame(X, "abce"))


@pytest.mark.parametrize(("names", "message"), [
    ("abce", "Argument `x`: expected the 4 columns that the model was fitted to, in any order: "
             "a, b, c, d. Received: 4 columns, without d, with also e. Rename"),
    ("abc", "Received: 3 columns, without d. Rename.*add those that are missing"),
    ("abcde", "Received: 5 columns, with also e. .*leave the others out"),
    ("0123", "without a, b, c, d, with also 0, 1, 2, 3"),
    (["a", "b", "c", "c"], "another name for every column. Received: 'c' for 2 of them"),
    (["Unnamed: 0", "a", "b", "c"], "name for every column.*index=False"),
])
def test_other_columns_are_refused(model, names, message):
    frame = Frame(np.zeros([2, len(names)]), list(names))
    for of in (model.encode, model.predict, model.evaluate, model.adapt, model.prepare):
        with pytest.raises(ValueError, match=message):
            of(frame)


def test_names_survive_a_file_and_a_copy(model, tmp_path):
    model.save(tmp_path / "m.keras")
    restored = keras.models.load_model(tmp_path / "m.keras")
    assert restored.column_names == NAMES
    assert type(model).from_config(model.get_config()).column_names == NAMES
    np.testing.assert_array_equal(restored.encode(other_order(X)).loc, model.encode(X).loc)


def test_fit_takes_names_and_keeps_to_them():
    model = vsc_tf.VAE(2, encoder=vsc_tf.networks.mlp(4), decoder=vsc_tf.networks.mlp(4), seed=0)
    model.compile(optimizer="adam")
    model.fit(Frame(X, NAMES), batch_size=16, verbose=0, validation_split=0.25)
    assert model.column_names == NAMES
    twin = keras.models.clone_model(model)
    twin.build((None, 4))
    twin.set_weights(model.get_weights())
    for each, x in ((model, X), (twin, other_order(X))):
        each.compile(optimizer="adam")
        each.seed = 1
        each.fit(x, batch_size=16, verbose=0, validation_data=(x, None))
    np.testing.assert_array_equal(model.encode(X).z, twin.encode(X).z)
    losses = [each.history.history["val_loss"] for each in (model, twin)]
    assert losses[0] == losses[1]
    with pytest.raises(ValueError, match="`validation_data`: expected the 4 columns"):
        model.fit(X, batch_size=16, verbose=0, validation_data=Frame(X, list("abcx")))


def test_names_of_arrays_are_set(model):
    other = vsc_tf.VSC(2, likelihood="learned_gaussian", encoder=vsc_tf.networks.mlp(4))
    assert other.column_names == () and "column_names" not in other.get_config()
    other.adapt(X)
    other.encode(other_order(X))  # It knows no names: by position.
    other.column_names = ["a", "b\nc", " d", "e"]
    assert other.column_names == ("a", "b c", "d", "e")
    with pytest.raises(ValueError, match=r"name for each value.*\(4,\). Received: 2 names, a, b"):
        other.column_names = "ab"
    with pytest.raises(ValueError, match="another name for every column"):
        other.column_names = "aabb"
