"""Clients of the predict APIs against a server on loopback that speaks their protocols."""
import sys
import threading
import time

import numpy as np
import pytest

from benchmarks.loopback import LoopbackServer
from vsc_tf.client import GRPCClient, RESTClient

KINDS = {"grpc": GRPCClient, "rest": RESTClient}


@pytest.fixture(scope="module")
def server(servable):
    with LoopbackServer(servable[1]) as server:
        yield server


@pytest.fixture(params=KINDS)
def make(request, server):
    """A function that makes a client of each kind; closed at the end."""
    clients = []

    def make(model="blocks", **options):
        address = server.grpc_address if request.param == "grpc" else server.rest_address
        clients.append(KINDS[request.param](address, model, **options))
        return clients[-1]

    yield make
    server.delay = server.failures = 0
    for client in clients:
        client.close()


def test_replies_are_those_of_the_model(make, servable, rows):
    model, x, client = servable[0], rows[:7] * 50., make(version=1)
    codes = model.encode(x)
    reply = client.predict(x)
    assert set(reply) == set(codes._fields)
    np.testing.assert_array_equal(reply["z"] == 0, codes.z == 0)
    for name, value in codes._asdict().items():
        np.testing.assert_allclose(reply[name], value, atol=1e-5)
    decoded = client.predict({"z": codes.z}, "decode")["mean"]
    np.testing.assert_allclose(decoded, model.decode(codes.z), rtol=1e-4)
    assert client.predict(x, "topk")["indices"].dtype == np.int32
    noise = np.zeros([7, 4], "float32")
    assert client.predict({"x": x, "noise": noise}, "sample_like")["mean"].shape == (7, 12)


def test_only_the_outputs_asked_for_come_back(make, rows):
    client = make()
    assert list(client.predict(rows, output_filter=("z",))) == ["z"]
    assert list(client.predict(rows, output_filter="loc")) == ["loc"]


def test_the_grpc_server_is_told_what_is_wanted(server, rows, monkeypatch):
    asked, predict = [], server.predict
    monkeypatch.setattr(server, "predict", lambda *args: asked.append(args) or predict(*args))
    with GRPCClient(server.grpc_address, "blocks", version=1) as client:
        client.predict(rows[:1], "encode", output_filter=("z",))
    (name, version, signature, inputs, wanted), = asked
    assert (name, version, signature, wanted) == ("blocks", 1, "encode", ("z",))
    np.testing.assert_array_equal(inputs["x"], rows[:1])


@pytest.mark.parametrize(("inputs", "message"), [
    (np.ones([3, 11]), r"`x` must have shape \[n, 12\].*Received: shape \(3, 11\)"),
    (np.ones([0, 12]), r"at least one observation.*Received: shape \(0, 12\)"),
    (np.full([2, 12], np.nan), r"`x` must be finite.*NaN or infinite values in 2 of 2"),
    ("text", r"`x` must be an array of numbers.*Received"),
    ({"y": np.ones([1, 12])}, r"must hold x for signature 'serving_default'.*Received: y")])
def test_bad_input_is_refused_before_it_is_sent(make, server, inputs, message):
    client = make()
    client.signatures()
    before = server.requests
    with pytest.raises(ValueError, match=message):
        client.predict(inputs)
    assert server.requests == before


def test_inputs_of_two_lengths_or_without_names_are_refused(make):
    inputs = {"x": np.ones([2, 12]), "noise": np.ones([3, 4])}
    with pytest.raises(ValueError, match=r"same number of rows.*'noise': 3"):
        make().predict(inputs, "sample_like")
    with pytest.raises(ValueError, match=r"dict of noise, x.*Received: ndarray"):
        make().predict(np.ones([2, 12]), "sample_like")


@pytest.mark.parametrize(("options", "message"), [
    ({"signature": "encod"}, r"one of decode, encode.*Received: signature='encod'"),
    ({"output_filter": ("z", "y")}, r"outputs of 'serving_default': loc.*Received: y")])
