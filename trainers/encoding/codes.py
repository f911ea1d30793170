"""What becomes of a model's reply: the latents of each row that are on, as an Arrow table."""
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from .formats import Bad, Block

SCHEMA = pa.schema([("source", pa.string()), ("row", pa.int64()), ("id", pa.string()),
                    ("indices", pa.list_(pa.int32())), ("values", pa.list_(pa.float32()))])
UNCODED = ("expected values that the model can compute with. Received: some too far from those "
           "that it was fitted to")


class Encoded(NamedTuple):
    """What became of the rows of one call: their codes, a table of `SCHEMA`, and those without."""

    codes: pa.Table
    bad: list[Bad]


def encoded(blocks: Sequence[Block], reply: dict[str, np.ndarray]) -> Encoded:
    """The codes of the rows that have one, the others as `Bad`; arguments as for `table`."""
    values = reply["values" if "indices" in reply else "z"]
    good = np.isfinite(values).all(axis=1)
    if good.all():
        return Encoded(table(blocks, reply), [])
    kept, bad, start = [], [], 0
    for block in blocks:
        mine = good[start:start + len(block.rows)]
        start += len(block.rows)
        kept.append(block.some(mine))
        bad += [Bad(block.source, int(row), 1, UNCODED) for row in block.rows[~mine]]
    return Encoded(table(kept, {name: array[good] for name, array in reply.items()}), bad)


def table(blocks: Sequence[Block], reply: dict[str, np.ndarray]) -> pa.Table:
    """The active latents of every row as a table of `SCHEMA`.

    Args:
        blocks: The `Block`s that the rows come from.
        reply: Either `z` [n, latent_dim], of which all that is not zero is kept, in the order
            of the latents; or `indices` (-1: none) and `values`, [n, k], kept in their order.
    """
    values = reply["values" if "indices" in reply else "z"]
    active = values != 0 if "z" in reply else reply["indices"] >= 0
    places = np.flatnonzero(active)
    indices = reply["indices"].ravel()[places] if "indices" in reply else (
        places % values.shape[1]).astype(np.int32)
    ends = np.concatenate([[0], np.cumsum(np.count_nonzero(active, axis=1))]).astype(np.int32)
    sources = pa.concat_arrays([pa.repeat(pa.scalar(b.source), len(b.rows)) for b in blocks])
    ids = pa.concat_arrays([pa.nulls(len(b.rows), pa.string()) if b.ids is None else
                            pa.array(b.ids, pa.string()) for b in blocks])
    return pa.table([
        sources, pa.array(np.concatenate([block.rows for block in blocks])), ids,
        pa.ListArray.from_arrays(ends, pa.array(indices)),
        pa.ListArray.from_arrays(ends, pa.array(values.ravel()[places]))], schema=SCHEMA)
