"""The table of natural patches: every family for a few steps, and what is kept."""
import json
import re

import numpy as np
import pytest
from PIL import Image

from benchmarks import patches


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


@pytest.mark.parametrize(("argv", "message"), [
    (["cauchy"], "expected families of exact_tlg, .*Received: cauchy"),
    (["tg", "--steps", "15"], "expected --steps that 10 divides"),
    (["tg", "--data", "nowhere"], "expected a folder of pictures")])
def test_bad_flags_are_refused(argv, message, capsys):
    with pytest.raises(SystemExit):
        patches.main(argv)
    assert re.search(message, capsys.readouterr().err)
