"""Trains and measures a grid of models, seeds and settings, then draws and compares them."""
import argparse
import pathlib
import shlex
import signal
import sys
from collections.abc import Sequence

from . import flags, needed
from .durations import duration
from .names import called
from .quiet import load_tensorflow
from .sweeping import work
from .sweeping.jobs import is_measured, plan, seconds_left
from .sweeping.sweeps import SIZES, SWEEPS


def seeds(text: str) -> tuple[int, ...]:
    """Whole numbers with commas between them."""
    return tuple(dict.fromkeys(flags.whole(part.strip()) for part in text.split(",")))


def build_parser() -> argparse.ArgumentParser:
    about = "\n".join(f"  {name:<12}{sizes['small'].about}" for name, sizes in SWEEPS.items())
    parser = argparse.ArgumentParser(
        prog=called("sweep"), usage="%(prog)s [-h] NAME [--size {small,published}] "
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


def main(argv: Sequence[str] | None = None) -> int:
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
            needed.check("plot", "matplotlib", "tensorboard")
            folder.mkdir(parents=True, exist_ok=True)
            held = work.lock(folder)
    except (ValueError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    time_left = duration(left) if left else "0 min"
    print(f"Sweep     {args.name}, {args.size}: {sweep.about}\n"
          f"Runs      {len(jobs)}, {done} of them done; about {time_left}"
          f" left on two cores\nFolder    {folder}/  (stopped, the same command goes on)",
          flush=True)
    if args.list:
        print("\n".join(f"  {job.name}" + ("  (done)" if is_measured(job, sweep) else "")
                        for job in jobs))
        return 0
    try:
        failed = work.work(jobs, sweep, held)

        load_tensorflow()
        # Models are loaded for some figures: TensorFlow.
        from .sweeping import report

        report.write(folder, args.name, args.size, jobs, failed,
                     f"{called('sweep')} {shlex.join(words)}")
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
