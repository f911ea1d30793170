"""`.csv` files: headers, labels, and cells that are no numbers."""
import gzip
import re

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest

import vsc_tf.datasets


def load(folder, text, encoding="utf-8", **options):
    (folder / "mine.csv").write_bytes(text.encode(encoding))
    return vsc_tf.datasets.load(folder / "mine.csv", test_fraction=0.5, **options)


def everything(data):
    """All rows, sorted by their first column."""
    x = np.concatenate([data.train.x, data.test.x])
    return x[np.argsort(x[:, 0])]


@pytest.mark.parametrize("text", [
    pytest.param("a,b\n1,2\n3,-4e-1\n", id="header"),
    pytest.param("1,2\n3,-4e-1\n", id="no-header"),
    pytest.param("a,b\r\n1,2\r\n\r\n3, -0.4", id="windows-blank-line-no-end"),
    pytest.param('"a","b"\n"1","2"\n"3","-.4"\n', id="quoted"),
    pytest.param("\ufeffa,b\n1,2\n3,-0.4\n", id="byte-order-mark"),
    pytest.param("\ufeff1,2\n3,-0.4\n", id="byte-order-mark-no-header"),
    pytest.param("0,b\n1,2\n3,-0.4\n", id="header-half-numbers"),
])
def test_numbers(tmp_path, text):
    data = load(tmp_path, text)
    np.testing.assert_allclose(everything(data), [[1, 2], [3, -0.4]], rtol=1e-6)
    assert data.train.y is None


def test_names_of_columns(tmp_path):
    assert load(tmp_path, "a, b\n1,2\n3,4\n").info.feature_names == ("a", "b")
    assert load(tmp_path, "a, b\n1,2\n3,4\n").info.column_names == ("a", "b")
    assert load(tmp_path, '"a\n(m)",b\n1,2\n3,4\n').info.column_names == ("a (m)", "b")
    without = load(tmp_path, "1,2\n3,4\n").info
    assert without.feature_names == ("column 1", "column 2") and without.column_names == ()


@pytest.mark.parametrize("names", [
    ("0", "1", "2"), ("400", "410", "420"), ("400", "412", "431"), ("0", "1"), ("7", "3", "5")])
def test_names_that_are_numbers(tmp_path, names):
    rows = np.random.default_rng(0).random([12, len(names)])
    text = "\n".join(",".join(map(str, row)) for row in [names, *rows.tolist()])
    if names in (("400", "412", "431"), ("7", "3", "5")):  # They could be an observation.
        with pytest.raises(ValueError, match="which can be either.*add a line with names"):
            load(tmp_path, text)
        return
    data = load(tmp_path, text)
    assert data.info.column_names == names
    assert len(data.train.x) + len(data.test.x) == 12


@pytest.mark.parametrize("text", [
    "0,1,2\n3,4,5\n6,7,8\n", "0,1\n1,0\n0,1\n", "1\n2\n3\n", "5,2\n1,4\n", "1.5,2.25\n7.5,8.5\n"])
def test_a_first_row_like_the_others_is_an_observation(tmp_path, text):
    data = load(tmp_path, text)
    assert data.info.column_names == () and len(data.train.x) + len(data.test.x) == text.count("\n")


@pytest.mark.parametrize("kind", ["csv", "csv.gz", "parquet"])
def test_every_format_gives_the_same(tmp_path, kind):
    path, x = tmp_path / f"mine.{kind}", [[1, 2.5], [3, -4], [5, 6], [7, 8]]
    labels = ["nan", "NA", "1_0", "nan"]
    if kind == "parquet":
        a, b = zip(*x)
        pa.parquet.write_table(pa.table({"a": a, "kind": labels, "b": pa.array(b)}), path)
    else:
        text = "a,kind,b\n" + "".join(f"{a},{k},{b}\n" for (a, b), k in zip(x, labels))
        path.write_bytes(gzip.compress(text.encode()) if kind == "csv.gz" else text.encode())
    data = vsc_tf.datasets.load(path, label_column="kind", test_fraction=0.5)
    np.testing.assert_array_equal(everything(data), x)
    assert data.info.class_names == ("1_0", "NA", "nan")
    assert data.info.column_names == ("a", "b")
    found = {x[0]: y for split in (data.train, data.test) for x, y in zip(split.x, split.y)}
    assert found == {1: 2, 3: 1, 5: 0, 7: 2}


