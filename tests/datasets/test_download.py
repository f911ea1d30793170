"""Downloads from a server on the loopback: whole, wrong, short, too long, refused."""
import hashlib
import socket
import threading

import pytest

from tests.datasets.loopback import serving
from vsc_tf.datasets import download

CONTENT = bytes(range(256)) * 4000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    monkeypatch.setenv("no_proxy", "*")


def fetch(url, folder, timeout=10):
    return download.fetch(url, folder / "new" / "data.zip", SHA256, timeout)


def test_fetches_with_progress(tmp_path, capsys):
    with serving(CONTENT) as url:
        path = fetch(url, tmp_path)
    assert path.read_bytes() == CONTENT
    assert list(path.parent.iterdir()) == [path]
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "100%" in shown.err and "1.02M/1.02M" in shown.err


@pytest.mark.parametrize(("server", "error", "message"), [
    pytest.param(dict(content=CONTENT[::-1]), ValueError,
                 f"SHA-256 {SHA256}. Received: another. The file was changed",
                 id="wrong-content"),
    pytest.param(dict(content=CONTENT[:5000], declared=len(CONTENT)), OSError,
                 "5000 bytes read, 1019000 more expected", id="truncated"),
    pytest.param(dict(content=b""), ValueError, "Received: another", id="empty"),
    pytest.param(dict(content=CONTENT + b"more"), ValueError, "Received: another", id="too-long"),
    pytest.param(dict(status=404), OSError, "404", id="not-found"),
])
def test_leaves_nothing_behind_on_failure(tmp_path, server, error, message):
    with serving(**{"content": CONTENT, **server}) as url, pytest.raises(error, match=message):
        fetch(url, tmp_path)
    assert list((tmp_path / "new").iterdir()) == []


def test_gives_up_when_the_server_stalls(tmp_path):
    with (serving(CONTENT, stall=threading.Event()) as url,
          pytest.raises(OSError, match="timed out")):
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
    with serving(content=b"wrong") as url, pytest.raises(ValueError, match="Received: another"):
        fetch(url, tmp_path)
    assert (tmp_path / "new" / "data.zip").read_bytes() == b"old"
    with serving(CONTENT) as url:
        assert fetch(url, tmp_path).read_bytes() == CONTENT


def test_sha256_of(tmp_path):
    (tmp_path / "abc").write_bytes(b"abc")  # The example of the standard, FIPS 180-2.
    assert download.sha256_of(tmp_path / "abc") == (
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
