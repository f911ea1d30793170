"""Gathers runs of the presets, to be held against those of version 0.1.

    python -m trainers.fit --seed 0          # and 1, 2; and with --dataset uci_har, fashion_mnist
    python -m benchmarks.versions runs/smiley-* runs/uci_har-* runs/fashion_mnist-*

The measures of the runs' metrics.json replace those of their data and seed in
benchmarks/results/versions.json; those of 0.1 stay.
"""
import argparse
import json
import pathlib

from benchmarks.smiley import GOALS

RESULTS = pathlib.Path(__file__).parent / "results" / "versions.json"


def measures(run):
    """(data, seed, measures) of a finished run's folder."""
    metrics = json.loads((run / "metrics.json").read_text())
    config = json.loads((run / "config.json").read_text())
    found = {name: metrics[where][name]
             for name, (where, _, _) in GOALS.items() if where in metrics}
    return config["dataset"], str(config["seed"]), found


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", type=pathlib.Path, nargs="+", help="folders of finished runs")
    parser.add_argument("--results", type=pathlib.Path, default=RESULTS)
    args = parser.parse_args(argv)
    kept = json.loads(args.results.read_text())
    for run in args.runs:
        data, seed, found = measures(run)
        kept["0.2"].setdefault(data, {})[seed] = found
        print(f"{data:<16}seed {seed}: " + ", ".join(
            f"{name} {value:.4g}" for name, value in found.items()))
    args.results.write_text(json.dumps(kept, indent=2) + "\n")
    print(f"Written to {args.results}")


if __name__ == "__main__":
    main()
