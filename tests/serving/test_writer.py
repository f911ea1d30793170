"""Versions of a servable: counted up, never overwritten, nothing half-written."""
import pathlib
import resource

import keras
import numpy as np
import pytest
import tensorflow as tf

import vsc_tf
from vsc_tf.serving import card, export, server_files, writer


@pytest.fixture
def quick(monkeypatch):
    """Exports without the graph: what is tested here is folders."""
    monkeypatch.setattr(writer, "_write", lambda model, folder, *args: folder.mkdir())


def names(folder):
    return {path.name for path in folder.iterdir()}


def test_a_version_holds_graph_weights_and_what_a_server_reads(vsc):
    assert vsc.path.name == "1"
    assert names(vsc.path) == {"saved_model.pb", "variables", "assets", "assets.extra",
                               "fingerprint.pb", server_files.BATCHING, card.CARD}
    assert names(vsc.path / "assets.extra") == {"tf_serving_warmup_requests", "model.keras"}
    assert names(vsc.path.parent) == {"1", "models.config"}
    served = tf.saved_model.load(str(vsc.path)).signatures
    np.testing.assert_array_equal(
        served["serving_default"](x=tf.constant(vsc.x))["z"], vsc.model.encode(vsc.x).z)


def test_weights_are_kept_once_and_without_the_optimizer(rows, tmp_path):
    model = vsc_tf.VSC(3, encoder=vsc_tf.networks.mlp(200), decoder=vsc_tf.networks.mlp(200))
    model.compile("adam", jit_compile=False)
    model.adapt(rows)
    model.optimizer.build(model.trainable_variables)
    path = export(model, tmp_path)
    weights = 4 * model.count_params()
    assert weights < (path / "variables" / "variables.data-00000-of-00001").stat().st_size < (
        1.2 * weights)
    assert (path / card.KERAS).stat().st_size < 1.2 * weights + 100_000
    again = keras.models.load_model(path / card.KERAS)
    np.testing.assert_array_equal(again.encode(rows).z, model.encode(rows).z)
    assert model.optimizer.variables  # The model itself is as it was.


def test_versions_count_up_and_are_never_overwritten(vsc, quick, tmp_path):
    (tmp_path / "7").mkdir()
    (tmp_path / "notes").mkdir()
    assert export(vsc.model, tmp_path).name == "8"
    assert export(vsc.model, tmp_path, version=3).name == "3"
    assert names(tmp_path) == {"3", "7", "8", "notes", "models.config"}
    with pytest.raises(ValueError, match=r"a version that is free. Received: .*/7, which ex"):
        export(vsc.model, tmp_path, version=7)
    assert names(tmp_path) == {"3", "7", "8", "notes", "models.config"}


def test_a_version_that_another_process_took_meanwhile_is_kept(
        vsc, quick, tmp_path, monkeypatch):
    rename = pathlib.Path.rename

    def late(self, target):
        if target.name in ("1", "5"):
            (target / "other").mkdir(parents=True, exist_ok=True)
        return rename(self, target)

    monkeypatch.setattr(pathlib.Path, "rename", late)
    assert export(vsc.model, tmp_path).name == "2"
    with pytest.raises(ValueError, match=r"a version that is free. Received: .*/5"):
        export(vsc.model, tmp_path, version=5)
    assert names(tmp_path) == {"1", "2", "5", "models.config"}
    assert names(tmp_path / "1") == names(tmp_path / "5") == {"other"}


def test_a_list_of_models_that_somebody_changed_is_kept(vsc, quick, tmp_path):
    (tmp_path / "models.config").write_text("mine")
    export(vsc.model, tmp_path)
    assert (tmp_path / "models.config").read_text() == "mine"


@pytest.mark.parametrize("room", [20_000, 100_000])  # For the weights; for those and the graph.
def test_a_full_disk_leaves_nothing_and_the_next_export_works(vsc, tmp_path, room):
    unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, unlimited[1]))
    try:
        with pytest.raises(OSError, match=r"write a SavedModel to .*large.*No version was made"):
            export(vsc.model, tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
    assert not names(tmp_path)


@pytest.mark.parametrize("step", ["_write_once", "_publish", "without_optimizer"])
def test_a_failure_at_any_step_leaves_nothing(vsc, tmp_path, monkeypatch, step):
    def fail(*args):
        raise OSError("No space left on device")

    monkeypatch.setattr(writer, step, fail)
    with pytest.raises(OSError, match="Received: No space left on device. No version was made"):
        export(vsc.model, tmp_path)
    assert not names(tmp_path) - {"models.config"}


def test_an_interrupted_export_leaves_nothing(vsc, tmp_path, monkeypatch):
    def stop(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(card, "write", stop)
    with pytest.raises(KeyboardInterrupt):
        export(vsc.model, tmp_path)
    assert not names(tmp_path)


def test_arguments_are_checked_before_anything_is_written(vsc, tmp_path):
    with pytest.raises(ValueError, match=r"weights can be exported.*Call model.fit"):
        export(vsc_tf.VSC(latent_dim=2), tmp_path / "a")
    with pytest.raises(ValueError, match=r"`top_k` must be at most latent_dim, 5. Received: top_k"):
        export(vsc.model, tmp_path / "a", top_k=6)
    for name in ("top_k", "version"):
        with pytest.raises(ValueError, match=rf"`{name}` must be a positive integer. Received"):
            export(vsc.model, tmp_path / "a", **{name: 0})
    assert not (tmp_path / "a").exists()
