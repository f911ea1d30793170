"""An AnnData of 20,000 x 2,000 sparse counts to obsm: seconds, and the most memory it took.

    python -m benchmarks.cells               # needs anndata
"""
import argparse
import os
import resource
import time

GOAL = 2.0  # GB.


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--genes", type=int, default=2_000)
    parser.add_argument("--steps", type=int, default=1000)
    args = parser.parse_args(argv)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import anndata
    import numpy as np
    import scipy.sparse

    import vsc_tf

    rng = np.random.default_rng(0)
    programs = (rng.random((12, args.genes)) < 0.05) * rng.gamma(2., 1., (12, args.genes))
    base = rng.gamma(0.3, 0.15, args.genes)
    parts = []
    for start in range(0, args.rows, 1000):  # Drawn by parts: the drawing is not what is measured.
        on = rng.random((min(1000, args.rows - start), 12)) < 0.2
        depth = rng.gamma(5., 0.2, (len(on), 1))
        parts.append(scipy.sparse.csr_matrix(
            rng.poisson(depth * (base + on @ programs)).astype("float32")))
    adata = anndata.AnnData(scipy.sparse.vstack(parts, format="csr"))
    del parts
    before = _peak()
    started = time.monotonic()
    model = vsc_tf.VSC(30, likelihood=vsc_tf.likelihoods.NegativeBinomial("row_sum"), seed=0)
    model.column_names = adata.var_names
    model.compile(optimizer="adam", steps_per_execution=10)
    model.fit(adata.X, batch_size=200, steps_per_epoch=args.steps, verbose=0)
    fitted = time.monotonic()
    vsc_tf.anndata.encode(adata, model)
    z = adata.obsm["X_vsc"]
    print(f"{adata.n_obs:,} x {adata.n_vars:,}, {adata.X.nnz / np.prod(adata.shape):.1%} of the "
          f"cells are not 0\nfit {fitted - started:.0f} s ({args.steps:,} steps of 200), encode "
          f"{time.monotonic() - fitted:.1f} s, {(z != 0).sum(axis=1).mean():.1f} latents on\n"
          f"most memory {_peak():.2f} GB, {before:.2f} GB before the model (goal {GOAL} GB)")


def _peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


if __name__ == "__main__":
    main()
