"""Tables of any content: what was written is what is read, whatever the pieces."""
import csv
import gzip
import io

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vsc_tf.datasets import columns, header, records
from vsc_tf.datasets.table_file import TableFile

FLOATS = st.floats(allow_nan=False, allow_infinity=False)
# A letter first: what may be a number is not for this test to tell.
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=9)
NAMES = TEXT.map(lambda text: f"n{text}")
ENDS = st.sampled_from(["\n", "\r\n", "\r"])
PIECES = st.sampled_from([1, 7, 64, 2**22])


@st.composite
def tables(draw):
    """(names, rows of floats, labels): names differ once they are cleaned."""
    names = draw(st.lists(NAMES, min_size=1, max_size=5,
                          unique_by=lambda name: columns.cleaned([name])))
    count = draw(st.integers(0, 6))
    rows = draw(st.lists(st.lists(FLOATS, min_size=len(names), max_size=len(names)),
                         min_size=count, max_size=count))
    labels = draw(st.lists(NAMES | st.sampled_from(["nan", "NA", "1_0", "1"]),
                           min_size=count, max_size=count))
    return names, rows, labels


def written(names, rows, labels, end, quoting=csv.QUOTE_MINIMAL):
    file = io.StringIO(newline="")
    if any(mark in text for text in (*names, *labels) for mark in "\r\n"):
        # Python's writer forgets the quotes of a line break that is not its own.
        quoting = csv.QUOTE_ALL
    writer = csv.writer(file, lineterminator=end, quoting=quoting)
    writer.writerow([*names, "label"])
    writer.writerows([*map(repr, row), label] for row, label in zip(rows, labels))
    return file.getvalue().encode()


def read(content, name="t.csv", **kwargs):
    table = TableFile(io.BytesIO(content), name, **kwargs)
    parts = list(table.parts())
    assert not any(part.unread for part in parts)
    x = np.concatenate([np.empty((0, table.count)), *(part.x for part in parts)])
    assert [int(row) for part in parts for row in part.rows] == list(range(len(x)))
    return table.names, x, [label for part in parts for label in part.labels]


@given(tables(), ENDS, PIECES, st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]), st.booleans())
@settings(max_examples=100, deadline=None)
def test_a_csv_file_is_read_as_it_was_written(table, end, piece, quoting, packed):
    names, rows, labels = table
    content = written(names, rows, labels, end, quoting)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(records, "BLOCK", piece)
        found, x, found_labels = read(gzip.compress(content) if packed else content,
                                      label_column="label", keeps_labels=True)
    assert found == columns.cleaned(names)
    np.testing.assert_array_equal(x, np.reshape(rows, x.shape))
    assert found_labels == [label.strip() for label in labels]


@given(tables(), st.randoms())
@settings(max_examples=50, deadline=None)
def test_order_and_format_do_not_matter(table, random):
    names, rows, labels = table
    places = list(range(len(names)))
    random.shuffle(places)
    shuffled = [[row[i] for i in places] for row in rows]
    expected = columns.cleaned(names)
    content = written([names[i] for i in places], shuffled, labels, "\n")
    found, x, _ = read(content, label_column="label", expected=expected)
    file = io.BytesIO()
    pa.parquet.write_table(pa.table({**{name: pa.array([row[i] for row in rows], pa.float64())
                                        for i, name in enumerate(expected)}}), file)
    of_parquet = read(file.getvalue(), "t.parquet", expected=expected)
    assert found == of_parquet[0] == expected
    np.testing.assert_array_equal(x, np.reshape(rows, x.shape))
    np.testing.assert_array_equal(x, of_parquet[1])


@given(TEXT.filter(lambda text: not header.is_number(text)), PIECES)
@settings(max_examples=150, deadline=None)
def test_text_is_never_a_number_and_its_line_is_named(text, piece):
    file = io.StringIO(newline="")
    csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows([
        ["a", "b\nc"], [1, 2], [3, text], [5, 6]])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(records, "BLOCK", piece)
        parts = list(TableFile(io.BytesIO(file.getvalue().encode()), "t.csv").parts())
    bad = [unread for part in parts for unread in part.unread]
    assert [unread.row for unread in bad] == [1] and "line 4" in bad[0].reason
    np.testing.assert_array_equal(np.concatenate([part.x for part in parts]), [[1, 2], [5, 6]])


@given(st.binary(max_size=60), PIECES)
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_read_or_refused(content, piece):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(records, "BLOCK", piece)
        for name in ("t.csv", "t.parquet"):
            try:
                table = TableFile(io.BytesIO(content), name)
                for part in table.parts():
                    assert part.x.shape == (len(part.rows), table.count)
            except (ValueError, OSError, EOFError):
                pass


def outcome(content, piece):
    """What becomes of each row, whatever the pieces in which a file is read."""
    rows = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(records, "BLOCK", piece)
        try:
            for part in TableFile(io.BytesIO(content), "t.csv").parts():
                rows |= dict(zip(part.rows.tolist(), part.x.tolist()))
                rows |= {unread.row: unread.reason for unread in part.unread}
        except ValueError as error:
            rows["end"] = str(error)
    return rows


@given(st.lists(st.sampled_from([*'",\n\r12.a -;', "\r\n", '""', "0,1\n", ".5,.25\n"]),
                max_size=30), st.sampled_from([1, 3, 8]))
@settings(max_examples=300, deadline=None)
def test_pieces_do_not_matter(pieces, piece):
    content = "".join(pieces).encode()
    assert outcome(content, piece) == outcome(content, 2**22)


@given(FLOATS, st.sampled_from(["{!r}", "{:.17g}", " {!r}", "{:e} "]))
def test_a_number_is_one_and_is_that(value, form):
    text = form.format(value)
    assert header.is_number(text)
    x = read(f"a\n{text}\n".encode())[1]
    assert x[0, 0] == float(text)
