"""Ends a tiny run at moments drawn at random, resumes it, and compares it with one left alone.

Each is ended by SIGKILL, SIGTERM or Ctrl-C, or by files that may not grow beyond a size drawn at
random (as on a full disk), then resumed with `trainers.fit --resume` until it is finished. Prints
how many have the weights and the log of the run that was left alone, bit for bit, and writes
benchmarks/results/faults.json.
"""
import argparse
import collections
import json
import pathlib
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence

import numpy as np

ROOT = pathlib.Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "faults.json"
SETTINGS = ["--steps", "120", "--steps-per-epoch", "10", "--hidden-units", "16",
            "--latent-dim", "4", "--pseudo-inputs", "4", "--batch-size", "32",
            "--checkpoint-seconds", "0", "--no-jit-compile", "--dtype", "mixed_bfloat16"]
SIGNALS = {"SIGKILL": signal.SIGKILL, "SIGTERM": signal.SIGTERM, "Ctrl-C": signal.SIGINT}
WAYS = (*SIGNALS, "full disk")
MOST_RESUMES = 5
MOST_BYTES = 100_000  # What a file may have on a "full disk", at most; a checkpoint has 60,000.


def command(folder: pathlib.Path, name: str, *flags: str) -> list[str]:
    return [sys.executable, "-m", "trainers.fit", "--dataset", str(folder / "x.npy"), "--run", name,
            "--output", str(folder / "runs"), "--export", str(folder / "sm" / name), *flags]


def run(folder: pathlib.Path, name: str, *flags: str, way: str = "", when: float = 0.) -> int:
    """Starts the command, ends it in some way, and returns its status.

    Args:
        folder: Folder of everything.
        name: Name of the run.
        *flags: More flags.
        way: One of `WAYS`, or "" to leave it alone.
        when: Seconds after which it gets a signal; on a "full disk", bytes that a file may have.
    """
    def prepare():
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # A shell's background processes ignore it.
        if way == "full disk":
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # Then writing fails, as on a full disk.
            resource.setrlimit(resource.RLIMIT_FSIZE, (int(when), int(when)))

    with open(folder / f"{name}.txt", "a") as out, subprocess.Popen(
            command(folder, name, *flags), cwd=ROOT, stdout=out, stderr=out,
            preexec_fn=prepare) as process:
        if way in SIGNALS:
            try:
                process.wait(when)
            except subprocess.TimeoutExpired:
                process.send_signal(SIGNALS[way])
        return process.wait()


def outcome(folder: pathlib.Path, name: str) -> str:
    """Whether a run ended as `whole` did: "identical", or what is different."""
    # TensorFlow takes seconds: not before the runs are done.
    import keras

    import vsc_tf  # noqa: F401  Registers what the files hold.

    if not (folder / "runs" / name / "metrics.json").is_file():
        return "not finished"
    models = [keras.models.load_model(folder / "runs" / one / "model.keras")
              for one in ("whole", name)]
    pairs = zip(*(model.get_weights() + model.optimizer.variables for model in models), strict=True)
    if not all(np.array_equal(a, b) for a, b in pairs):
        return "other weights"
    logs = [(folder / "runs" / one / "log.csv").read_text() for one in ("whole", name)]
    if logs[0] != logs[1]:
        return "another log"
    left = [path.name for path in (folder / "sm" / name / "x").iterdir() if ".partial" in path.name]
    return "leftovers" if left else "identical"


def fault(folder: pathlib.Path, name: str, way: str, when: float) -> dict:
    """One run that is ended and resumed, and what became of it."""
    status = run(folder, name, *SETTINGS, way=way, when=when)
    while status == 0:  # It was quicker: once more, and earlier.
        shutil.rmtree(folder / "runs" / name)
        shutil.rmtree(folder / "sm" / name)
        when *= 0.7
        status = run(folder, name, *SETTINGS, way=way, when=when)
    statuses = [status]
    finished = folder / "runs" / name / "metrics.json"  # The last thing that a run writes.
    while statuses[-1] and not finished.is_file() and len(statuses) <= MOST_RESUMES:
        begun = (folder / "runs" / name / "config.json").is_file()
        statuses.append(run(folder, name, *(["--resume"] if begun else SETTINGS)))
    said = (folder / f"{name}.txt").read_text()
    return {"way": way, "when": round(when, 2), "statuses": statuses,
            "traceback": "Traceback" in said, "outcome": outcome(folder, name)}


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.faults", description=__doc__,
                                     formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--kills", type=int, default=50, help="how often a run is ended")
    parser.add_argument("--seed", type=int, default=0, help="of the moments")
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS),
                        help="how it is ended")
    parser.add_argument("--results", type=pathlib.Path, default=RESULTS, help="JSON file to write")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Returns the exit status: 0, or 1 if a run ended otherwise."""
    args = build_parser().parse_args(argv)
    draw = random.Random(args.seed)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        np.save(folder / "x.npy", np.random.default_rng(0).random((300, 8)))
        started = time.monotonic()
        if run(folder, "whole", *SETTINGS):
            print((folder / "whole.txt").read_text()[-2000:], file=sys.stderr)
            return 1
        seconds = time.monotonic() - started
        found = []
        for i in range(args.kills):
            way = args.ways[i % len(args.ways)]
            found.append(fault(folder, f"run-{i}", way, draw.uniform(
                *((0., seconds) if way in SIGNALS else (1., MOST_BYTES)))))
            print(f"[{i + 1} of {args.kills}] {found[-1]}", flush=True)
    counts = collections.Counter((each["way"], each["outcome"]) for each in found)
    for (way, what), count in sorted(counts.items()):
        print(f"{way:<12}{what:<16}{count:>4}")
    same = sum(each["outcome"] == "identical" and not each["traceback"] for each in found)
    print(f"{same} of {args.kills} ended bit-identical, without a traceback")
    return kept(args.results, found, same)


def kept(results: pathlib.Path, found: list[dict], same: int) -> int:
    """Writes what became of the runs; the exit status, 1 if one did not end as it should."""
    results.parent.mkdir(exist_ok=True)
    results.write_text(json.dumps({"kills": len(found), "identical": same, "runs": found},
                                  indent=2) + "\n")
    return 0 if same == len(found) else 1


if __name__ == "__main__":
    raise SystemExit(main())
