"""The commands print lines of their own, and none of TensorFlow's."""
import subprocess
import sys

import numpy as np

from tests.imports import ROOT
from tests.pages import sections

LOAD = "from trainers.quiet import load_tensorflow\nload_tensorflow()\n"


def ran(code, **env):
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True,
                          timeout=120, env={"PATH": "/usr/bin:/bin", **env})


def test_tensorflow_is_loaded_without_a_line_and_errors_are_seen_again():
    block, = sections(ROOT / "docs" / "questions.md")[""]  # What it says for scripts.
    run = ran(block + "import os, sys\nos.write(2, b'from C\\n')\nprint('mine', file=sys.stderr)\n"
                     "assert 'tensorflow' in sys.modules")
    assert run.returncode == 0 and run.stderr.splitlines() == ["from C", "mine"]


def test_level_0_shows_everything():
    run = ran(LOAD + "import sys\nassert 'tensorflow' not in sys.modules", TF_CPP_MIN_LOG_LEVEL="0")
    assert run.returncode == 0, run.stderr


def test_a_command_says_its_error_alone(tmp_path):
    np.save(tmp_path / "x.npy", np.full((30, 4), np.inf))
    run = subprocess.run([sys.executable, "-m", "trainers.fit", "--dataset",
                          str(tmp_path / "x.npy")], cwd=ROOT, capture_output=True, text=True,
                         timeout=300)
    assert run.returncode == 2 and run.stdout == ""
    assert len(run.stderr.splitlines()) == 1 and run.stderr.startswith("error: ")
