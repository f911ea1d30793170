"""A run that is killed and resumed ends with the very weights of one that never was."""
import pathlib
import subprocess
import sys
import time

import keras
import numpy as np
import pytest

import vsc_tf  # noqa: F401  Registers what the .keras files hold.
from trainers import fit
from trainers.running import runs, training

ROOT = pathlib.Path(__file__).parents[2]


def command(folder, name, *flags):
    return [sys.executable, "-m", "trainers.fit", "--dataset", str(folder / "x.npy"),
            "--output", str(folder / "runs"), "--export", str(folder / "saved_models"),
            "--run", name, *flags]


def settings(dtype="float32"):
    return ["--steps", "240", "--steps-per-epoch", "20", "--hidden-units", "16", "--latent-dim",
            "5", "--pseudo-inputs", "4", "--batch-size", "32", "--checkpoint-seconds", "0",
            "--warmup-steps", "50", "--ramp-steps", "100", "--no-jit-compile", "--dtype", dtype]


def lines(folder, name):
    log = folder / "runs" / name / runs.LOG
    return len(log.read_text().splitlines()) if log.is_file() else 0


def test_killed_and_resumed_is_bit_identical(tmp_path):
    np.save(tmp_path / "x.npy", np.random.default_rng(0).random((300, 8)))
    quiet = {"cwd": ROOT, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    whole = subprocess.Popen(command(tmp_path, "whole", *settings("mixed_bfloat16")), **quiet)
    killed = subprocess.Popen(command(tmp_path, "killed", *settings("mixed_bfloat16")), **quiet)
    deadline = time.monotonic() + 300
    while lines(tmp_path, "killed") < 4 and time.monotonic() < deadline:
        time.sleep(0.005)
    killed.kill()  # SIGKILL: nothing of ours runs any more.
    killed.wait()
    assert 4 <= lines(tmp_path, "killed") < 13
    subprocess.run(command(tmp_path, "killed", "--resume"), check=True, **quiet)
    assert whole.wait() == 0

    models = [keras.models.load_model(tmp_path / "runs" / name / runs.MODEL)
              for name in ("whole", "killed")]
    for a, b in zip(*(m.get_weights() + m.optimizer.variables for m in models), strict=True):
        np.testing.assert_array_equal(a, b)
    logs = [runs.read_log(tmp_path / "runs" / name) for name in ("whole", "killed")]
    assert logs[0] == logs[1] and len(logs[0]["loss"]) == 12


def test_killed_after_the_last_step_it_only_finishes(tmp_path, monkeypatch):
    np.save(tmp_path / "x.npy", np.random.default_rng(0).random((300, 8)))
    flags = [str(part) for part in command(tmp_path, "mine", *settings())[3:]]

    def killed(*args):
        raise SystemExit("killed while evaluating")

    with monkeypatch.context() as patch, pytest.raises(SystemExit, match="killed"):
        patch.setattr(training, "finish", killed)
        fit.main(flags)
    weights = keras.models.load_model(tmp_path / "runs" / "mine" / runs.CHECKPOINT).get_weights()
    assert fit.main([*flags[:8], "--resume"]) == 0
    model = keras.models.load_model(tmp_path / "runs" / "mine" / runs.MODEL)
    for a, b in zip(model.get_weights(), weights, strict=True):
        np.testing.assert_array_equal(a, b)
