"""The benchmark of measures runs, and its codes are what it says."""
import json

import numpy as np

from benchmarks import measures


def test_codes_are_off_where_their_sources_are():
    factors = np.random.default_rng(0).normal(size=(400, 3))
    factors[:200] = 0.0
    z = measures.make_codes(factors, 6)
    off = (z[:200] == 0.0).mean(axis=0)
    assert (off[[0, 1, 3, 4]] == 1.0).all() and (z[200:, [0, 1, 3, 4]] != 0.0).all()
    np.testing.assert_allclose((z[:, [2, 5]] != 0.0).mean(axis=0), 0.3, atol=0.08)


def test_results_hold_a_time_and_a_score_of_each_measure(tmp_path, capsys):
    path = tmp_path / "new" / "measures.json"
    measures.main(["--observations", "1000", "--latent-dim", "6", "--output", str(path)])
    results = json.loads(path.read_text())
    assert results["seconds"].keys() == results["scores"].keys() >= set(measures.TOGETHER)
    printed = capsys.readouterr().out
    assert all(name in printed for name in results["seconds"])
