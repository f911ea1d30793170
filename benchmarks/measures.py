"""Times of the measures of codes, at the size of Smiley's test split.

    python -m benchmarks.measures            # table of seconds
    python -m benchmarks.measures --observations 5000 --latent-dim 20

Codes are sparse and mixed: a third follow one source, a third two sources, the rest is noise.
Each time is of one call, wall clock; results/measures.json keeps them with the scores.
"""
import argparse
import json
import os
import pathlib
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # `import vsc_tf` loads TensorFlow.
RESULTS = pathlib.Path(__file__).parent / "results" / "measures.json"
GOAL = 60.0  # Seconds for mig, dci and sap together, on two cores.
TOGETHER = ("mig", "dci", "sap")


def make_codes(factors, latent_dim, seed=0):
    """Codes [n, latent_dim] that are zero where their sources are, or at random."""
    import numpy as np

    rng = np.random.default_rng(seed)
    n, sources = factors.shape
    z = np.empty((n, latent_dim))
    for j in range(latent_dim):
        noise = rng.normal(0.0, 0.2, n)
        if j % 3 == 2:
            z[:, j] = (rng.random(n) < 0.3) * noise
            continue
        followed = factors[:, rng.choice(sources, size=j % 3 + 1, replace=False)].sum(axis=1)
        z[:, j] = np.where(followed != 0.0, followed + noise, 0.0)
    return z


def calls(z, factors, y):
    """Name of each measure, and a function without arguments that computes it."""
    import numpy as np

    from vsc_tf import metrics

    half = len(z) // 2
    log_weights = np.random.default_rng(1).normal(size=(100, len(z)))
    return {
        "mig": lambda: metrics.mig(z, factors),
        "dci": lambda: metrics.dci(z, factors)[:3],
        "sap": lambda: metrics.sap(z, factors),
        "modularity": lambda: metrics.modularity(z, factors),
        "explicitness": lambda: metrics.explicitness(z, factors),
        "factor_vae_score": lambda: metrics.factor_vae_score(z, factors),
        "logistic_probe": lambda: metrics.logistic_probe(z[:half], y[:half], z[half:], y[half:]),
        "jaccard": lambda: metrics.jaccard(z, y).diagonal().mean(),
        "importance_weighted": lambda: metrics.mean_with_error(
            metrics.importance_weighted(log_weights)).mean,
    }


def main(argv=None):
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.measures", description=__doc__.splitlines()[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    add = parser.add_argument
    add("--observations", type=int, default=20_000, help="observations to measure on")
    add("--latent-dim", type=int, default=60, help="dimensions of a code")
    add("--output", type=pathlib.Path, default=RESULTS, help="where to write the results")
    args = parser.parse_args(argv)

    import numpy as np

    from vsc_tf.datasets import smiley

    test = smiley.load(train_size=1, test_size=args.observations).test
    present = test.factors[:, [0, 4, 10, 13]] != 0.0
    y = present @ np.array([1, 2, 4, 8])  # Sixteen kinds of faces, by what is there.
    z = make_codes(test.factors, args.latent_dim)
    times, scores = {}, {}
    print("measure               seconds  score", flush=True)
    for name, call in calls(z, test.factors, y).items():
        started = time.perf_counter()
        scores[name] = np.asarray(call()).round(4).tolist()
        times[name] = round(time.perf_counter() - started, 3)
        print(f"{name:<21}{times[name]:>8.2f}  {scores[name]}", flush=True)
    together = sum(times[name] for name in TOGETHER)
    print(f"{' + '.join(TOGETHER):<21}{together:>8.2f}  wanted: under {GOAL:g}")
    args.output.parent.mkdir(parents=True, exist_ok=True)
    args.output.write_text(json.dumps({
        "settings": {"observations": args.observations, "latent_dim": args.latent_dim,
                     "factors": test.factors.shape[1], "cores": os.cpu_count()},
        "seconds": times, "seconds_mig_dci_sap": round(together, 3), "scores": scores,
    }, indent=2) + "\n")
    print(f"Written to {args.output}")


if __name__ == "__main__":
    main()
