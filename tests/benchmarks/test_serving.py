"""The serving benchmark runs and writes what it measured."""
import json

from benchmarks import serving


def test_all_ways_are_timed_and_written(tmp_path, capsys):
    path = tmp_path / "serving.json"
    serving.main(["--features", "6", "--hidden", "8", "--latent-dim", "3", "--batch-size", "5",
                  "--rounds", "2", "--calls", "5", "--output", str(path)])
    found = json.loads(path.read_text())
    assert found["settings"]["batch_size"] == 5
    ways = {"products", "C API", "C API, XLA", "Keras, model.encode", "Keras, eager"}
    assert set(found["throughput"]) == ways and set(found["latency"]) == ways - {"products"}
    for row in found["throughput"].values():
        assert row["ms"] > 0 and row["share_of_products"] > 0
    assert all(0 < row["p50_ms"] <= row["p99_ms"] for row in found["latency"].values())
    assert "share of the products' throughput" in capsys.readouterr().out
