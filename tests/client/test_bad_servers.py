"""Servers that send what is no answer: one error, with the address, what came, and the cure."""
import http.server
import json
import threading
import time

import numpy as np
import pytest
import tensorflow as tf

from vsc_tf.client import BadReply, RESTClient
from vsc_tf.client.base import Client, Signature


def dims(size):
    return {"dtype": "DT_FLOAT", "tensor_shape": {"dim": [{"size": "-1"}, {"size": str(size)}]}}


META = {"metadata": {"signature_def": {"signature_def": {"serving_default": {
    "inputs": {"x": dims(3)}, "outputs": {"z": dims(2), "loc": dims(2)}}}}}}
GOOD = [[1., 2.]] * 5


@pytest.fixture
def server():
    """A function that starts a server which answers with `reply(handler)`; gives a client."""
    servers, clients = [], []

    def start(reply, meta=None, **options):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args):
                pass

            def send(self, body, code=200, length=None, **headers):
                self.send_response(code)
                self.send_header("Content-Length", str(len(body) if length is None else length))
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self):
                self.send(json.dumps(META if meta is None else meta).encode())

            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                reply(self)

        servers.append(http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler))
        servers[-1].daemon_threads = True
        threading.Thread(target=servers[-1].serve_forever, args=(0.01,), daemon=True).start()
        clients.append(RESTClient(f"http://127.0.0.1:{servers[-1].server_address[1]}", "m",
                                  **{"timeout": 5., "retries": 0, **options}))
        return clients[-1]

    yield start
    for client in clients:
        client.close()
    for each in servers:
        each.shutdown()
        each.server_close()


def sends(outputs):
    return lambda h: h.send(json.dumps({"outputs": outputs}).encode())


def ends_early(h):
    h.send(b'{"outputs": {', length=500)
    h.close_connection = True


@pytest.mark.parametrize(("reply", "message"), [
    (sends({"z": GOOD[:1], "loc": GOOD}), r"'z' of shape \(5, 2\) for 5 rows.*shape \(1, 2\)"),
    (sends({"z": [[1, 2, 3]] * 5, "loc": GOOD}), r"Received: shape \(5, 3\)"),
    (sends({"z": 7, "loc": GOOD}), r"Received: shape \(\)"),
    (sends({"z": [[1], [1, 2]], "loc": GOOD}), "Received: no numbers of that kind"),
    (sends({"z": [["a", "b"]] * 5, "loc": GOOD}), "Received: no numbers of that kind"),
    (sends({"z": [[float("nan")] * 2, *GOOD[1:]], "loc": GOOD}),
     "finite numbers in output 'z'.*1 of 5 rows, the first at index 0. Leave these rows out"),
    (sends({"z": GOOD}), "output 'loc'.*Received: none, only z"),
    (sends([1]), "outputs loc, z by name.*Received: list"),
    (lambda h: h.send(b"[1]"), "Expected outputs from.*JSON without them"),
    (lambda h: h.send(b"<html>Sign in</html>", **{"Content-Type": "text/html"}),
     "Expected JSON from.*text/html: '<html>Sign in"),
    (lambda h: h.send(b"\xff\x00"), "Expected JSON from"),
    (lambda h: h.send(b"[" * 200_000), "Expected JSON from"),
    (lambda h: h.send(b"", code=302, Location="http://127.0.0.1:1/login"),
     "HTTP 302, a redirect to 'http://127.0.0.1:1/login'. If that is the server, give its address"),
    (lambda h: h.send(b"not gzip", **{"Content-Encoding": "gzip"}), "Expected a whole reply"),
    (lambda h: h.send(b"it broke", code=500), "HTTP 500, it broke. See the server's log"),
    (ends_early, "Expected a .*reply"),
    (lambda h: h.wfile.write(b"SSH-2.0-OpenSSH\r\n\r\n"), "Received"),
])
def test_what_is_no_answer_is_named(server, reply, message):
    client = server(reply)
    with pytest.raises((BadReply, ConnectionError), match=message) as error:
        client.predict(np.zeros((5, 3)))
    assert client.address in str(error.value)


def test_a_good_answer_is_one(server):
    reply = server(sends({"z": GOOD, "loc": GOOD})).predict(np.zeros((5, 3)))
    np.testing.assert_array_equal(reply["z"], GOOD)
    assert reply["z"].dtype == np.float32


@pytest.mark.parametrize("meta", [{}, [], {"metadata": {"signature_def": 3}}, {
    "metadata": {"signature_def": {"signature_def": {"a": {"inputs": {"x": {}}, "outputs": {}}}}}}])
def test_metadata_of_something_else(server, meta):
    with pytest.raises(BadReply, match="Expected the signatures of a model from http"):
        server(sends({}), meta).signatures()


def drips_content(h):
    h.send_response(200)
    h.send_header("Content-Length", "400")
    h.end_headers()
    _drip(h)


def drips_headers(h):
    h.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    _drip(h)


def never_ends(h):
    h.send_response(200)
    h.send_header("Transfer-Encoding", "chunked")
    h.end_headers()
    try:
        while True:
            h.wfile.write(b"10000\r\n" + b" " * 65536 + b"\r\n")
    except OSError:
        pass


def _drip(h):
    for _ in range(60):
        try:
            h.wfile.write(b" ")
            h.wfile.flush()
        except OSError:
            return
        time.sleep(0.05)


@pytest.mark.parametrize("reply", [drips_content, drips_headers, never_ends])
def test_the_time_limit_holds(server, reply):
    client = server(reply, timeout=0.6)
    client.signatures()
    started = time.monotonic()
    with pytest.raises(TimeoutError, match="gave no whole reply within 0.6 s"):
        client.predict(np.zeros((5, 3)))
    assert time.monotonic() - started < 2.


def test_a_reply_without_end_is_not_kept(server, monkeypatch):
    monkeypatch.setattr("vsc_tf.client.rest_client.MOST_BYTES", 100_000)
    with pytest.raises(BadReply, match="a reply of at most .* GiB .*more. Send fewer rows"):
        server(never_ends).predict(np.zeros((5, 3)))


def test_other_protocols_are_checked_likewise():
    class Wrong(Client):
        def _read_signatures(self, seconds):
            spec = tf.TensorSpec([None, 2], tf.float32)
            return {"serving_default": Signature({"x": spec}, {"z": spec})}

        def _send(self, *args, seconds):
            return {"z": np.zeros((1, 2), "float32")}

    with pytest.raises(BadReply, match=r"output 'z' of shape \(5, 2\).*here:1, model 'm'"):
        Wrong("here:1", "m").predict(np.zeros((5, 2)))
