"""Run folders that earlier versions wrote: they are read, resumed and measured."""
import pathlib
import shutil

import keras
import numpy as np
import pytest

from trainers import fit, older
from trainers.running import build, report, restoring, runs

FILES = pathlib.Path(__file__).parents[1] / "files" / "0.1"


def test_a_stopped_run_goes_on_as_it_would_have(tmp_path):
    shutil.copytree(FILES / "smiley-stopped", tmp_path / "r")
    assert fit.main(["--resume", "--run", "r", "--output", str(tmp_path),
                     "--export", str(tmp_path / "exports")]) == 0
    resumed = keras.models.load_model(tmp_path / "r" / "model.keras")
    whole = keras.models.load_model(FILES / "smiley" / "model.keras")  # The same, never stopped.
    assert int(resumed.optimizer.iterations) == 8
    for name in ("encoder", "decoder", "posterior", "prior", "likelihood"):
        pairs = zip(getattr(resumed, name).get_weights(), getattr(whole, name).get_weights(),
                    strict=True)
        for ours, theirs in pairs:
            np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ["smiley", "smiley-vae"])
def test_a_finished_run_is_measured_as_it_was(name, tmp_path):
    shutil.copytree(FILES / name, tmp_path / name)
    _, data, model = restoring.restore(tmp_path / name)
    now = report.measure(model, data)[0]["test"]
    then = runs.read_json(FILES / name / "metrics.json")["test"]
    for term, value in then.items():
        assert now[term] == pytest.approx(value, rel=1e-3, abs=1e-3), term


def test_schedules_of_an_older_run_are_those_it_had():
    settings = runs.read_config(FILES / "smiley")
    config = runs.read_json(FILES / "smiley" / "config.json")
    rows = build.recipe_of(settings).schedules(settings.steps)
    assert rows["sparsity_weight"] == (
        0, config["sparsity_ramp_steps"], 0., config["sparsity_weight"])
    assert rows["gate_penalty_weight"] == (
        0, config["gate_penalty_steps"], config["gate_penalty"], config["final_gate_penalty"])
    assert settings.learning_rate == config["learning_rate"]
    assert older.upgraded(older.upgraded(config)) == older.upgraded(config)
