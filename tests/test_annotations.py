"""Every public function says what it takes and what it returns."""
import ast

import pytest

from tests.imports import sources

MODULES = {**dict(sources("vsc_tf")), **dict(sources("trainers"))}


def unannotated(node, owner=""):
    """Names of public functions and methods that lack an annotation, functions' own ones aside."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
            if child.name.startswith("_") and child.name != "__init__":
                continue
            args = [arg for arg in ast.walk(child.args) if isinstance(arg, ast.arg)
                    and arg.arg not in ("self", "cls")]
            returns = child.returns or child.name == "__init__"
            if not (returns and all(arg.annotation for arg in args)):
                yield owner + child.name
        else:
            yield from unannotated(
                child, f"{owner}{child.name}." if isinstance(child, ast.ClassDef) else owner)


@pytest.mark.parametrize("module", MODULES)
def test_public_functions_are_annotated(module):
    assert list(unannotated(ast.parse(MODULES[module]))) == []


@pytest.mark.parametrize(("source", "names"), [
    ("def f(a: int) -> int: ...", []),
    ("def f(a: int): ...", ["f"]),
    ("async def f(a) -> int: ...", ["f"]),
    ("def f(a: int, /, b: int, *, c) -> int: ...", ["f"]),
    ("def f(*args) -> int: ...", ["f"]),
    ("def f(**options) -> int: ...", ["f"]),
    ("class A:\n    def __init__(self, a: int): ...", []),
    ("class A:\n    def __init__(self, a): ...", ["A.__init__"]),
    ("class A:\n    class B:\n        @classmethod\n        def f(cls): ...", ["A.B.f"]),
    ("if a:\n    def f(a): ...", ["f"]),
    ("def _f(a): ...", []),
    ("def f() -> int:\n    def g(a): ...", []),
])
def test_what_lacks_an_annotation_is_found(source, names):
    assert list(unannotated(ast.parse(source))) == names
