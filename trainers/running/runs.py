"""Run folders: one for each training run, never shared, never half-written."""
import contextlib
import csv
import dataclasses
import json
import os
import pathlib
import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from .. import older
from ..names import called, of_runs
from ..presets import Preset, is_as_asked
from . import holding

CONFIG, METRICS, LOG = "config.json", "metrics.json", "log.csv"
CHECKPOINT, MODEL, FIGURES = "checkpoint.keras", "model.keras", "figures"
EVALUATION = "evaluation.json"
# In the config, beside the settings: what the data were.
COLUMNS, TABLE, DATA = "column_names", "table", "data"


def write_json(path: str | pathlib.Path, content: Any) -> None:
    """Writes JSON beside `path` and renames it: a reader sees all of it or none."""
    path = pathlib.Path(path)
    beside = path.with_name(f".{path.name}.partial")
    with open(beside, "w") as file:
        json.dump(content, file, indent=2, default=str)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)


def read_json(path: str | pathlib.Path) -> Any:
    """Content of a JSON file, a dict; a ValueError that names a damaged one."""
    try:
        content = json.loads(pathlib.Path(path).read_text())
    except ValueError as error:
        raise ValueError(f"expected {path} to hold JSON. Received: {error}. The file is damaged: "
                         "put it back, or start a new run.") from None
    if not isinstance(content, dict):
        raise ValueError(f"expected {path} to hold a JSON object. Received: "
                         f"{type(content).__name__}. The file is damaged: put it back.")
    return content


def read_config(run: str | pathlib.Path) -> Preset:
    """The `Preset` a run was started with, or a ValueError that says why there is none."""
    path = pathlib.Path(run) / CONFIG
    if not path.is_file():
        if path.parent.is_dir() and holding.is_vacant(path.parent):
            raise ValueError(f"expected a run folder with a {CONFIG}. Received: {run}, a run that "
                             "was stopped before it began. Start it with --run, without --resume.")
        raise ValueError(f"expected a run folder with a {CONFIG}. Received: {run}. See what "
                         f"there is with: ls {pathlib.Path(run).parent}")
    try:
        config = older.upgraded(json.loads(path.read_text()))
        for name in (COLUMNS, TABLE, DATA):  # No settings.
            config.pop(name, None)
        return Preset(**config)
    except (TypeError, ValueError) as error:
        raise ValueError(f"expected {path} to hold the settings of a run of this version. "
                         f"Received: {error}. Start a new run.") from None


def is_finished(run: str | pathlib.Path) -> bool:
    """Whether a run came to its end: its metrics are the last thing it writes."""
    return (pathlib.Path(run) / METRICS).is_file()


def check_name(output: str | pathlib.Path, name: str | None) -> None:
    """A ValueError if a run of that name is there already."""
    run = pathlib.Path(output) / (name or "")
    if name and (pathlib.PurePath(name).name != name or name.startswith(".") or "\\" in name
                 or not name.isprintable()):
        raise ValueError("expected --run to be one folder's name. Received: "
                         f"{name!r}. Name the folder above it with --output.")
    if name and not holding.is_vacant(run):
        raise ValueError(f"expected a new name for the run. Received: --run {name}, but {run} "
                         "holds another run. Give another name, or --resume to go on with it.")


def create(output: str | pathlib.Path, name: str | None, preset_name: str,
           settings: Preset, column_names: Sequence[str] = (),
           data: Mapping[str, Any] | None = None, table: Sequence | None = None) -> pathlib.Path:
    """Makes a run folder and writes its config.

    Args:
        output: Folder of all runs.
        name: Name of the run, or `None` for that of the preset, or of people's own
            data, and the next free number.
        preset_name: Name of the preset.
        settings: The `Preset`.
        column_names: Names of the columns of the data, if they have some.
        data: Their fingerprint.
        table: Kinds of their columns, `Table.config()`, if they are of several.

    Raises:
        ValueError: There is another run (or anything else) of that name.
    """
    check_name(output, name)
    output = pathlib.Path(output)
    stem = of_runs(preset_name, settings.dataset)
    run = _numbered(output, stem) if name is None else output / name
    run.mkdir(parents=True, exist_ok=True)
    with holding.held(run):
        if (run / CONFIG).exists():  # Of somebody who was quicker.
            check_name(output, run.name)
        beside: dict[str, Any] = {COLUMNS: list(column_names)} if column_names else {}
        if table is not None:
            beside[TABLE] = list(table)
        write_json(run / CONFIG, dataclasses.asdict(settings) | beside | (
            {DATA: dict(data)} if data else {}))
    return run


