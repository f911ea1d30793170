"""Runs that are stopped, damaged or whose data change: they go on, or say why not."""
import pathlib
import re
import shutil

import keras
import numpy as np
import pytest
import tensorflow as tf

from trainers import evaluate, explore, export, fit
from trainers.running import holding, report, runs, training

FLAGS = ["--dataset", "x.npy", "--steps", "4", "--steps-per-epoch", "2", "--hidden-units", "8",
         "--pseudo-inputs", "4", "--latent-dim", "3", "--batch-size", "20", "--no-jit-compile",
         "--run", "mine"]
RESUME = ["--resume", "--run", "mine"]
X = np.random.default_rng(0).normal(size=(60, 5)).astype("float32")
RUN = pathlib.Path("runs", "mine")


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("finished")
    with pytest.MonkeyPatch.context() as patch:
        _quickly(patch, folder)
        assert fit.main(FLAGS) == 0
    return folder


@pytest.fixture
def folder(finished, tmp_path, monkeypatch):
    """A copy of a finished run, and its data."""
    shutil.copytree(finished, tmp_path, dirs_exist_ok=True)
    _quickly(monkeypatch, tmp_path)
    return tmp_path


@pytest.fixture
def empty(tmp_path, monkeypatch):
    _quickly(monkeypatch, tmp_path)
    return tmp_path


def _quickly(patch, folder):
    """Without figures, and without an export, which take seconds."""
    patch.chdir(folder)
    np.save("x.npy", X)
    patch.setattr("trainers.running.figures.draw", lambda *args: None)
    patch.setattr("trainers.running.pictures.Pictures.on_epoch_end", lambda *args: None)
    patch.setattr("vsc_tf.serving.export", lambda model, path, **_: path)


def said(capsys, status, command, argv):
    assert command.main(argv) == status
    err = capsys.readouterr().err
    assert err.startswith("error: ") or status == 130
    return err


def test_data_that_changed_are_noticed(folder, capsys):
    np.save("x.npy", X[::-1])
    for command, argv in ((evaluate, ["mine"]), (explore, ["mine", "--port", "0"])):
        err = said(capsys, 2, command, argv)
        assert "runs/mine was started with" in err and "has changed: other values" in err
    (RUN / runs.METRICS).unlink()
    assert "has changed: other values" in said(capsys, 2, fit, RESUME)


def test_without_a_fingerprint_nothing_is_kept_of_values(empty, capsys):
    assert fit.main([*FLAGS, "--no-fingerprint"]) == 0
    assert runs.read_json(RUN / runs.CONFIG)[runs.DATA] == {
        "rows": [48, 12], "shape": [5], "columns": []}


@pytest.mark.parametrize("damage", ["flipped", "cut", "empty", "other"])
def test_damaged_files_are_named(folder, capsys, damage):
    for name in (runs.MODEL, runs.CHECKPOINT):
        content = bytearray((RUN / name).read_bytes())
        content[len(content) // 2] ^= 255
        (RUN / name).write_bytes({"flipped": bytes(content), "cut": content[:len(content) // 3],
                                  "empty": b"", "other": b"PK\x03\x04"}[damage])
    for command, argv in ((evaluate, ["mine"]), (explore, ["mine"]), (export, ["mine"])):
        err = said(capsys, 2, command, argv)
        assert "runs/mine/model.keras to be a whole .keras file" in err and err.count("\n") == 1
    (RUN / runs.METRICS).unlink()
    assert "runs/mine/checkpoint.keras to be a whole" in said(capsys, 2, fit, RESUME)


@pytest.mark.parametrize(("name", "command"), [
    (runs.CONFIG, evaluate), (runs.CONFIG, export), (runs.METRICS, export)])
def test_damaged_json_is_named(folder, capsys, name, command):
    (RUN / name).write_text("{")
    assert f"runs/mine/{name} to hold" in said(capsys, 2, command, ["mine"])


@pytest.mark.parametrize(("error", "status", "text"), [
    (KeyboardInterrupt(), 130, "Stopped. The model is trained and kept, in runs/mine/checkpoint"),
    (OSError(28, "No space left on device"), 1, "No space left on device\nThe model is trained"),
    (tf.errors.ResourceExhaustedError(None, None, "x; No space left"), 1, "No space left\nThe mod"),
    (MemoryError("8 GiB"), 1, "8 GiB\nThe model is trained and kept")])
def test_what_ends_finishing_leaves_the_model_and_says_how_to_go_on(
        folder, capsys, monkeypatch, error, status, text):
    for name in (runs.METRICS, runs.MODEL):  # It was trained, and no more.
        (RUN / name).unlink()

    def broken(*args):
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(report, "measure", broken)
        err = said(capsys, status, fit, RESUME)
    assert text in err
    assert "python -m trainers.fit --resume --run mine --output runs --export saved_models" in err
    trained = keras.models.load_model(RUN / runs.CHECKPOINT).get_weights()
    assert fit.main(RESUME) == 0
    for a, b in zip(keras.models.load_model(RUN / runs.MODEL).get_weights(), trained, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(("flags", "message"), [
    (["--export", "afile"], "folder that can be written to. Received: afile/x, and .* is a file"),
    (["--output", "afile/runs"], "afile/runs, and .*afile is a file")])
def test_folders_are_looked_at_first(empty, capsys, flags, message):
    pathlib.Path("afile").touch()
    assert re.search(message, said(capsys, 2, fit, [*FLAGS, *flags]))
    assert not RUN.exists()


def test_room_is_looked_at_first(empty, capsys, monkeypatch):
    monkeypatch.setattr(training.shutil, "disk_usage",
                        lambda path: shutil._ntuple_diskusage(9, 8, 1))
    assert ("room for the model, 20 MiB, at runs. Received: 0 MiB free"
            in said(capsys, 2, fit, FLAGS))
    assert not RUN.exists()


def test_a_run_that_somebody_is_at_is_left_alone(folder, capsys):
    (RUN / runs.METRICS).unlink()
    with holding.held(RUN):
        assert "which another process is training" in said(capsys, 2, fit, RESUME)
    assert fit.main(RESUME) == 0
    assert "which is finished" in said(capsys, 2, fit, RESUME)


def test_killed_in_the_first_epoch_it_begins_anew(empty, capsys):
    RUN.mkdir(parents=True)
    (RUN / ".config.json.partial").touch()  # Killed before it began.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "train", _killed)
        with pytest.raises(SystemExit):
            fit.main(FLAGS)
    (RUN / runs.LOG).touch()  # Killed in the first epoch.
    assert fit.main(RESUME) == 0
    assert runs.read_log(RUN)["epoch"] == [0., 1.]


def _killed(*args):
    raise SystemExit("killed")
