"""docs/further_training.md: the page runs as one script, and each block does what it says."""
import numpy as np
import pytest

import vsc_tf
from tests.pages import ROOT, run, sections

PAGE = sections(ROOT / "docs" / "further_training.md")


def play(*headings, path):
    """Runs the start and the blocks under some headings."""
    blocks = [block for heading in ("", *headings) for block in PAGE[heading]]
    return run(blocks, path / "script.py")


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_the_page_runs_from_top_to_bottom(tmp_path):
    script = play(*(heading for heading in PAGE if heading), path=tmp_path)
    assert script.model.recipe is None
    assert not (tmp_path / "backup").exists()


def test_fitting_again_is_a_new_run(tmp_path):
    model = play("Fit again", path=tmp_path).model
    assert int(model.optimizer.iterations) == 8
    assert (int(model.run.first.numpy()), int(model.run.steps.numpy())) == (4, 4)


def test_a_frozen_decoder_stays_as_it_is(tmp_path):
    script = play("Other data", path=tmp_path)
    before = [w.numpy() for w in (*script.model.decoder.weights, *script.model.likelihood.weights)]
    encoder = script.model.encoder.weights[0].numpy()
    after = run(PAGE["With a frozen decoder"], tmp_path / "later.py", vars(script)).model
    for weight, old in zip((*after.decoder.weights, *after.likelihood.weights), before):
        np.testing.assert_array_equal(weight.numpy(), old)
    assert np.any(after.encoder.weights[0].numpy() != encoder)


def test_a_stopped_run_goes_on_as_the_run_it_was(tmp_path):
    model = play("Resume a run that was stopped", path=tmp_path).model
    assert int(model.optimizer.iterations) == 8
    assert (int(model.run.first.numpy()), int(model.run.steps.numpy())) == (0, 8)
    assert float(model.optimizer.learning_rate) < 1e-3 / 2  # The recipe's rate has fallen.


@pytest.mark.parametrize("frozen", [False, True])
def test_refinement_leaves_a_frozen_posterior_alone(frozen, rows):
    model = vsc_tf.VSC(4, seed=0)
    model.posterior.trainable = not frozen
    model.compile(optimizer="adam", jit_compile=False)
    model.adapt(rows)
    found = model._begin_run(model.prepare(rows, 32), 3, 2, 0)
    assert bool(found) != frozen
