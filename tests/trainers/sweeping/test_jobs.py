"""The runs of a sweep."""
import argparse
import pathlib

import pytest

from trainers import fit, flags, sweep
from trainers.running import runs
from trainers.sweeping.jobs import Job, plan, seconds_left, steps_done
from trainers.sweeping.sweeps import SWEEPS, Sweep, grid


@pytest.mark.parametrize("size", ["small", "published"])
@pytest.mark.parametrize("name", SWEEPS)
def test_commands_give_the_runs_the_settings_of_the_sweep(tmp_path, name, size):
    for job in plan(SWEEPS[name][size], tmp_path):
        words = job.command()[1:]
        preset_name, preset = flags.preset_of(words)
        given = flags.given_settings(fit.build_parser(preset_name, preset).parse_args(words))
        assert flags.settings_from(preset, given) == job.settings


def test_seeds_of_a_case_come_together_and_can_be_chosen():
    jobs = plan(SWEEPS["elbo"]["small"], pathlib.Path("none"), sweep.seeds("4, 2,4"), ["alpha0.1"])
    names = [job.name for job in jobs]
    assert names == ["fashion_mnist-vsc-alpha0.1-seed4", "fashion_mnist-vsc-alpha0.1-seed2",
                     "uci_har-vsc-alpha0.1-seed4", "uci_har-vsc-alpha0.1-seed2"]
    with pytest.raises(argparse.ArgumentTypeError):
        sweep.seeds("")


def test_time_left_counts_what_is_done(tmp_path):
    tiny = Sweep("", grid("smiley", "vsc"), (0,))
    case = tiny.cases[0]
    job = Job("a", case, case.settings(0), tmp_path)
    whole = seconds_left(job, tiny)
    job.run.mkdir(parents=True)
    (job.run / runs.LOG).write_text("epoch,loss\n0,1\n1,1\n")
    assert steps_done(job) == 2 * job.settings.steps_per_epoch
    part = seconds_left(job, tiny)
    (job.run / runs.METRICS).write_text("{}")
    assert whole > part > seconds_left(job, tiny) > 0
    likelihood = {"samples": tiny.samples, "rows": 20, "rows_asked": tiny.rows}
    runs.write_json(job.run / "evaluation.json", {"likelihood": likelihood | {"samples": 1}})
    assert seconds_left(job, tiny) > 0
    runs.write_json(job.run / "evaluation.json", {"likelihood": likelihood})
    assert seconds_left(job, tiny) == 0
