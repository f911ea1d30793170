"""Tables of several kinds of columns: classes, groups and labels beside numbers."""
import numpy as np
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest

import vsc_tf.datasets
from tests.datasets.test_table import load


def test_columns_of_several_kinds(tmp_path):
    text = "id,colour,n,mass\n" + "".join(
        f"u{i},{['red', 'blue', 'grey'][i % 3]},{[0, 9, 1][i % 3]},{i}.5\n" for i in range(12))
    data = load(tmp_path, text, id_column="id")
    assert data.info.table.kinds == [("categorical", 3), ("negative_binomial", 1), ("gaussian", 1)]
    assert data.info.column_names == ("colour=blue", "colour=grey", "colour=red", "n", "mass")
    other = load(tmp_path, text, columns={"n": "gaussian", "id": "categorical"})
    assert other.info.table.kinds == [("categorical", 12), ("categorical", 3), ("gaussian", 1),
                                      ("gaussian", 1)]
    again = load(tmp_path, text, id_column="id", columns=data.info.table)
    assert again.info.table == data.info.table


def test_feather_and_parquet_hold_text_and_missing_cells(tmp_path):
    table = pa.table({"a": [1.5, None, 2., 4.], "c": ["x", "y", None, "z"],
                      "d": pa.array(["u", "v", "u", None]).dictionary_encode(),
                      "t": [True, None, False, True]})
    pa.parquet.write_table(table, tmp_path / "mine.parquet")
    pa.feather.write_feather(table, tmp_path / "mine.feather")
    for name in ("mine.parquet", "mine.feather"):
        data = vsc_tf.datasets.load(tmp_path / name, test_fraction=0.5)
        assert data.info.table.kinds == [
            ("gaussian", 1), ("categorical", 3), ("bernoulli", 1), ("bernoulli", 1)]
        assert sum(np.isnan(split.x).sum() for split in (data.train, data.test)) == 1 + 3 + 1 + 1


def test_groups_stay_together(tmp_path):
    text = "who,a\n" + "".join(f"p{i // 5},{i}.5\n" for i in range(50))
    data = load(tmp_path, text, group_column="who")
    groups = [set((split.x[:, 0] // 5).tolist()) for split in (data.train, data.test)]
    assert not groups[0] & groups[1] and len(groups[1]) == 5
    with pytest.raises(ValueError, match="1 groups with test_fraction"):
        load(tmp_path, "who,a\nx,1.5\nx,2\nx,3\n", group_column="who")
    with pytest.raises(ValueError, match="a group for each observation. Received: a missing"):
        load(tmp_path, "who,a\nx,1.5\n,2\ny,3\n", group_column="who")
    with pytest.raises(ValueError, match="'whom', found 0 times among who, a. Did you mean 'who'"):
        load(tmp_path, text, group_column="whom")


def test_labels_and_groups_of_a_mixed_table_are_text(tmp_path):
    rows = [("1", "x", "nan", "none"), ("2", "y", "none", "none"), ("3", "x", "?", "b"),
            ("4", "x", "nan", "b")]
    text = "a,colour,kind,who\n" + "".join(",".join(row) + "\n" for row in rows)
    (tmp_path / "mine.csv").write_text(text)
    data = vsc_tf.datasets.load(tmp_path / "mine.csv", label_column="kind", group_column="who",
                                test_fraction=0.5)
    assert data.info.class_names == ("?", "nan", "none")
    assert {len(data.train.x), len(data.test.x)} == {2}
    (tmp_path / "mine.csv").write_text(text.replace("y,none", "y,"))
    with pytest.raises(ValueError, match="class in column 'kind', row 1. Received: a missing"):
        vsc_tf.datasets.load(tmp_path / "mine.csv", label_column="kind")


def test_whole_labels_of_a_mixed_table_have_no_point(tmp_path):
    pa.parquet.write_table(pa.table({"colour": ["x", "y"] * 4, "kind": [2, 10] * 4}),
                           tmp_path / "mine.parquet")
    data = vsc_tf.datasets.load(tmp_path / "mine.parquet", label_column="kind")
    assert data.info.class_names == ("2", "10")
