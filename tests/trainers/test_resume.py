"""A run that is killed after its last step; tests/benchmarks/test_faults.py kills earlier."""
import keras
import numpy as np
import pytest

import vsc_tf  # noqa: F401  Registers what the .keras files hold.
from trainers import fit
from trainers.running import runs, training

SETTINGS = ["--steps", "240", "--steps-per-epoch", "20", "--hidden-units", "16", "--latent-dim",
            "5", "--pseudo-inputs", "4", "--batch-size", "32", "--checkpoint-seconds", "0",
            "--warmup-steps", "50", "--ramp-steps", "100", "--no-jit-compile"]


@pytest.mark.usefixtures("few_figures")
def test_killed_after_the_last_step_it_only_finishes(tmp_path, monkeypatch):
    np.save(tmp_path / "x.npy", np.random.default_rng(0).random((300, 8)))
    flags = ["--dataset", str(tmp_path / "x.npy"), "--output", str(tmp_path / "runs"),
             "--export", str(tmp_path / "saved_models"), "--run", "mine"]

    def killed(*args):
        raise SystemExit("killed while evaluating")

    with monkeypatch.context() as patch, pytest.raises(SystemExit, match="killed"):
        patch.setattr(training, "finish", killed)
        fit.main([*flags, *SETTINGS])
    weights = keras.models.load_model(tmp_path / "runs" / "mine" / runs.CHECKPOINT).get_weights()
    assert fit.main([*flags, "--resume"]) == 0
    model = keras.models.load_model(tmp_path / "runs" / "mine" / runs.MODEL)
    for a, b in zip(model.get_weights(), weights, strict=True):
        np.testing.assert_array_equal(a, b)
