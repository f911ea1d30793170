"""How well any code can follow Smiley's single sources: the pictures are drawn on whole pixels.

    python -m benchmarks.smiley_ceiling                 # two minutes

A mouth whose centre moves by a quarter of a pixel looks the same. For a source S_k V_k the code
that correlates best in size (spec: A_kj = |corr(|S_k V_k|, |z_j|)|) is E[|S_k V_k| given the
picture]. Each attribute is drawn by itself many times; equal pictures are one class, whose mean
of |V_k| comes from one half of the draws and is held against the other half.
"""
import argparse
import json
import pathlib

import numpy as np

RESULTS = pathlib.Path(__file__).parent / "results" / "smiley_ceiling.json"
PRESENT = 0.5
CHUNK = 20_000  # Pictures in memory at once.


def explained(values, classes):
    """Share of the variance of `values` [n] that their class tells, without bias: R^2."""
    known = np.arange(len(values)) % 2 == 0
    count = np.bincount(classes[known], minlength=classes.max() + 1)
    means = np.bincount(classes[known], values[known], len(count)) / np.maximum(count, 1)
    held = ~known & (count[classes] > 0)
    return max(0.0, float(np.cov(means[classes[held]], values[held])[0, 1] / values[held].var()))


def ceiling(size, classes):
    """Largest correlation of a code with S * size, S present or not with the picture telling."""
    mean, variance = size.mean(), size.var()
    between = PRESENT * (1 - PRESENT) * mean**2
    told = between + PRESENT * variance * explained(size, classes)
    return float(np.sqrt(told / (between + PRESENT * variance)))


def pictures(group, variables):
    """Class of each picture of one attribute, `[n]`: equal pictures, equal numbers."""
    from vsc_tf.datasets import smiley

    presence = np.zeros((len(variables), 4), bool)
    presence[:, group] = True
    rows = np.concatenate([
        np.packbits(smiley.render(presence[i:i + CHUNK], variables[i:i + CHUNK]).reshape(
            len(variables[i:i + CHUNK]), -1), axis=1) for i in range(0, len(variables), CHUNK)])
    return np.unique(rows.view([("", rows.dtype)] * rows.shape[1]).ravel(),
                     return_inverse=True)[1].ravel()


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=300_000, help="pictures of each attribute")
    parser.add_argument("--output", type=pathlib.Path, default=RESULTS)
    args = parser.parse_args(argv)
    from vsc_tf.datasets import smiley

    info = smiley.load(train_size=2, test_size=2).info
    groups = np.asarray(info.factor_groups)
    variables = np.random.default_rng(0).normal(0.0, 0.5, (args.draws, len(groups)))
    found = {}
    for group in range(4):
        classes = pictures(group, variables)
        for k in np.flatnonzero(groups == group):
            found[info.factor_names[k]] = ceiling(np.abs(variables[:, k]), classes)
            print(f"{info.factor_names[k]:<18}{found[info.factor_names[k]]:.3f}", flush=True)
    mean = float(np.mean(list(found.values())))
    print(f"{'mean':<18}{mean:.3f}")
    args.output.parent.mkdir(exist_ok=True)
    args.output.write_text(json.dumps(
        {"draws": args.draws, "mean": mean, "sources": found}, indent=2) + "\n")


if __name__ == "__main__":
    main()
