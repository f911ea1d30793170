"""Settings from a file are the flags of the same names."""
import dataclasses
import json

import pytest

from trainers import fit
from trainers.config_file import with_config
from trainers.presets import PRESETS


def test_a_file_becomes_flags_and_those_of_the_line_come_later(tmp_path):
    path = tmp_path / "run.yaml"
    path.write_text("preset: fashion_mnist\nlatent_dim: 20\nsteps: 90\njit_compile: true\n"
                    "alpha: 0.2\n")
    assert with_config(["--config", str(path), "--latent-dim", "9"]) == [
        "--preset", "fashion_mnist", "--latent-dim", "20", "--alpha", "0.2", "--steps", "90",
        "--jit-compile", "--latent-dim", "9"]
    assert with_config(["--steps", "40"]) == ["--steps", "40"]


def test_the_config_of_a_run_is_a_file_of_settings(tmp_path):
    settings = dataclasses.replace(PRESETS["uci_har"], latent_dim=7, seed=3)
    path = tmp_path / "config.json"
    path.write_text(json.dumps({**dataclasses.asdict(settings), "column_names": ["a"]}))
    assert with_config([f"--config={path}"]) == ["--dataset", "uci_har", "--latent-dim", "7",
                                                 "--seed", "3"]


@pytest.mark.parametrize(("text", "said"), [
    ("latentdim: 4", "Received: 'latentdim'. Did you mean 'latent_dim'? See"),
    ("jit_compile: often", "expected jit_compile in .* to be true or false. Received: 'often'"),
    ("- 4", "to hold lines 'setting: value'. Received: list"),
    ("a: [", "expected --config with a .yaml or .json file of settings. Received: "),
])
def test_what_is_no_setting_is_refused(tmp_path, capsys, text, said):
    path = tmp_path / "run.yaml"
    path.write_text(text)
    with pytest.raises(ValueError, match=said.replace("?", "\\?")):
        with_config(["--config", str(path)])
    assert fit.main(["--config", str(path)]) == 2
    assert capsys.readouterr().err.startswith("error: expected ")


def test_a_missing_file_is_named(capsys):
    assert fit.main(["--config", "nowhere.yaml"]) == 2
    assert "nowhere.yaml" in capsys.readouterr().err


def test_a_bad_value_is_the_flags_own_error(tmp_path, capsys):
    path = tmp_path / "run.yaml"
    path.write_text("latent_dim: many")
    with pytest.raises(SystemExit, match="2"):
        fit.main(["--config", str(path)])
    assert "argument --latent-dim: expected a whole number" in capsys.readouterr().err
