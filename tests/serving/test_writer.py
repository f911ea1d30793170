"""SavedModels: named signatures, versions, nothing half-written."""
import pathlib

import keras
import numpy as np
import pytest
import tensorflow as tf

import vsc_tf


@pytest.fixture
def model(rows):
    model = vsc_tf.VSC(latent_dim=3, seed=0, scaling="standardise", likelihood="gaussian",
                       encoder=vsc_tf.networks.mlp(8), decoder=vsc_tf.networks.mlp(8))
    model.compile(optimizer="adam", jit_compile=False)
    model.fit(rows * 50., batch_size=48, epochs=3, verbose=0)
    return model


def test_signatures_take_raw_data_and_give_named_codes(model, rows, tmp_path):
    path = vsc_tf.serving.export(model, tmp_path / "blocks")
    served = tf.saved_model.load(str(path)).signatures
    assert set(served) == {"serving_default", "encode", "decode", "reconstruct", "score",
                           "sample_like", "topk"}
    raw, codes = tf.constant(rows[:7] * 50.), model.encode(rows[:7] * 50.)
    for name in ("serving_default", "encode"):
        out = served[name](x=raw)
        assert set(out) == {"z", "spike_probs", "loc", "scale"}
        np.testing.assert_array_equal(out["z"].numpy() == 0, codes.z == 0)
        for key, value in codes._asdict().items():
            np.testing.assert_allclose(out[key], value, atol=1e-5)
    np.testing.assert_allclose(
        served["decode"](z=tf.constant(codes.z))["mean"], model.decode(codes.z), rtol=1e-4)
    np.testing.assert_allclose(
        served["reconstruct"](x=raw)["mean"], model.reconstruct(raw), rtol=1e-4)


@pytest.mark.parametrize(("kind", "fields"), [
    (vsc_tf.Autoencoder, {"z"}), (vsc_tf.VAE, {"z", "loc", "scale"}),
    (vsc_tf.VampPriorVAE, {"z", "loc", "scale"})])
def test_signatures_have_the_outputs_that_the_model_has(kind, fields, rows, tmp_path):
    model = kind(3, seed=0, encoder=vsc_tf.networks.mlp(8), decoder=vsc_tf.networks.mlp(8))
    model.adapt(rows)
    served = tf.saved_model.load(str(vsc_tf.serving.export(model, tmp_path))).signatures
    out, codes = served["serving_default"](x=tf.constant(rows)), model.encode(rows)
    assert set(out) == fields == set(codes._fields)
    for key, value in codes._asdict().items():
        np.testing.assert_allclose(out[key], value, atol=1e-5)
    decoded = served["decode"](z=out["z"])["mean"]
    np.testing.assert_allclose(decoded, served["reconstruct"](x=tf.constant(rows))["mean"], rtol=1e-4)


def test_versions_count_up_and_are_never_overwritten(model, tmp_path):
    (tmp_path / "7").mkdir()
    (tmp_path / "notes").mkdir()
    assert vsc_tf.serving.export(model, tmp_path).name == "8"
    assert {p.name for p in tmp_path.iterdir()} == {"7", "8", "notes"}


def test_a_version_that_another_process_took_meanwhile_is_kept(model, tmp_path, monkeypatch):
    rename = pathlib.Path.rename

    def late(self, target):
        if target.name == "1":
            (target / "other").mkdir(parents=True)
        return rename(self, target)

    monkeypatch.setattr(pathlib.Path, "rename", late)
    assert vsc_tf.serving.export(model, tmp_path).name == "2"
    assert {p.name for p in tmp_path.iterdir()} == {"1", "2"}
    assert [p.name for p in (tmp_path / "1").iterdir()] == ["other"]


def test_a_failed_export_leaves_no_version(model, tmp_path, monkeypatch):
    def fail(*args, **kwargs):
        (tmp_path / ".1.partial").mkdir()
        raise OSError("No space left on device")

    monkeypatch.setattr(type(keras.export.ExportArchive()), "write_out", fail)
    with pytest.raises(OSError, match="No space left"):
        vsc_tf.serving.export(model, tmp_path)
    assert not (tmp_path / "1").exists()
    monkeypatch.undo()
    assert vsc_tf.serving.export(model, tmp_path).name == "1"


def test_a_model_without_weights_cannot_be_exported(tmp_path):
    with pytest.raises(ValueError, match=r"weights can be exported.*Call model.fit"):
        vsc_tf.serving.export(vsc_tf.VSC(latent_dim=2), tmp_path)
