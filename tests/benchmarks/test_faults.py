"""A killed run ends as one left alone; `benchmarks.faults`, with a script for the command."""
import json
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from benchmarks import faults
from trainers import fit
from trainers.running import figures, pictures

# Writes the files that are looked for; the first time it takes a second in between.
SCRIPT = """
import pathlib, sys, time
run, served, *flags = sys.argv[1:]
for folder in (run, served):
    pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
pathlib.Path(run, "config.json").touch()
print("--resume" if "--resume" in flags else "begun")
time.sleep(0. if "--resume" in flags else 1.)
pathlib.Path(run, "metrics.json").touch()
"""


# As the tests train: no part of a step is compiled, and no figure takes seconds.
QUICK = """
import sys
import tests.conftest
from trainers import fit
from trainers.running import figures, pictures
figures.of_features = lambda *args: {}
pictures.Pictures.on_epoch_end = lambda *args: None
sys.exit(fit.main(sys.argv[1:]))
"""


@pytest.fixture
def command(monkeypatch):
    """Of a run that ends with the given outcome; `says` goes to its output."""
    def made(outcome, says=""):
        monkeypatch.setattr(faults, "command", lambda folder, name, *flags: [
            sys.executable, "-c", f"{SCRIPT}\nprint({says!r})", str(folder / "runs" / name),
            str(folder / "sm" / name), *flags])
        monkeypatch.setattr(faults, "outcome", lambda folder, name: outcome)
    return made


def test_a_run_is_ended_and_resumed(tmp_path, capsys, command):
    command("identical")
    results = tmp_path / "faults.json"
    assert faults.main(["--kills", "2", "--ways", "SIGKILL", "SIGTERM", "--results",
                        str(results)]) == 0
    assert "2 of 2 ended bit-identical, without a traceback" in capsys.readouterr().out
    written = json.loads(results.read_text())
    assert (written["kills"], written["identical"]) == (2, 2)
    killed, terminated = written["runs"]
    assert (killed["way"], killed["statuses"][0], killed["statuses"][-1]) == ("SIGKILL", -9, 0)
    assert (terminated["way"], terminated["statuses"][0]) == ("SIGTERM", -15)


@pytest.mark.parametrize(("outcome", "says"), [
    ("other weights", ""), ("identical", "Traceback (most recent call last)")])
def test_one_that_ends_otherwise_is_counted(tmp_path, capsys, command, outcome, says):
    command(outcome, says)
    results = tmp_path / "faults.json"
    assert faults.main(["--kills", "1", "--ways", "SIGKILL", "--results", str(results)]) == 1
    assert "0 of 1 ended bit-identical" in capsys.readouterr().out
    run, = json.loads(results.read_text())["runs"]
    assert (run["outcome"], run["traceback"]) == (outcome, bool(says))


def test_a_run_that_was_killed_ends_as_one_left_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(figures, "of_features", lambda *args: {})  # They take most of the time.
    monkeypatch.setattr(pictures.Pictures, "on_epoch_end", lambda *args: None)
    np.save(tmp_path / "x.npy", np.random.default_rng(0).random((300, 8)))

    def flags(name, *more):
        return faults.command(tmp_path, name, *more)[3:]

    assert fit.main(flags("whole", *faults.SETTINGS)) == 0
    process = subprocess.Popen(
        [sys.executable, "-c", QUICK, *flags("killed", *faults.SETTINGS)],
        cwd=faults.ROOT, stdout=subprocess.DEVNULL)
    log, deadline = tmp_path / "runs" / "killed" / "log.csv", time.monotonic() + 300
    while (not log.is_file() or log.read_text().count("\n") < 4) and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert log.read_text().count("\n") < 13  # A header and twelve epochs.
    assert fit.main(flags("killed", "--resume")) == 0
    assert faults.outcome(tmp_path, "killed") == "identical"
