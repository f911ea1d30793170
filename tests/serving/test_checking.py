"""Every signature of every model class through the C API, against Keras."""
import shutil

import keras
import numpy as np
import pytest

from vsc_tf.serving import card, checking, server_files


def test_every_signature_agrees_with_keras_at_every_size(each):
    found = checking.check(each.path, each.model)
    names = set(card.read(each.path)["signatures"])
    assert set(found) == {(name, n) for name in names for n in (1, 7, 256)}
    for key, outputs in found.items():
        assert outputs and all(value <= checking.TOLERANCE for value in outputs.values()), key


def test_the_folder_of_a_servable_stands_for_its_newest_version(vsc, tmp_path):
    for version in ("9", "10"):
        shutil.copytree(vsc.path, tmp_path / version)
    (tmp_path / "notes").mkdir()
    assert checking.version_folder(tmp_path) == tmp_path / "10"
    assert checking.version_folder(tmp_path / "9") == tmp_path / "9"


def test_another_model_s_weights_are_noticed(vsc):
    keras.utils.set_random_seed(1)  # With the seed it was made with it starts as the same one.
    other = type(vsc.model).from_config(vsc.model.get_config())
    other.adapt(vsc.x)
    with pytest.raises(ValueError, match=r"expected the weights.*exported from. Received: a mod"):
        checking.check(vsc.path, other)


def test_differences_are_found(vsc, monkeypatch):
    keras_says = checking.expected

    def changed(model, name, inputs):
        outputs = keras_says(model, name, inputs)
        first = next(iter(outputs))
        return {**outputs, first: outputs[first] * (1 + 3e-4)} if name == "decode" else outputs

    monkeypatch.setattr(checking, "SIZES", (7,))
    monkeypatch.setattr(checking, "expected", changed)
    found = checking.check(vsc.path)
    assert 2e-4 < found["decode", 7]["mean"] < 4e-4 or 2e-4 < found["decode", 7]["scale"] < 4e-4
    assert max(found["encode", 7].values()) <= checking.TOLERANCE


@pytest.mark.parametrize(("served", "worst"), [
    ([[0., 2.], [3., 400.]], 0.), ([[0., 2.5], [3., 400.]], 0.25), ([[0., 2.], [3., 404.]], 0.01),
    ([[1e-9, 2.], [3., 400.]], np.inf), ([[0., np.nan], [3., 400.]], np.inf),
    ([[0., 2.]], np.inf), (None, np.inf)])
def test_difference_is_relative_above_one_and_zeros_are_exact(served, worst):
    served = None if served is None else np.array(served)
    expected = np.array([[0., 2.], [3., 400.]])
    assert checking.difference(served, expected, zeros=True) == pytest.approx(worst)


def test_topk_is_compared_as_codes():
    z = np.array([[0., -2., 3.]], "float32")
    reply = {"indices": np.array([[2, 1, -1]]), "values": np.array([[3., -2., 0.]], "float32")}
    assert checking.compare(reply, {"z": z}) == {"z": 0.}
    reply["indices"][0, 1] = 0
    assert checking.compare(reply, {"z": z}) == {"z": np.inf}


def test_a_savedmodel_that_does_not_load_is_refused_with_tensorflow_s_words(vsc, tmp_path):
    path = shutil.copytree(vsc.path, tmp_path / "copy")
    (path / "variables" / "variables.data-00000-of-00001").write_bytes(b"\x0a")
    asked = {("encode", 1): {"x": vsc.x[:1]}}
    with pytest.raises(ValueError, match=r"expected a SavedModel that TensorFlow loads.*it says: "
                                         r"Read less"):
        checking.served(path, asked)


def test_requests_are_observations_that_the_model_makes_up(each):
    x = server_files.observations(each.model, 6)
    assert x.shape == (6, 4, 3) and np.isfinite(x).all() and len(np.unique(x)) > 6
    np.testing.assert_array_equal(x, server_files.observations(each.model, 6))
