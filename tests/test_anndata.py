"""AnnData in, obsm out: sparse rows by batch, genes by name."""
import types

import keras
import numpy as np
import pytest
import scipy.sparse

import vsc_tf
from vsc_tf import likelihoods, networks
from vsc_tf.datasets.on_demand import SparseRows

RNG = np.random.default_rng(0)
COUNTS = RNG.poisson(RNG.choice([0.1, 3.], (60, 6)))
GENES = [f"gene{i}" for i in range(6)]


def adata(matrix=COUNTS, genes=GENES):
    """What of an AnnData is looked at; the real one is tried where it is installed."""
    return types.SimpleNamespace(
        X=matrix, var_names=np.array(genes), obsm={}, layers={"doubled": 2 * matrix},
        obs={"depth": np.linspace(0.5, 2., len(COUNTS)), "donor": ["a"] * len(COUNTS)})


pytestmark = pytest.mark.usefixtures("eagerly")


@pytest.fixture(scope="module")
def model(eagerly):
    model = vsc_tf.VSC(3, likelihood=likelihoods.NegativeBinomial("row_sum"), seed=0,
                       prior=vsc_tf.PseudoInputPrior(3), encoder=networks.mlp(6),
                       decoder=networks.mlp(6))
    model.column_names = GENES
    model.compile(optimizer="adam", jit_compile=False)
    model.fit(scipy.sparse.csr_matrix(COUNTS), batch_size=30, verbose=0,
              validation_data=scipy.sparse.csr_array(COUNTS))
    return model


@pytest.mark.parametrize("kind", [np.asarray, scipy.sparse.csr_matrix, scipy.sparse.csc_array])
def test_codes_are_those_of_the_dense_matrix(model, kind):
    data = adata(kind(COUNTS))
    assert vsc_tf.anndata.encode(data, model) is None
    np.testing.assert_array_equal(data.obsm["X_vsc"], model.encode(COUNTS).z)
    vsc_tf.anndata.encode(data, model, layer="doubled", key="twice", batch_size=7)
    np.testing.assert_allclose(data.obsm["twice"], model.encode(2 * COUNTS).z, atol=1e-6)


def test_genes_are_found_by_name_among_others(model):
    genes = ["other", *GENES[::-1]]
    matrix = np.concatenate([np.full([60, 1], 9), COUNTS[:, ::-1]], axis=1)
    for each in (matrix, scipy.sparse.csr_matrix(matrix)):
        data = adata(each, genes)
        vsc_tf.anndata.encode(data, model)
        np.testing.assert_array_equal(data.obsm["X_vsc"], model.encode(COUNTS).z)
    with pytest.raises(ValueError, match="the 6 genes that the model.*without gene1, gene2"):
        vsc_tf.anndata.encode(adata(matrix, ["x", "gene0", "a", "b", "c", "d", "e"]), model)
    with pytest.raises(ValueError, match=r"`layer` must be one of \['doubled'\].*'raw'"):
        vsc_tf.anndata.encode(adata(), model, layer="raw")


@pytest.mark.parametrize("kind", [np.asarray, scipy.sparse.csr_matrix])
def test_sizes_of_obs_multiply_rates_and_are_found_again(kind):
    x, table = vsc_tf.anndata.rows(adata(kind(COUNTS)), size_factor="depth")
    model = vsc_tf.VSC(3, likelihood=table, seed=0, prior=vsc_tf.PseudoInputPrior(3),
                       encoder=networks.mlp(6), decoder=networks.mlp(6))
    model.compile(optimizer="adam", jit_compile=False)
    model.fit(x, batch_size=30, verbose=0)
    assert model.column_names == (*GENES, "depth")
    dense = np.column_stack([COUNTS, np.linspace(0.5, 2., len(COUNTS))]).astype("float32")
    other = adata(kind(COUNTS[:, ::-1]), GENES[::-1])
    vsc_tf.anndata.encode(other, model)
    np.testing.assert_allclose(other.obsm["X_vsc"], model.encode(dense).z, atol=1e-6)
    twice = dense * ([1.] * 6 + [2.])
    rates = [model.reconstruct(rows)[:, :6] / model.decode(model.encode(rows).z)[:, :6]
             for rows in (dense, twice)]
    np.testing.assert_allclose(rates[1], 2 * rates[0], rtol=1e-3)
    del other.obs["depth"]
    with pytest.raises(ValueError, match=r"size factors in adata.obs\['depth'\].*columns donor"):
        vsc_tf.anndata.encode(other, model)


