"""ONNX files give what Keras gives, or are not written."""
import sys

import keras
import numpy as np
import onnxruntime
import pytest

import vsc_tf
from vsc_tf.serving.onnx import export_onnx


@pytest.mark.parametrize("name", ["encode", "decode", "topk", "sample_like"])
def test_signatures_have_their_names_and_any_batch_size(name, servable, tmp_path):
    path = export_onnx(servable[0], tmp_path / "new" / f"{name}.onnx", name)
    session = onnxruntime.InferenceSession(path)
    shapes = {"x": 12, "z": 4, "noise": 4}
    inputs = {i.name: np.ones([7, shapes[i.name]], "float32") for i in session.get_inputs()}
    outputs = [o.name for o in session.get_outputs()]
    wanted = vsc_tf.serving.signatures.of(servable[0])[name][0](*inputs.values())
    for output, found in zip(outputs, session.run(outputs, inputs)):
        np.testing.assert_allclose(found, wanted[output], atol=1e-5)
    assert set(outputs) == set(wanted)


def test_every_model_can_be_encoded(each, tmp_path):
    path = export_onnx(each.model, tmp_path / "encode.onnx")
    found = onnxruntime.InferenceSession(path).run(["z"], {"x": each.x})[0]
    np.testing.assert_allclose(found, each.model.encode(each.x).z, atol=1e-5)


@pytest.mark.parametrize(("pair", "shape"), [
    (vsc_tf.networks.conv, (8, 8)), (vsc_tf.networks.conv1d, (21, 2))], ids=["images", "signals"])
@pytest.mark.parametrize("name", ["encode", "decode"])
def test_observations_go_through_convolutions(pair, shape, name, tmp_path):
    x = np.random.default_rng(0).random((8, *shape), "float32")
    encoder, decoder = pair(shape)
    model = vsc_tf.VSC(3, seed=0, encoder=encoder, decoder=decoder)
    model.adapt(x)
    assert export_onnx(model, tmp_path / f"{name}.onnx", name).is_file()


def test_an_operation_that_onnx_lacks_is_named(rows, tmp_path):
    model = vsc_tf.Autoencoder(3, seed=0)
    model.adapt(rows)
    with pytest.raises(ValueError, match=r"'score' of this Autoencoder cannot be exported.*"
                                         r"No Op registered for \w+ .*Use the "):
        export_onnx(model, tmp_path / "score.onnx", "score")
    assert list(tmp_path.iterdir()) == []


def test_other_values_than_keras_gives_are_not_kept(servable, tmp_path, monkeypatch):
    run = onnxruntime.InferenceSession.run
    monkeypatch.setattr(onnxruntime.InferenceSession, "run", lambda *args: [
        values + 1e-3 for values in run(*args)])
    with pytest.raises(ValueError, match="does not give Keras's"):
        export_onnx(servable[0], tmp_path / "encode.onnx")
    assert list(tmp_path.iterdir()) == []


def test_other_dtypes_than_float32_are_refused(rows, tmp_path):
    keras.config.set_dtype_policy("mixed_bfloat16")
    model = vsc_tf.VAE(3, seed=0)
    model.adapt(rows)
    with pytest.raises(ValueError, match=r"float32 models only. Received: bfloat16.*--dtype"):
        export_onnx(model, tmp_path / "encode.onnx")


def test_bad_arguments_are_refused(servable, tmp_path):
    there = tmp_path / "there.onnx"
    there.write_text("kept")
    for model, path, name, message in [
            (servable[0], there, "encode", "must not exist yet"),
            (servable[0], tmp_path / "a.onnx", "encod", "one of.*Received: signature='encod'"),
            (vsc_tf.VAE(2), tmp_path / "a.onnx", "encode", "model that was never fitted")]:
        with pytest.raises(ValueError, match=message):
            export_onnx(model, path, name)
    assert there.read_text() == "kept"


def test_a_missing_package_is_named(servable, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tf2onnx", None)
    with pytest.raises(ImportError, match="pip install 'tf2onnx'"):
        export_onnx(servable[0], tmp_path / "a.onnx")
