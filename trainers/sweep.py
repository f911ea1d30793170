"""Trains and measures a grid of models, seeds and settings, then draws and compares them."""
import argparse
import fcntl
import os
import pathlib
import shlex
import signal
import subprocess
import sys
import time

from trainers import flags
from trainers.running import runs
from trainers.sweeping.jobs import is_measured, plan, seconds_left, steps_done
from trainers.sweeping.sweeps import SIZES, SWEEPS


def seeds(text):
    """Whole numbers with commas between them."""
    return tuple(dict.fromkeys(flags.whole(part.strip()) for part in text.split(",")))


def build_parser():
    about = "\n".join(f"  {name:<12}{sizes['small'].about}" for name, sizes in SWEEPS.items())
    parser = argparse.ArgumentParser(
        prog="python -m trainers.sweep", usage="%(prog)s [-h] NAME [--size {small,published}] "
        "[--seeds N,N,...]\n       [--output DIR] [--only TEXT ...] [--list] [-- FLAGS OF FIT]",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description=f"{__doc__}\n\n{about}",
        epilog="The same command again goes on where it was stopped: finished runs are not done\n"
               "again. Flags after -- go to every trainers.fit, e.g. -- --hidden-units 256; give\n"
               "such a sweep an --output of its own.")
    add = parser.add_argument
    add("name", choices=tuple(SWEEPS), metavar="NAME", help=f"one of {', '.join(SWEEPS)}")
    add("--size", choices=SIZES, default="small",
        help="small: about an hour on two cores; published: the papers' settings, for a GPU "
             "(default: small)")
    add("--seeds", type=seeds, metavar="N,N,...", help="seeds (default: the sweep's own)")
    add("--output", type=pathlib.Path, default=pathlib.Path("runs/sweeps"), metavar="DIR",
        help="folder for sweeps; this one is DIR/NAME-SIZE (default: runs/sweeps)")
    add("--only", nargs="+", metavar="TEXT", default=[],
        help="only the runs whose names contain one of these; see --list")
    add("--list", action="store_true", help="show the runs and the estimated time, then stop")
    return parser


def duration(seconds):
    """Rounded, as text.

    >>> duration(20), duration(1500), duration(9000)
    ('1 min', '25 min', '2.5 h')
    """
    minutes = max(1, round(seconds / 60))
    return f"{minutes} min" if minutes < 100 else f"{seconds / 3600:.1f} h"


def lock(folder):
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


def work(jobs, sweep, held):
    """Trains and measures what is not yet. Returns dict of failed run -> its log."""
    failed, expected, spent = {}, 0.0, 0.0
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
    return not _call(["trainers.evaluate", str(job.run), "--samples", str(sweep.samples),
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


def main(argv=None):
    """Returns the exit status: 0, 1 if runs failed, 2 for bad input, 130 if stopped."""
    words = sys.argv[1:] if argv is None else argv
    words = list(words)
    cut = words.index("--") if "--" in words else len(words)
    args = build_parser().parse_args(words[:cut])
    try:
        sweep = SWEEPS[args.name][args.size]
        folder = args.output / f"{args.name}-{args.size}"
        jobs = plan(sweep, folder, args.seeds, args.only, words[cut + 1:])
        left = sum(seconds_left(job, sweep) for job in jobs)
        done = sum(is_measured(job, sweep) for job in jobs)
        if not args.list:
            folder.mkdir(parents=True, exist_ok=True)
            held = lock(folder)
    except (ValueError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(f"Sweep     {args.name}, {args.size}: {sweep.about}\n"
          f"Runs      {len(jobs)}, {done} of them done; about {duration(left) if left else '0 min'}"
          f" left on two cores\nFolder    {folder}/  (stopped, the same command goes on)",
          flush=True)
    if args.list:
        print("\n".join(f"  {job.name}" + ("  (done)" if is_measured(job, sweep) else "")
                        for job in jobs))
        return 0
    try:
        failed = work(jobs, sweep, held)

        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        # Models are loaded for some figures: TensorFlow.
        from trainers.sweeping import report

        report.write(folder, args.name, args.size, jobs, failed,
                           shlex.join(["python", "-m", "trainers.sweep", *words]))
    except KeyboardInterrupt:
        print("\nStopped. The same command goes on with it.", file=sys.stderr)
        return 130
    finally:
        held.close()
    for name, log in failed.items():
        last = log.read_text(errors="replace").strip().splitlines()[-1:]
        print(f"error: run {name} failed: {''.join(last)}\n  see {log}; the same command tries "
              "it again", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # Ends the run under way, too.
    raise SystemExit(main())
