"""The benchmark of tables: its sets, its table, and one set through, quickly."""
import json

import pytest

from benchmarks import tables


def test_sets_come_with_scikit_learn_or_are_left_out():
    x, y, test, _, is_class = tables.load("wine")
    assert x.shape[1] == test.shape[1] == 13 and len(x) == len(y) and is_class
    assert not tables.load("diabetes")[4]


def test_a_table_has_a_dash_where_nothing_was_measured():
    text = tables.table("codes", {"a": {"elbo": -1.5}, "b": {"pca": 0.25}})
    assert text.splitlines()[1].split() == ["a", "-1.500", "-"]
    assert text.splitlines()[2].split() == ["b", "-", "0.250"]


def test_a_set_goes_through(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(tables, "codes", lambda name, steps: {"vsc": 0.5, "l0": float(steps)})
    monkeypatch.setattr(tables, "imputation", lambda name, steps: {"mean": 1.})
    tables.main(["wine", "--steps", "3", "--results", str(tmp_path / "tables.json")])
    found = json.loads((tmp_path / "tables.json").read_text())
    assert found["codes"]["wine"] == {"vsc": 0.5, "l0": 3.} and found["missing"]["wine"]
    assert "wine" in capsys.readouterr().out


def test_unknown_sets_are_named(capsys):
    with pytest.raises(SystemExit):
        tables.main(["iris"])
    assert "Received: iris" in capsys.readouterr().err
