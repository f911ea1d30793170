"""A Parquet file comes in parts of a few row groups, so memory does not grow with its rows."""
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from vsc_tf.datasets import table_file
from vsc_tf.datasets.table_file import TableFile


def written(path, groups, rows, columns):
    x = np.random.default_rng(0).random((rows, columns), np.float32)
    table = pa.table({f"c{i}": x[:, i] for i in range(columns)})
    with pq.ParquetWriter(path, table.schema, use_dictionary=False, compression="none") as writer:
        for _ in range(groups):
            writer.write_table(table)
    return x


def test_small_row_groups_come_together_and_in_order(tmp_path, monkeypatch):
    x = written(tmp_path / "a.parquet", 5, 3, 2)
    monkeypatch.setattr(table_file, "_VALUES", 8)  # Four rows.
    with open(tmp_path / "a.parquet", "rb") as file:
        parts = list(TableFile(file, "a.parquet").parts())
    np.testing.assert_array_equal(np.concatenate([part.x for part in parts]), np.tile(x, (5, 1)))
    assert [len(part.rows) for part in parts] == [4, 2, 4, 2, 3]
