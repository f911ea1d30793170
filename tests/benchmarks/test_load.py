"""Clients at the same time: no error, no wrong reply, and both would be seen."""
import time

import numpy as np

from benchmarks import load


def test_concurrent_clients_get_right_replies(tmp_path):
    from benchmarks.encode import write_model

    write_model(tmp_path / load.MODEL, features=12, latent_dim=5, hidden=8)
    result = load.run(str(tmp_path), seconds=2, clients=8)
    assert result["replies"] >= 8 and result["p99_ms"] >= result["p50_ms"]
    assert (result["errors"], result["wrong"]) == (0, 0), result["first_errors"]
    assert result["memory_mib"]["server"]["end"] > 0


class Stub:
    """A client whose first call fails, and whose every third reply is wrong."""

    calls = 0

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        pass

    def predict(self, inputs, signature):
        self.calls += 1
        if self.calls == 1:
            raise ConnectionError("no room")
        return {"z": inputs["x"] + (self.calls % 3 == 0)}


def test_wrong_replies_and_errors_are_counted():
    x, client = np.ones([2, 3]), Stub()
    tally = {"errors": [], "wrong": 0, "milliseconds": []}
    load.work(client, [("encode", {"x": x}, {"z": x})], time.monotonic() + 0.1, tally, shift=0)
    assert tally["errors"] == ["ConnectionError: no room"]
    assert tally["wrong"] == client.calls // 3
    assert len(tally["milliseconds"]) == client.calls - 1


def test_other_zeros_are_another_reply():
    z = np.array([[0., 1.]])
    assert load.is_same({"z": z}, {"z": z + [[0., 1e-6]]})
    assert not load.is_same({"z": z}, {"z": z + [[1e-6, 0.]]})
    assert not load.is_same({"z": z}, {"loc": z})
