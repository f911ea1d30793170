"""The command line of a preset: its fields are the flags. Imports no TensorFlow."""
import argparse
import dataclasses
import math
import pathlib

from trainers.presets import PRESETS, Preset, default_for, in_steps


def whole(text):
    """A whole number of at least 0."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"expected a whole number of at least 0, got {text!r}")
    return int(text)


def positive(text):
    """A whole number of at least 1."""
    if whole(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number of at least 1, got {text!r}")
    return int(text)


def number(text):
    """A finite number."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise argparse.ArgumentTypeError(f"expected a finite number, got {text!r}")
    return value


def share(text):
    """A number above 0 and at most 1."""
    if not 0 < number(text) <= 1:
        raise argparse.ArgumentTypeError(f"expected a number in (0, 1], got {text!r}")
    return number(text)


def flag_of(name):
    """The flag of a setting.

    >>> flag_of("latent_dim")
    '--latent-dim'
    """
    return "--" + name.replace("_", "-")


_TYPES = {int: whole, float: number, str: str}


def add_settings(parser, defaults):
    """Adds a flag for every field of `Preset`; the help shows `defaults`."""
    group = parser.add_argument_group("settings")
    for option in dataclasses.fields(Preset):
        default, choices = getattr(defaults, option.name), option.metadata["choices"]
        only = option.metadata["only"]
        use = f"{only[0]} {', '.join(only[1])} only: " if only else ""
        shown = {"help": f"{use}{option.metadata['help']} (default: {default or repr(default)})",
                 "default": argparse.SUPPRESS}
        flag = flag_of(option.name)
        if option.type is bool:
            group.add_argument(flag, action=argparse.BooleanOptionalAction, **shown)
        else:
            metavar = {int: "N", float: "X", str: "TEXT"}[option.type]
            group.add_argument(flag, type=_TYPES[option.type], choices=choices,
                               metavar=None if choices else metavar, **shown)


def preset_of(argv):
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
    is_folder = pathlib.Path(dataset).expanduser().is_dir()
    name = known.preset if known.preset in PRESETS else default_for(dataset, is_folder)
    return name, PRESETS[name]


def given_settings(args):
    """The settings that the command line names, as a dict."""
    return {f.name: getattr(args, f.name) for f in dataclasses.fields(Preset) if f.name in args}


def settings_from(preset, given):
    """The preset with the given settings in place of its own.

    With another number of steps, the preset's other step counts keep their share of the run,
    unless they are given too.

    Raises:
        ValueError: Settings that do not fit each other.
    """
    if "steps" in given:
        preset = in_steps(preset, given["steps"])
    settings = dataclasses.replace(preset, **given)
    for option in dataclasses.fields(Preset):
        other, values = option.metadata["only"] or (None, ())
        if other and option.name in given and getattr(settings, other) not in values:
            raise ValueError(f"expected {flag_of(option.name)} with {flag_of(other)} "
                             f"{' or '.join(values)} only. Received: {flag_of(other)} "
                             f"{getattr(settings, other)}, which does not use it.")
    if not settings.dataset:
        raise ValueError("expected --dataset with the path of your data for this preset. "
                         "Received: none")
    for name in ("steps", "batch_size", "steps_per_epoch"):
        if getattr(settings, name) < 1:
            raise ValueError(f"expected {flag_of(name)} of at least 1. Received: 0")
    if settings.steps % settings.steps_per_epoch:
        raise ValueError("expected --steps to be a multiple of --steps-per-epoch. Received: "
                         f"{settings.steps} and {settings.steps_per_epoch}. Change one of them.")
    if settings.rezero_end and settings.spike_activation != "logits":
        raise ValueError("expected --rezero-end 0 where the gates are no logits. Received: "
                         f"--spike-activation {settings.spike_activation} and --rezero-end "
                         f"{settings.rezero_end}. Give --rezero-end 0.")
    if 0 < settings.rezero_end < settings.rezero_begin:
        raise ValueError("expected --rezero-end 0, or not before --rezero-begin. Received: "
                         f"{settings.rezero_end} and {settings.rezero_begin}")
    if settings.seed >= 2**31:
        raise ValueError(f"expected --seed below 2^31. Received: {settings.seed}")
    return settings
