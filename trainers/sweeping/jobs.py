"""The runs of a sweep: what each is called and told, and what of it is done."""
import argparse
import dataclasses
import pathlib
from collections.abc import Sequence

from .. import flags
from ..names import called, module
from ..presets import PRESETS, Preset, in_steps, is_as_asked
from ..running import runs
from .sweeps import EVALUATE_SECONDS, Case, Sweep, training_seconds


@dataclasses.dataclass(frozen=True)
class Job:
    """One run of a sweep: a case with a seed."""

    name: str
    case: Case
    settings: Preset
    folder: pathlib.Path  # That of the sweep.

    @property
    def run(self) -> pathlib.Path:
        return self.folder / "runs" / self.name

    @property
    def log(self) -> pathlib.Path:
        return self.folder / "logs" / f"{self.name}.txt"

    def command(self) -> list[str]:
        """Arguments of `python -m` that train the run, or go on with it."""
        plain = in_steps(PRESETS[self.case.preset], self.settings.steps)
        given = {"steps": self.settings.steps} | {
            name: value for name, value in dataclasses.asdict(self.settings).items()
            if value != getattr(plain, name)}
        words = [module("fit"), "--preset", self.case.preset, "--run", self.name, "--output",
                 str(self.folder / "runs"), "--export",
                 str(self.folder / "saved_models" / self.name)]
        return words + flags.words_of(given)


def plan(sweep: Sweep, folder: pathlib.Path, seeds: Sequence[int] | None = (),
         only: Sequence[str] = (), words: Sequence[str] = ()) -> list[Job]:
    """The runs of a sweep, all checked: nothing is started that cannot be.

    Args:
        sweep: The `Sweep`.
        folder: Where it is kept.
        seeds: Seeds; the sweep's own if there are none.
        only: Texts of which a run's name must contain one; all runs if there are none.
        words: Flags of `trainers.fit` for every run.

    Returns:
        A list of `Job`.

    Raises:
        ValueError: No run is left, flags that do not fit, or a run is there with other settings.
    """
    extra = _extra_settings(words, sweep)
    jobs = []
    for case in sweep.cases:  # All seeds of a case, then the next: error bars come early.
        for seed in seeds or sweep.seeds:
            name = f"{case.name}-seed{seed}"
            if not only or any(text in name for text in only):
                jobs.append(Job(name, case, case.settings(seed, extra), folder))
    if not jobs:
        names = ", ".join(case.name for case in sweep.cases)
        raise ValueError(f"expected --only with a part of a run's name. Received: "
                         f"{' '.join(only)}; the names begin with {names}")
    for job in jobs:
        _check_run(job)
    return jobs


def _extra_settings(words, sweep):
    parser = argparse.ArgumentParser(prog=f"{called('sweep')} ... --", add_help=False,
                                     allow_abbrev=False)
    flags.add_settings(parser, Preset())
    extra = flags.given_settings(parser.parse_args(words))
    if "seed" in extra:
        raise ValueError("expected --seeds before the --. Received: --seed after it.")
    for name in extra:
        values = {dict(case.given)[name] for case in sweep.cases if name in dict(case.given)}
        if len(values) > 1:
            raise ValueError(f"expected flags after -- that the sweep does not vary. Received: "
                             f"{flags.flag_of(name)}, which it has at "
                             f"{', '.join(map(str, sorted(values)))}. See --only.")
    return extra


def _check_run(job):
    """A ValueError if a run of that name is there with other settings."""
    if not (job.run / runs.CONFIG).is_file():
        return
    there = runs.read_config(job.run)
    differing = [f"{field.name} {getattr(there, field.name)!r} instead of "
                 f"{getattr(job.settings, field.name)!r}" for field in dataclasses.fields(Preset)
                 if not is_as_asked(getattr(there, field.name),
                                    getattr(job.settings, field.name))]
    if differing:
        raise ValueError(f"expected {job.run} to be a run of this sweep. Received: "
                         f"{', '.join(differing)}. Give another --output, or remove that run.")


def is_measured(job: Job, sweep: Sweep) -> bool:
    """Whether there is an evaluation.json, of the sweep's samples and rows."""
    path = job.run / runs.EVALUATION
    if not (runs.is_finished(job.run) and path.is_file()):
        return False
    found = runs.read_json(path)
    likelihood = found.get("likelihood")
    # Fewer rows than asked for are all that the test split has.
    return likelihood is None or (
        likelihood["samples"] == sweep.samples and likelihood["rows_asked"] == sweep.rows)


def seconds_left(job: Job, sweep: Sweep) -> float:
    """About how long the rest of a run takes on two cores."""
    if is_measured(job, sweep):
        return 0.0
    if runs.is_finished(job.run):
        return EVALUATE_SECONDS
    return EVALUATE_SECONDS + training_seconds(
        job.settings, max(0, job.settings.steps - steps_done(job)))


def steps_done(job: Job) -> int:
    """Steps that the run's log knows of."""
    path = job.run / runs.LOG
    lines = path.read_text().count("\n") - 1 if path.is_file() else 0
    return max(0, lines) * job.settings.steps_per_epoch
