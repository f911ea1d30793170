"""A run folder is held by one process at a time, and by none that is dead."""
import subprocess
import sys
import time

import pytest

from trainers.presets import PRESETS
from trainers.running import holding, runs

HOLD = """
import pathlib, sys, time
from trainers.running import holding
with holding.held(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_another_process_is_refused_until_the_first_one_is_dead(tmp_path):
    with subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], text=True,
                          stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == "held\n"
        with pytest.raises(ValueError, match="nobody else is at. Received: .*another process"):
            with holding.held(tmp_path):
                pass
        other.kill()
        other.wait()
        time.sleep(0.05)
        with holding.held(tmp_path):
            pass
    with holding.held(tmp_path):
        pass


def test_what_is_vacant(tmp_path):
    run = tmp_path / "run"
    assert holding.is_vacant(run)
    run.mkdir()
    (run / ".config.json.partial").touch()
    (run / holding.LOCK).touch()
    assert holding.is_vacant(run)
    (run / "notes.txt").touch()
    assert not holding.is_vacant(run)
    assert not holding.is_vacant(run / "notes.txt")


def test_a_run_that_was_killed_at_once_can_be_started_again(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / ".config.json.partial").touch()
    with pytest.raises(ValueError, match="a run that was stopped before it began. Start it"):
        runs.find(tmp_path, "mine", "smiley", {})
    runs.check_name(tmp_path, "mine")
    run = runs.create(tmp_path, "mine", "smiley", PRESETS["smiley"], data={"rows": [8, 2]})
    assert runs.read_config(run) == PRESETS["smiley"]
    assert runs.read_json(run / runs.CONFIG)[runs.DATA] == {"rows": [8, 2]}
