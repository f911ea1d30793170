"""The Smiley preset with one thing changed at a time: three seeds of each, a table, and JSON.

    python -m benchmarks.robustness                       # some two hours on two cores
    python -m benchmarks.robustness --only latent200 alpha0.1

Each run is `python -m trainers.fit --FLAG VALUE --seed N`, see `benchmarks.smiley`. The same
command again goes on: finished runs in the output folder are read, not done again.
"""
import argparse
import json
import pathlib
import statistics

from benchmarks import smiley

RESULTS = pathlib.Path(__file__).parent / "results" / "robustness.json"
VARIANTS = {
    **{f"latent{n}": ("--latent-dim", str(n)) for n in (18, 40, 50, 200)},
    **{f"alpha{alpha}": ("--alpha", str(alpha)) for alpha in (0.02, 0.1)},
    **{f"presence{p}": ("--presence-prob", str(p)) for p in (0.1, 0.3, 0.8)}}
WANTED = {"purity": 0.90, **{f"presence_{name}": 0.95 for name in smiley.NAMES}}
SHOWN = ("live", "purity", *(f"presence_{name}" for name in smiley.NAMES), "leak", "hit",
         "l0_mean", "source_correlation", "elbo")


def run(seed, folder, flags):
    """Measures of one run, which is trained if it is not there yet."""
    finished = folder / f"seed{seed}"
    if (finished / "metrics.json").exists():
        return smiley.measures(finished)
    resume = ["--resume"] if (finished / "config.json").exists() else []
    return smiley.fit(seed, folder, [*flags, *resume])


def measured(variants, seeds, folder):
    """Yields (variant, seed -> measures, name -> mean) of each variant, a dict of flags."""
    for variant, flags in variants.items():
        rows = {seed: run(seed, folder / variant, flags) for seed in seeds}
        yield variant, rows, {name: statistics.mean(row[name] for row in rows.values())
                              for name in SHOWN}


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--only", nargs="+", choices=VARIANTS, default=list(VARIANTS))
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path("runs/robustness"))
    parser.add_argument("--results", type=pathlib.Path, default=RESULTS)
    args = parser.parse_args(argv)
    found = {}
    for variant, rows, means in measured({name: VARIANTS[name] for name in args.only},
                                         args.seeds, args.output):
        missed = [name for name, least in WANTED.items() if means[name] < least]
        found[variant] = {"flags": " ".join(VARIANTS[variant]), "seeds": rows, "mean": means,
                          "missed": missed}
        print(f"\n{variant}, seeds {args.seeds}:", ", ".join(
            f"{name} {value:.4g}" for name, value in means.items()),
            f"MISSED: {', '.join(missed)}" if missed else "ok", flush=True)
        write(args.results, {"command": "python -m benchmarks.robustness", "wanted": WANTED,
                             "variants": found})
    print(f"Written to {args.results}")


def write(path, results):
    """Writes them as JSON; the folder is made if there is none."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
