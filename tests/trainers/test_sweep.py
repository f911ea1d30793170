"""A sweep end to end: killed and started again, runs that fail, bad input."""
import json
import pathlib
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from trainers import sweep
from trainers.running import runs
from trainers.sweeping import report, work
from trainers.sweeping.sweeps import SWEEPS

ROOT = pathlib.Path(__file__).parents[2]
SMALL = ["--", "--steps", "20", "--steps-per-epoch", "10", "--hidden-units", "8",
         "--batch-size", "20", "--latent-dim", "4", "--no-jit-compile"]
# The real sweeps are on real data; this one has a VAE and a VSC on a few rows of its own.
TINY = """
from trainers import sweep
from trainers.sweeping import sweeps
own = (("dataset", "x.npz"),)
sweeps.SWEEPS["elbo"]["small"] = sweeps.Sweep("tiny", (
    *sweeps.grid("table", "beta_vae", own, beta=(1.0,)),
    *sweeps.grid("table", "vsc", own, alpha=(0.2,))), (0,), samples=3, rows=9)
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setattr(sys, "path", [*sys.path])
    original = dict(SWEEPS["elbo"])
    np.savez("x.npz", x=np.random.default_rng(0).random((90, 5)), y=np.arange(90) % 3)
    exec(TINY)
    yield tmp_path
    SWEEPS["elbo"].update(original)


def wait_for(condition, seconds=300):
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert condition()


def test_killed_and_started_again_it_does_not_repeat_finished_runs(folder, capsys):
    made = folder / "runs" / "sweeps" / "elbo-small"
    first, second = (made / "runs" / f"x.npz-{name}-seed0"
                     for name in ("beta_vae-beta1", "vsc-alpha0.2"))
    code = f"{TINY}\nsweep.main({['elbo', *SMALL]!r})"
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.DEVNULL)
    wait_for((second / runs.CONFIG).is_file)
    process.send_signal(signal.SIGKILL)  # The run under way outlives it, and is waited for.
    process.wait()
    kept = (first / "evaluation.json").read_bytes(), (first / runs.METRICS).stat().st_mtime_ns
    assert not (made / "sweep.json").exists()

    assert sweep.main(["elbo", *SMALL]) == 0
    out = capsys.readouterr().out
    assert "Runs      2, 1 of them done" in out and "[2 of 2] x.npz-vsc-alpha0.2-seed0" in out
    assert "[1 of 2]" not in out
    assert kept == ((first / "evaluation.json").read_bytes(),
                    (first / runs.METRICS).stat().st_mtime_ns)
    log = (made / "logs" / "x.npz-vsc-alpha0.2-seed0.txt").read_text()
    assert log.count("$ python -m trainers.evaluate") == 1

    written = json.loads((made / "sweep.json").read_text())
    assert written["seeds"] == [0] and written["failed"] == []
    assert written["command"] == "python -m trainers.sweep elbo " + " ".join(SMALL)
    for case, run in zip(written["cases"], written["runs"], strict=True):
        metrics = json.loads((made / "runs" / run["name"] / runs.METRICS).read_text())
        assert case["mean"] == run["measures"] and set(case["sd"].values()) == {None}
        assert run["measures"]["elbo"] == pytest.approx(metrics["test"]["elbo"], rel=1e-5)
        assert run["log_likelihood_of"] == {"samples": 3, "rows": 9}
        assert case["settings"]["hidden_units"] == 8
    assert {path.name for path in (made / "figures").iterdir()} == {
        pathlib.PurePath(name).name for name in written["figures"]}
    assert any(name.startswith("figures/elbo-") for name in written["figures"])

    assert sweep.main(["elbo", "--list", *SMALL]) == 0
    assert capsys.readouterr().out.count("(done)") == 2
    assert sweep.main(["elbo", "--list", "--", "--steps", "40"]) == 2
    assert "steps 20 instead of 40" in capsys.readouterr().err


def test_a_run_that_fails_is_reported_and_the_others_go_on(folder, monkeypatch, capsys):
    calls = []

    def call(words, log, held, show):
        calls.append(words[0])
        log.parent.mkdir(exist_ok=True)
        log.write_text("some output\nerror: out of memory\n")
        return 1 if "beta_vae" in str(words) else 0

    monkeypatch.setattr(work, "_call", call)
    monkeypatch.setattr(report, "write", lambda *args: calls.append("report"))
    assert sweep.main(["elbo", *SMALL]) == 1
    assert calls == ["trainers.fit", "trainers.fit", "trainers.evaluate", "report"]
    error = capsys.readouterr().err
    assert "run x.npz-beta_vae-beta1-seed0 failed: error: out of memory" in error
    assert "logs/x.npz-beta_vae-beta1-seed0.txt" in error and "vsc-alpha" not in error


def test_stopped_by_the_user_it_says_how_to_go_on(folder, monkeypatch, capsys):
    def call(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(work, "_call", call)
    assert sweep.main(["elbo", *SMALL]) == 130
    assert "The same command goes on" in capsys.readouterr().err


@pytest.mark.parametrize(("words", "message"), [
    (["elbo", "--only", "nothing"], "--only with a part of a run's name. Received: nothing"),
    (["elbo", "--", "--seed", "3"], "expected --seeds before the --"),
    (["elbo", "--", "--beta", "3"], "expected --beta with --model beta_vae"),
    (["disentangle", "--", "--latent-dim", "3"], "which it has at 18, 40, 50, 60"),
    (["elbo", "--", "--steps", "501"], "multiple of --steps-per-epoch"),
    (["elbo", "--output", "x.npz"], "x.npz"),
])
def test_bad_input_exits_with_2_and_starts_nothing(folder, capsys, words, message):
    assert sweep.main(words) == 2
    out, error = capsys.readouterr()
    assert error.startswith("error: ") and message in error and not out
    assert not (folder / "runs").exists()


@pytest.mark.parametrize(("words", "message"), [
    (["elbow"], "invalid choice: 'elbow'"), (["elbo", "--size", "huge"], "invalid choice: 'huge'"),
    (["elbo", "--seeds", "1,x"], "whole number of at least 0, got 'x'"), ([], "NAME"),
    (["elbo", "--", "--stepz", "1"], "unrecognized arguments: --stepz"),
])
def test_bad_flags(capsys, words, message):
    with pytest.raises(SystemExit, match="2"):
        sweep.main(words)
    assert message in capsys.readouterr().err


def test_what_a_killed_fit_leaves_in_its_first_moment_is_cleared(folder, monkeypatch):
    made = folder / "runs" / "sweeps" / "elbo-small" / "runs" / "x.npz-vsc-alpha0.2-seed0"
    made.mkdir(parents=True)
    (made / ".config.json.partial").write_text("{")
    called = []
    monkeypatch.setattr(work, "_call", lambda words, *args: called.append(
        (words[0], "--resume" in words, made.exists())))
    monkeypatch.setattr(report, "write", lambda *args: None)
    assert sweep.main(["elbo", "--only", "vsc", *SMALL]) == 0
    assert called == [("trainers.fit", False, False), ("trainers.evaluate", False, False)]
