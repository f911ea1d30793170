"""The benchmark of steering counts what it says."""
import json
import types

import numpy as np
import pytest

from benchmarks import generation as benchmark
from trainers import evaluate
from trainers.running import restoring
from vsc_tf import generation
from vsc_tf.datasets import Dataset, Info, Split, smiley


class Drawing:
    """A model that knows the sources of each face and draws by the rules; latent j is source j.

    `spill`: a pixel elsewhere that switching the hat off disturbs, and `deaf`: switching off
    does nothing.
    """

    latent_dim = 18

    def __init__(self, data, spill=False, deaf=False):
        self.spill, self.deaf = spill, deaf
        self.sources = {x.tobytes(): factors for split in (data.train, data.test)
                        for x, factors in zip(split.x, split.factors, strict=True)}

    def encode(self, x):
        return types.SimpleNamespace(z=np.stack([self.sources[face.tobytes()] for face in x]))

    def decode(self, z):
        if self.deaf:
            return np.zeros((len(z), 32, 32))
        present = np.stack([z[:, np.equal(smiley.FACTOR_GROUPS, g)].any(axis=1)
                            for g in range(4)], axis=1)
        x = smiley.render(present, z).astype("float32")
        if self.spill:
            x[~present[:, 1], 0, 0] = 1.
        return x

    def reconstruct(self, x):
        return self.decode(self.encode(x).z)


@pytest.fixture(scope="module")
def faces():
    return smiley.load(train_size=600, test_size=300)


def test_a_model_that_draws_by_the_rules_returns_all_and_disturbs_nothing(faces):
    found = benchmark.switch_off(Drawing(faces), faces, 50)
    assert list(found) == ["bowtie", "hat", "eyes", "mouth"]
    for group, row in enumerate(found.values()):
        assert row["dims"] == np.flatnonzero(np.equal(smiley.FACTOR_GROUPS, group)).tolist()
        assert row["faces"] == 50 and row["pixels"] > 500
        assert (row["returned"], row["disturbed"]) == (1., 0.)


def test_what_does_not_return_and_what_spills_is_seen(faces):
    deaf = benchmark.switch_off(Drawing(faces, deaf=True), faces, 50)
    assert deaf["eyes"]["returned"] < 0.1  # Black eyes stay black; without them it is head.
    spill = benchmark.switch_off(Drawing(faces, spill=True), faces, 50)["hat"]
    pixels = 50 * 32 * 32 - spill["pixels"]
    assert spill["disturbed"] == pytest.approx(50 / pixels, rel=0.2)


def test_agreement_is_with_the_image_s_own_label(monkeypatch):
    x = np.arange(4, dtype="float32").reshape(4, 1, 1)
    split = Split(x, np.array([0, 0, 1, 1]))
    data = Dataset(split, split, Info("x", (1, 1), class_names=("low", "high")))
    model = types.SimpleNamespace(reconstruct=lambda x: x)

    def varied(model, x, n, likeness=0.9):  # One of two variations is another image.
        return generation.Decoded(None, np.stack([x, x + (2 if likeness < 0.9 else 0)], axis=1))

    monkeypatch.setattr(generation, "generate_like", varied)
    found = benchmark.agreement(model, data, lambda x: (x.ravel() > 1).astype(int), 2)
    assert found["images"] == {"all": 1., "low": 1., "high": 1.}
    assert found["likeness 0.9 (default)"]["all"] == 1.
    assert found["likeness 0"] == {"all": 0.75, "low": 0.5, "high": 1.}


def test_results_are_written_and_what_is_missed_is_said(faces, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(evaluate, "find", lambda name, output: tmp_path / name)
    monkeypatch.setattr(restoring, "restore", lambda run: (None, faces, Drawing(faces, deaf=True)))
    path = tmp_path / "new" / "generation.json"
    benchmark.main(["--smiley", "one", "--faces", "20", "--output", str(path)])
    assert json.loads(path.read_text())["smiley"]["one"]["hat"]["faces"] == 20
    assert "MISSED" in capsys.readouterr().out