@pytest.mark.parametrize(("table", "message"), [
    ({"a": ["1", "x"]}, "number in column 'a', row 1 .from 0.. Received: 'x'. Fill"),
    ({"a": pa.array([1, 2], pa.timestamp("s"))}, r"column 'a'. Received: dates or times"),
    ({"a": [1., 2.], "b": pa.array([None, None], pa.float64())}, "column 'b'. Received: none in 2"),
    ({"a": [float("inf"), 1.]}, "number in column 'a', row 0. Received: inf"),
    ({"a": [1], "__index_level_0__": [0]}, "Received: __index_level_0__ for column 2.*index=False"),
])
def test_bad_parquet(tmp_path, table, message):
    pa.parquet.write_table(pa.table(table), tmp_path / "mine.parquet")
    with pytest.raises(ValueError, match=f"mine.parquet: .*{message}"):
        vsc_tf.datasets.load(tmp_path / "mine.parquet")


@pytest.mark.parametrize(("name", "content"), [
    ("a.parquet", b"PAR1 no table"), ("a.csv.gz", gzip.compress(b"a,b\n" + b"1,2\n" * 9)[:-9]),
    ("a.csv.gz", b"\x1f\x8b nothing"), ("a.csv", b"a,b\n1,2\0\n")],
    ids=["parquet", "gzip cut short", "no gzip", "zero bytes"])
def test_damaged_files(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=f"{name}: expected .*Received: .* again"):
        vsc_tf.datasets.load(tmp_path / name)


def test_missing_label_of_parquet(tmp_path):
    pa.parquet.write_table(pa.table({"a": [1, 2], "k": ["x", None]}), tmp_path / "a.parquet")
    with pytest.raises(ValueError, match="class in column 'k', row 1. Received: a missing value"):
        vsc_tf.datasets.load(tmp_path / "a.parquet", label_column="k")


def test_a_large_table_comes_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(vsc_tf.datasets.table_file.records, "BLOCK", 64)
    x = np.random.default_rng(0).normal(size=[500, 3]).astype("float32")
    text = '"a ""quoted""\nname",b,c\n' + "".join(
        f'{a},"{b}",{c}\r\n' for a, b, c in x.tolist())
    data = load(tmp_path, text)
    np.testing.assert_array_equal(everything(data), x[np.argsort(x[:, 0])])


def test_text_labels(tmp_path):
    data = load(tmp_path, "a,kind,b\n1,dog,2\n3,cat,4\n5, dog ,6\n7,cat,8\n",
                label_column="kind")
    assert data.info.class_names == ("cat", "dog")
    assert data.info.feature_names == ("a", "b")
    for split in (data.train, data.test):
        np.testing.assert_array_equal(split.y, split.x[:, 0] % 4 == 1)
        np.testing.assert_array_equal(split.x[:, 1], split.x[:, 0] + 1)


def test_number_labels_are_sorted_as_numbers(tmp_path):
    data = load(tmp_path, "x,y\n1,10\n2,9\n", label_column="y")
    assert data.info.class_names == ("9", "10")


