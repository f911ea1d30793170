"""The command end to end, on a tiny run of each data set, and on bad input."""
import dataclasses
import json
import os
import pathlib

import keras
import numpy as np
import pytest
import tensorflow as tf

from trainers import fit
from trainers.presets import PRESETS
from trainers.running import training
from vsc_tf.datasets import memory
from vsc_tf.serving import card

TINY = ["--steps", "4", "--steps-per-epoch", "2", "--hidden-units", "8", "--pseudo-inputs", "4",
        "--latent-dim", "6", "--batch-size", "20", "--no-jit-compile"]
real_data = pytest.mark.skipif("TFDS_DATA_DIR" not in os.environ,
                               reason="TFDS_DATA_DIR is not set: no real data at hand")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(kind, folder):
    rng = np.random.default_rng(0)
    rows = rng.random((60, 5)).astype("float32")
    rows[:, 2] = 5.  # A constant column is no trouble.
    if kind == "rows.npz":
        np.savez(folder / kind, x=rows, y=rng.integers(0, 3, 60))
    elif kind == "rows.csv":
        lines = [",".join([*(f"{v:.4f}" for v in row), "ab"[i % 2]]) for i, row in enumerate(rows)]
        (folder / kind).write_text("\n".join(["a,b,c,d,e,kind", *lines]))
    else:
        (folder / kind).mkdir()
        for i in range(40):
            keras.utils.save_img(folder / kind / f"{i}.png", rng.random((9, 7, 3)))
    return kind


def check(folder, name, servable, figures):
    run = folder / "runs" / name
    metrics = json.loads((run / "metrics.json").read_text())
    assert np.isfinite(list(metrics["test"].values())).all()
    assert json.loads((run / "config.json").read_text())["steps"] == 4
    assert len((run / "log.csv").read_text().splitlines()) == 3
    drawn = {p.stem for p in (run / "figures").iterdir()}
    assert drawn - {"two_objects"} == {  # Which needs something that is off, after four steps.
        "training", "reconstructions", "generated", "sparsity", *figures}
    assert any((run / "tensorboard").rglob("events*"))
    model = keras.models.load_model(run / "model.keras")
    x = np.full((3, *model.event_shape), 0.5, "float32")
    served = tf.saved_model.load(str(folder / "saved_models" / servable / "1"))
    z = served.signatures["serving_default"](x=tf.constant(x))["z"]
    np.testing.assert_allclose(z, model.encode(x).z, atol=1e-5)
    about = card.read(folder / "saved_models" / servable / "1")
    assert about["run"] == name and about["measures"]["test"] == metrics["test"]
    assert about["training_data"] == metrics["dataset"]


@pytest.mark.parametrize(("name", "figures"), [
    pytest.param("smiley", ["features", "traversals", "variations", "correlation", "noise",
                            "switched_off"], id="smiley"),
    pytest.param("uci_har", ["spikes_per_class"], id="uci_har", marks=real_data),
    pytest.param("fashion_mnist", ["spikes_per_class", "noise"], id="fashion_mnist",
                 marks=real_data),
])
def test_named_data_sets(folder, capsys, request, name, figures):
    if name != "smiley":  # All figures once.
        request.getfixturevalue("few_figures")
    assert fit.main(["--dataset", name, *TINY]) == 0
    check(folder, f"{name}-1", name, figures)
    assert name != "smiley" or list(
        (folder / "runs" / f"{name}-1" / "tensorboard" / "pictures").glob("events*"))
    out = capsys.readouterr().out
    assert "Training  4 steps of 20 observations" in out and "active per observation" in out
    assert "Products in bfloat16" in out


@pytest.mark.parametrize(("kind", "flags", "name", "figures"), [
    ("rows.csv", ["--label-column", "kind"], "rows-1", ["spikes_per_class"]),
    ("photos", ["--image-size", "8"], "photos-1", ["noise"]),
])
@pytest.mark.usefixtures("few_figures")
def test_own_data(folder, kind, flags, name, figures):
    assert fit.main(["--dataset", write(kind, folder), *TINY, *flags]) == 0
    check(folder, name, kind.split(".")[0], figures)