@pytest.mark.parametrize(("options", "message"), [
    ({"size_factor": "donor"}, "size factors above 0 in obs column 'donor'"),
    ({"size_factor": "batch"}, r"adata.obs\['batch'\]. Received: columns depth, donor"),
    ({"layer": "halves", "size_factor": "depth"}, "expected counts, whose rates.*'depth'")])
def test_sizes_that_are_none_are_named(options, message):
    data = adata()
    data.layers["halves"] = COUNTS / 2
    with pytest.raises(ValueError, match=message):
        vsc_tf.anndata.rows(data, **options)


def test_rows_without_sizes():
    x, table = vsc_tf.anndata.rows(adata(), "doubled")
    assert x.shape == (60, 6) and set(table.kinds) == {("negative_binomial", 1)}
    assert vsc_tf.anndata.rows(adata(COUNTS / 2))[1] is None


def test_sparse_matrices_go_wherever_arrays_do(model):
    sparse = scipy.sparse.csr_matrix(COUNTS)
    for of in (lambda x: model.encode(x), lambda x: [*model.score(x).values()],
               lambda x: [model.log_likelihood(x, samples=2)]):
        for a, b in zip(of(sparse), of(COUNTS), strict=True):
            np.testing.assert_allclose(a, b, atol=1e-5)
    np.testing.assert_allclose(model.reconstruct(sparse), model.reconstruct(COUNTS), rtol=1e-5)
    assert model.evaluate(sparse, verbose=0)["elbo"] == pytest.approx(
        model.evaluate(COUNTS, batch_size=500, verbose=0)["elbo"], rel=1e-4)
    with pytest.raises(ValueError, match=r"shape \[n, 6\]. Received: a sparse matrix of shape"):
        model.encode(sparse[:, :4])


def test_sparse_and_dense_train_to_the_same_weights():
    trained = []
    for x in (COUNTS, scipy.sparse.csr_matrix(COUNTS)):
        keras.utils.set_random_seed(1)
        model = vsc_tf.VAE(2, likelihood="poisson", seed=0, encoder=networks.mlp(4),
                           decoder=networks.mlp(4))
        model.compile(optimizer="adam", jit_compile=False)
        model.fit(x, batch_size=20, verbose=0)
        trained.append(model.encode(COUNTS).z)
    np.testing.assert_allclose(*trained, atol=1e-5)


def test_what_is_no_count_is_found_in_a_sparse_matrix_too():
    bad = scipy.sparse.csr_matrix(COUNTS / 2.)
    model = vsc_tf.VSC(3, likelihood="negative_binomial", seed=0)
    model.compile(optimizer="adam")
    with pytest.raises(ValueError, match="needs counts.*a fraction"):
        model.fit(bad, batch_size=30, verbose=0)


def test_rows_are_made_dense_only_when_they_are_asked_for():
    rows = SparseRows(scipy.sparse.csr_matrix(COUNTS))
    np.testing.assert_array_equal(rows[10:14], COUNTS[10:14])
    np.testing.assert_array_equal(rows[[5, 2, 5]], COUNTS[[5, 2, 5]])
    assert rows[3].shape == (6,) and rows[[]].shape == (0, 6)
    np.testing.assert_array_equal(rows.subset([7, 1])[:], COUNTS[[7, 1]])
    huge = SparseRows(scipy.sparse.csr_array((10**6, 10**5), dtype="int64"))  # 400 GB, dense.
    assert huge[[5, 10**6 - 1]].shape == (2, 10**5)


def test_the_real_anndata(model, tmp_path):
    anndata = pytest.importorskip("anndata", reason="anndata is not installed")
    data = anndata.AnnData(scipy.sparse.csr_matrix(COUNTS.astype("float32")))
    data.var_names = GENES
    vsc_tf.anndata.encode(data, model)
    np.testing.assert_array_equal(data.obsm["X_vsc"], model.encode(COUNTS).z)
    data.obs["kind"] = ["a", "b", "c"] * 20
    data.write_h5ad(tmp_path / "cells.h5ad")
    loaded = vsc_tf.datasets.load(tmp_path / "cells.h5ad", label_column="kind")
    assert loaded.info.column_names == tuple(GENES)
    backed = anndata.read_h5ad(tmp_path / "cells.h5ad", backed="r")
    np.testing.assert_array_equal(model.encode(backed.X).z, model.encode(COUNTS).z)
