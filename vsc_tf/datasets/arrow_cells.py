"""Numbers, labels and cells of any kind out of parts of a Parquet or Feather file."""
from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vsc_tf.datasets import arrow as pa
from vsc_tf.datasets.cells import Columns, Rows, Unread
from vsc_tf.datasets.frame import Frame


def check_type(name: str, dtype: pa.DataType) -> None:
    of = pa.types
    if not (of.is_integer(dtype) or of.is_floating(dtype) or of.is_boolean(dtype)
            or of.is_decimal(dtype)):
        raise ValueError(f"expected numbers in column {name!r}. Received: {dtype}. Encode it as "
                         f"numbers; if it is the class, pass label_column={name!r}.")


def of_records(batch: pa.RecordBatch, chosen: Columns, row: int) -> tuple[Rows, int]:
    """The rows of a part, of which the first is number `row`; and how many there are in all."""
    values = [batch.column(i).cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
              for i in chosen.places]
    bad: dict[int, tuple[str, str]] = {}
    for place, column in zip(chosen.places, values):
        name = chosen.names[place]
        for i in np.flatnonzero(~np.isfinite(column)).tolist():  # A missing value is NaN now.
            bad.setdefault(i, (f"expected a number in column {name!r}, row {row + i}. Received: "
                               f"{batch.column(place)[i].as_py()}.", name))
    labels = []
    if chosen.keeps_labels and chosen.label is not None:
        name = chosen.names[chosen.label]
        for i, label in enumerate(batch.column(chosen.label).to_pylist()):
            labels.append("" if label is None else str(label).strip())
            if not labels[-1]:
                bad.setdefault(i, (f"expected a class in column {name!r}, row {row + i}. "
                                   "Received: a missing value.", name))
    keep = [i for i in range(len(batch)) if i not in bad]
    x = np.stack(values, axis=1)
    rows = Rows(row + np.array(keep, np.int64), x if not bad else x[keep],
                [labels[i] for i in keep] if labels else [],
                [Unread(row + i, *bad[i]) for i in sorted(bad)])
    return rows, len(batch)


def frame_of(batch: pa.RecordBatch, chosen: Columns, row: int,
             as_text: Sequence[str] = ()) -> tuple[Frame, int]:
    """All cells of a part, and how many rows it has; what is missing is so in any column."""
    found = {}
    for name, column in zip(chosen.names, batch.columns):
        dtype = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
        if (pa.types.is_floating(dtype) or pa.types.is_integer(dtype)) and not _is_long(column):
            values = column.cast(pa.float64(), safe=False)
            found[name] = values.to_numpy(zero_copy_only=False)  # A missing value is NaN.
        elif pa.types.is_integer(dtype):
            found[name] = np.array([*column.cast(pa.string()).to_pylist(), None], object)[:-1]
        else:
            found[name] = np.array([*column.to_pylist(), None], object)[:-1]
    return Frame(found), len(batch)


def _is_long(column: pa.Array) -> bool:
    """Whether it holds whole numbers that a float64 cannot, as ids are: those stay text."""
    if not pa.types.is_integer(column.type):
        return False
    try:
        column.cast(pa.float64())
    except pa.ArrowInvalid:
        return True
    return False
