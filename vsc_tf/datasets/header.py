"""Whether the first row of a CSV file holds names or an observation, which may both be numbers."""
import re
from collections.abc import Sequence

from vsc_tf.datasets import columns

NUMBER = re.compile(r"[ \t]*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?[ \t]*")
MISSING = {"", "na", "n/a", "nan", "null", "none", "?", "-", "inf", "-inf"}
SAMPLE = 100  # Rows that the first one is compared with.


def is_number(cell: str) -> bool:
    """Whether a cell is a decimal number, of ASCII digits, and nothing besides.

    >>> [is_number(cell) for cell in ("-1.5e3", "1_000", "1,000", "0x1A", "nan", "inf", "")]
    [True, False, False, False, False, False, False]
    """
    return NUMBER.fullmatch(cell) is not None


def holds_names(first: Sequence[str], rows: Sequence[Sequence[str]],
                expected: Sequence[str] = ()) -> bool:
    """Whether the first row of a table is its header.

    Args:
        first: Its cells.
        rows: Cells of some rows below.
        expected: Names that a model has; if all are in the first row, it is a header, unless
            they are one or two whole numbers above others.

    Raises:
        ValueError: It may be one or the other.

    >>> holds_names(["0", "1", "2"], [["0.3", "0.2", "0.5"], ["0.7", "0.1", "0.2"]])
    True
    >>> holds_names(["4", "1", "2"], [["0", "2", "5"]])
    False
    """
    numbers = [i for i, cell in enumerate(first) if is_number(cell)]
    text = [cell for i, cell in enumerate(first)
            if i not in set(numbers) and cell.strip().lower() not in MISSING]
    if not numbers:
        return bool(text)
    if len(text) >= len(numbers):
        return True
    cells = [first[i].strip() for i in numbers]
    below = [[row[i].strip() for i in numbers] for row in rows if len(row) == len(first)]
    below = [row for row in below if all(map(is_number, row))]
    in_order = len(below) > 1 and _in_order(cells) and not any(map(_in_order, below))
    whole = (all(map(str.isdigit, cells)) and len(set(cells)) == len(cells)
             and not any(cell.lstrip("+-").isdigit() for row in below for cell in row))
    matches = bool(expected) and set(expected) <= set(columns.cleaned(first))
    if matches and (len(first) > 2 or whole):
        return True
    if whole and below and (_counts(cells) or in_order):
        return True
    if text or in_order or matches or (whole and len(below) >= 10):
        raise ValueError(
            "expected a first row of names, or of numbers like those below it. Received: "
            f"{', '.join(first[:5])}{', ...' * (len(first) > 5)}, which can be either. If they "
            "are names, put a letter before each number; if they are an observation, fill its "
            "gaps and add a line with names above it.")
    return False


def _counts(cells: Sequence[str]) -> bool:
    """Whether they are 0, 1, ..., as pandas calls columns without names."""
    return list(cells) == list(map(str, range(len(cells)))) and len(cells) > 1


def _in_order(cells: Sequence[str]) -> bool:
    """Whether numbers count from 0, or go up or down, in equal steps unless they are many."""
    values = [float(cell) for cell in cells]
    steps = [b - a for a, b in zip(values, values[1:])]
    if len(cells) < 3 or not (all(step > 0 for step in steps) or all(step < 0 for step in steps)):
        return _counts(cells)
    return len(cells) >= 8 or max(steps) - min(steps) <= 1e-6 * max(map(abs, values))
