"""The ceiling of correlations: what it says where nothing, something and all can be seen."""
import json

import numpy as np
import pytest

from benchmarks import smiley_ceiling

SIZE = np.abs(np.random.default_rng(0).normal(0.0, 0.5, 40_000))


def test_presence_alone_tells_what_it_does_by_hand():
    # corr(S|V|, S) for S of mean 1/2 and |V| half-Normal: E|V| / sqrt(2 E[V^2] - E|V|^2).
    expected = np.sqrt(2 / np.pi) / np.sqrt(2 - 2 / np.pi)
    assert smiley_ceiling.ceiling(SIZE, np.zeros(40_000, int)) == pytest.approx(expected, abs=0.01)


def test_pictures_that_tell_the_size_are_followed_fully():
    classes = np.unique(SIZE.round(2), return_inverse=True)[1]
    assert smiley_ceiling.ceiling(SIZE, classes) == pytest.approx(1.0, abs=1e-3)


def test_classes_that_have_nothing_to_do_with_it_explain_nothing():
    classes = np.random.default_rng(1).integers(0, 4000, 40_000)
    assert smiley_ceiling.explained(SIZE, classes) < 0.02


def test_it_writes_a_number_for_each_source(tmp_path):
    path = tmp_path / "ceiling.json"
    smiley_ceiling.main(["--draws", "400", "--output", str(path)])
    found = json.loads(path.read_text())["sources"]
    assert len(found) == 18 and all(0.5 < value <= 1.0 for value in found.values())
