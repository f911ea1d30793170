"""A short version of `benchmarks.faults`: one kill instead of fifty faults."""
import json

from benchmarks import faults


def test_a_run_that_was_killed_ends_as_one_left_alone(tmp_path, capsys):
    results = tmp_path / "faults.json"
    assert faults.main(["--kills", "1", "--ways", "SIGKILL", "--results", str(results)]) == 0
    assert "1 of 1 ended bit-identical, without a traceback" in capsys.readouterr().out
    found, = json.loads(results.read_text())["runs"]
    assert found["way"] == "SIGKILL" and found["statuses"][0] == -9
