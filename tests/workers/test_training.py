"""Two workers give the weights of one, to rounding, and are bit-equal to each other."""
import numpy as np

from tests.workers import pair

SCRIPT = pair.ROOT / "tests" / "workers" / "train.py"
KINDS = ("vsc", "batches")


def test_two_workers_give_the_weights_and_logs_of_one(tmp_path):
    files = [tmp_path / f"{name}.npz" for name in ("alone", "chief", "other")]
    where = pair.addresses()
    processes = [pair.start([SCRIPT, file, *KINDS], rank, where)
                 for rank, file in zip((None, 0, 1), files)]
    for status, _, errors in pair.finished(processes):
        assert status == 0, errors[-3000:]
    alone, chief, other = (np.load(file) for file in files)
    for kind in KINDS:
        difference = np.linalg.norm(chief[kind] - alone[kind]) / np.linalg.norm(alone[kind])
        assert difference < 1e-5, kind
        np.testing.assert_allclose(chief[f"{kind} logs"], alone[f"{kind} logs"], rtol=1e-3,
                                   atol=1e-3)
        for name in (kind, f"{kind} logs"):
            np.testing.assert_array_equal(chief[name], other[name])
