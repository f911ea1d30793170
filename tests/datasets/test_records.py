"""Gzipped tables that would fill memory."""
import gzip

import numpy as np
import pytest

import vsc_tf.datasets
from vsc_tf.datasets import records


def test_a_gzipped_table_that_is_made_to_fill_memory_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(records, "MOST_UNPACKED", 100_000)
    path = tmp_path / "bomb.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n" + b"0,0\n" * 500_000))
    with pytest.raises(ValueError, match="at most 100,000 bytes where they are packed to less than "
                                         "a hundredth. Received: .* If you trust the file, unpack"):
        vsc_tf.datasets.load(path)
    varied = np.random.default_rng(0).normal(size=(5_000, 4))
    rows = "\n".join(",".join(f"{v:.6f}" for v in row) for row in varied)
    path.write_bytes(gzip.compress(f"a,b,c,d\n{rows}\n".encode()))  # As large, and honest.
    assert len(vsc_tf.datasets.load(path).train.x) == 4_000
