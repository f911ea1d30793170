"""The rule that chose the Smiley preset, which sees no labels or sources, and what it chose from.

    python -m benchmarks.choice        # some three hours on two cores; goes on where it was stopped
    python -m benchmarks.choice --only preset before --seeds 10 11 12 13 --results two.json

The preset before is held against its neighbours: one setting changed at a time, or half the price
with a gate penalty that stops falling at step 9,000, at four values, one of which became the
preset. All have the same number of steps. The rule (`choose`): the settings whose bound on
held-out faces is as good as the best one's, and of these the sparsest codes. Seeds, and so faces,
are others than those of `benchmarks.smiley` and `benchmarks.robustness`.
"""
import argparse
import math
import pathlib
import statistics

from benchmarks import robustness

RESULTS = pathlib.Path(__file__).parent / "results" / "choice.json"
_FALLING = ("--final-gate-penalty", "0", "--gate-penalty-end", "1")
_BEFORE = (*_FALLING, "--sparsity-weight", "0.1")
SETTINGS = {
    "preset": (),
    "before": _BEFORE,
    **{f"weight{w}": (*_FALLING, "--sparsity-weight", str(w)) for w in (0.05, 0.2)},
    **{f"final_penalty{w}": ("--final-gate-penalty", str(w)) for w in (0.0005, 0.0015, 0.003)},
    "pseudo_inputs64": (*_BEFORE, "--pseudo-inputs", "64"),
    "kl": (*_FALLING, "--sparsity", "kl", "--sparsity-weight", "1"),
    "zeros_not_moved": (*_BEFORE, "--refine-end", "0"),
    # The last move has a step after it.
    "rezero_end13000": (*_BEFORE, "--refine-end", f"{13000 / 13500}")}


def choose(elbo, l0):
    """Name of the setting that the rule chooses, and the names of those it was chosen among.

    A setting is as good as the one with the best mean bound if their mean difference, seed by
    seed, is at most its standard error. Of these the one with the smallest mean L0 is chosen.

    Args:
        elbo: Name -> bounds in nats, one for each of two seeds or more, in one order.
        l0: Name -> mean number of active latents, likewise.

    >>> choose({"a": [-9., -7.], "b": [-9.5, -6.6], "c": [-9.5, -8.5]},
    ...        {"a": [8., 8.], "b": [9., 9.], "c": [5., 5.]})
    ('a', ['a', 'b'])
    """
    best = max(elbo, key=lambda name: statistics.mean(elbo[name]))
    good = []
    for name, values in elbo.items():
        differences = [a - b for a, b in zip(elbo[best], values, strict=True)]
        error = statistics.stdev(differences) / math.sqrt(len(differences))
        if statistics.mean(differences) <= error:
            good.append(name)
    return min(good, key=lambda name: statistics.mean(l0[name])), good


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[10, 11, 12])
    parser.add_argument("--only", nargs="+", choices=SETTINGS, default=list(SETTINGS))
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path("runs/choice"))
    parser.add_argument("--results", type=pathlib.Path, default=RESULTS)
    args = parser.parse_args(argv)
    if len(set(args.seeds)) < 2:
        parser.error("expected two different seeds or more, as the rule goes by how much bounds "
                     f"differ between them. Received: {' '.join(map(str, args.seeds))}")
    found, values = {}, {"elbo": {}, "l0_mean": {}}
    for name, rows, means in robustness.measured({name: SETTINGS[name] for name in args.only},
                                                 args.seeds, args.output):
        found[name] = {"flags": " ".join(SETTINGS[name]), "seeds": rows, "mean": means}
        for measure, of_setting in values.items():
            of_setting[name] = [row[measure] for row in rows.values()]
        print(f"\n{name}: ELBO {means['elbo']:.3f}, L0 {means['l0_mean']:.2f}; not seen by the "
              f"rule: purity {means['purity']:.3f}, leak {means['leak']:.4f}", flush=True)
    chosen, good = choose(values["elbo"], values["l0_mean"])
    print(f"\nAs good as the best: {', '.join(good)}\nChosen: {chosen}")
    robustness.write(args.results, {"command": "python -m benchmarks.choice", "settings": found,
                                    "as_good": good, "chosen": chosen})
    print(f"Written to {args.results}")


if __name__ == "__main__":
    main()
