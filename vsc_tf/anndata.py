"""The door to AnnData: codes of counts of genes, beside what scanpy and scvi-tools keep there."""
from typing import Any

import numpy as np

from vsc_tf import checks
from vsc_tf.datasets import columns
from vsc_tf.models import LatentModel


def encode(adata: Any, model: LatentModel, layer: str | None = None, key: str = "X_vsc",
           batch_size: int = 500) -> None:
    """Puts the codes z of all observations into `adata.obsm[key]`, float32 `[n, latent_dim]`.

    Sparse matrices, in memory or on disk, are read a batch at a time and never made dense as a
    whole. Where the model has `column_names`, its genes are found by `adata.var_names`, in any
    order and among others.

    Args:
        adata: An `anndata.AnnData`.
        model: A model that was fitted to such counts, as by `model.fit(adata.X)` with
            `likelihoods.NegativeBinomial("row_sum")`.
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
    if layer is not None and layer not in adata.layers:
        raise ValueError(f"Argument `layer` must be one of {list(adata.layers)}. Received: "
                         f"layer={layer!r}")
    x = adata.X if layer is None else adata.layers[layer]
    names = columns.cleaned(adata.var_names)
    if model.column_names and names != model.column_names:
        x = _columns(x, model.column_names, names)
    adata.obsm[key] = model.encode(x, checks.batch_size(batch_size)).z


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
