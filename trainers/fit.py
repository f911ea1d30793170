"""Trains a model, evaluates it on the test split, draws it and exports it for serving."""
import argparse
import contextlib
import pathlib
import shlex
import sys
import time
from collections.abc import Sequence
from typing import Any

from . import flags, needed
from .config_file import with_config
from .names import called
from .presets import PRESETS, Preset
from .quiet import load_tensorflow
from .running import holding, runs


def build_parser(preset_name: str, preset: Preset,
                 show_all: bool = True) -> argparse.ArgumentParser:
    """The parser; its help shows the defaults of `preset`, of all flags or those needed first."""
    parser = argparse.ArgumentParser(
        prog=called("fit"), description=__doc__,
        epilog=f"The defaults are those of preset {preset_name!r}; with another --dataset or "
               "--preset before --help they are its own. --help-all shows every flag. Knots of "
               "the recipe are shares of the run, whatever --steps.")
    add = parser.add_argument
    add("--preset", choices=tuple(PRESETS), metavar="NAME",
        help=f"settings to start from: {', '.join(PRESETS)} (default: the data set's own)")
    add("--config", metavar="FILE",
        help="a .yaml or .json file of settings, such as a run's config.json; flags win")
    add("--run", metavar="NAME", help="name of the run (default: the preset's, numbered)")
    add("--resume", action="store_true",
        help="go on with --run, or with the newest unfinished run of the preset, of those with "
             "the settings that are given")
    add("--distribute", action="store_true",
        help="train on the workers that TF_CONFIG (or SLURM) names; run the same command on each")
    add("--output", type=pathlib.Path, default=pathlib.Path("runs"), metavar="DIR",
        help="folder for runs (default: runs)")
    add("--export", type=pathlib.Path, default=pathlib.Path("saved_models"), metavar="DIR",
        help="folder for SavedModels (default: saved_models)")
    add("--help-all", action="help", help="show every flag, and exit")
    flags.add_settings(parser, preset, show_all)
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
    try:
        argv = with_config(sys.argv[1:] if argv is None else argv)
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    preset_name, preset = flags.preset_of(argv)
    args = build_parser(preset_name, preset, "--help-all" in argv).parse_args(argv)
    with contextlib.ExitStack() as stack:
        def chosen_run() -> tuple[pathlib.Path | None, Preset]:
            run, settings = chosen(args, preset_name, preset)
            if run is not None:
                stack.enter_context(holding.held(run))
                runs.check_unfinished(run)  # It may have been, while another process had it.
            return run, settings

        try:
            needed.check("plot", "matplotlib", "tensorboard")
            if args.distribute:
                load_tensorflow()
                # TensorFlow takes seconds: not before the flags are parsed.
                from .running import distributing

                if not distributing.connect().is_chief:
                    return distributing.help_along()
                run, settings = distributing.announced(chosen_run)
            else:
                run, settings = chosen_run()

            load_tensorflow()
            # TensorFlow takes seconds: not before the flags are known good.
            from .running import training

            settings, data, model = training.prepare(run, settings)
            training.check_room(settings, model, args.output, args.export)
            if run is None:  # Last: of a run that cannot start there is no folder.
                run = runs.create(args.output, args.run, preset_name, settings,
                                  model.column_names, training.fingerprint_of(data, settings),
                                  None if model.table is None else model.table.config())
                stack.enter_context(holding.held(run))
        except (ValueError, OSError) as error:
            print(f"error: {error}", file=sys.stderr)
            return 2
        except MemoryError as error:
            print(f"error: expected memory for the data and the model. Received: "
                  f"{str(error) or 'no more of it'}. Write a large table as shards, which stay on "
                  f"disk: {called('shard')} TABLE FOLDER", file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            return 130
        print(training.describe(run, settings, data, model), flush=True)
        return _trained(run, settings, data, model, args)


def _trained(run: pathlib.Path, settings: Preset, data: Any, model: Any,
             args: argparse.Namespace) -> int:
    """Trains and finishes a run; the exit status. Whatever ends it, it says how to go on."""
    from vsc_tf import workers  # Loaded by now.

    from .running import training  # Loaded by now.

    go_on = (f"{called('fit')} --resume --run {shlex.quote(run.name)} --output "
             f"{shlex.quote(str(args.output))} --export {shlex.quote(str(args.export))}")
    started, kept = time.monotonic(), ""
    try:
        training.train(run, settings, data, model)
        kept = f"The model is trained and kept, in {run / runs.CHECKPOINT}. "
        training.finish(run, settings, data, model, time.monotonic() - started, args.export)
    except KeyboardInterrupt:
        print(f"\nStopped. {kept}Go on with: {go_on}", file=sys.stderr)
        return 130
    except workers.WorkerLost as error:
        print(f"error: {error}\nGo on, on all workers, with: {go_on} --distribute",
              file=sys.stderr)
        return 1
    except FloatingPointError as error:
        print(f"error: {error}\nThe last good checkpoint, if there was one yet, is "
              f"{run / runs.CHECKPOINT}.", file=sys.stderr)
        return 1
    except (OSError, ValueError, MemoryError) as error:
        print(f"error: {error}\n{kept}Once that is set right, go on with: {go_on}",
              file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
