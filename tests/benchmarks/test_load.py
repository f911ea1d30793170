"""Clients at the same time: no error, no wrong reply, and both would be seen."""
import time

import numpy as np
import pytest

from benchmarks import load
from benchmarks.loopback import LoopbackServer
from vsc_tf.client import GRPCClient


def test_concurrent_clients_get_right_replies(tmp_path):
    from benchmarks.encode import write_model

    write_model(tmp_path / load.MODEL, features=12, latent_dim=5, hidden=8)
    result = load.run(str(tmp_path), seconds=2, clients=8)
    assert result["replies"] > 8 and result["p99_ms"] >= result["p50_ms"]
    assert (result["errors"], result["wrong"]) == (0, 0), result["first_errors"]
    assert result["memory_mib"]["server"]["end"] > 0


@pytest.fixture
def client(servable):
    with LoopbackServer(servable[1]) as server:
        yield server, GRPCClient(server.grpc_address, "blocks", retries=0)


def test_wrong_replies_and_errors_are_counted(client, servable):
    server, client = client
    x = np.ones([2, 12], "float32")
    codes = {name: np.array(value) for name, value in servable[0].encode(x)._asdict().items()}
    client.signatures()
    server.failures = 1
    tally = {"errors": [], "wrong": 0, "milliseconds": []}
    cases = [("encode", {"x": x}, codes), ("encode", {"x": x + 9}, codes)]
    load.work(client, cases, time.monotonic() + 0.5, tally, shift=0)
    assert len(tally["errors"]) == 1 and "no room" in tally["errors"][0]
    assert 0 < tally["wrong"] < len(tally["milliseconds"])


def test_other_zeros_are_another_reply():
    z = np.array([[0., 1.]])
    assert load.is_same({"z": z}, {"z": z + [[0., 1e-6]]})
    assert not load.is_same({"z": z}, {"z": z + [[1e-6, 0.]]})
    assert not load.is_same({"z": z}, {"loc": z})
