"""Downloads from a server on the loopback: whole, wrong, short, too long, refused."""
import contextlib
import hashlib
import http.server
import socket
import threading

import pytest

from vsc_tf.datasets import download

CONTENT = bytes(range(256)) * 4000  # Four blocks.
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@contextlib.contextmanager
def serving(content=CONTENT, status=200, declared=None, stall=None):
    """Serves one content at every path; `stall` is an event to wait for half way."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(status)
            self.send_header("Content-Length", len(content) if declared is None else declared)
            self.end_headers()
            if stall:
                self.wfile.write(content[:1000])
                stall.wait(10)
            else:
                with contextlib.suppress(ConnectionError):  # The client may hang up early.
                    self.wfile.write(content)

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs=dict(poll_interval=0.01))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/data.zip"
    finally:
        if stall:
            stall.set()
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    monkeypatch.setenv("no_proxy", "*")


def fetch(url, folder, timeout=10):
    return download.fetch(url, folder / "new" / "data.zip", len(CONTENT), SHA256, timeout)


def test_fetches_with_progress(tmp_path, capsys):
    with serving() as url:
        path = fetch(url, tmp_path)
    assert path.read_bytes() == CONTENT
    assert list(path.parent.iterdir()) == [path]
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("\rdata.zip: 0.3 of 1.0 MB,  25 %\r")
    assert shown.err.endswith("\rdata.zip: 1.0 of 1.0 MB, 100 %\n")


@pytest.mark.parametrize(("server", "error", "message"), [
    pytest.param(dict(content=CONTENT[::-1]), ValueError,
                 f"SHA-256 {SHA256}. Received: [0-9a-f]{{64}}. The file was changed",
                 id="wrong-content"),
    pytest.param(dict(content=CONTENT[:5000], declared=len(CONTENT)), OSError,
                 f"expected {len(CONTENT)} bytes. Received: 5000, then the connection ended",
                 id="truncated"),
    pytest.param(dict(content=b""), OSError, "Received: 0, then the connection ended",
                 id="empty"),
    pytest.param(dict(content=CONTENT + b"more"), ValueError,
                 f"expected {len(CONTENT)} bytes. Received: more", id="too-long"),
    pytest.param(dict(status=404), OSError, "404", id="not-found"),
])
def test_leaves_nothing_behind_on_failure(tmp_path, server, error, message):
    with serving(**server) as url, pytest.raises(error, match=message):
        fetch(url, tmp_path)
    assert list((tmp_path / "new").iterdir()) == []


def test_gives_up_when_the_server_stalls(tmp_path):
    with serving(stall=threading.Event()) as url, pytest.raises(OSError, match="timed out"):
        fetch(url, tmp_path, timeout=0.2)
    assert list((tmp_path / "new").iterdir()) == []


def test_reports_a_refused_connection(tmp_path):
    with socket.socket() as taken:  # Bound and not listening: connections are refused.
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(OSError, match="Connection refused"):
            fetch(f"http://127.0.0.1:{taken.getsockname()[1]}/data.zip", tmp_path)


def test_an_older_file_is_kept_on_failure_and_replaced_on_success(tmp_path):
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "data.zip").write_bytes(b"old")
    with serving(content=b"wrong") as url, pytest.raises(OSError):
        fetch(url, tmp_path)
    assert (tmp_path / "new" / "data.zip").read_bytes() == b"old"
    with serving() as url:
        assert fetch(url, tmp_path).read_bytes() == CONTENT


def test_sha256_of(tmp_path):
    (tmp_path / "abc").write_bytes(b"abc")  # The example of the standard, FIPS 180-2.
    assert download.sha256_of(tmp_path / "abc") == (
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
