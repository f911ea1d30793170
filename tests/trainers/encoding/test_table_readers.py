"""Rows of tables come in the model's order; what cannot be read is named by its line."""
import gzip
import re

import numpy as np
import pytest

from tests.trainers.encoding.reading import OPTIONS, TABLES, X, all_of, write
from trainers.encoding import pipeline
from trainers.encoding.formats import Options


def test_bad_rows_of_a_table_are_named_by_their_line(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_bytes(b"1,2,3\n4,5\n6,seven,8\n9,,1\n\xff,1,2\n4,5,nan\n7,8,9\n")
    rows, values, bad = all_of(path)
    assert rows == [0, 6] and values[1].tolist() == [7, 8, 9]
    assert [item.row for item in bad] == [1, 2, 3, 4, 5]
    reasons = " | ".join(item.reason for item in bad)
    for text in ("Received: 2 in line 2", "'column 2', line 3. Received: 'seven'",
                 "line 4. Received: ''", "line 5. Received: '\ufffd'", "line 6. Received: 'nan'"):
        assert text in reasons


@pytest.mark.parametrize(("text", "message"), [
    ("a,b,c\n1,2,3\n", "label_column='kind', found 0 times among a, b, c"),
    ("1,2,3\n", "a first row of numbers")])
def test_a_table_without_the_label_column_is_refused(text, message, tmp_path):
    (tmp_path / "rows.csv").write_text(text)
    rows, _, (bad,) = all_of(tmp_path / "rows.csv", OPTIONS._replace(label_column="kind"))
    assert not rows and message in bad.reason and bad.rows == 0


@pytest.mark.parametrize("text", [
    '"ax\n(m/s2)",ay\n1,2\n3,4\n', "\nax,ay\n1,2\n3,4\n", "\r\n\r\nax,ay\r\n1,2\r\n3,4"])
def test_a_header_is_found_wherever_it_is(text, tmp_path):
    (tmp_path / "rows.csv").write_bytes(text.encode())
    rows, values, bad = all_of(tmp_path / "rows.csv", Options((2,)))
    assert (rows, values.tolist(), bad) == ([0, 1], [[1, 2], [3, 4]], [])


@pytest.mark.parametrize("kind", TABLES)
def test_columns_come_in_the_order_of_the_model(kind, tmp_path):
    options = OPTIONS._replace(label_column="kind", names=("c", "a", "b"))
    rows, values, bad = all_of(write(tmp_path, kind), options)
    assert (rows, bad) == (list(range(10)), [])
    np.testing.assert_array_equal(values, X[:, [2, 0, 1]])


@pytest.mark.parametrize(("names", "message"), [
    (("a", "b", "d"), "in any order: a, b, d. Received: 3 columns, without d, with also c"),
    (("a", "b"), "Received: 3 columns, with also c. .*leave the others out"),
    (("a", "b", "c", "d"), "Received: 3 columns, without d")])
@pytest.mark.parametrize("kind", TABLES)
def test_other_columns_are_refused(names, message, kind, tmp_path):
    options = Options((len(names),), label_column="kind", names=names)
    rows, _, (bad,) = all_of(write(tmp_path, kind), options)
    assert not rows and bad.rows == 0 and re.search(message, bad.reason)


def test_a_table_without_a_header_is_taken_by_position(tmp_path):
    (tmp_path / "rows.csv").write_text("7,2,9\n1,5,2\n")
    rows, values, bad = all_of(tmp_path / "rows.csv", OPTIONS._replace(names=("c", "a", "b")))
    assert (rows, values.tolist(), bad) == ([0, 1], [[7, 2, 9], [1, 5, 2]], [])


def test_a_header_of_another_width_is_said_once_a_block(tmp_path):
    (tmp_path / "rows.csv").write_text("a,b\n" + "1,2\n" * 7)
    rows, _, bad = all_of(tmp_path / "rows.csv")
    assert not rows and [item.rows for item in bad] == [4, 3]
    assert "rows of shape (3,), the model's. Received: (2,)" in bad[0].reason


@pytest.mark.parametrize("open_file", [open, pipeline._open], ids=["open", "the pipeline's"])
def test_an_archive_that_breaks_off_keeps_what_came_before(open_file, tmp_path):
    lines = "".join(f"{a},{b},{c}\n" for a, b, c in np.random.default_rng(0).random([9000, 3]))
    content = gzip.compress(lines.encode())
    (tmp_path / "rows.csv.gz").write_bytes(content[:len(content) // 2])
    rows, _, (bad,) = all_of(tmp_path / "rows.csv.gz", open_file=open_file)
    assert 3000 < len(rows) < 6000 and rows == list(range(len(rows)))
    assert bad.rows == 0 and f"cannot be read from row {len(rows)} on: EOFError" in bad.reason


def test_quotes_that_are_not_closed_keep_what_came_before(tmp_path):
    (tmp_path / "rows.csv").write_text('a,b,c\n1,2,3\n4,5,6\n7,"8,9\n1,2,3\n')
    rows, _, (bad,) = all_of(tmp_path / "rows.csv")
    assert rows == [0, 1] and "quotes that open in line 4" in bad.reason


def test_one_bad_row_of_many_is_named_and_no_other_lost(tmp_path):
    x = np.random.default_rng(0).random([200_000, 3]).astype("float32")
    lines = [f"{a},{b},{c}" for a, b, c in x.tolist()]
    lines[123_456] = "1,2_0,3"
    (tmp_path / "rows.csv").write_text("a,b,c\n" + "\n".join(lines))
    rows, values, (bad,) = all_of(tmp_path / "rows.csv", OPTIONS._replace(batch_size=1024))
    assert bad[1:] == (123_456, 1, "expected a number in column 'b', line 123458. "
                                   "Received: '2_0'.")
    keep = np.delete(np.arange(200_000), 123_456)
    np.testing.assert_array_equal(rows, keep)
    np.testing.assert_array_equal(values, x[keep])
