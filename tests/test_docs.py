"""Citations and file names in the documentation can be followed by the reader."""
import ast
import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).parents[1]
REFERENCES = (ROOT / "docs" / "references.md").read_text()
DEFINED = re.findall(r"^- \[(\w+)\] ", REFERENCES, re.MULTILINE)
# [T20], [KSB18] or [R]; not an index such as z[R], nor a Markdown link.
CITED = re.compile(r"(?<![\w\])])\[([A-Z]{1,4}\d\d|R)\](?!\()")
OUTSIDE = re.compile(r"\b(?:spec|design)\.md\b|\.\./shared\b")

SOURCES = [path for package in ("vsc_tf", "trainers") for path in (ROOT / package).rglob("*.py")]
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]


def docstrings(source):
    """All docstrings of a module, its classes and its functions in one text."""
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    nodes = (node for node in ast.walk(ast.parse(source)) if isinstance(node, kinds))
    return "\n".join(ast.get_docstring(node) or "" for node in nodes)


def names(path):
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", SOURCES, ids=names)
def test_docstrings_cite_keys_that_exist_and_files_that_readers_have(path):
    text = docstrings(path.read_text())
    assert set(CITED.findall(text)) <= set(DEFINED)
    assert not OUTSIDE.findall(text)


@pytest.mark.parametrize("path", PAGES, ids=names)
def test_pages_cite_keys_that_exist(path):
    assert set(CITED.findall(path.read_text())) <= set(DEFINED)


def test_each_key_is_defined_once():
    assert len(DEFINED) == len(set(DEFINED))
    assert {"T20", "R"} <= set(DEFINED)


@pytest.mark.parametrize(("text", "keys"), [
    ("As in [T20] figure 3 and ([KSB18]).", ["T20", "KSB18"]),
    ("A course report ([R]).", ["R"]),
    ("float64 [K, J], A[R], [n], [0, 1], [C] and [T20](https://example.org)", []),
])
def test_the_search_finds_citations_only(text, keys):
    assert CITED.findall(text) == keys


def test_the_search_finds_files_outside():
    assert OUTSIDE.findall("See spec.md 6, design.md and ../shared/x.") == [
        "spec.md", "design.md", "../shared"]
