""".h5ad files, written here as AnnData lays them out."""
import h5py
import numpy as np
import pytest
import scipy.sparse

import vsc_tf.datasets
from vsc_tf.datasets.on_demand import SparseRows

COUNTS = np.random.default_rng(0).poisson(0.7, (40, 5))


def write(path, matrix=None, **layers):
    """A file of a matrix, sparse or not, with classes as categories and donors as text."""
    def put(parent, name, values):
        if not scipy.sparse.issparse(values):
            parent[name] = values
            return
        group = parent.create_group(name)
        group.attrs.update({"encoding-type": f"{values.format}_matrix", "shape": values.shape})
        for part in ("data", "indices", "indptr"):
            group[part] = getattr(values, part)

    with h5py.File(path, "w") as file:
        put(file, "X", COUNTS if matrix is None else matrix)
        for name, values in layers.items():
            put(file.require_group("layers"), name, values)
        for name, index in (("obs", [f"cell{i}" for i in range(40)]), ("var", list("abcde"))):
            group = file.create_group(name)
            group.attrs["_index"] = "names"
            group["names"] = index
        file["obs/depth"] = np.arange(40) / 10 + 0.1
        file["obs/donor"] = [f"d{i // 8}" for i in range(40)]
        kind = file["obs"].create_group("kind")
        kind["codes"], kind["categories"] = np.arange(40) % 2, ["T", "B"]
    return path


@pytest.mark.parametrize("kind", [np.asarray, scipy.sparse.csr_matrix, scipy.sparse.csc_matrix])
def test_the_matrix_and_its_names(tmp_path, kind):
    data = vsc_tf.datasets.load(write(tmp_path / "cells.h5ad", kind(COUNTS)), label_column="kind")
    assert isinstance(data.train.x, SparseRows) == (kind is not np.asarray)
    assert isinstance(data.test.x, np.ndarray) and data.train.x.shape == (32, 5)
    assert data.info.column_names == tuple("abcde") and data.info.class_names == ("B", "T")
    assert data.info.table.kinds == [("negative_binomial", 1)] * 5
    whole = {tuple(row) for split in (data.train, data.test) for row in split.x[:].tolist()}
    assert whole == {tuple(row) for row in COUNTS.astype(float).tolist()}


def test_layers_and_groups(tmp_path):
    path = write(tmp_path / "cells.h5ad", COUNTS / 3, raw=scipy.sparse.csr_matrix(COUNTS))
    assert vsc_tf.datasets.load(path).info.table is None  # Fractions: no counts.
    data = vsc_tf.datasets.load(path, layer="raw", group_column="donor", test_fraction=0.4)
    assert len(data.test.x) == 16  # Two donors of eight cells each.


@pytest.mark.parametrize("kind", [np.asarray, scipy.sparse.csr_matrix])
def test_a_column_of_obs_is_the_size_of_each_row(tmp_path, kind):
    path = write(tmp_path / "cells.h5ad", kind(COUNTS))
    data = vsc_tf.datasets.load(path, size_column="depth")
    assert data.info.column_names == (*"abcde", "depth")
    assert data.info.table.kinds[-1] == ("size", 1)
    whole = {tuple(row) for split in (data.train, data.test) for row in split.x[:].tolist()}
    depth = (np.arange(40) / 10 + 0.1).astype("float32")
    assert whole == {tuple(row) for row in np.column_stack([COUNTS, depth]).tolist()}
    again = vsc_tf.datasets.load(path, size_column="depth", columns=data.info.table)
    assert again.info.table == data.info.table


@pytest.mark.parametrize(("options", "message"), [
    ({"size_column": "donor"}, "size factors above 0 in obs column 'donor'.*without any counts"),
    ({"size_column": "counts"}, "expected a column of obs. Received: 'counts'"),
    ({"size_column": "depth", "layer": "part"}, "expected counts.*and sizes 'depth'.*raw counts")])
def test_sizes_that_are_none_are_refused(tmp_path, options, message):
    with pytest.raises(ValueError, match=message):
        vsc_tf.datasets.load(write(tmp_path / "cells.h5ad", part=COUNTS / 3), **options)


def test_kinds_may_be_given(tmp_path):
    path = write(tmp_path / "cells.h5ad")
    (tmp_path / "kinds.yaml").write_text("a: poisson\n")
    table = vsc_tf.datasets.load(path, columns=tmp_path / "kinds.yaml").info.table
    assert table.kinds == [("poisson", 1), *[("negative_binomial", 1)] * 4]
    assert vsc_tf.datasets.load(path, columns=table).info.table == table
    assert vsc_tf.datasets.load(path, columns=dict.fromkeys("abcde", "gaussian")).info.table is None
    other = vsc_tf.datasets.Table([["b", "poisson"]])
    with pytest.raises(ValueError, match="expected the genes whose kinds are known.*Use the file"):
        vsc_tf.datasets.load(path, columns=other)


@pytest.mark.parametrize(("options", "message"), [
    ({"columns": {"z": "poisson"}}, "genes of the file, each of a kind of .*Received: z"),
    ({"columns": {"a": "bernoulli"}}, "of a kind of gaussian, poisson, .*Received: bernoulli"),
    ({"columns": {"a": "poisson"}, "layer": "part"}, "whole numbers of at least 0.*raw counts"),
    ({"layer": "spliced"}, "expected a matrix 'layers/spliced'. Received: .*Name another layer"),
    ({"label_column": "type"},
     "column of obs. Received: 'type'. There are depth, donor, kind, names")])
def test_what_is_not_there_is_named(tmp_path, options, message):
    with pytest.raises(ValueError, match=message):
        vsc_tf.datasets.load(write(tmp_path / "cells.h5ad", part=COUNTS / 3), **options)


def test_damaged_files_and_infinite_values(tmp_path):
    path = tmp_path / "cells.h5ad"
    path.write_bytes(b"no HDF5")
    with pytest.raises(ValueError, match="cells.h5ad: expected a whole .h5ad file"):
        vsc_tf.datasets.load(path)
    with pytest.raises(ValueError, match="'X': expected finite values. Received: NaN or"):
        vsc_tf.datasets.load(write(path, np.where(COUNTS == 2, np.inf, COUNTS)))