def _numbered(output: pathlib.Path, stem: str) -> pathlib.Path:
    """A new folder of the next free number, made: nobody else can take it."""
    output.mkdir(parents=True, exist_ok=True)
    while True:
        numbers = [int(p.name[len(stem) + 1:]) for p in output.iterdir()
                   if p.name.startswith(f"{stem}-") and p.name[len(stem) + 1:].isdecimal()]
        run = output / f"{stem}-{1 + max(numbers, default=0)}"
        with contextlib.suppress(FileExistsError):
            run.mkdir()
            return run


def find(output: str | pathlib.Path, name: str | None, preset_name: str,
         given: dict) -> tuple[pathlib.Path, Preset]:
    """The run to resume: the named one, else the newest unfinished one of the preset or data.

    Args:
        given: Settings named on the command line; they must be those of the run. Without a
            name, runs that have them go before newer ones that do not.

    Returns the folder and its `Preset`.
    """
    output = pathlib.Path(output)
    if name is None:
        stem = of_runs(preset_name, given.get("dataset", ""))
        runs = [p for p in output.glob(f"{stem}-*") if (p / CONFIG).is_file()]
        unfinished = [p for p in runs if not is_finished(p)]
        if not unfinished:
            raise ValueError(f"expected an unfinished run {stem}-1, {stem}-2 or so in "
                             f"{output}/ to resume. Received: {len(runs)} finished. Leave out "
                             "--resume to start one, or name the run with --run.")
        # One that broke before its first checkpoint has nothing to go on from.
        newest = sorted(unfinished, key=lambda p: (
            not (p / CHECKPOINT).is_file(), -(p / CONFIG).stat().st_mtime))
        run = next((p for p in newest if not _differing(p, given)), newest[0])
    else:
        run = output / name
    settings = read_config(run)
    check_unfinished(run)
    differing = _differing(run, given)
    if differing:
        raise ValueError(f"expected the settings that {run} was started with. Received: "
                         f"{'; '.join(differing)}. Leave these flags out, or start a new run.")
    return run, settings


def check_unfinished(run: pathlib.Path) -> None:
    """A ValueError for a run that came to its end."""
    if is_finished(run):
        raise ValueError(f"expected an unfinished run to resume. Received: {run}, which is "
                         f"finished: see {run / METRICS}.")


def _differing(run, given):
    """What settings of a run are not as given, a line each."""
    settings = older.upgraded(json.loads((run / CONFIG).read_text()))
    given = older.in_shares(given, settings["steps"])
    return [f"{key}: {settings.get(key)!r} in the run, {value!r} asked for"
            for key, value in given.items() if not is_as_asked(settings.get(key), value)]


def find_finished(name: str, output: str | pathlib.Path) -> pathlib.Path:
    """The finished run of that path or name, or a ValueError that says what is amiss."""
    run = next((path for path in (pathlib.Path(name), pathlib.Path(output) / name)
                if (path / CONFIG).is_file()), None)
    if run is None:
        raise ValueError(f"expected a run folder, or the name of a run in {output}/. Received: "
                         f"{name}, which has no {CONFIG}. See what there is with: "
                         f"ls {shlex.quote(str(output))}")
    read_config(run)
    if not is_finished(run):
        raise ValueError(f"expected a finished run. Received: {run}, which has no {METRICS}. "
                         f"Finish it with: {called('fit')} --resume --run "
                         f"{shlex.quote(run.resolve().name)} --output "
                         f"{shlex.quote(str(run.parent))}")
    if not (run / MODEL).is_file():
        raise ValueError(f"expected a run with its {MODEL}. Received: {run}, which has none. "
                         "Put the file back, or train again.")
    return run


def trim_log(run: str | pathlib.Path, epochs: int) -> None:
    """Drops lines of the log that the checkpoint does not know of; they will come again."""
    path = pathlib.Path(run) / LOG
    if not path.is_file():
        return
    header, rows = _log_rows(path)
    if not epochs or not header:
        path.unlink()  # Killed in the first epoch: the next one begins it anew.
        return
    beside = path.with_name(f".{LOG}.partial")
    with open(beside, "w", newline="") as file:
        csv.writer(file).writerows([header, *(row for row in rows if int(row[0]) < epochs)])
    os.replace(beside, path)


def _log_rows(path: pathlib.Path) -> tuple[list[str], list[list[str]]]:
    """Header and rows of a log, without those that a kill or a damaged disk left unreadable."""
    with open(path, newline="", errors="replace") as file:
        try:
            header, *rows = csv.reader(file)
        except (ValueError, csv.Error):
            return [], []
    return header, [row for row in rows if len(row) == len(header) and row[0].isdecimal()]


def read_log(run: str | pathlib.Path) -> dict[str, list[float]]:
    """Columns of log.csv as lists of floats; `{}` if there is nothing in it."""
    path = pathlib.Path(run) / LOG
    header, rows = _log_rows(path) if path.is_file() else ([], [])
    return {name: [_number(row[i]) for row in rows] for i, name in enumerate(header) if rows}


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:  # A value that was not there in this epoch, or a damaged one.
        return float("nan")
