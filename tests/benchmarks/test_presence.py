"""The table of presence: its measures by hand, what it holds against its goals, and its flags."""
import json
import re

import numpy as np
import pytest

from benchmarks import presence
from benchmarks.presence_data import FAMILIES, SEEDS, Drawn, draw

HAS = np.array([[1, 0], [1, 1], [0, 1], [0, 0]] * 25, bool)
DRAWN = Drawn(np.zeros((100, 3), "float32"), HAS, np.array([1, 2]))


@pytest.mark.parametrize("name", FAMILIES)
def test_a_family_draws_finite_rows_with_features_of_their_own(name):
    train, test = draw(name, train=60, test=40)
    assert (len(train.x), len(test.x)) == (60, 40) and np.isfinite(train.x).all()
    assert train.presence.shape == (60, len(train.freedom)) and train.x.dtype == np.float32
    assert len(train.presence.T) == len(test.presence.T) == len(train.freedom)
    again, _ = draw(name, train=60, test=40)
    np.testing.assert_array_equal(again.x, train.x)


def test_each_family_has_a_seed_of_its_own():
    assert sorted(SEEDS) == sorted(FAMILIES)


def test_codes_that_are_the_features_are_perfect():
    z = np.column_stack([HAS[:, 0], HAS[:, 1], HAS[:, 1], np.zeros(100)]) * 1.5
    found = presence.measures(z, DRAWN)
    assert (found["presence"], found["group"], found["leak"], found["hit"]) == (1., 1., 0., 1.)
    assert (found["l0"], found["freedom"], found["ratio"]) == (1.5, 1.5, 1.)
    assert (found["live"], found["always"]) == (3, 0)
    assert presence.missed("counts", found) == []


def test_codes_that_are_always_on_miss_all_goals():
    found = presence.measures(np.random.default_rng(0).normal(size=(100, 4)), DRAWN)
    assert found["always"] == 4
    assert presence.missed("counts", found) == ["presence", "group", "leak", "always", "ratio"]
    assert "presence" not in presence.missed("signed_table", found)  # A latent for each sign.


def test_as_many_latents_as_there_are_baselines_may_be_always_on():
    drawn = DRAWN._replace(always=1)
    z = np.column_stack([HAS * 1.5, np.random.default_rng(0).normal(size=100)])
    found = presence.measures(z, drawn)
    assert presence.missed("baselines", found) == []
    assert (found["always"], found["leak"], found["l0"], found["freedom"]) == (0, 0., 2., 2.5)
    more = presence.measures(np.column_stack([z, z[:, 2]]), drawn)
    assert more["always"] == 1
    assert presence.missed("baselines", more) == ["group", "leak", "always"]


def test_where_nothing_is_what_is_on_is_false():
    nothing = DRAWN._replace(presence=np.zeros((100, 0), bool), freedom=np.zeros(0, int))
    z = np.zeros((100, 4))
    assert presence.missed("nothing", presence.measures(z, nothing)) == []
    z[:20, 1] = 1.
    assert presence.missed("nothing", presence.measures(z, nothing)) == ["l0"]


def test_a_family_is_kept_beside_those_that_were_there(tmp_path, monkeypatch, capsys):
    results = tmp_path / "results.json"
    monkeypatch.setattr(presence, "run", lambda name, seed, latent_dim, steps: {
        "l0": float(seed), "elbo": -1., "seconds": 3, "always": 0, "live": 0})
    monkeypatch.setattr(presence, "dense_bound", lambda *args: -2.)
    for name, seeds in (("nothing", ("0", "1")), ("counts", ("5",))):
        presence.main([name, "--seeds", *seeds, "--results", str(results)])
    kept = json.loads(results.read_text())["latent_dim 60"]
    assert kept["nothing"]["mean"]["l0"] == 0.5 and kept["nothing"]["missed"] == ["l0"]
    assert list(kept["counts"]["seeds"]) == ["5"] and kept["counts"]["mean"]["over_vae"] == 1.
    assert 0.9 < kept["counts"]["mean"]["told"] < 1. and "told" not in kept["nothing"]["mean"]
    assert "nothing" in capsys.readouterr().out


def test_thresholded_codes_are_kept_apart(tmp_path, monkeypatch):
    results, asked = tmp_path / "results.json", []
    monkeypatch.setattr(presence, "run", lambda *args: asked.append(args) or {
        "l0": 0., "elbo": -1., "seconds": 3, "always": 0, "live": 0})
    monkeypatch.setattr(presence, "dense_bound", lambda *args: -2.)
    presence.main(["nothing", "--seeds", "2", "--posterior", "thresholded_laplace",
                   "--results", str(results)])
    assert [*json.loads(results.read_text())] == ["latent_dim 60, thresholded_laplace"]
    assert asked == [("nothing", 2, 60, presence.STEPS, "thresholded_laplace")]


@pytest.mark.parametrize(("argv", "message"), [
    (["sounds"], "expected families of signals, .*Received: sounds"),
    (["counts", "--steps", "100"], "expected --steps that 24 divides. Received: 100")])
def test_bad_flags_are_refused(argv, message, capsys):
    with pytest.raises(SystemExit):
        presence.main(argv)
    assert re.search(message, capsys.readouterr().err)
