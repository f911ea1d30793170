"""The benchmark of the explorer keeps what it says; the page itself has tests of its own."""
import json
import types

from benchmarks import explorer


def test_results_hold_times_and_settings(tmp_path, monkeypatch, capsys):
    found = {"server_ms_median": 8.0, "server_ms_95": 20.0, "answered": 30, "sent": 40,
             "round_trip_ms_median": 60.0}
    explored = types.SimpleNamespace(info=types.SimpleNamespace(name="faces"))
    monkeypatch.setattr("trainers.running.runs.find_finished",
                        lambda name, output: tmp_path / name)
    monkeypatch.setattr("trainers.explorer.server.explored", lambda run: explored)
    monkeypatch.setattr(explorer, "measure", lambda explored, moves, browsers: found)
    explorer.main(["one", "--moves", "10", "--output", str(tmp_path / "new" / "explorer.json")])
    results = json.loads((tmp_path / "new" / "explorer.json").read_text())
    assert results.items() >= found.items()
    assert results["settings"].items() >= {"data": "faces", "browsers": 4, "moves": 10}.items()
    assert "8.0 ms of server time at the median" in capsys.readouterr().out
