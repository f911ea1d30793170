"""The example of docs/workers.md by Ray Train, with two workers; it needs the optional ray."""
import os
import re

import numpy as np
import pytest

from benchmarks import local_workers
from tests import pages

ray = pytest.importorskip("ray", reason="ray is optional: pip install -r docs/servers/ray.txt")

PAGE = local_workers.ROOT / "docs" / "workers.md"
SCRIPT = '''    import numpy as np
    x = np.random.default_rng(0).random((64, 8), np.float32)
    parts = {"encoder": vsc_tf.networks.mlp(8), "decoder": vsc_tf.networks.mlp(8)}
    model = vsc_tf.VSC(latent_dim=3, seed=0, **parts)
    model.compile(optimizer="adam", jit_compile=False)
    model.fit(x, batch_size=32, epochs=2, verbose=0)
    team = vsc_tf.workers.current()
    np.save(f"{config['folder']}/{team.rank}-of-{team.count}.npy", np.concatenate(
        [np.ravel(weight) for weight in model.trainable_weights]))
'''


def test_two_workers_of_ray_have_the_same_weights(tmp_path, monkeypatch):
    code, = pages.sections(PAGE)["Ray Train"]
    assert "num_workers=4" in code and "TensorflowTrainer(train, " in code
    code = re.sub(r" *\.\.\. +#.*\n", SCRIPT, code).replace("num_workers=4", "num_workers=2")
    code = code.replace(
        "TensorflowTrainer(train, ",
        f"TensorflowTrainer(train, train_loop_config={{'folder': {str(tmp_path)!r}}}, ")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    ray.init(num_cpus=4, include_dashboard=False, runtime_env={"env_vars": {
        "PYTHONPATH": str(local_workers.ROOT), "CUDA_VISIBLE_DEVICES": "-1"}})
    try:
        exec(code, {})
    finally:
        ray.shutdown()
    assert sorted(os.listdir(tmp_path)) == ["0-of-2.npy", "1-of-2.npy"]
    np.testing.assert_array_equal(*[np.load(tmp_path / f"{rank}-of-2.npy") for rank in (0, 1)])
