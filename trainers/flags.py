"""The command line of a preset: its fields are the flags. Imports no TensorFlow."""
import argparse
import dataclasses
import math
import os
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

from . import older
from .presets import KNOTS, PENALTIES, PRESETS, Preset, default_for, in_steps


def whole(text: str) -> int:
    """A whole number of at least 0."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"expected a whole number of at least 0, got {text!r}")
    return int(text)


def positive(text: str) -> int:
    """A whole number of at least 1."""
    if whole(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number of at least 1, got {text!r}")
    return int(text)


def number(text: str) -> float:
    """A finite number."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise argparse.ArgumentTypeError(f"expected a finite number, got {text!r}")
    return value


def share(text: str) -> float:
    """A number above 0 and at most 1."""
    if not 0 < number(text) <= 1:
        raise argparse.ArgumentTypeError(f"expected a number in (0, 1], got {text!r}")
    return number(text)


def flag_of(name: str) -> str:
    """The flag of a setting.

    >>> flag_of("latent_dim")
    '--latent-dim'
    """
    return "--" + name.replace("_", "-")


def words_of(given: Mapping[str, Any]) -> list[str]:
    """Settings as a command line.

    >>> words_of({"latent_dim": 9, "jit_compile": False})
    ['--latent-dim', '9', '--no-jit-compile']
    """
    words = []
    for name, value in given.items():
        flag = flag_of(name)
        if isinstance(value, bool):
            words.append(flag if value else flag.replace("--", "--no-", 1))
        else:
            words += [flag, str(value)]
    return words


FIRST = ("dataset", "label_column", "model", "latent_dim", "sparsity_weight", "steps", "seed")
FIVE = ("posterior", "prior", "likelihood", "objective", "network")  # As `LatentModel` names them.

_TYPES: dict[Any, Any] = {int: whole, float: number, str: str}

_METAVARS: dict[Any, str] = {int: "N", float: "X", str: "TEXT"}


def add_settings(parser: argparse.ArgumentParser, defaults: Preset,
                 show_all: bool = True) -> None:
    """Adds a flag for every field of `Preset`; the help shows `defaults`.

    Without `show_all` it shows those that people need first; the others work all the same.
    """
    first = parser.add_argument_group("settings that people need first")
    five = parser.add_argument_group("the five choices of a model")
    others = parser.add_argument_group("all other settings" if show_all else None)
    for option in dataclasses.fields(Preset):
        group = first if option.name in FIRST else five if option.name in FIVE else others
        default, choices = getattr(defaults, option.name), option.metadata["choices"]
        shown: dict[str, Any] = {"help": f"{_use(option)}{option.metadata['help']} (default: "
                         f"{_shown(option, default)})", "default": argparse.SUPPRESS}
        if group is others and not show_all:
            shown["help"] = argparse.SUPPRESS
        flag = flag_of(option.name)
        if option.type is bool:
            group.add_argument(flag, action=argparse.BooleanOptionalAction, **shown)
        else:
            metavar = _METAVARS[option.type]
            group.add_argument(flag, type=_TYPES[option.type], choices=choices,
                               metavar=None if choices else metavar, **shown)
    for name in older.SHARES_1:
        others.add_argument(flag_of(name), type=whole, default=argparse.SUPPRESS,
                           help=argparse.SUPPRESS)


def _use(option: dataclasses.Field) -> str:
    only = option.metadata["only"]
    return f"{only[0]} {', '.join(only[1])} only: " if only else ""


def _shown(option: dataclasses.Field, default: object) -> object:
    """A default as the help shows it."""
    if default is None:
        return "the recipe's" if option.name in KNOTS else "0.001 times the recipe's factor"
    return default or repr(default)


def preset_of(argv: Sequence[str]) -> tuple[str, Preset]:
    """Name and settings of the preset that a command line starts from.

    Found before the real parser is built, so that `--help` can show this preset's defaults.

    >>> preset_of(["--dataset", "uci_har"])[0], preset_of(["--preset", "paper/smiley"])[0]
    ('uci_har', 'paper/smiley')
    """
    first = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    first.add_argument("--preset", nargs="?")
    first.add_argument("--dataset", nargs="?")
    known, _ = first.parse_known_args(argv)
    dataset = known.dataset or "smiley"
    is_folder = pathlib.Path(os.path.expanduser(dataset)).is_dir()
    name = known.preset if known.preset in PRESETS else default_for(dataset, is_folder)
    return name, PRESETS[name]


def given_settings(args: argparse.Namespace) -> dict[str, Any]:
    """The settings that the command line names, as a dict; those of versions 0.1, too."""
    names = [*(f.name for f in dataclasses.fields(Preset)), *older.SHARES_1]
    return {name: getattr(args, name) for name in names if name in args}


def settings_from(preset: Preset, given: Mapping[str, Any]) -> Preset:
    """The preset with the given settings in place of its own.

    With another number of steps, the knots of the recipe keep their share of the run.

    Raises:
        ValueError: Settings that do not fit each other.
    """
    if "steps" in given:
        preset = in_steps(preset, given["steps"])
    given = older.in_shares(given, preset.steps)
    settings = dataclasses.replace(preset, **given)
    if settings.recipe == "none":  # The preset's knots are for its recipe.
        none: Any = None
        knots = [flag_of(name) for name in KNOTS if name in given]
        if knots:
            raise ValueError(f"expected --recipe default or paper with {', '.join(knots)}. "
                             "Received: --recipe none, which has no knots.")
        settings = dataclasses.replace(settings, **dict.fromkeys(KNOTS, none))
    for option in dataclasses.fields(Preset):
        other, values = option.metadata["only"] or (None, ())
        if other and option.name in given and getattr(settings, other) not in values:
            raise ValueError(f"expected {flag_of(option.name)} with {flag_of(other)} "
                             f"{' or '.join(values)} only. Received: {flag_of(other)} "
                             f"{getattr(settings, other)}, which does not use it.")
    if not settings.dataset:
        raise ValueError("expected --dataset with the path of your data for this preset. "
                         "Received: none")
    for name in ("steps", "steps_per_epoch"):
        if getattr(settings, name) < 1:
            raise ValueError(f"expected {flag_of(name)} of at least 1. Received: 0")
    if settings.steps % settings.steps_per_epoch:
        raise ValueError("expected --steps to be a multiple of --steps-per-epoch. Received: "
                         f"{settings.steps} and {settings.steps_per_epoch}. Change one of them.")
    if settings.optimizer == "one_cycle" and settings.recipe != "none":
        raise ValueError("expected --recipe none with --optimizer one_cycle, which has a rate of "
                         f"its own. Received: --recipe {settings.recipe}")
    for name in ("decay_begin", "decay_end"):
        if (getattr(settings, name) or 0) > 1:
            raise ValueError(f"expected {flag_of(name)} as a share of the run, from 0 to 1. "
                             f"Received: {getattr(settings, name):g}. For step N of "
                             f"{settings.steps} give N / {settings.steps}.")
    for name in settings.penalty.split(",") if settings.penalty not in ("", "none") else ():
        if name not in PENALTIES:
            raise ValueError(f"expected --penalty with names of {', '.join(PENALTIES)}, separated "
                             f"by commas. Received: {name!r}")
    if settings.seed >= 2**31:
        raise ValueError(f"expected --seed below 2^31. Received: {settings.seed}")
    return settings
