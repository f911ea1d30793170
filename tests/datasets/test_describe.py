"""Kinds of columns: what a DataFrame's are taken for, as numbers and back."""
import datetime
import json

import numpy as np
import pandas as pd
import pytest

from vsc_tf.datasets import Table, describe

FRAME = pd.DataFrame({
    "mass": [0.5, 2.5, None, 1.], "colour": ["red", None, "blue", "grey"],
    "smokes": ["yes", "no", "no", "yes"], "visits": [0, 9, 1, 2], "flag": [True, False, True, True],
    "rare": [0, 1, 1, 2], "bit": [0, 1, 1, 0]})


def test_kinds_are_found_and_printed():
    table = describe(FRAME)
    assert [kind for kind, _ in table.kinds] == [
        "gaussian", "categorical", "bernoulli", "negative_binomial", "bernoulli", "poisson",
        "bernoulli"]
    lines = str(table).splitlines()
    assert lines[0].split() == ["column", "kind", "values", "missing", "note"]
    assert lines[2].split() == ["colour", "categorical", "blue,", "grey,", "red", "1"]
    assert len(lines) == 8


def test_numbers_of_a_row_and_back():
    table = describe(FRAME)
    x = table.array(FRAME[FRAME.columns[::-1]])
    assert x.dtype == np.float32
    np.testing.assert_array_equal(x[:2], [
        [0.5, 0, 0, 1, 1, 0, 1, 0, 0], [2.5, np.nan, np.nan, np.nan, 0, 9, 0, 1, 1]])
    assert table.value_names[:4] == ("mass", "colour=blue", "colour=grey", "colour=red")
    again = table.frame(x, FRAME.index)
    there = FRAME.notna() & (FRAME.columns != "colour")
    pd.testing.assert_frame_equal(again.where(there), FRAME.where(there), check_dtype=False)
    assert again.colour[[0, 2, 3]].tolist() == ["red", "blue", "grey"]


def test_it_survives_json():
    table = describe(FRAME)
    assert Table(json.loads(json.dumps(table.config()))) == table


def test_pandas_own_dtypes_are_read():
    frame = pd.DataFrame({
        "n": pd.array([1, None, 3], "Int64"), "b": pd.array([True, None, False], "boolean"),
        "c": pd.Categorical(["u", "v", None]), "s": pd.array(["x", None, "z"], "string")})
    table = describe(frame)
    assert [kind for kind, _ in table.kinds] == ["gaussian", "bernoulli", "bernoulli", "bernoulli"]
    np.testing.assert_array_equal(np.isnan(table.array(frame)), frame.isna())


def test_kinds_can_be_said():
    table = describe(FRAME, {"visits": "gaussian", "rare": "categorical", "mass": "size"})
    assert dict(zip(table.column_names, table.kinds))["rare"] == ("categorical", 3)
    assert table.columns[3].kind == "gaussian" and table.columns[0].kind == "size"


def frame_of(values):
    return pd.DataFrame({"fine": np.arange(len(values)) / 7, "odd": values})


@pytest.mark.parametrize(("values", "message"), [
    (pd.date_range("2020", periods=9), "column 'odd'. Received: dates or times, 2020-01-01"),
    ([datetime.date(2020, 1, 1)] * 9, "column 'odd'. Received: dates or times"),
    ([f"2020-01-{i % 3 + 10}" for i in range(9)], "dates or times, 2020-01-10.*is categorical"),
    ([f"{i % 3 + 1}.12.2020 10:00" for i in range(9)], "dates or times, 1.12.2020"),
    ([f"1{i % 3}:30" for i in range(9)], "dates or times, 10:30"),
    ([f"0{i % 3 + 1}.01.20" for i in range(9)], "dates or times, 01.01.20"),
    ([f"{i % 3 + 1} Jan 2020" for i in range(9)], "dates or times, 1 Jan 2020"),
    ([f"2020010{i % 3 + 1}T000000" for i in range(9)], "dates or times, 20200101T000000"),
    *(([form.format(i % 3) for i in range(9)], r"numbers such as 1234.5 in column 'odd'. "
       rf"Received: '{shown}'. Write them with a point.*or say that it is categorical")
      for form, shown in (("{},14", "0,14"), ("1,00{}", "1,000"), ("{}.5 %", "0.5 %"),
                          ("0x1{}", "0x10"), ("${}", r"\$0"))),
    ([f"a text, number {i}" for i in range(200)], "100 categories in column 'odd'. Received: text "
                                                  "of its own in nearly every row"),
    ([str(i % 150) for i in range(900)],
     "100 categories in column 'odd'. Received: 150 categories"),
    ([1., np.inf, 2.], "finite numbers in column 'odd'. Received: infinite values in 1 of 3"),
    ([None] * 9, "values in column 'odd'. Received: none in 9 rows"),
    ([1, "a"] * 5, "numbers or categories in column 'odd'. Received: int"),
    ([[1], [2]], "numbers or categories in column 'odd'. Received: list"),
    ([1e9 + i / 10 for i in range(9)], "float32 can tell apart.*column 'odd'")])
