"""docs/further_training.md: the page runs as one script, and each block does what it says."""
import numpy as np
import pytest

import vsc_tf
from tests.pages import ROOT, run, sections

PAGE = sections(ROOT / "docs" / "further_training.md")


def test_the_page_runs_from_top_to_bottom_and_does_what_it_says(tmp_path, monkeypatch):
    """In one go, as each part goes on with the model of the one before."""
    monkeypatch.chdir(tmp_path)
    script = run(PAGE[""], tmp_path / "script.py")

    def play(heading):
        return run(PAGE[heading], tmp_path / "script.py", vars(script))

    script = play("Fit again")
    model = script.model
    assert int(model.optimizer.iterations) == 8
    assert (int(model.run.first.numpy()), int(model.run.steps.numpy())) == (4, 4)

    script = play("Other data")
    before = [w.numpy() for w in (*model.decoder.weights, *model.likelihood.weights)]
    encoder = model.encoder.weights[0].numpy()
    script = play("With a frozen decoder")
    for weight, old in zip((*model.decoder.weights, *model.likelihood.weights), before):
        np.testing.assert_array_equal(weight.numpy(), old)
    assert np.any(model.encoder.weights[0].numpy() != encoder)

    script = play("Resume a run that was stopped")
    assert not (tmp_path / "backup").exists()
    assert int(script.model.optimizer.iterations) == 8
    assert (int(script.model.run.first.numpy()), int(script.model.run.steps.numpy())) == (0, 8)
    assert float(script.model.optimizer.learning_rate) < 1e-3 / 2  # The recipe's rate has fallen.

    assert play("Without a recipe").model.recipe is None


@pytest.mark.parametrize("frozen", [False, True])
def test_refinement_leaves_a_frozen_posterior_alone(frozen, rows):
    model = vsc_tf.VSC(4, seed=0)
    model.posterior.trainable = not frozen
    model.compile(optimizer="adam", jit_compile=False)
    model.adapt(rows)
    found = model._begin_run(model.prepare(rows, 32), 3, 2, 0)
    assert bool(found) != frozen
