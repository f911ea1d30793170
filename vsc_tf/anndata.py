"""The door to AnnData: codes of counts of genes, beside what scanpy and scvi-tools keep there."""
from typing import Any

import numpy as np

from vsc_tf import checks
from vsc_tf.datasets import Table, columns, genes
from vsc_tf.models import LatentModel


def rows(adata: Any, layer: str | None = None,
         size_factor: str | None = None) -> tuple[Any, Table | None]:
    """The observations of an AnnData as a model takes them, and what their columns are.

        x, table = vsc_tf.anndata.rows(adata, "counts", size_factor="size_factors")
        model = vsc_tf.VSC(30, likelihood=table)

    Args:
        adata: An `anndata.AnnData` in memory.
        layer: Name of the layer of the counts; `None` is `adata.X`.
        size_factor: Column of `adata.obs`, numbers above 0 by which rates of counts are
            multiplied, as scvi-tools's `size_factor_key`; it becomes the last column of x.
            Without one, `likelihoods.NegativeBinomial("row_sum")` takes the sum of each row.

    Returns:
        x: `[n, genes]` or `[n, genes + 1]`, sparse if the matrix is.
        table: `datasets.Table`: counts are negative binomials; `None` if there are other values.

    Raises:
        ValueError: There is no such layer or column, a value is not finite, sizes are not above
            0, or come with values that are no counts.

    >>> import types, numpy
    >>> adata = types.SimpleNamespace(X=numpy.ones((4, 2)), layers={}, var_names=["a", "b"],
    ...                               obs={"depth": numpy.arange(1., 5.)})
    >>> x, table = rows(adata, size_factor="depth")
    >>> x.shape, [kind for kind, _ in table.kinds]
    ((4, 3), ['negative_binomial', 'negative_binomial', 'size'])
    """
    x = _matrix(adata, layer)
    names = columns.cleaned(adata.var_names)
    counted = genes.are_counts(x, "Argument `adata`")
    if size_factor is not None:
        x = _with_sizes(x, adata, size_factor)
    return x, genes.table_of(names, counted, None, size_factor, "Argument `adata`")


def encode(adata: Any, model: LatentModel, layer: str | None = None, key: str = "X_vsc",
           batch_size: int = 500) -> None:
    """Puts the codes z of all observations into `adata.obsm[key]`, float32 `[n, latent_dim]`.

    Sparse matrices, in memory or on disk, are read a batch at a time and never made dense as a
    whole. Where the model has `column_names`, its genes are found by `adata.var_names`, in any
    order and among others.

    Args:
        adata: An `anndata.AnnData`.
        model: A model that was fitted to such counts, as by `model.fit(adata.X)` with
            `likelihoods.NegativeBinomial("row_sum")`, or to those of `rows`. A column of sizes is
            found in `adata.obs` by its name.
        layer: Name of the layer that holds them; `None` is `adata.X`.
        key: Where the codes go.
        batch_size: Positive integer, observations at a time.

    Raises:
        ValueError: There is no such layer, genes of the model are missing, or another number
            of columns.

    >>> import types, numpy, scipy.sparse, vsc_tf
    >>> counts = scipy.sparse.csr_array(numpy.random.default_rng(0).poisson(1., (40, 6)))
    >>> model = vsc_tf.VSC(2, likelihood="poisson", seed=0)
    >>> model.adapt(counts.toarray())
    >>> adata = types.SimpleNamespace(X=counts, obsm={}, layers={}, var_names=list("abcdef"))
    >>> encode(adata, model)
    >>> adata.obsm["X_vsc"].shape
    (40, 2)
    """
    x = _matrix(adata, layer)
    names = columns.cleaned(adata.var_names)
    sizes = [column.name for column in model.table.columns
             if column.kind == "size"] if model.table else []
    expected = tuple(name for name in model.column_names if name not in sizes)
    if expected and names != expected:
        x = _columns(x, expected, names)
    for name in sizes:  # At most one, the last column.
        x = _with_sizes(x, adata, name)
    adata.obsm[key] = model.encode(x, checks.batch_size(batch_size)).z


def _matrix(adata: Any, layer: str | None) -> Any:
    if layer is not None and layer not in adata.layers:
        raise ValueError(f"Argument `layer` must be one of {list(adata.layers)}. Received: "
                         f"layer={layer!r}")
    return adata.X if layer is None else adata.layers[layer]


def _with_sizes(x: Any, adata: Any, name: str) -> Any:
    if name not in adata.obs:
        raise ValueError(f"expected size factors in adata.obs[{name!r}]. Received: columns "
                         f"{columns.listed(list(adata.obs))}. Name another one.")
    if hasattr(x, "to_memory"):
        x = x.to_memory()
    return genes.with_sizes(x, np.asarray(adata.obs[name]), name, "Argument `adata`")


def _columns(x: Any, expected: tuple[str, ...], names: tuple[str, ...]) -> Any:
    """The columns of a matrix that a model was fitted to, in its order."""
    places = {name: i for i, name in enumerate(names)}
    missing = [name for name in expected if name not in places]
    if missing:
        raise ValueError(f"expected the {len(expected):,} genes that the model was fitted to, by "
                         f"adata.var_names. Received: {len(names):,}, without "
                         f"{columns.listed(missing)}. Take the same genes, or fit again.")
    if hasattr(x, "to_memory"):
        x = x.to_memory()
    return x[:, np.array([places[name] for name in expected])]