@pytest.mark.usefixtures("few_figures")
def test_images_are_read_from_disk_while_training(folder, monkeypatch, capsys):
    monkeypatch.setattr(memory, "IN_MEMORY", 2**13)
    write("photos", folder)
    flags = ["--dataset", "photos", "--image-size", "8", *TINY]
    assert fit.main(flags) == 0
    assert "read from disk at every step" in capsys.readouterr().out
    check(folder, "photos-1", "photos", ["noise"])


def test_a_picture_that_breaks_while_training_is_named(folder, monkeypatch, capsys):
    monkeypatch.setattr(memory, "IN_MEMORY", 2**13)
    write("photos", folder)
    flags = ["--dataset", "photos", "--image-size", "8", *TINY]
    description = training.describe

    def describe(run, settings, data, model):
        pathlib.Path(data.train.x.names[3]).write_bytes(b"gone")
        return description(run, settings, data, model)

    monkeypatch.setattr(training, "describe", describe)
    assert fit.main(flags) == 1
    assert "png: expected a valid png, jpg" in capsys.readouterr().err


@pytest.mark.usefixtures("few_figures")
@pytest.mark.parametrize("flags", [
    ["--preset", "paper/smiley"],
    ["--likelihood", "gaussian", "--likelihood-scale", "0.2", "--final-sharpness", "200"],
], ids=["paper", "gaussian"])
def test_other_settings(folder, flags):
    assert fit.main([*flags, "--dataset", write("rows.npz", folder), *TINY]) == 0


@pytest.mark.parametrize(("content", "flags", "message"), [
    (None, ["--dataset", "smily"], "Did you mean 'smiley'?"),
    (None, ["--dataset", "none.npy"], "which does not exist"),
    (np.array([[1., np.nan]] * 50), [], "NaN or infinite"),
    (np.zeros((0, 4)), [], "at least one observation"),
    (np.array([["a", "b"]], dtype=object), [], "pickle"),
    (np.ones((50, 3)), ["--alpha", "1.5"], "`alpha` must be a number between 0 and 1"),
    (np.ones((50, 3)) * 7, ["--scaling", "none", "--likelihood", "bernoulli"], "min_max"),
    (np.ones((50, 3)), ["--steps", "3"], "multiple of --steps-per-epoch"),
    (np.ones((50, 3)), ["--label-column", "kind"], "label_column"),
    (np.ones((50, 3)), ["--resume"], "unfinished run x-1, x-2 or so"),
])
def test_bad_input_exits_with_2_and_leaves_no_trace(folder, capsys, content, flags, message):
    if content is not None:
        np.save(folder / "x.npy", content, allow_pickle=True)
        flags = ["--dataset", "x.npy", *TINY, *flags]
    assert fit.main(flags) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ") and message in error
    assert not (folder / "runs").exists() and not (folder / "saved_models").exists()


@pytest.mark.parametrize(("asked", "taken"), [(0, 40), (500, 240), (60, 60)])
def test_a_batch_is_a_sixth_of_the_rows_or_what_is_asked_for_or_all(folder, asked, taken):
    np.save("x.npy", np.random.default_rng(0).random((300, 3)))
    settings = dataclasses.replace(
        PRESETS["table"], dataset="x.npy", latent_dim=3, hidden_units=4, pseudo_inputs=4,
        batch_size=asked)
    assert training.prepare(None, settings)[0].batch_size == taken


def test_another_runs_folder_is_left_alone(folder, capsys):
    np.save("x.npy", np.ones((50, 3)))
    theirs = folder / "runs" / "mine" / "notes.txt"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("mine")
    assert fit.main(["--dataset", "x.npy", "--run", "mine", *TINY]) == 2
    assert "expected a new name for the run" in capsys.readouterr().err
    assert list(theirs.parent.iterdir()) == [theirs]


def test_a_loss_that_breaks_keeps_the_last_good_checkpoint(folder, capsys):
    np.save("x.npy", np.random.default_rng(0).random((60, 4)))
    broken = ["--learning-rate", "1e30", "--final-learning-rate", "1e30", "--decay-begin", "0",
              "--decay-end", "0", "--checkpoint-seconds", "0"]
    assert fit.main(["--dataset", "x.npy", *TINY, *broken]) == 1
    error = capsys.readouterr().err
    assert "Training stopped at step 1: " in error and "checkpoint.keras" in error
    assert not (folder / "runs" / "x-1" / "metrics.json").exists()
