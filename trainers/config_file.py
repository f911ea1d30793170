"""`trainers.fit --config run.yaml`: settings from a file, as flags. Imports no TensorFlow."""
import argparse
import dataclasses
import difflib
import pathlib
from collections.abc import Sequence
from typing import Any

from . import needed, older
from .flags import preset_of, words_of
from .presets import Preset

NO_SETTINGS = ("preset", "column_names", "table", "data")  # Else in a run's config.json.


def with_config(argv: Sequence[str]) -> list[str]:
    """A command line with the settings of its `--config FILE` as flags, before its own flags.

    The file is YAML or JSON, `setting: value` a line by the names of `config.json`, or the
    `config.json` of a run itself, and may name a `preset`. Flags of the command line win.

    Raises:
        ValueError: The file cannot be read, or holds what is no setting.
    """
    first = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    first.add_argument("--config", type=pathlib.Path)
    known, rest = first.parse_known_args(argv)
    if known.config is None:
        return list(argv)
    given = _read(known.config)
    start = ["--preset", str(given["preset"])] if given.get("preset") else []
    dataset = ["--dataset", str(given["dataset"])] if given.get("dataset") else []
    plain = preset_of([*start, *dataset])[1]
    # What is the preset's own need not be said; flags of other models would be refused.
    own = {option.name: given[option.name] for option in dataclasses.fields(Preset)
           if option.name in given and option.name != "dataset"
           and given[option.name] not in (None, "", getattr(plain, option.name))}
    return [*start, *dataset, *words_of(own), *rest]


def _read(path: pathlib.Path) -> dict[str, Any]:
    needed.check("tables", "yaml")
    import yaml  # Optional, and just now found to be there.

    try:
        config = yaml.safe_load(path.read_text())
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise ValueError(f"expected --config with a .yaml or .json file of settings. Received: "
                         f"{error}") from None
    if not isinstance(config, dict):
        raise ValueError(f"expected {path} to hold lines 'setting: value'. Received: "
                         f"{type(config).__name__}")
    config = {str(name): value for name, value in config.items()}
    if "steps_per_epoch" in config and set(config) & set(older.SHARES_1):  # Of a run of 0.1.
        config = older.upgraded(config)
    settings = {option.name: option for option in dataclasses.fields(Preset)}
    for name, value in config.items():
        if name not in (*settings, *NO_SETTINGS):
            near = difflib.get_close_matches(name, settings, n=1)
            raise ValueError(f"expected {path} to hold settings. Received: {name!r}."
                             + (f" Did you mean {near[0]!r}?" if near else "")
                             + " See trainers.fit --help-all.")
        if name in settings and settings[name].type is bool and not isinstance(value, bool):
            raise ValueError(f"expected {name} in {path} to be true or false. Received: {value!r}")
    return config
