"""Finished runs measured and set side by side, and bad input."""
import json
import os

import numpy as np
import pytest

from trainers import evaluate, fit
from trainers.running import figures, pictures, runs
from vsc_tf import metrics, serving

TINY = ["--steps", "6", "--steps-per-epoch", "2", "--latent-dim", "4", "--batch-size", "20",
        "--hidden-units", "8"]


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Finished runs of two models, on labelled rows and on labelled images."""
    folder = tmp_path_factory.mktemp("trained")
    patch = pytest.MonkeyPatch()
    patch.chdir(folder)
    patch.setattr(figures, "draw", lambda *args: None)  # Seconds, and tested elsewhere.
    patch.setattr(pictures.Pictures, "on_epoch_end", lambda *args: None)
    patch.setattr(serving, "export", lambda *args, **about: "")
    rng = np.random.default_rng(0)
    np.savez("x.npz", x=rng.random((90, 5)), y=np.arange(90) % 3)
    np.savez("images.npz", x=rng.random((60, 6, 5)).astype("float32"), y=np.arange(60) % 2)
    for name, *flags in (["vsc", "--dataset", "x.npz", "--pseudo-inputs", "4"],
                         ["ae", "--dataset", "images.npz", "--preset", "images",
                          "--model", "autoencoder"]):
        assert fit.main(["--run", name, *flags, *TINY]) == 0
    patch.undo()
    return folder


@pytest.fixture
def folder(trained, monkeypatch):
    monkeypatch.chdir(trained)
    monkeypatch.setattr(figures, "draw", lambda *args: None)
    return trained


def read(path):
    return json.loads(path.read_text())


def test_a_table_over_runs_their_json_and_one_comparison(folder, monkeypatch, capsys):
    drawn = []
    monkeypatch.setattr(figures, "draw", lambda model, data, codes, run: drawn.append(
        (run.name, len(codes.z) == len(data.test.x))))
    assert evaluate.main(["vsc", "runs/ae", "--rows", "7", "--samples", "3"]) == 0
    out, error = capsys.readouterr()
    assert not error
    vsc, ae = (read(folder / "runs" / name / runs.EVALUATION) for name in ("vsc", "ae"))
    assert drawn == [("vsc", True), ("ae", True)]
    lines = [line for line in out.splitlines() if line and line[0] != "["]
    assert lines[0].split() == ["vsc", "ae"]
    assert lines[1].split() == ["data", vsc["data"], ae["data"]]
    assert any(line.startswith("logistic probe") for line in lines)

    for run, found in (("vsc", vsc), ("ae", ae)):
        first = read(folder / "runs" / run / runs.METRICS)  # What `fit` said at its end.
        for section in ("test", "codes"):
            assert found[section] == pytest.approx(first[section], rel=1e-5)
        config = read(folder / "runs" / run / runs.CONFIG)
        assert found["settings"] == {name: config[name] for name in found["settings"]}
        assert {*config} - {*found["settings"]} <= {runs.DATA, runs.COLUMNS}
        assert found["left_out"] == {} and found["error"]["mse"] > 0
        assert 0 <= found["probe"] <= 1
    likelihood = vsc["likelihood"]
    assert (likelihood["samples"], likelihood["rows"]) == (3, 7)
    assert np.isfinite(likelihood["log_likelihood"]) and likelihood["standard_error"] > 0
    assert vsc["jaccard"]["names"] == ["0", "1", "2"]
    assert np.shape(vsc["on_rates"]["matrix"]) == (3, 4)
    assert not {"likelihood", "jaccard", "on_rates"} & set(ae)  # No prior, and always on.
    assert ae["error"]["mse_noisy"] > 0 and "mse_noisy" not in vsc["error"]

    together = read(folder / "runs" / "comparison" / "comparison.json")
    assert together["runs"] == [vsc, ae]
    assert together["command"].startswith("python -m trainers.evaluate vsc runs/ae")
    written = {path.name for path in (folder / "runs" / "comparison").glob("*.png")}
    assert written == {f"{vsc['data']}-measures.png", f"{vsc['data']}-jaccard.png",
                       f"{ae['data']}-measures.png", f"{ae['data']}-reconstructions.png"}


def test_one_run_needs_no_comparison(folder, capsys):
    assert evaluate.main(["ae", "ae", "--rows", "100"]) == 0
    assert "Comparison" not in capsys.readouterr().out
    evaluation = read(folder / "runs" / "ae" / runs.EVALUATION)
    assert "likelihood" not in evaluation


def test_what_cannot_be_measured_is_said(folder, monkeypatch, capsys):
    def too_few(*args):
        raise ValueError("Argument `y` must have two observations or more of each class")

    monkeypatch.setattr(metrics, "jaccard", too_few)
    assert evaluate.main(["vsc", "--rows", "5", "--samples", "2"]) == 0
    evaluation = read(folder / "runs" / "vsc" / runs.EVALUATION)
    assert "two observations" in evaluation["left_out"]["jaccard"]
    assert "jaccard" not in evaluation and "probe" in evaluation
    assert "no jaccard: Argument `y`" in capsys.readouterr().err


@pytest.mark.parametrize(("words", "message"), [
    (["nothing"], "Received: nothing, which has no config.json. See what there is with: ls runs"),
    (["vsc", "half"], "--resume --run half --output runs"),
    (["lost"], "expected a run with its model.keras"),
    (["vsc", "ae", "--comparison", "x.npz"], "x.npz"),
    (["vsc", "ae", "--comparison", "runs/vsc"], "which is a run. Name another one"),
])
def test_bad_runs_and_folders_exit_with_2_before_any_work(folder, capsys, words, message):
    for name, files in (("half", [runs.CONFIG]), ("lost", [runs.CONFIG, runs.METRICS])):
        (folder / "runs" / name).mkdir(exist_ok=True)
        for file in files:
            (folder / "runs" / name / file).write_text(
                (folder / "runs" / "vsc" / file).read_text())
    assert evaluate.main(words) == 2
    out, error = capsys.readouterr()
    assert error.startswith("error: ") and message in error and not out


@pytest.mark.parametrize(("words", "message"), [
    (["vsc", "--rows", "0"], "argument --rows: expected a whole number of at least 1, got '0'"),
    (["vsc", "--samples", "-1"], "argument --samples: expected"),
    ([], "the following arguments are required: RUN"),
])
def test_bad_flags(capsys, words, message):
    with pytest.raises(SystemExit, match="2"):
        evaluate.main(words)
    assert message in capsys.readouterr().err


def test_data_that_are_gone_are_named(folder, capsys):
    os.rename("x.npz", "y.npz")
    try:
        assert evaluate.main(["vsc"]) == 2
    finally:
        os.rename("y.npz", "x.npz")
    assert "runs/vsc: " in capsys.readouterr().err
