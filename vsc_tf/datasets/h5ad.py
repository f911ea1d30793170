"""Counts as biologists have them: AnnData's `.h5ad` files, read without AnnData."""
import dataclasses
import pathlib
from collections.abc import Mapping
from typing import Any

import h5py
import numpy as np
import scipy.sparse

from vsc_tf.datasets import columns as names
from vsc_tf.datasets import genes as matrices
from vsc_tf.datasets.base import Dataset, Info, Split
from vsc_tf.datasets.kinds import Table
from vsc_tf.datasets.memory import IN_MEMORY
from vsc_tf.datasets.on_demand import SparseRows
from vsc_tf.datasets.splitting import random_split
from vsc_tf.datasets.table import kinds_of


def load(path: str | pathlib.Path, label_column: str | None = None,
         group_column: str | None = None, layer: str | None = None,
         columns: str | pathlib.Path | Mapping[str, str] | Table | None = None,
         size_column: str | None = None,
         test_fraction: float = 0.2, seed: int = 0) -> Dataset:
    """Reads the matrix of an `.h5ad` file and splits its observations at random.

    A sparse matrix stays one: batches of it are made dense, and the test split as far as 512 MB
    go, which `info.note` says.

    Args:
        path: The file.
        label_column: Column of `obs` that holds the class, such as "cell_type".
        group_column: Column of `obs` of groups, such as "donor", of which none is in both splits.
        layer: Name of the layer to read; `None` is `X`.
        columns: What genes are to be instead of what they are taken for, see `genes.KINDS`;
            otherwise as in `table.load`.
        size_column: Column of `obs` of size factors, numbers above 0 by which the rates of counts
            are multiplied, as scvi-tools's `size_factor_key`. It becomes the last column of `x`.
        test_fraction, seed: As in `table.load`.

    Returns:
        A `Dataset`: `x` [n, genes]; `info.column_names` from `var`; `info.table` says that the
        columns are counts if all values are.

    Raises:
        ValueError: The file is damaged, holds no matrix of numbers, or a name is unknown.
    """
    path = pathlib.Path(path)
    try:
        with h5py.File(path) as file:
            return _loaded(file, path, label_column, group_column, layer, kinds_of(columns),
                           size_column, test_fraction, seed)
    except (OSError, KeyError) as error:
        raise ValueError(f"{path}: expected a whole .h5ad file. Received: {error}. Write it again, "
                         "with adata.write_h5ad(path).") from None


def _loaded(file: Any, path: pathlib.Path, label_column: str | None, group_column: str | None,
            layer: str | None, kinds: Any, size_column: str | None, test_fraction: float,
            seed: int) -> Dataset:
    place = "X" if layer is None else f"layers/{layer}"
    if place not in file:
        raise ValueError(f"{path}: expected a matrix {place!r}. Received: {list(file)}, layers "
                         f"{list(file.get('layers', ()))}. Name another layer.")
    matrix = _matrix(file[place])
    genes = names.cleaned(_index(file["var"]))
    names.check(genes)
    are_counts = matrices.are_counts(matrix, f"{path}: {place!r}")
    if size_column is not None:
        matrix = matrices.with_sizes(matrix, _obs(file, size_column, path), size_column, str(path))
    table = matrices.table_of(genes, are_counts, kinds, size_column, str(path))
    genes = genes if size_column is None else (*genes, size_column)
    y, classes = (None, ()) if label_column is None else _classes(_obs(file, label_column, path))
    groups = None if group_column is None else _obs(file, group_column, path)
    x = SparseRows(matrix) if scipy.sparse.issparse(matrix) else np.asarray(matrix, np.float32)
    info = Info(path.name, (len(genes),), description="the user's own counts" if are_counts else
                "the user's own matrix", source=path.name, feature_names=genes,
                column_names=genes, class_names=classes, table=table)
    return _with_dense_test(random_split(Split(x, y), info, test_fraction, seed, groups))


def _matrix(node: Any) -> Any:
    """A SciPy CSR matrix, or an array."""
    if isinstance(node, h5py.Dataset):
        return node[:]
    kind = node.attrs.get("encoding-type", "")
    if kind not in ("csr_matrix", "csc_matrix"):
        raise ValueError(f"expected a sparse or dense matrix. Received: {kind or 'a group'}.")
    parts = tuple(node[name][:] for name in ("data", "indices", "indptr"))
    make = scipy.sparse.csr_matrix if kind == "csr_matrix" else scipy.sparse.csc_matrix
    return make(parts, shape=tuple(node.attrs["shape"])).tocsr()


def _index(group: Any) -> list[str]:
    return _texts(group[group.attrs.get("_index", "_index")][:])


def _texts(values: np.ndarray) -> list[str]:
    return [v.decode(errors="replace") if isinstance(v, bytes) else str(v) for v in values]


def _obs(file: Any, column: str, path: pathlib.Path) -> np.ndarray:
    """Texts of a column of `obs`, which may be stored as categories."""
    obs = file["obs"]
    found = [name for name in obs if name not in ("_index", "__categories")]
    if column not in found:
        raise ValueError(f"{path}: expected a column of obs. Received: {column!r}. There are "
                         f"{names.listed(found) or 'none'}.")
    node = obs[column]
    if isinstance(node, h5py.Dataset):
        return np.array(_texts(node[:]), object)
    codes, categories = node["codes"][:], _texts(node["categories"][:])
    if (codes < 0).any():
        raise ValueError(f"{path}: expected a value for each row in obs column {column!r}. "
                         f"Received: {(codes < 0).sum()} missing ones.")
    return np.array(categories, object)[codes]


def _classes(labels: np.ndarray) -> tuple[np.ndarray, tuple[str, ...]]:
    classes, y = np.unique(labels.astype(str), return_inverse=True)
    return y, tuple(map(str, classes))


def _with_dense_test(data: Dataset) -> Dataset:
    if not isinstance(data.test.x, SparseRows):
        return data
    fits = max(1, int(IN_MEMORY / data.test.x.nbytes * len(data.test.x)))
    rows = np.linspace(0, len(data.test.x) - 1, min(fits, len(data.test.x))).astype(int)
    note = "" if len(rows) == len(data.test.x) else (
        f"The test split is {len(rows):,} of {len(data.test.x):,} rows, evenly spaced.")
    test = Split(data.test.x[rows], None if data.test.y is None else data.test.y[rows])
    return Dataset(data.train, test, dataclasses.replace(data.info, note=note))