@pytest.mark.parametrize(("text", "options", "message"), [
    pytest.param("a,b\n1,2\n3,cat\n", {},
                 "number in column 'b', line 3. Received: 'cat'.*label_column='b'", id="text"),
    pytest.param("1,2\n3,oops\n", {}, "column 'column 2', line 2. Received: 'oops'",
                 id="text-no-header"),
    pytest.param("a,b\n1,2\n3\n", {}, "2 cells. Received: 1 in line 3.*remove the row",
                 id="short-row"),
    pytest.param("a,b\n1,2\n3,4,5\n", {}, "Received: 3 in line 3", id="long-row"),
    pytest.param("", {}, "mine.csv: .*an empty file", id="empty"),
    pytest.param("a,b\n", {}, r"at least one observation.*\(0, 2\)", id="only-header"),
    pytest.param("a,b\n1,2\n", {}, "for train and one for test", id="one-row"),
    *(pytest.param(f"a,b\n1,2\n3,{cell}\n", {},
                   f"number in column 'b', line 3. Received: '{re.escape(cell)}'. Fill",
                   id=f"no-number-{cell}")
      for cell in ("inf", "-Infinity", "1_000", "0x1A", "2024-01-31", "1e", "1 000",
                   "1.5.2", "True", "5%", "\u0663", "1d5")),
    pytest.param('a,b\n1,2\n3,"1,000"\n', {}, "line 3. Received: '1,000'", id="thousands"),
    pytest.param('a,b\n1,2\n3,"4"5\n', {}, "quote to end its cell.*more after it in line 3",
                 id="more-after-quotes"),
    pytest.param('"a\nb",c\n1,2\n\n3,x\n', {}, "column 'c', line 5. Received: 'x'",
                 id="line-breaks-before"),
    pytest.param("a,b\r1,2\r3,x\r", {}, "column 'b', line 3. Received: 'x'", id="old-mac"),
    pytest.param("a,b\n1,2\n,\n", {}, "value in every row. Received: none in row 1",
                 id="excel-end"),
    pytest.param("1.5,nan\n3,4\n", {}, "column 'column 2', line 1. Received: 'nan'",
                 id="gap-in-the-first-row"),
    pytest.param("a,b\n1,2\n3,1e300\n", {}, r"finite values \(in float32\)", id="too-large"),
    pytest.param("a;b\n1;2\n3;4\n", {}, "separated by commas.*'a;b'", id="semicolons"),
    pytest.param("a\tb\n1\t2\n", {}, "separated by commas", id="tabs"),
    pytest.param("Unnamed: 0,a\n0,1\n1,2\n", {},
                 "name for every column. Received: Unnamed: 0 for column 1.*index=False",
                 id="row-index-written-again"),
    pytest.param(",0,1\n0,.1,.2\n1,.5,.2\n", {}, "Received: none for column 1.*index=False",
                 id="row-index-beside-numbers"),
    pytest.param("a,b, a\n1,2,3\n", {}, "another name for every column. Received: 'a' for 2",
                 id="names-that-repeat"),
    pytest.param("1,5;2,5\n1,0;3,1\n", {}, "separated by commas.*decimal points",
                 id="semicolons-and-decimal-commas"),
    pytest.param("1,2,3\n1,1,7\n4,9,2\n", {}, "names, or of numbers like those below it. "
                 "Received: 1, 2, 3, which can be either.*a letter before each", id="no-telling"),
    pytest.param("1.5,2.5,x\n1,1,7\n4,9,2\n", {}, "1.5, 2.5, x, which can be either",
                 id="no-telling-of-text"),
    pytest.param(",a\n0,1\n1,2\n", {}, "name for every column.*none for column 1.*index=False",
                 id="row-index"),
    pytest.param("a,kind\n1,x\n2,y\n", dict(label_column="kinds"),
                 "label_column='kinds', found 0 times among a, kind. Did you mean 'kind'",
                 id="unknown-label"),
    pytest.param("a,k,k\n1,x,x\n", dict(label_column="k"), "found 2 times", id="two-labels"),
    pytest.param("1,2\n3,4\n", dict(label_column="k"), "header with label_column='k'",
                 id="label-without-header"),
    pytest.param("k\nx\ny\n", dict(label_column="k"), "one column besides the label",
                 id="only-labels"),
    pytest.param("a,k\n1,x\n2, \n", dict(label_column="k"),
                 r"class \(text.*in column 'k', line 3. Received: ' '.*remove the row",
                 id="empty-label"),
    pytest.param("a,b\n1,2\n", dict(encoding="utf-16"), "text file in UTF-8.*decode",
                 id="utf-16"),
    pytest.param('a,b\n1,"2\n' + "9" * 200_000, {}, "quotes that open in line 2. Close",
                 id="no-end-quote"),
])
def test_bad_tables(tmp_path, text, options, message):
    with pytest.raises(ValueError, match=message):
        load(tmp_path, text, **options)


@pytest.mark.parametrize("cell", ["", " ", "NA", "nan", "NULL", "?", '""', "n/a", "-"])
def test_missing_cells(tmp_path, cell):
    data = load(tmp_path, f"a,k,b\n1,x,2\n3,y,{cell}\n5,x,7\n8,y,1.5\n", label_column="k")
    np.testing.assert_array_equal(everything(data), [[1, 2], [3, np.nan], [5, 7], [8, 1.5]])
    assert data.info.class_names == ("x", "y")
    assert [column.missing for column in data.info.table.columns] == [0, 1]
