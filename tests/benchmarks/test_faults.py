"""A short version of `benchmarks.faults`: two faults instead of fifty."""
import json

from benchmarks import faults


def test_runs_that_were_ended_end_as_one_left_alone(tmp_path, capsys):
    results = tmp_path / "faults.json"
    assert faults.main(["--kills", "2", "--ways", "SIGKILL", "full disk", "--results",
                        str(results)]) == 0
    assert "2 of 2 ended bit-identical, without a traceback" in capsys.readouterr().out
    found = json.loads(results.read_text())["runs"]
    assert [each["way"] for each in found] == ["SIGKILL", "full disk"]
    assert all(each["statuses"][0] != 0 for each in found)
