"""The table of natural patches: every family for a few steps, and what is kept."""
import json
import pathlib
import re

import numpy as np
import pytest
from PIL import Image

from benchmarks import patches
from vsc_tf.datasets import natural_patches


@pytest.fixture
def folder(tmp_path):
    rng = np.random.default_rng(0)
    for i in range(5):
        Image.fromarray(rng.integers(0, 256, (40, 40), "uint8")).save(tmp_path / f"{i}.png")
    return tmp_path


@pytest.mark.parametrize("name", ["exact_tlg", "tg", "fista"])
def test_a_family_is_trained_measured_and_kept(folder, tmp_path, monkeypatch, name):
    monkeypatch.setattr(patches, "LATENT_DIM", 8)
    monkeypatch.setattr(patches, "ROWS", 50)
    results = tmp_path / "results" / "patches.json"
    patches.main([name, "--seeds", "3", "--steps", "10", "--patches", "300", "--data", str(folder),
                  "--results", str(results)])
    found = json.loads(results.read_text())[name]
    assert found["steps"] == 10 and list(found["seeds"]) == ["3"]
    mean = found["mean"]
    assert 0. <= mean["active"] <= 1. and 0.5 < mean["zero"] < 2. and mean["code"] > 0.
    if name != "fista":
        assert mean["best_of_20"] <= mean["one_draw"]


def test_what_is_tried_never_sees_the_test_pictures(folder, monkeypatch):
    monkeypatch.setattr(patches, "loaded", lambda there, patches: sorted(
        path.name for path in pathlib.Path(there).iterdir()))
    in_test = natural_patches.test_pictures(5, 0.2, patches.SPLIT)
    assert in_test.sum() == 1
    assert patches.validating(folder, 300) == [f"{i}.png" for i in np.flatnonzero(~in_test)]


def test_all_values_are_tried_and_kept(folder, tmp_path, monkeypatch):
    results = tmp_path / "results" / "patches.json"
    monkeypatch.setattr(patches, "run",
                        lambda name, data, steps, seed, penalty: {"code": 2 * penalty})
    patches.main(["fista", "--choose", "--patches", "300", "--data", str(folder),
                  "--results", str(results)])
    tried = json.loads(results.read_text())["choice"]["fista"]
    assert tried == {f"penalty {each['penalty']:g}": {"code": 2 * each["penalty"]}
                     for each in patches.TRIED["fista"]}


@pytest.mark.parametrize(("argv", "message"), [
    (["exact_tg", "--choose"], "expected families of exact_tlg, fista. Received: exact_tg"),
    (["cauchy"], "expected families of exact_tlg, .*Received: cauchy"),
    (["tg", "--steps", "15"], "expected --steps that 10 divides"),
    (["tg", "--data", "nowhere"], "expected a folder of pictures")])
def test_bad_flags_are_refused(argv, message, capsys):
    with pytest.raises(SystemExit):
        patches.main(argv)
    assert re.search(message, capsys.readouterr().err)
