"""The command: help, and runs and ports that are none. Its page has tests of its own."""
import socket

import pytest

from trainers import explore
from trainers.running import runs


def test_help_shows_the_defaults(capsys):
    with pytest.raises(SystemExit, match="0"):
        explore.main(["--help"])
    out = capsys.readouterr().out
    assert "127.0.0.1" in out and "5006" in out


@pytest.fixture
def run(tmp_path):
    """A run folder that looks finished."""
    runs.create(tmp_path, "one", "smiley", runs.Preset())
    (tmp_path / "one" / runs.METRICS).write_text("{}")
    (tmp_path / "one" / runs.MODEL).write_text("")
    return tmp_path / "one"


@pytest.mark.parametrize(("lost", "message"), [
    (runs.CONFIG, "expected a run folder, or the name of a run"),
    (runs.METRICS, "expected a finished run"), (runs.MODEL, "expected a run with its model.keras"),
])
def test_a_run_without_what_it_needs(run, capsys, lost, message):
    (run / lost).unlink()
    assert explore.main(["one", "--output", str(run.parent)]) == 2
    assert message in capsys.readouterr().err


def test_a_port_in_use(run, capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert explore.main([str(run), "--port", str(port)]) == 2
    error = capsys.readouterr().err
    assert f"expected a --port of 127.0.0.1 that is free. Received: {port}" in error


@pytest.mark.parametrize("port", ["-1", "x", "5006.5"])
def test_a_port_that_is_no_number(port, capsys):
    with pytest.raises(SystemExit, match="2"):
        explore.main(["run", "--port", port])
    assert "expected a whole number of at least 0" in capsys.readouterr().err or port == "-1"


def test_a_port_that_does_not_exist(run, capsys):
    assert explore.main([str(run), "--port", "70000"]) == 2
    assert "Received: 70000" in capsys.readouterr().err


def test_zero_is_any_free_port():
    assert 1024 <= explore.free_port("127.0.0.1", 0) < 2**16
