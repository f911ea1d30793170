"""docs/own/dataset.md and measure.md, and docs/tools.md: scripts of arrays and of whole models."""
import numpy as np
import pytest

import vsc_tf
from tests.pages import ROOT, run, sections

TOOLS = sections(ROOT / "docs" / "tools.md")
HERE = "TensorBoard"
ELSEWHERE = {"Weights & Biases", "MLflow", "Optuna", "KerasTuner", "Ray Tune"}  # integrations.sh

pytestmark = pytest.mark.usefixtures("eagerly")


def script(page, folder, monkeypatch):
    monkeypatch.chdir(folder)
    return run(sections(ROOT / "docs" / "own" / f"{page}.md")[""], folder / f"own_{page}.py")


def test_the_data_set_is_drawn_written_and_read_a_batch_at_a_time(tmp_path, monkeypatch):
    own = script("dataset", tmp_path, monkeypatch)
    file = vsc_tf.datasets.load(tmp_path / "bumps.npz")
    np.testing.assert_array_equal(file.test.factors, own.data.test.factors)
    np.testing.assert_allclose(own.volts[:], own.data.train.x, rtol=1e-6)
    np.testing.assert_allclose(own.volts.subset([3])[0], own.data.train.x[3], rtol=1e-6)
    assert int(own.model.optimizer.iterations) == 4
    assert {"purity", "presence_early", "presence_late"} <= set(own.report)


def test_the_measure_is_in_the_history(tmp_path, monkeypatch):
    own = script("measure", tmp_path, monkeypatch)
    bits = own.history.history["switch_bits"]
    assert len(bits) == 2 and all(0. <= value <= 4. for value in bits)
    assert own.switch_bits([[0., 1.], [0., 1.], [0., 1.], [2., 1.]]) == pytest.approx(0.811278)
    with pytest.raises(ValueError, match="Argument `z` must be finite"):
        own.switch_bits([[0., np.nan]])


def test_every_tool_is_run_here_or_by_the_longer_check():
    assert {heading for heading in TOOLS if TOOLS[heading]} == {"", HERE, *ELSEWHERE}
    assert all(len(block.splitlines()) <= 15
               for tool in {HERE, *ELSEWHERE} for block in TOOLS[tool])


def test_the_example_with_tensorboard_has_a_bound(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = run(TOOLS[""] + TOOLS[HERE], tmp_path / "tool.py")
    assert np.isfinite(found.bound(found.model))
