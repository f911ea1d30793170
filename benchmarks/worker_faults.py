"""Kills one of two workers in an epoch drawn at random, resumes both, and compares the run.

    python -m benchmarks.worker_faults --kills 4

Each run is `trainers.fit --distribute` in two processes of this machine. The chief and the other
worker are killed (SIGKILL) in turns; the one that is left must end by itself within 60 s, with a
sentence and no traceback. Then both are started with `--resume`, until the run is finished, and it
must have the weights and the log of one that was left alone, bit for bit. Writes
benchmarks/results/worker_faults.json.
"""
import argparse
import contextlib
import pathlib
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence

import numpy as np

from benchmarks import faults, local_workers

RESULTS = pathlib.Path(__file__).parent / "results" / "worker_faults.json"
MOST_SECONDS = 60.  # For the worker that is left.
PATIENCE = 400.  # Seconds after which a run hangs.


def run(folder: pathlib.Path, name: str, *flags: str, victim: int | None = None,
        epoch: int = 0, seconds: float = 0.) -> dict:
    """Runs the command on two workers, and what became of them.

    Args:
        folder: Folder of everything.
        name: Name of the run.
        *flags: More flags.
        victim: Rank of the worker that is killed; None for none of them.
        epoch, seconds: It is so long after the beginning of that epoch.
    """
    command = [*faults.command(folder, name, *flags, "--distribute")[1:]]
    where, said = local_workers.addresses(), [folder / f"{name}.{rank}.txt" for rank in (0, 1)]
    with contextlib.ExitStack() as stack:
        files = [stack.enter_context(open(path, "a")) for path in said]
        both = [local_workers.start(command, rank, where, out=file, errors=subprocess.STDOUT)
                for rank, file in enumerate(files)]
        try:
            killed = time.monotonic()
            if victim is not None:
                while f"Epoch {epoch}/" not in said[0].read_text() and both[victim].poll() is None:
                    time.sleep(0.02)
                time.sleep(seconds)
                both[victim].kill()
                killed = time.monotonic()
            for process in both:
                process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            pass
        took = time.monotonic() - killed
        for process in both:  # Those that hang.
            process.kill()
    return {"statuses": [process.wait() for process in both], "seconds": round(took, 1),
            "said": [path.read_text() for path in said]}


def fault(folder: pathlib.Path, name: str, victim: int, epoch: int, seconds: float) -> dict:
    """One run whose worker is killed, and both resumed; what became of it."""
    first = run(folder, name, *faults.SETTINGS, victim=victim, epoch=epoch,
                seconds=seconds)
    left = 1 - victim
    lines = [line for line in first["said"][left].splitlines() if line.startswith("error: ")]
    finished, resumes = folder / "runs" / name / "metrics.json", 0
    while not finished.is_file() and resumes < faults.MOST_RESUMES:
        begun = (folder / "runs" / name / "config.json").is_file()
        last = run(folder, name, *(["--resume"] if begun else faults.SETTINGS))
        resumes += 1
    said = "".join((last if resumes else first)["said"])
    is_good = bool(lines) and first["seconds"] < MOST_SECONDS and "Traceback" not in said
    return {"victim": victim, "epoch": epoch, "status_of_other": first["statuses"][left],
            "seconds_of_other": first["seconds"], "sentence": lines[-1][:300] if lines else "",
            "traceback": "Traceback" in said, "resumes": resumes, "ended_well": is_good,
            "outcome": faults.outcome(folder, name)}


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.worker_faults", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=4,
                        help="how often a run is ended (default: 4)")
    parser.add_argument("--seed", type=int, default=0, help="of the moments (default: 0)")
    parser.add_argument("--results", type=pathlib.Path, default=RESULTS, help="JSON file to write")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Returns the exit status: 0, or 1 if a run ended otherwise."""
    args = build_parser().parse_args(argv)
    draw = random.Random(args.seed)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        np.save(folder / "x.npy", np.random.default_rng(0).random((300, 8)))
        whole = run(folder, "whole", *faults.SETTINGS)
        if any(whole["statuses"]):
            print(whole["said"][0][-2000:], whole["said"][1][-2000:], file=sys.stderr)
            return 1
        found = []
        for i in range(args.kills):
            found.append(fault(folder, f"run-{i}", (i + 1) % 2, draw.randrange(1, 12),
                               draw.uniform(0., 0.2)))
            print(f"[{i + 1} of {args.kills}] {found[-1]}", flush=True)
    same = sum(each["outcome"] == "identical" and each["ended_well"] for each in found)
    longest = max(each["seconds_of_other"] for each in found)
    print(f"{same} of {args.kills} ended well and, resumed, bit-identical; the other worker ended "
          f"after {longest:.0f} s at most")
    return faults.kept(args.results, found, same)


if __name__ == "__main__":
    raise SystemExit(main())
