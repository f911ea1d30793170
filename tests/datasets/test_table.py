"""`.csv` files: headers, labels, and cells that are no numbers."""
import numpy as np
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
    assert load(tmp_path, "1,2\n3,4\n").info.feature_names == ("column 1", "column 2")


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
    pytest.param("a,k,b\n1,x,2\n3,y,\n", dict(label_column="k"),
                 "number in column 'b', line 3. Received: ''.*Fill the gap", id="gap"),
    pytest.param("1,2\n3,oops\n", {}, "column 'column 2', line 2. Received: 'oops'",
                 id="text-no-header"),
    pytest.param("a,b\n1,2\n3\n", {}, "2 cells in every row.*Received: 1 in line 3",
                 id="short-row"),
    pytest.param("a,b\n1,2\n3,4,5\n", {}, "Received: 3 in line 3", id="long-row"),
    pytest.param("", {}, "mine.csv: .*an empty file", id="empty"),
    pytest.param("a,b\n", {}, r"at least one observation.*\(0, 2\)", id="only-header"),
    pytest.param("a,b\n1,2\n", {}, "for train and one for test", id="one-row"),
    pytest.param("a,b\n1,2\n3,nan\n", {}, r"finite.*nan, at index \(1, 1\)", id="nan"),
    pytest.param("a,b\n1,2\n3,1e300\n", {}, r"finite values \(in float32\)", id="too-large"),
    pytest.param("a;b\n1;2\n3;4\n", {}, "separated by commas.*'a;b'", id="semicolons"),
    pytest.param("a\tb\n1\t2\n", {}, "separated by commas", id="tabs"),
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
                 "class in column 'k', line 3. Received: an empty cell", id="empty-label"),
    pytest.param("a,b\n1,2\n", dict(encoding="utf-16"), "text file in UTF-8.*decode",
                 id="utf-16"),
    pytest.param('a,b\n1,"2\n' + "9" * 200_000, {}, "text file.*field larger", id="no-end-quote"),
])
def test_bad_tables(tmp_path, text, options, message):
    with pytest.raises(ValueError, match=message):
        load(tmp_path, text, **options)
