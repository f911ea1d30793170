"""Trains a model, evaluates it on the test split, draws it and exports it for serving."""
import argparse
import os
import pathlib
import sys
import time
from collections.abc import Sequence

from trainers import flags
from trainers.presets import PRESETS, Preset
from trainers.running import runs


def build_parser(preset_name: str, preset: Preset) -> argparse.ArgumentParser:
    """The parser; its help shows the defaults of `preset`."""
    parser = argparse.ArgumentParser(
        prog="python -m trainers.fit", description=__doc__,
        epilog=f"The defaults are those of preset {preset_name!r}; with another --dataset or "
               "--preset before --help they are its own. Knots of the recipe "
               "are shares of the run, whatever --steps.")
    add = parser.add_argument
    add("--preset", choices=tuple(PRESETS), metavar="NAME",
        help=f"settings to start from: {', '.join(PRESETS)} (default: the data set's own)")
    add("--run", metavar="NAME", help="name of the run (default: the preset's, numbered)")
    add("--resume", action="store_true",
        help="go on with --run, or with the newest unfinished run of the preset, of those with "
             "the settings that are given")
    add("--output", type=pathlib.Path, default=pathlib.Path("runs"), metavar="DIR",
        help="folder for runs (default: runs)")
    add("--export", type=pathlib.Path, default=pathlib.Path("saved_models"), metavar="DIR",
        help="folder for SavedModels (default: saved_models)")
    flags.add_settings(parser, preset)
    return parser


def chosen(args: argparse.Namespace, preset_name: str,
           preset: Preset) -> tuple[pathlib.Path | None, Preset]:
    """The run to resume, or `None` for a new one, and its settings."""
    given = flags.given_settings(args)
    if args.resume:
        return runs.find(args.output, args.run, preset_name, given)
    settings = flags.settings_from(preset, given)
    runs.check_name(args.output, args.run)
    return None, settings


def main(argv: Sequence[str] | None = None) -> int:
    """Returns the exit status: 0, 1 if training broke, 2 for a bad flag, setting or data."""
    argv = sys.argv[1:] if argv is None else argv
    preset_name, preset = flags.preset_of(argv)
    args = build_parser(preset_name, preset).parse_args(argv)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        run, settings = chosen(args, preset_name, preset)

        # TensorFlow takes seconds: not before the flags are known good.
        from trainers.running import training

        settings, data, model = training.prepare(run, settings)
        if run is None:  # Last: of a run that cannot start there is no folder.
            run = runs.create(args.output, args.run, preset_name, settings,
                              model.column_names)
    except (ValueError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(training.describe(run, settings, data, model), flush=True)
    started = time.monotonic()
    try:
        training.train(run, settings, data, model)
    except (FloatingPointError, OSError, ValueError) as error:
        print(f"error: {error}\nThe last good checkpoint, if there was one yet, is "
              f"{run / runs.CHECKPOINT}.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"\nStopped. Go on with: python -m trainers.fit --resume --run {run.name} "
              f"--output {args.output}", file=sys.stderr)
        return 130
    training.finish(run, settings, data, model, time.monotonic() - started, args.export)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
