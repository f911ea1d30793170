"""The benchmark of images runs on a small zip and keeps what it says."""
import json
import os

from benchmarks import images
from vsc_tf.datasets import memory


def test_results_hold_rates_and_memory(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(memory, "IN_MEMORY", memory.IN_MEMORY)  # It is set: put back.
    monkeypatch.setattr(os, "sched_setaffinity", lambda *_: None)
    path = tmp_path / "new" / "images.json"
    images.main(["--images", "250", "--batch-size", "10", "--output", str(path)])
    results = json.loads(path.read_text())
    assert results["images"] == 200 and len(results["resident_mib"]) == 20
    assert results["slowest_tenth"] <= results["images_per_second"] <= results["fastest_tenth"]
    assert f"{results['images_per_second']:,.0f} images/s" in capsys.readouterr().out
