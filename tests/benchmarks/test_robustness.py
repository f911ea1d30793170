"""The benchmark of robustness: finished runs are read, means are held against what is wanted."""
import json

import pytest

from benchmarks import choice, robustness, smiley
from trainers import fit, flags
from trainers.presets import PRESETS


def finished(folder, purity):
    folder.mkdir(parents=True)
    metrics = {"sources": {}, "codes": {}, "test": {}}
    for name, (where, _, _) in smiley.GOALS.items():
        metrics[where][name] = 1.0
    metrics["sources"]["purity"] = purity
    (folder / "metrics.json").write_text(json.dumps(metrics))


def test_finished_runs_are_not_done_again_and_their_mean_counts(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(smiley, "fit", lambda *args: pytest.fail("trains"))
    for seed, purity in enumerate((0.8, 1.0, 0.84)):
        finished(tmp_path / "latent18" / f"seed{seed}", purity)
    path = tmp_path / "robustness.json"
    robustness.main(["--only", "latent18", "--output", str(tmp_path), "--results", str(path)])
    found = json.loads(path.read_text())["variants"]["latent18"]
    assert found["mean"]["purity"] == pytest.approx(0.88) and found["missed"] == ["purity"]
    assert "MISSED: purity" in capsys.readouterr().out


def test_an_unfinished_run_is_resumed(tmp_path, monkeypatch):
    told = []
    monkeypatch.setattr(smiley, "fit", lambda seed, folder, flags: told.extend(flags))
    (tmp_path / "seed1").mkdir()
    (tmp_path / "seed1" / "config.json").write_text("{}")
    robustness.run(1, tmp_path, ("--alpha", "0.1"))
    assert told == ["--alpha", "0.1", "--resume"]


@pytest.mark.parametrize("words", [*robustness.VARIANTS.values(), *choice.SETTINGS.values()],
                         ids=" ".join)
def test_each_variant_is_the_preset_with_other_settings(words):
    preset = PRESETS["smiley"]
    args = fit.build_parser("smiley", preset).parse_args(list(words))
    given = flags.given_settings(args)
    assert len(given) == len(words) / 2
    assert (flags.settings_from(preset, given) == preset) == (not words)
