"""What Keras's users do out of habit works, or the cure that they are told cures."""
import copy
import pickle

import keras
import numpy as np
import pytest

import vsc_tf
from tests.parts import MODELS
from vsc_tf.datasets import load

X = np.random.default_rng(0).normal(size=(64, 5)).astype("float32")


@pytest.fixture(params=MODELS.values(), ids=[kind.__name__ for kind in MODELS])
def unbuilt(request):
    model = request.param()
    model.compile(optimizer="adam")
    return model


@pytest.mark.parametrize("way", ["deepcopy", "pickle", "save", "clone"])
def test_a_model_can_be_copied_before_it_is_fitted(unbuilt, way, tmp_path):
    if way == "save":
        unbuilt.save(tmp_path / "m.keras")
        copied = keras.models.load_model(tmp_path / "m.keras")
    else:
        copied = {"deepcopy": copy.deepcopy, "clone": keras.models.clone_model,
                  "pickle": lambda model: pickle.loads(pickle.dumps(model))}[way](unbuilt)
    assert not copied.built and copied.get_config() == unbuilt.get_config()
    with pytest.raises(ValueError, match=r"has no weights yet. Call fit\(x\)"):
        copied.encode(X)


def test_a_copy_of_an_unfitted_model_can_be_fitted():
    model = copy.deepcopy(vsc_tf.VSC(2, seed=0, encoder=vsc_tf.networks.mlp(4)))
    model.compile(optimizer="adam")
    model.fit(X, batch_size=32, verbose=0)
    assert model.encode(X).z.shape == (64, 2)


@pytest.mark.parametrize(("given", "message"), [
    ({"loss": "mse"}, r"logs its terms: loss, elbo, .*Received: loss. Leave it out: compile\(opt"),
    ({"metrics": ["mae"]}, "Received: metrics. Leave it out"),
    ({"loss": "mse", "weighted_metrics": ["mae"]}, "loss, weighted_metrics. Leave them out")])
def test_loss_and_metrics_are_the_models_own(given, message):
    with pytest.raises(ValueError, match="VAE has a loss of its own and no targets.*" + message):
        vsc_tf.VAE(2).compile("adam", **given)
    model = vsc_tf.VAE(2)
    model.compile("adam", loss=None, metrics=None)  # Of a file.
    model.adapt(X)
    assert {"loss", "elbo"} <= set(model.evaluate(X, verbose=0))


@pytest.mark.parametrize("dtype", ["float64", "bfloat16", "float16", keras.DTypePolicy("float64")])
def test_other_weights_than_float32_are_refused(dtype):
    with pytest.raises(ValueError, match="weights of float32. Received: dtype policy .*set_floatx"):
        vsc_tf.VSC(2, dtype=dtype).adapt(X)
    vsc_tf.VSC(2, dtype="mixed_bfloat16").adapt(X)


def test_floatx_is_refused():
    keras.config.set_floatx("float64")
    try:
        with pytest.raises(ValueError, match=r"floatx 'float64'. Call keras.config.set_floatx\('f"):
            vsc_tf.VSC(2).adapt(X)
    finally:
        keras.config.set_floatx("float32")
    vsc_tf.VSC(2).adapt(X)


@pytest.mark.parametrize("text", [
    "a|b\n1|2\n3|4\n", "1 2\n3 4\n5 6\n", "a b\n1 2\n3 4\n", "1:2\n3:4\n", "a;b\n1;2\n",
    "1\t2\n3\t4\n"])
def test_other_marks_than_commas_are_named(tmp_path, text):
    (tmp_path / "x.csv").write_text(text)
    with pytest.raises(ValueError, match="x.csv: expected columns separated by commas. Received: "):
        load(tmp_path / "x.csv")


def test_a_single_column_may_have_a_name_of_words(tmp_path):
    (tmp_path / "x.csv").write_text("width of leaf | mm\n" + "".join(f"{i}\n" for i in range(9)))
    assert load(tmp_path / "x.csv").info.column_names == ("width of leaf | mm",)
