"""Rows of tables for `encoding.readers`: columns by name, ids, columns of several kinds."""
import math
from collections.abc import Iterator
from typing import IO

import numpy as np

from .formats import Bad, Block, Options


def table(file: IO[bytes], source: str, options: Options) -> Iterator[Block | Bad]:
    """Rows of a table, columns with names in the model's order."""
    if options.table or options.id_column or options.group_column:
        yield from _mixed(file, source, options)
        return
    # Any of vsc_tf loads TensorFlow, which takes seconds; few other formats need it.
    from vsc_tf.datasets.table_file import TableFile

    width = math.prod(options.shape)
    for part in TableFile(file, source, options.label_column, options.names, width).parts():
        for bad in part.unread:
            yield Bad(source, bad.row, 1, bad.reason)
        for i in range(0, len(part.rows), options.batch_size):
            x = part.x[i:i + options.batch_size]
            if x.shape[1] == width:  # Else it is said of the block that it is not.
                x = x.reshape(len(x), *options.shape)
            yield Block(source, part.rows[i:i + len(x)], x)


def _mixed(file: IO[bytes], source: str, options: Options) -> Iterator[Block | Bad]:
    """Rows of a table whose columns are of several kinds, or may be missing."""
    # Any of vsc_tf loads TensorFlow, which takes seconds; few other formats need it.
    from vsc_tf.datasets import Table
    from vsc_tf.datasets.table_file import TableFile

    kinds = Table(options.table) if options.table else None
    row, beside = 0, [name for name in (options.label_column, options.id_column,
                                        options.group_column) if name]
    for found in TableFile(file, source, options.label_column, is_mixed=True).frames():
        ids = _ids(found, options.id_column) if options.id_column else None
        frame = found.without(*beside)
        if kinds is None:  # All are numbers, by name if the model knows any.
            kinds = Table([[name, "gaussian"] for name in options.names or frame.columns])
        for start in range(0, len(frame), options.batch_size):
            some = slice(start, start + options.batch_size)
            yield from _numbers(kinds, frame.rows(some), source, row + start,
                                None if ids is None else ids[some])
        row += len(frame)


def _ids(frame, name):
    """The cells of a column as text, whole numbers without a point."""
    # As in `_mixed`, which has loaded it by now.
    from vsc_tf.datasets.columns import check_label
    from vsc_tf.datasets.kinds import whole

    check_label(name, frame.columns)
    return np.array([None if cell is None or cell != cell else str(whole(cell))
                     for cell in frame[name].tolist()], object)


def _numbers(kinds, frame, source, row, ids):
    """A block of rows as numbers; those that are none one by one."""
    # As in `_mixed`, which has loaded it by now.
    from vsc_tf.datasets.cells import typed
    from vsc_tf.datasets.frame import Frame

    is_text = {column.name for column in kinds.columns
               if column.categories and isinstance(column.categories[0], str)}
    try:
        x = kinds.array(Frame({name: frame[name] if name in is_text else typed(frame[name])
                               for name in frame.columns}))
        yield Block(source, np.arange(row, row + len(x)), x, ids)
    except ValueError as error:
        if len(frame) == 1:
            yield Bad(source, row, 1, str(error))
            return
        for i in range(len(frame)):
            yield from _numbers(kinds, frame.rows([i]), source, row + i,
                                None if ids is None else ids[[i]])
