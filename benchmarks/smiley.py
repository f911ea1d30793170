"""Quality of the default preset on Smiley: five seeds, a table, and JSON.

    python -m benchmarks.smiley                      # some 25 minutes on two cores
    python -m benchmarks.smiley --seeds 3 4 -- --alpha 0.05

Each seed is `python -m trainers.fit --seed N` in a process of its own, measured on fresh test
faces. Flags after `--` go to the command.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import time

RESULTS = pathlib.Path(__file__).parent / "results" / "smiley.json"
NAMES = ("bowtie", "hat", "eyes", "mouth")
# Name -> (where in metrics.json, least, most) that the preset is held to.
GOALS = {
    "live": ("sources", 16, 20), "purity": ("sources", 0.95, 1),
    **{f"presence_{name}": ("sources", 0.98, 1) for name in NAMES},
    **{f"group_presence_{name}": ("sources", 0.95, 1) for name in NAMES},
    "leak": ("sources", 0, 0.02), "l0_mean": ("codes", 8, 13), "zero_fraction": ("codes", 0, 1),
    "always_on": ("codes", 0, 60), "hit": ("sources", 0, 1),
    "source_correlation": ("sources", 0.8, 1), "elbo": ("test", -1000, 0)}


def fit(seed, folder, flags):
    """Runs the command and returns its metrics, with the seconds of the whole command."""
    name = f"seed{seed}"
    started = time.monotonic()
    subprocess.run([sys.executable, "-m", "trainers.fit", "--seed", str(seed), "--run", name,
                    "--output", str(folder), "--export", str(folder / "saved_models"), *flags],
                   check=True)
    return {**measures(folder / name), "seconds": round(time.monotonic() - started)}


def measures(run):
    """What the goals are about, of a finished run."""
    metrics = json.loads((run / "metrics.json").read_text())
    return {goal: metrics[where][goal] for goal, (where, _, _) in GOALS.items()}


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2, 3, 4])
    parser.add_argument("--output", type=pathlib.Path,
                        default=pathlib.Path("runs") / time.strftime("smiley-%Y%m%d-%H%M%S"))
    parser.add_argument("--results", type=pathlib.Path, default=RESULTS)
    parser.add_argument("flags", nargs="*", help="flags of trainers.fit, after --")
    args = parser.parse_args(argv)
    rows = {seed: fit(seed, args.output, args.flags) for seed in args.seeds}
    print("\n" + " ".join([f"{'':<22}", *(f"seed {seed:<4}" for seed in rows), "mean      goal"]))
    means = {}
    for name in [*GOALS, "seconds"]:
        values = [row[name] for row in rows.values()]
        means[name] = statistics.mean(values)
        low, high = GOALS[name][1:] if name in GOALS else (0, 600)
        verdict = "ok" if low <= means[name] <= high else "MISSED"
        print(f"{name:<22}", *(f"{value:<9.4g}" for value in values), f"{means[name]:<9.4g}",
              f"{low} to {high}: {verdict}")
    args.results.parent.mkdir(exist_ok=True)
    args.results.write_text(json.dumps(
        {"command": " ".join(["python -m benchmarks.smiley", *(argv or sys.argv[1:])]),
         "seeds": rows, "mean": means}, indent=2) + "\n")
    print(f"Written to {args.results}")


if __name__ == "__main__":
    main()