def test_names_that_the_model_lacks_are_refused(make, options, message):
    with pytest.raises(ValueError, match=message):
        make().predict(np.ones([1, 12]), **options)


@pytest.mark.parametrize("options", [{"model": "others"}, {"version": 2}])
def test_what_the_server_refuses_is_said(make, options):
    with pytest.raises(ValueError, match="refuses the request.*Servable not found"):
        make(**options).predict(np.ones([1, 12]))


def test_it_tries_again_while_there_is_no_room(make, server):
    client = make(retries=2)
    client.signatures()
    server.failures, before = 2, server.requests
    assert client.predict(np.ones([1, 12]))["z"].shape == (1, 4)
    assert server.requests == before + 3


def test_after_the_last_attempt_it_says_so(make, server):
    server.failures = 2
    with pytest.raises(ConnectionError, match="after 2 attempts.*no room for this request"):
        make(retries=1).predict(np.ones([1, 12]))


def test_a_slow_server_is_not_waited_for_nor_asked_again(make, server):
    client = make(timeout=0.3)
    client.signatures()
    server.delay, before = 0.8, server.requests
    started = time.monotonic()
    with pytest.raises(TimeoutError, match=r"no whole reply within 0\.3 s.*longer timeout"):
        client.predict(np.ones([1, 12]))
    assert time.monotonic() - started < 0.8
    assert server.requests <= before + 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_server_that_is_down_is_named(kind):
    address = {"grpc": "127.0.0.1:9", "rest": "http://127.0.0.1:9"}[kind]  # "discard": no one.
    with KINDS[kind](address, "blocks", retries=1) as client:
        with pytest.raises(ConnectionError, match=r"127\.0\.0\.1:9 cannot be reached.*after 2"):
            client.predict(np.ones([1, 12]))


def test_all_attempts_together_take_no_longer_than_the_timeout():
    with RESTClient("http://127.0.0.1:9", "blocks", timeout=0.3, retries=50) as client:
        started = time.monotonic()
        with pytest.raises(ConnectionError, match="cannot be reached"):
            client.predict(np.ones([1, 12]))
    assert time.monotonic() - started < 2


def test_a_pause_that_ends_late_does_not_hide_the_reason(monkeypatch):
    sleep = time.sleep
    monkeypatch.setattr(time, "sleep", lambda seconds: sleep(0.4))
    with RESTClient("http://127.0.0.1:9", "blocks", timeout=0.3, retries=50) as client:
        with pytest.raises(ConnectionError, match="cannot be reached.*after 1 attempts"):
            client.predict(np.ones([1, 12]))


def test_a_server_that_comes_up_meanwhile_is_found(servable):
    with LoopbackServer(servable[1]) as first:
        port = int(first.grpc_address.rpartition(":")[2])
    servers = []

    def start():
        time.sleep(0.5)
        servers.append(LoopbackServer(servable[1], grpc_port=port))

    thread = threading.Thread(target=start)
    thread.start()
    try:
        with GRPCClient(f"127.0.0.1:{port}", "blocks", timeout=30., retries=9) as client:
            assert client.predict(np.ones([1, 12]))["z"].shape == (1, 4)
    finally:
        thread.join()
        servers[0].close()


@pytest.mark.parametrize(("options", "message"), [
    ({"timeout": -1}, "timeout"), ({"timeout": 0}, "above 0 seconds"),
    ({"retries": -1}, "retries"), ({"version": 0}, "version"), ({"version": True}, "version")])
@pytest.mark.parametrize("kind", KINDS)
def test_settings_are_checked(kind, options, message):
    with pytest.raises(ValueError, match=message):
        KINDS[kind]("http://localhost:1", "blocks", **options)


def test_a_rest_address_names_its_scheme():
    with pytest.raises(ValueError, match=r"http://.*Received: address='localhost:8501'"):
        RESTClient("localhost:8501", "blocks")


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow_serving.apis.predict_pb2", None)
    with pytest.raises(ImportError, match="pip install 'tensorflow-serving-api"):
        GRPCClient("localhost:8500", "blocks")
