"""Measures finished runs on their test splits and sets them side by side."""
import argparse
import os
import pathlib
import shlex
import sys
from collections.abc import Sequence

from . import flags, needed
from .names import called
from .quiet import load_tensorflow
from .running import runs


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=called("evaluate"), description=__doc__,
        epilog=f"Each run gets an {runs.EVALUATION} with all measures, and its figures are drawn "
               "again; several runs get one comparison: a table, comparison.json and figures.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    add = parser.add_argument
    add("runs", nargs="+", metavar="RUN", help="a run folder, or the name of one in --output")
    add("--output", type=pathlib.Path, default=pathlib.Path("runs"), metavar="DIR",
        help="folder that run names are looked up in")
    add("--samples", type=flags.positive, default=100, metavar="K",
        help="draws of z for each observation of the importance-weighted log-likelihood")
    add("--rows", type=flags.positive, default=1000, metavar="N",
        help="test observations, the first ones, that it is estimated on")
    add("--comparison", type=pathlib.Path, metavar="DIR", default=argparse.SUPPRESS,
        help="folder for the comparison (default: 'comparison' beside the first run)")
    return parser


def find(name: str, output: pathlib.Path) -> pathlib.Path:
    """`runs.find_finished`, in a folder that can be written to."""
    run = runs.find_finished(name, output)
    if not os.access(run, os.W_OK):
        raise ValueError(f"expected a run folder to write {runs.EVALUATION} into. Received: {run}, "
                         "which is read-only. Change its permissions, or copy it.")
    return run


def comparison_folder(args: argparse.Namespace,
                      found: list[pathlib.Path]) -> pathlib.Path | None:
    """The folder for the comparison, made; `None` for a single run and no --comparison."""
    folder = getattr(args, "comparison", None)
    if folder is None:
        if len(found) == 1:
            return None
        folder = found[0].parent / "comparison"
    if (folder / runs.CONFIG).exists():
        raise ValueError(f"expected a folder for the comparison. Received: {folder}, which is a "
                         "run. Name another one with --comparison.")
    folder.mkdir(parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK):
        raise ValueError(f"expected a folder to write to. Received: {folder}, which is "
                         "read-only. Name another one with --comparison.")
    return folder


def main(argv: Sequence[str] | None = None) -> int:
    """Returns the exit status: 0, or 2 for a bad flag, run or folder."""
    args = build_parser().parse_args(argv)
    try:
        needed.check("plot", "matplotlib")
        found = list({path.resolve(): path for path in (
            find(name, args.output) for name in args.runs)}.values())
        folder = comparison_folder(args, found)
    except (ValueError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2

    load_tensorflow()
    # TensorFlow takes seconds: not before the runs and the folder are known good.
    from .running import comparison, measuring

    unique = len({run.name for run in found}) == len(found)
    evaluations, seen = {}, {}
    for i, run in enumerate(found, 1):
        print(f"[{i} of {len(found)}] {run}", flush=True)
        try:
            name = run.name if unique else str(run)
            evaluations[name], seen[name] = measuring.evaluate(
                run, args.samples, args.rows)
        except (ValueError, OSError) as error:
            print(f"error: {run}: {error}", file=sys.stderr)
            return 2

    print("\n" + comparison.table({name: comparison.row(value)
                                   for name, value in evaluations.items()}) + "\n")
    print(f"Measures    {runs.EVALUATION} in each run")
    if folder is not None:
        words = sys.argv[1:] if argv is None else argv
        command = f"{called('evaluate')} {shlex.join(words)}"
        comparison.write(folder, command, evaluations, seen)
        print(f"Comparison  {folder}/  (comparison.json, figures)")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
