"""Training on two replicas is training on one device: the same weights, the same logs."""
import os
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[2]
SCRIPT = pathlib.Path(__file__).with_name("replicas.py")


@pytest.mark.parametrize(("kind", "form", "where"), [
    ("vsc", "ragged", ["inside"]), ("iwae", "array", ["outside"])])
def test_two_replicas_give_the_weights_and_logs_of_one_device(kind, form, where):
    run = subprocess.run([sys.executable, str(SCRIPT), kind, form, *where], cwd=ROOT, text=True,
                         env={**os.environ, "PYTHONPATH": str(ROOT)},
                         capture_output=True, timeout=600)
    assert run.returncode == 0, run.stderr[-2000:]
    found = [line.split()[1:] for line in run.stdout.splitlines() if "difference" in line]
    assert len(found) == len(where)  # Fitted inside of the strategy's scope, and outside.
    for weights, logs in found:
        assert float(weights) < 1e-5 and float(logs) < 1e-3