def test_columns_that_are_no_feature_are_refused_by_name(values, message):
    with pytest.raises(ValueError, match=message):
        describe(frame_of(values))


@pytest.mark.parametrize(("values", "kind", "message"), [
    ([-1, 2, 3], "poisson", "counts in column 'odd', which is to be poisson. Received: negative"),
    ([0.5, 2, 3], "negative_binomial", "Received: fractions"),
    ([0, 2, 3], "size", "Received: 0"),
    (["a", "b", "c"], "gaussian", "Received: 'a'.*or take 'categorical'"),
    (["a", "b", "c"], "bernoulli", "two values in column 'odd'"),
    ([1, 2, 3], "normal", "expected `kinds` to be gaussian.*Received: {'odd': 'normal'}")])
def test_kinds_that_do_not_fit_are_refused(values, kind, message):
    with pytest.raises(ValueError, match=message):
        describe(frame_of(values), {"odd": kind})


def test_a_name_that_is_none_is_refused():
    with pytest.raises(ValueError, match=r"Received: \['x'\]. The columns are fine, odd"):
        describe(frame_of([1, 2, 3]), {"x": "gaussian"})
    with pytest.raises(ValueError, match="expected a DataFrame.*Received: ndarray"):
        describe(np.ones([3, 2]))


def test_one_value_and_ids_are_noted():
    frame = pd.DataFrame({"one": [2.] * 30, "text": ["a"] * 30, "id": range(1, 31),
                          "name": [f"n{i}" for i in range(30)]})
    assert [column.note for column in describe(frame).columns] == [
        *["one value: tells nothing"] * 2, *["all values differ: an id?"] * 2]


def test_codes_of_classes_are_shown_as_they_were_written():
    frame = pd.DataFrame({"site": [2., 10., np.nan, 2.], "share": [0.5, 1.5, 2., 0.5]})
    table = describe(frame, {"site": "categorical", "share": "categorical"})
    assert table.value_names == ("site=2", "site=10", "share=0.5", "share=1.5", "share=2")
    np.testing.assert_array_equal(table.array(frame)[:, :2], [[1, 0], [0, 1], [np.nan] * 2, [1, 0]])


def test_true_and_false_are_the_same_in_a_file_of_text():
    bools, text = (pd.DataFrame({"on": cells, "size": [1., 2.5, 3.]}) for cells in (
        [True, False, True], np.array(["True", "False", "TRUE"], object)))
    for fitted in (bools, text[:2]):
        for later in (bools, text):
            np.testing.assert_array_equal(describe(fitted).array(later)[:, 0], [1., 0., 1.])
    case = pd.DataFrame({"word": ["true", "True", "false"], "size": [1., 2.5, 3.]})
    assert describe(case).array(case)[:, :3].sum(axis=0).tolist() == [1., 1., 1.]


@pytest.mark.parametrize(("change", "message"), [
    ({"colour": "pink"}, "expected blue, grey, red in column 'colour'.*Received: 'pink'"),
    ({"visits": -1}, "counts in column 'visits'. Received: a negative number, -1"),
    ({"visits": 0.5}, "counts in column 'visits'. Received: a fraction, 0.5"),
    ({"mass": np.inf}, "finite numbers in column 'mass'. Received: infinite"),
    ({"mass": "heavy"}, "numbers in column 'mass'. Received: 'heavy'"),
    ({"extra": 1}, "the 7 columns that the model was fitted to.*with also extra")])
def test_later_rows_must_be_alike(change, message):
    with pytest.raises(ValueError, match=message):
        describe(FRAME).array(FRAME.assign(**change))


def test_a_column_that_is_missing_later_is_missing():
    x = describe(FRAME).array(FRAME.assign(mass=None, colour=None))
    assert np.isnan(x[:, :4]).all() and np.isfinite(x[:, 4:]).all()


def test_wide_tables_are_shortened():
    frame = pd.DataFrame(np.random.default_rng(0).random((5, 40)),
                         columns=[f"c{i}" for i in range(40)])
    assert str(describe(frame)).splitlines()[-1] == "and 10 gaussian"
