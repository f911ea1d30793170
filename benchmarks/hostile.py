"""Hands to the library and its commands what nobody should, and counts what is not refused well.

Inputs are drawn at random, by kind: tables, array files, flags, names, containers, arguments,
damaged files, uploads, addresses. Well is: taken, or refused by a command with one line and
status 1 or 2, or by the library with a ValueError of its own. Prints a line for each that is not,
and writes benchmarks/results/hostile.json.
"""
import argparse
import collections
import contextlib
import io
import json
import os
import pathlib
import random
import tempfile
import traceback
from collections.abc import Callable, Sequence

from benchmarks import hostile_calls, hostile_inputs

ROOT = pathlib.Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "hostile.json"
KINDS = {"table": hostile_inputs.table, "array file": hostile_inputs.array_file,
         "flag": hostile_inputs.flag, "name": hostile_inputs.name,
         "container": hostile_calls.container, "argument": hostile_calls.argument,
         "damaged": hostile_inputs.damaged, "upload": hostile_calls.uploaded,
         "address": hostile_calls.asked}


def of_command(main: Callable, argv: Sequence[str]) -> str:
    """What a command makes of its flags: "taken", "refused", or what is wrong with it."""
    out, error = io.StringIO(), io.StringIO()
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(error):
            status = main(argv)
    except SystemExit as stop:  # By argparse.
        status = stop.code
    except BaseException as fault:  # Whatever it is: nobody should see it.
        return f"traceback: {_last(fault)}"
    lines = [line for line in error.getvalue().splitlines() if "error: " in line]
    if status == 0:
        return "taken"
    if status not in (1, 2) or not lines:
        return f"status {status}, and it said {error.getvalue()[-200:]!r}"
    return "refused"


def of_call(call: Callable) -> str:
    """What a call of the library does: "taken", "refused", or what is wrong with it."""
    try:
        call()
    except ValueError as error:
        frames = traceback.extract_tb(error.__traceback__)
        is_own = frames[-1].filename.startswith((str(ROOT / "vsc_tf"), str(ROOT / "trainers")))
        return ("refused" if is_own and str(error).strip()
                else f"ValueError of others: {_last(error)}")
    except BaseException as fault:
        return f"traceback: {_last(fault)}"
    return "taken"


def _last(fault):
    frame = traceback.extract_tb(fault.__traceback__)[-1]
    text = str(fault).strip().splitlines() or [""]
    return (f"{type(fault).__name__} {text[0][:150]} "
            f"({pathlib.Path(frame.filename).name}:{frame.lineno})")


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hostile", description=__doc__,
                                     formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--count", type=int, default=200, help="inputs in all, of all kinds alike")
    parser.add_argument("--kinds", nargs="+", choices=tuple(KINDS), default=list(KINDS),
                        help="kinds of inputs")
    parser.add_argument("--seed", type=int, default=0, help="of the inputs")
    parser.add_argument("--results", type=pathlib.Path, default=RESULTS, help="JSON file to write")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Returns the exit status: 0, or 1 if an input was not refused well."""
    args = build_parser().parse_args(argv)
    results, found = args.results.absolute(), []
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        for i in range(args.count):
            kind = args.kinds[i % len(args.kinds)]
            draw = random.Random(f"{args.seed} {kind} {i}")
            os.mkdir(str(i))
            with contextlib.chdir(str(i)):
                what, command, call = KINDS[kind](draw)
                outcome = of_command(command, call) if command else of_call(call)
            found.append({"kind": kind, "input": what, "outcome": outcome})
            if outcome not in ("taken", "refused"):
                print(f"[{i + 1} of {args.count}] {kind}: {what}\n    {outcome}", flush=True)
    counts = collections.Counter((one["kind"], one["outcome"].split(":")[0]) for one in found)
    for (kind, outcome), count in sorted(counts.items()):
        print(f"{kind:<12}{outcome:<24}{count:>4}")
    well = sum(one["outcome"] in ("taken", "refused") for one in found)
    print(f"{well} of {args.count} taken or refused well")
    results.parent.mkdir(exist_ok=True)
    results.write_text(json.dumps({"count": args.count, "well": well, "inputs": found}, indent=2,
                                  ensure_ascii=True) + "\n")
    return 0 if well == args.count else 1


if __name__ == "__main__":
    raise SystemExit(main())
