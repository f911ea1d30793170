"""An observation of a table as a table of names and values, in raw units."""
from collections.abc import Sequence
from html import escape

import numpy as np

from vsc_tf.datasets import Table


def cells(x: np.ndarray, table: Table | None) -> list[str]:
    """The cells of a row `[values]` as text: numbers, classes, "missing".

    Of a reconstruction, which gives every class a share, the most probable one with its share.

    >>> from vsc_tf.datasets.kinds import Column
    >>> colour = Column("colour", "categorical", ("red", "blue"))
    >>> cells(np.array([1.5, .1, .9]), Table([Column("age", "gaussian"), colour]))
    ['1.5', 'blue (90 %)']
    >>> cells(np.array([np.nan, 1., 0.]), Table([Column("age", "gaussian"), colour]))
    ['missing', 'red']
    """
    if table is None:
        return [_number(value) for value in x]
    found, at = [], 0
    for column, (_, width) in zip(table.columns, table.kinds):
        values, at = x[at:at + width], at + width
        found.append(_class(values, column.categories) if column.categories else
                     _number(values[0]))
    return found


def _number(value):
    return "missing" if np.isnan(value) else f"{value:.5g}"


def _class(values, categories):
    if np.isnan(values).any():
        return "missing"
    shares = values if len(values) > 1 else np.array([1 - values[0], values[0]])
    best = int(shares.argmax())
    share = "" if shares[best] > 0.9999 else f" ({100 * shares[best]:.0f} %)"
    return f"{categories[best]}{share}"


def listed(names: Sequence[str], heads: Sequence[str], columns: Sequence[Sequence[str]]) -> str:
    """HTML of a table with a line for each name; where the last two columns differ it is bold.

    Args:
        names: Of the lines.
        heads: Of the columns.
        columns: Cells of each column.
    """
    lines = []
    for name, *texts in zip(names, *columns):
        *others, before, after = texts
        shown = [*map(escape, (*others, before)),
                 escape(after) if after == before else f"<strong>{escape(after)}</strong>"]
        lines.append(f'<tr><th scope="row">{escape(name)}</th>'
                     + "".join(f"<td>{text}</td>" for text in shown) + "</tr>")
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in ("Column", *heads))
    return ('<div class="rows" role="region" aria-label="All values of the object" tabindex="0">'
            f'<table><thead><tr>{head}</tr></thead><tbody>{"".join(lines)}</tbody></table></div>')
