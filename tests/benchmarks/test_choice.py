"""The rule by which settings are chosen: the bound first, then sparse codes, never the sources."""
import json

import pytest

from benchmarks import choice, smiley


def test_of_equal_bounds_the_sparsest_is_chosen_and_a_worse_bound_never():
    elbo = {"best": [-22., -23., -24.], "equal": [-22.2, -22.9, -24.], "worse": [-23., -24., -25.]}
    l0 = {"best": [9., 9., 9.], "equal": [8., 8., 8.], "worse": [3., 3., 3.]}
    assert choice.choose(elbo, l0) == ("equal", ["best", "equal"])


def test_a_constant_difference_has_no_error_however_small_it_is():
    chosen, good = choice.choose({"a": [-1., -2.], "b": [-1.125, -2.125]},
                                 {"a": [9., 9.], "b": [1., 1.]})
    assert chosen == "a" and good == ["a"]


def test_what_the_sources_say_does_not_count(tmp_path, monkeypatch, capsys):
    measures = {name: 0. for name in smiley.GOALS}
    bounds = iter([-30., -31., *[-22., -23.] * (len(choice.SETTINGS) - 1)])

    def fit(seed, folder, flags):
        purity = 1. if folder.name == "preset" else 0.1
        return {**measures, "elbo": next(bounds), "purity": purity,
                "l0_mean": 5. if folder.name == "kl" else 8.}

    monkeypatch.setattr(smiley, "fit", fit)
    path = tmp_path / "choice.json"
    choice.main(["--seeds", "1", "2", "--output", str(tmp_path), "--results", str(path)])
    found = json.loads(path.read_text())
    assert found["chosen"] == "kl" and "preset" not in found["as_good"]
    assert "Chosen: kl" in capsys.readouterr().out


def test_settings_can_be_named(tmp_path, monkeypatch):
    monkeypatch.setattr(smiley, "fit", lambda seed, folder, flags: {
        **dict.fromkeys(smiley.GOALS, 0.), "elbo": -20. if folder.name == "kl" else -21.})
    path = tmp_path / "two.json"
    choice.main(["--only", "preset", "kl", "--output", str(tmp_path), "--results", str(path)])
    found = json.loads(path.read_text())
    assert list(found["settings"]) == ["preset", "kl"] and found["chosen"] == "kl"


def test_one_seed_is_refused(capsys):
    with pytest.raises(SystemExit):
        choice.main(["--seeds", "1", "1"])
    assert "expected two different seeds" in capsys.readouterr().err
