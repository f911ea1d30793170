"""RESULTS.md is what the files in benchmarks/results say."""
import json

import pytest

from benchmarks import versions
from benchmarks.report import __main__ as report
from benchmarks.report.markdown import number, seeds, spread, table


def test_the_page_is_up_to_date():
    assert report.PAGE.read_text() == report.page(), "run python -m benchmarks.report"


def test_a_page_that_is_not_is_told(tmp_path, monkeypatch):
    old = tmp_path / "RESULTS.md"
    old.write_text("# Results\n")
    monkeypatch.setattr(report, "PAGE", old)
    with pytest.raises(SystemExit, match="run python -m benchmarks.report"):
        report.main(["--check"])
    assert old.read_text() == "# Results\n"
    report.main([])
    report.main(["--check"])


def test_tables_and_numbers():
    assert table(["a", "b"], [["1", "2"]]) == "| a | b |\n| --- | --- |\n| 1 | 2 |"
    assert number(None) == "" and number(0.12345) == "0.123"
    assert spread([1.0, 3.0]) == "2.0 ± 1.4" and spread([2.5]) == "2.5"
    assert seeds(["2", "0", "1"]) == "0 to 2" and seeds(["4", "3"]) == "3, 4"


def test_a_run_is_gathered_beside_those_of_the_version_before(tmp_path):

    run, results = tmp_path / "run", tmp_path / "versions.json"
    run.mkdir()
    (run / "config.json").write_text(json.dumps({"dataset": "uci_har", "seed": 3}))
    (run / "metrics.json").write_text(json.dumps({
        "test": {"elbo": 900.0}, "codes": {"l0_mean": 24.0, "zero_fraction": 0.6, "always_on": 5}}))
    results.write_text(json.dumps({"0.1": {"uci_har": {}}, "0.2": {}}))
    versions.main([str(run), "--results", str(results)])
    kept = json.loads(results.read_text())
    assert kept["0.2"]["uci_har"]["3"]["elbo"] == 900.0
    assert kept["0.1"] == {"uci_har": {}}
