"""Does what is left of a sweep: trains and measures each run in a process of its own."""
import fcntl
import pathlib
import shlex
import subprocess
import sys
import time
from typing import TextIO

from ..durations import duration
from ..names import module
from ..running import runs
from .jobs import Job, seconds_left, steps_done
from .sweeps import Sweep


def lock(folder: pathlib.Path) -> TextIO:
    """Holds the folder for this process and its children, even when it is killed before them.

    Two sweeps in one folder, or a sweep and a run that a killed sweep has left behind, would
    write the same files. Returns the open file.
    """
    file = open(folder / ".lock", "w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print(f"Waiting for a run that is still going in {folder} ...", flush=True)
        fcntl.flock(file, fcntl.LOCK_EX)
    return file


def work(jobs: list[Job], sweep: Sweep, held: TextIO) -> dict[str, pathlib.Path]:
    """Trains and measures what is not yet. Returns dict of failed run -> its log."""
    failed: dict[str, pathlib.Path] = {}
    expected, spent = 0.0, 0.0
    for i, job in enumerate(jobs, 1):
        todo = seconds_left(job, sweep)
        if not todo:
            continue
        started = time.monotonic()

        def show(end="\n"):
            # Estimates are corrected by how long the runs so far have taken.
            pace = spent / expected if expected else 1.0
            left = pace * sum(seconds_left(other, sweep) for other in jobs[i - 1:])
            step = f"step {steps_done(job):,} of {job.settings.steps:,}"
            print(f"[{i} of {len(jobs)}] {job.name}: {step}, about {duration(left)} left for all",
                  end=end, flush=True)

        show()
        if not _run(job, sweep, held, show):
            failed[job.name] = job.log
            print(f"[{i} of {len(jobs)}] {job.name}: FAILED, see {job.log}", flush=True)
            continue
        took = time.monotonic() - started
        expected, spent = expected + todo, spent + took
        print(f"[{i} of {len(jobs)}] {job.name}: done in {duration(took)}", flush=True)
    return failed


def _run(job, sweep, held, show):
    """Trains and measures one run, each in a process of its own. Returns whether it is done."""
    if not runs.is_finished(job.run):
        command = job.command()
        if (job.run / runs.CONFIG).is_file():
            command.append("--resume")
        elif job.run.is_dir():  # Killed between making the folder and writing its config.
            for path in job.run.glob(".*.partial"):
                path.unlink()
            job.run.rmdir()
        if _call(command, job.log, held, show):
            return False
    return not _call([module("evaluate"), str(job.run), "--samples", str(sweep.samples),
                      "--rows", str(sweep.rows)], job.log, held, show)


def _call(words, log, held, show):
    """Runs `python -m ...`, output to `log`, and returns its exit status."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with open(log, "a") as file:
        print(f"$ python -m {shlex.join(words)}", file=file, flush=True)
        child = subprocess.Popen([sys.executable, "-m", *words], stdin=subprocess.DEVNULL,
                                 stdout=file, stderr=subprocess.STDOUT,
                                 pass_fds=[held.fileno()])
        try:
            while True:
                try:
                    return child.wait(timeout=2)
                except subprocess.TimeoutExpired:
                    if sys.stdout.isatty():
                        print("\r\033[K", end="")
                        show(end="\r")
        finally:
            if sys.stdout.isatty():
                print("\r\033[K", end="")
            if child.poll() is None:  # Stopped: the run goes on with the next call.
                child.terminate()
                child.wait()
