"""Two workers give the weights of one, to rounding, and are bit-equal to each other."""
import numpy as np

from benchmarks import local_workers

SCRIPT = local_workers.ROOT / "tests" / "workers" / "train.py"
KINDS = ("vsc", "batches")


def test_two_workers_give_the_weights_of_one_and_end_when_one_is_killed(tmp_path):
    files = [tmp_path / f"{name}.npz" for name in ("alone", "chief", "other")]
    where = local_workers.addresses()
    alone, chief, other = [local_workers.start([SCRIPT, file, *KINDS], rank, where)
                           for rank, file in zip((None, 0, 1), files)]
    ended, killed = local_workers.finished([alone, other])
    assert (ended[0], killed[0]) == (0, -9), ended[2][-3000:] + killed[2][-3000:]
    # The chief notices by itself, and says so.
    (status, said, errors), = local_workers.finished([chief], timeout=60)
    assert status == 0 and said.startswith("Another worker has ended"), errors[-3000:]
    assert "start all workers again, and resume" in said
    alone, chief, other = (np.load(file) for file in files)
    for kind in KINDS:
        difference = np.linalg.norm(chief[kind] - alone[kind]) / np.linalg.norm(alone[kind])
        assert difference < 1e-5, kind
        np.testing.assert_allclose(chief[f"{kind} logs"], alone[f"{kind} logs"], rtol=1e-3,
                                   atol=1e-3)
        for name in (kind, f"{kind} logs"):
            np.testing.assert_array_equal(chief[name], other[name])
