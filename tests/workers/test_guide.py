"""docs/workers.md as written, by two processes: the command with TF_CONFIG, the script by SLURM.

It takes minutes, so that tests/integrations.sh runs it, not every pytest.
"""
import os
import re
import shlex

import pytest

from benchmarks import local_workers
from tests import pages

pytestmark = pytest.mark.skipif("VSC_TF_INTEGRATIONS" not in os.environ,
                                reason="takes minutes: bash tests/integrations.sh")
PAGE = local_workers.ROOT / "docs" / "workers.md"


def test_the_command_with_tf_config_by_hand(tmp_path):
    command, = re.findall(r"^python (-m trainers.fit --dataset smiley .*)$", PAGE.read_text(), re.M)
    assert command.endswith("--run shared --distribute")
    shorter = ["--steps", "20", "--steps-per-epoch", "10", "--output", str(tmp_path / "runs"),
               "--export", str(tmp_path / "exports")]
    where = local_workers.addresses()
    chief, other = local_workers.finished([
        local_workers.start([*shlex.split(command), *shorter], rank, where) for rank in (0, 1)])
    for status, _, errors in (chief, other):
        assert status == 0, errors[-3000:]
    assert "the chief, which writes" in chief[1] and "Trained. The chief" in other[1]
    assert (tmp_path / "runs" / "shared" / "metrics.json").is_file()


def test_the_script_by_slurms_variables(tmp_path):
    script, = pages.sections(PAGE)["Two processes by hand"]
    assert "vsc_tf.workers.connect()\n" in script and "batch_size=512" in script
    file = tmp_path / "script.py"
    file.write_text("import numpy as np\nx = np.random.default_rng(0).random((512, 8), 'float32')\n"
                    + script)
    slurm = {"SLURM_STEP_NUM_TASKS": "2", "SLURM_STEP_NODELIST": "localhost",
             "SLURM_STEP_TASKS_PER_NODE": "2"}
    (tmp_path / "other").mkdir()
    for status, _, errors in local_workers.finished([
            local_workers.start(["-c", f"import os, runpy; os.chdir({str(folder)!r}); "
                                       f"runpy.run_path({str(file)!r})"], SLURM_PROCID=str(rank),
                                **slurm)
            for rank, folder in enumerate((tmp_path, tmp_path / "other"))]):
        assert status == 0, errors[-3000:]
    assert (tmp_path / "model.keras").is_file()  # Of the chief alone.
    assert not (tmp_path / "other" / "model.keras").exists()
