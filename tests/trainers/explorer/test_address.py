"""The query of a page: there and back, and queries that ask for what is not there."""
import pytest

from trainers.explorer import address

DIMS = (3, 12)


def query_of(text):
    return dict(pair.split("=") for pair in text.removeprefix("?").split("&"))


def test_there_and_back():
    shown = {"tab": "features", "object": 7, "second": 0, "feature": 12,
             "changes": {3: -0.25, 12: 0.0}}
    assert address.read(query_of(address.written(**shown)), 100, DIMS) == (shown, [])


def test_an_upload_and_no_changes_are_left_out():
    assert address.written(tab="one", object=None, changes={}) == "?tab=one"
    assert address.written() == ""


def test_what_is_not_ours_is_passed_over():
    assert address.read({"utm": "x", "object": "1"}, 2, DIMS) == ({"object": 1}, [])


@pytest.mark.parametrize(("name", "value", "expected"), [
    ("object", "100", "0 to 99"), ("object", "-1", "0 to 99"), ("object", "x", "a whole number"),
    ("second", "1.5", "a whole number"), ("feature", "4", "one of the live features, 3, 12"),
    ("changes", "4:1", "one of the live features, 3, 12"), ("changes", "3", "pairs feature:value"),
    ("changes", "3:x", "pairs feature:value"), ("changes", "3:nan", "finite values"),
    ("changes", "3:inf", "finite values"), ("changes", "", "pairs"),
    ("tab", "x", "gallery, one, two"),
])
def test_what_is_wrong_is_said_and_the_rest_is_kept(name, value, expected):
    found, [complaint] = address.read({"tab": "two", name: value}, 100, DIMS)
    assert complaint.startswith(f"The address asks for {name}={value}: expected {expected}")
    assert found == ({} if name == "tab" else {"tab": "two"})
