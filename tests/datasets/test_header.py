"""Names or an observation: what the first row of a table is."""
import pytest

from vsc_tf.datasets.header import holds_names, is_number

FLOATS = [["0.31", "0.2", "0.57"], ["0.7", "0.14", "0.2"]]
WHOLE = [["3", "1", "7"], ["5", "9", "1"]]


@pytest.mark.parametrize("cell", [
    "1", "-1.5", "+.5", "5.", "1e5", "-4E-3", " 2 ", "0012", "\t3"])
def test_numbers(cell):
    assert is_number(cell)


@pytest.mark.parametrize("cell", [
    "", " ", "nan", "NA", "inf", "1_000", "1,000", "0x1A", "1e", ".", "2024-01-31", "1 2",
    "\u0663", "1d5", "1f", "--1", "5%", "\u22121", "1\n"])
def test_what_python_or_people_take_for_numbers(cell):
    assert not is_number(cell)


@pytest.mark.parametrize(("first", "rows", "found"), [
    (["2", "0", "1"], FLOATS, True), (["2", "0", "1"], WHOLE, True), (["2", "0", "1"], [], True),
    (["3", "0", "1"], FLOATS, False), (["2", "0", "1", "kind"], [["1", "2", "3", "a"]], True)])
def test_the_first_row_where_names_are_expected(first, rows, found):
    assert holds_names(first, rows, ("0", "1", "2")) == found


def test_two_numbers_that_are_expected_names():
    assert holds_names(["1", "0"], [[".5", ".25"]], ("0", "1"))
    with pytest.raises(ValueError, match="can be either"):
        holds_names(["1", "0"], [["0", "1"]], ("0", "1"))


@pytest.mark.parametrize(("first", "rows", "found"), [
    (["a", "b", "c"], FLOATS, True), (["a", "b", "c"], [], True),
    (["0", "b", "c"], FLOATS, True), (["2019", "2020", "year"], [], "either"),
    (["0", "1", "2"], FLOATS, True), (["0", "1", "2"], FLOATS[:1], True),
    (["0", "1", "2"], WHOLE, "either"), (["0", "1", "2"], [], False),
    (["0", "1", "2"], [["0", "1", "2"], ["2", "1", "3"]], False),
    (["400", "410", "420"], FLOATS, True), (["400.5", "410.5", "420.5"], FLOATS, "either"),
    (["year", "2019", "2020", "2021"], [["a", "1.5", "2.5", "2.5"]] * 2, True),
    (["400", "410", "450"], FLOATS * 5, "either"), (["400", "410", "450"], FLOATS, False),
    (["9", "1", "2"], WHOLE, False), (["nan", "1.5", "2"], FLOATS, False),
    (["", "", "1"], FLOATS, False), (["", "nan", ""], FLOATS, False),
    (["1.5", "2.5", "oops"], FLOATS, "either"), (["", "0", "1"], FLOATS, True),
])
def test_the_first_row(first, rows, found):
    if found == "either":
        with pytest.raises(ValueError, match="a first row of names, or.*can be either"):
            holds_names(first, rows)
    else:
        assert holds_names(first, rows) == found
