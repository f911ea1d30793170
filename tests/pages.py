"""The Python blocks of a page, and running them as a user's script."""
import importlib.util
import pathlib
import re
import types

ROOT = pathlib.Path(__file__).parents[1]
PARTS = re.compile(r"^(## [^\n]*|```python\n.*?^```$)", re.MULTILINE | re.DOTALL)


def sections(path: pathlib.Path) -> dict[str, list[str]]:
    """Heading -> Python blocks below it; what is above the first `##` heading has the name ""."""
    found, heading = {"": []}, ""
    for part in PARTS.split(path.read_text()):
        if part.startswith("## "):
            heading = part[3:].strip()
            found[heading] = []
        elif part.startswith("```python\n"):
            found[heading].append(part.removeprefix("```python\n").removesuffix("```"))
    return found


def lines(block: str) -> int:
    """Lines that are not blank."""
    return sum(bool(line.strip()) for line in block.splitlines())


def run(blocks: list[str], path: pathlib.Path, names: dict | None = None) -> types.ModuleType:
    """Runs blocks as one script at `path`, which TensorFlow can read the source of.

    `names` are those that an earlier part of the script has left.
    """
    path.write_text("\n".join(blocks))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    vars(module).update({name: value for name, value in (names or {}).items()
                         if not name.startswith("__")})
    spec.loader.exec_module(module)
    return module
