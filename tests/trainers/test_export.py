"""The export command: runs, .keras files, checks, bad input."""
import json
import shutil

import keras
import numpy as np
import pytest

import vsc_tf
from trainers import export, flags
from trainers.presets import PRESETS
from trainers.running import build, exporting, naming, report, runs
from vsc_tf.serving import card, checking


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A folder with a finished run `mine`, exported as version 1."""
    folder = tmp_path_factory.mktemp("trained")
    patch = pytest.MonkeyPatch()
    patch.chdir(folder)
    np.save("rows.npy", np.random.default_rng(0).random((90, 5)))
    settings = flags.settings_from(PRESETS["table"], {
        "dataset": "rows.npy", "latent_dim": 4, "hidden_units": 8, "pseudo_inputs": 4})
    data = build.load_data(settings)
    model = build.build_model(settings, data.info.shape)
    model.adapt(data.train.x)
    run = runs.create("runs", "mine", "table", settings)
    model.save(run / runs.MODEL)
    runs.write_json(run / runs.METRICS, report.measure(model, data)[0])
    assert export.main(["mine"]) == 0
    patch.undo()
    return folder


@pytest.fixture(autouse=True)
def folder(trained, monkeypatch):
    monkeypatch.chdir(trained)
    return trained


def test_a_run_becomes_the_next_version_with_its_data_and_measures_in_the_card(folder, capsys):
    assert export.main(["mine", "--version", "20", "--top-k", "2"]) == 0
    assert "--check saved_models/rows/20" in capsys.readouterr().out
    assert export.main([str(folder / "runs" / "mine"), "--name", "other"]) == 0
    found = card.read("saved_models/rows/20")
    metrics = json.loads((folder / "runs" / "mine" / runs.METRICS).read_text())
    assert found["run"] == "mine" and found["settings"]["latent_dim"] == 4
    data = found["training_data"]
    assert (data["name"], data["train"] + data["test"], data["shape"]) == ("rows.npy", 90, [5])
    assert found["measures"] == {name: metrics[name] for name in ("test", "codes")}
    assert found["signatures"]["topk"]["outputs"]["values"]["shape"] == [None, 2]
    other = card.read("saved_models/other/1")
    for name in ("weights", "training_data", "settings", "measures", "run", "trained_with"):
        assert other[name] == found[name]


def test_the_names_that_people_gave_features_are_in_the_card(folder):
    run = folder / "runs" / "mine"
    assert "feature_names" not in exporting.about(run, runs.read_config(run), {"versions": {}})
    naming.write(run, {3: "hat", 1: "eyes"})
    assert export.main(["mine", "--name", "named"]) == 0
    (run / naming.FILE).unlink()
    assert card.read("saved_models/named/1")["feature_names"] == {"1": "eyes", "3": "hat"}


def test_a_keras_file_is_exported_by_its_name(folder):
    shutil.copy(folder / "runs" / "mine" / runs.MODEL, "best.keras")
    assert export.main(["best.keras", "--export", "elsewhere"]) == 0
    assert card.read("elsewhere/best/1")["keras_file"] == "best.keras"


def test_a_check_prints_the_differences_of_every_signature(folder, capsys):
    assert export.main(["--check", "saved_models/rows/1"]) == 0
    out = capsys.readouterr().out
    assert "All agree within 1e-05." in out and "256 rows" in out
    for name in ("serving_default", "decode", "reconstruct", "score", "sample_like", "topk"):
        assert f"\n{name} " in out


def test_a_check_that_fails_says_so_with_status_1(monkeypatch, capsys):
    monkeypatch.setattr(checking, "served", lambda folder, asked: {})
    assert export.main(["mine", "--check", "saved_models/rows"]) == 1
    out = capsys.readouterr().out
    assert "NOT all agree" in out and "inf" in out


def test_a_version_that_is_there_is_kept(folder, capsys):
    before = (folder / "saved_models/rows/1/model_card.json").read_bytes()
    assert export.main(["mine", "--version", "1"]) == 2
    assert "expected a version that is free" in capsys.readouterr().err
    assert (folder / "saved_models/rows/1/model_card.json").read_bytes() == before


@pytest.mark.parametrize(("argv", "message"), [
    (["nothing"], "expected a run folder, or the name of a run in runs/. Received: nothing"),
    (["nothing.keras"], "expected a .keras file. Received: nothing.keras, which is not there"),
    (["rows.npy"], "expected a run folder"),
    (["mine", "--name", "a/b"], "expected --name to be one folder's name"),
    (["mine", "--top-k", "5"], "`top_k` must be at most latent_dim, 4"),
    (["--check", "runs/mine"], "expected the folder of an exported version"),
    (["--check", "nothing"], "expected the folder of an exported version"),
])
def test_bad_input_ends_with_2_and_a_message(argv, message, capsys):
    assert export.main(argv) == 2
    out, error = capsys.readouterr()
    assert message in error and not out


def test_a_keras_file_that_is_none_or_another_s_is_refused(folder, capsys):
    (folder / "torn.keras").write_bytes((folder / "runs/mine/model.keras").read_bytes()[:5000])
    keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]).save(folder / "dense.keras")
    for name, message in (("torn", "torn.keras to be a whole .keras file. Received:"),
                          ("dense", "model of this library in dense.keras. Received: Sequential")):
        assert export.main([f"{name}.keras"]) == 2
        assert message in capsys.readouterr().err


def test_a_truncated_export_is_refused(folder, capsys):
    path = shutil.copytree(folder / "saved_models/rows/1", folder / "cut")
    with open(path / "variables" / "variables.data-00000-of-00001", "rb+") as file:
        file.truncate(1000)
    assert export.main(["--check", str(path)]) == 2
    assert "bytes. Received: 1,000. It was cut or changed" in capsys.readouterr().err


@pytest.mark.parametrize("argv", [[], ["mine", "--version", "0"], ["mine", "--top-k", "x"]])
def test_bad_flags_end_with_2(argv):
    with pytest.raises(SystemExit, match="2"):
        export.main(argv)


def test_models_of_other_kinds_say_what_they_are(folder):
    model = vsc_tf.Autoencoder(2, seed=0)
    model.adapt(np.load("rows.npy"))
    model.save("ae.keras")
    assert export.main(["ae.keras"]) == 0
    assert card.read("saved_models/ae/1")["model"]["class"] == "Autoencoder"
