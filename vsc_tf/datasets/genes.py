"""Matrices of genes, sparse or not: what their columns are, and size factors of their rows."""
from collections.abc import Mapping
from typing import Any

import numpy as np
import scipy.sparse

from vsc_tf.datasets import columns
from vsc_tf.datasets.kinds import Column, Table

KINDS = ("gaussian", "poisson", "negative_binomial")  # Of what a matrix holds.


def are_counts(matrix: Any, what: str) -> bool:
    """Whether all values are whole numbers from 0 on; a ValueError if one is not finite."""
    values = matrix.data if scipy.sparse.issparse(matrix) else matrix
    if not np.isfinite(values).all():
        raise ValueError(f"{what}: expected finite values. Received: NaN or infinity.")
    return bool(values.min(initial=0) >= 0 and (values == np.floor(values)).all())


def table_of(genes: tuple[str, ...], are_counts: bool, kinds: Mapping[str, str] | Table | None,
             size_column: str | None, what: str) -> Table | None:
    """The kinds of genes, then the column of sizes; `None` if all are numbers.

    `kinds` are those that differ from the usual ones, or all of them, known from before.
    """
    if isinstance(kinds, Table):
        if kinds.value_names != (*genes, *filter(None, [size_column])):
            raise ValueError(f"{what}: expected the genes whose kinds are known. Received: others, "
                             "or another order. Use the file that they were taken from.")
        return kinds
    kinds = kinds or {}
    unknown = sorted(set(kinds) - set(genes))
    wrong = [kind for kind in kinds.values() if kind not in KINDS]
    if unknown or wrong:
        raise ValueError(f"{what}: expected genes of the file, each of a kind of "
                         f"{', '.join(KINDS)}. Received: {columns.listed(unknown or wrong)}. "
                         "Correct `columns`.")
    usual = "negative_binomial" if are_counts else "gaussian"
    found = [Column(gene, kinds.get(gene, usual)) for gene in genes]
    counted = any(column.kind != "gaussian" for column in found)
    if counted and not are_counts:
        raise ValueError(f"{what}: expected whole numbers of at least 0 for counts. Received: "
                         "other values. Name the layer of raw counts, or leave the kinds out.")
    if size_column is None:
        return Table(found) if counted else None
    if not counted:
        raise ValueError(f"{what}: expected counts, whose rates a size factor multiplies. "
                         f"Received: other values, and sizes {size_column!r}. Name the layer of "
                         "raw counts, or leave the sizes out.")
    if size_column in genes:
        raise ValueError(f"{what}: expected sizes with a name of their own. Received: "
                         f"{size_column!r}, which is a gene, too. Rename the column.")
    return Table([*found, Column(size_column, "size")])


def with_sizes(matrix: Any, cells: np.ndarray, name: str, what: str) -> Any:
    """The matrix with the size of each row, a column of `obs`, as its last column."""
    try:
        sizes = np.asarray(cells).astype(np.float32)
    except ValueError:
        sizes = np.full(len(cells), np.nan, np.float32)
    if not (np.isfinite(sizes).all() and (sizes > 0).all()):
        raise ValueError(f"{what}: expected size factors above 0 in obs column {name!r}. Received: "
                         "others. Leave out rows without any counts, or name another column.")
    if scipy.sparse.issparse(matrix):
        return scipy.sparse.hstack([matrix, scipy.sparse.csr_matrix(sizes[:, None])], format="csr")
    return np.concatenate([matrix, sizes[:, None]], axis=1)
