"""`trainers.fit --distribute`: the chief decides and writes, the other workers help it along."""
import dataclasses
import pathlib
import sys
from collections.abc import Callable

from vsc_tf import workers

from ..presets import Preset
from . import training


def connect() -> workers.Team:
    """The workers of TF_CONFIG; a ValueError or OSError if they cannot be had."""
    try:
        team = workers.connect()
    except RuntimeError as error:  # Of TensorFlow's, once it had begun.
        raise OSError(str(error)) from error
    if team.count > 1:
        print(f"Worker {team.rank} of {team.count}, {team.addresses[team.rank]}"
              + (": the chief, which writes" if team.is_chief else ""), flush=True)
    return team


def announced(choose: Callable[[], tuple[pathlib.Path | None, Preset]]
              ) -> tuple[pathlib.Path | None, Preset]:
    """What the chief chooses, a run and its settings; the other workers are told, or why not."""
    try:
        run, settings = choose()
    except (ValueError, OSError) as error:
        workers.from_chief({"error": str(error)})
        raise
    workers.from_chief({"settings": dataclasses.asdict(settings)})
    return run, settings


def help_along() -> int:
    """Trains as the chief says and writes nothing; the exit status."""
    try:
        with workers.explained():
            told = workers.from_chief(None)
        if "error" in told:
            raise ValueError(f"{told['error']} (So says the chief.)")
        settings, data, model = training.prepare(None, Preset(**told["settings"]))
    except (ValueError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except workers.WorkerLost as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    try:
        training.train(None, settings, data, model)
    except KeyboardInterrupt:
        print("\nStopped, and with it the other workers.", file=sys.stderr)
        return 130
    except (workers.WorkerLost, FloatingPointError, OSError, ValueError, MemoryError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    chief = workers.current().addresses[0]
    print(f"Trained. The chief, {chief}, evaluates and exports; the run folder is there.")
    return 0
