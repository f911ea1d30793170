"""The cost of a step: what is compared, and what is kept."""
import json

import pytest

from benchmarks import step_cost


def test_a_table_holds_the_vae_and_what_was_named(tmp_path, monkeypatch):
    made = []
    monkeypatch.setattr(step_cost, "make_step",
                        lambda case, *args: made.append((case, *args)) or (lambda: case))
    monkeypatch.setattr(step_cost, "milliseconds", lambda step: 2. if step() is None else 5.)
    results = tmp_path / "results" / "step_cost.json"
    step_cost.main(["thresholded_laplace, exact", "--samples", "3", "--rounds", "2",
                    "--results", str(results)])
    kept = json.loads(results.read_text())
    assert list(kept) == ["linear, K 3, graph", "mlp, K 3, graph"]
    assert kept["mlp, K 3, graph"]["vae"] == {"ms": 2., "ratio": 1.}
    assert kept["mlp, K 3, graph"]["thresholded_laplace, exact"] == {"ms": 5., "ratio": 2.5}
    assert (None, "linear", 3, False) in made


@pytest.mark.parametrize("generator", ["linear", "mlp"])
def test_a_step_trains(monkeypatch, generator):
    for name in ("FEATURES", "HIDDEN", "LATENTS", "BATCH"):
        monkeypatch.setattr(step_cost, name, 4)
    step = step_cost.make_step(("thresholded_normal", {"gradients": "exact"}), generator, 2, False)
    first = float(step()["loss"])
    assert all(float(step()["loss"]) != first for _ in range(2))


def test_bad_flags_are_refused(capsys):
    with pytest.raises(SystemExit):
        step_cost.main(["cauchy"])
    assert "expected parts of names such as thresholded_normal, published" in (
        capsys.readouterr().err)
