"""Measures finished runs on their test splits and sets them side by side."""
import argparse
import dataclasses
import math
import os
import pathlib
import shlex
import sys

from trainers import flags
from trainers.running import runs

EVALUATION = "evaluation.json"


def build_parser():
    parser = argparse.ArgumentParser(
        prog="python -m trainers.evaluate", description=__doc__,
        epilog=f"Each run gets an {EVALUATION} with all measures, and its figures are drawn "
               "again; several runs get one comparison: a table, comparison.json and figures.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    add = parser.add_argument
    add("runs", nargs="+", metavar="RUN", help="a run folder, or the name of one in --output")
    add("--output", type=pathlib.Path, default=pathlib.Path("runs"), metavar="DIR",
        help="folder that run names are looked up in")
    add("--samples", type=flags.positive, default=100, metavar="K",
        help="draws of z for each observation of the importance-weighted log-likelihood")
    add("--rows", type=flags.positive, default=1000, metavar="N",
        help="test observations, the first ones, that it is estimated on")
    add("--comparison", type=pathlib.Path, metavar="DIR", default=argparse.SUPPRESS,
        help="folder for the comparison (default: 'comparison' beside the first run)")
    return parser


def find(name, output):
    """`runs.find_finished`, in a folder that can be written to."""
    run = runs.find_finished(name, output)
    if not os.access(run, os.W_OK):
        raise ValueError(f"expected a run folder to write {EVALUATION} into. Received: {run}, "
                         "which is read-only. Change its permissions, or copy it.")
    return run


def comparison_folder(args, found):
    """The folder for the comparison, made; `None` for a single run and no --comparison."""
    folder = getattr(args, "comparison", None)
    if folder is None:
        if len(found) == 1:
            return None
        folder = found[0].parent / "comparison"
    if (folder / runs.CONFIG).exists():
        raise ValueError(f"expected a folder for the comparison. Received: {folder}, which is a "
                         "run. Name another one with --comparison.")
    folder.mkdir(parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK):
        raise ValueError(f"expected a folder to write to. Received: {folder}, which is "
                         "read-only. Name another one with --comparison.")
    return folder


def restore(run):
    """Settings, data and model of a finished run."""
    import tensorflow as tf

    from trainers.running import build

    tf.get_logger().setLevel("ERROR")  # Each run has a model, so graphs, of its own: no news.
    settings = runs.read_config(run)
    return settings, build.load_data(settings), build.restore_model(run / runs.MODEL, settings)


def measure(model, data, samples, rows):
    """What `trainers.fit` measures at its end, and what takes longer.

    Args:
        model: A compiled model.
        data: Its `vsc_tf.datasets.Dataset`.
        samples, rows: Draws and test observations of the log-likelihood.

    Returns:
        A dict that JSON can hold. "left_out" says why a measure that the data could have is
        not there.
    """
    import numpy as np

    from trainers.running import report
    from vsc_tf import datasets, metrics

    test, info = data.test, data.info
    measures, codes = report.measure(model, data)
    left_out = {}

    def add(name, measure):
        try:
            measures[name] = measure()
        except ValueError as error:  # A class of one observation, constant factors, ...
            left_out[name] = str(error)

    def likelihood():
        values = model.log_likelihood(test.x[:rows], samples)
        mean, error = metrics.mean_with_error(values)
        return {"log_likelihood": mean, "standard_error": error, "samples": samples,
                "rows": len(values), "rows_asked": rows}

    def error():
        found = {"mse": metrics.squared_error(test.x, model.reconstruct(test.x))}
        if len(info.shape) > 1:  # Features of a table have units and noise of their own.
            found["mse_noisy"] = metrics.squared_error(
                test.x, model.reconstruct(datasets.noisy(test.x)))
        return found

    def correlation():
        strength = metrics.correlation(codes.z, test.factors)
        return {"exploited": int(metrics.exploited(strength).sum()),
                "purity_active": metrics.group_purity(
                    strength, info.factor_groups, metrics.active(codes.mean)),
                "groups": list(info.factor_groups), "group_names": list(info.group_names),
                "matrix": strength.round(4).tolist()}

    def by_class(measure):
        present = sorted(set(test.y.tolist()))
        names = [info.class_names[label] if info.class_names else str(label) for label in present]
        return {"names": names, "matrix": measure(codes.z, test.y).round(6).tolist()}

    add("error", error)
    if hasattr(model, "log_likelihood"):  # An auto-encoder has no prior.
        add("likelihood", likelihood)
    if test.factors is not None:
        add("correlation", correlation)
        add("disentanglement", lambda: metrics.disentanglement_report(codes.z, test.factors))
    if test.y is not None:
        train = data.train

        def train_codes():  # Piece by piece: images may be on disk, and too many to hold.
            pieces = (train.x[i:i + 5000] for i in range(0, len(train.x), 5000))
            return np.concatenate([model.encode(piece, 1000).z for piece in pieces])

        add("probe", lambda: metrics.logistic_probe(train_codes(), train.y, codes.z, test.y))
    if test.y is not None and hasattr(codes, "spike_probs"):  # A dense code is always on.
        add("on_rates", lambda: by_class(metrics.class_rates))
        add("jaccard", lambda: by_class(metrics.jaccard))
    return {**measures, "left_out": left_out}


def pictures(model, data, count=10):
    """Test images, their reconstructions and those of noisy copies, for a figure of many runs.

    Dict of name -> array [count, *shape]; empty for tables.
    """
    import numpy as np

    from vsc_tf import datasets

    if len(data.info.shape) < 2:
        return {}
    # Neighbours are often alike (one person, one class).
    some = np.random.default_rng(0).permutation(len(data.test.x))[:count]
    x, noisy = data.test.x[some], datasets.noisy(data.test.x)[some]
    return {"clean": x, "noisy": noisy, "of clean": model.reconstruct(x),
            "of noisy": model.reconstruct(noisy)}


def evaluate(run, samples, rows):
    """Measures and draws a run, writes its evaluation.json, returns it with its `pictures`."""
    import keras

    from trainers.running import figures

    settings, data, model = restore(run)
    evaluation = {"run": str(run), "data": data.info.name, "model": settings.model,
                  "settings": dataclasses.asdict(settings),
                  **measure(model, data, samples, rows)}
    for name, why in evaluation["left_out"].items():
        print(f"  no {name}: {why}", file=sys.stderr)
    if math.isnan(sum(evaluation["test"].values())):
        raise ValueError("expected a model with finite terms. Received: NaN on the test split. "
                         "Train again with a smaller --learning-rate.")
    runs.write_json(run / EVALUATION, evaluation)
    figures.draw(model, data, model.encode(data.test.x, 1000), run)
    seen = pictures(model, data)
    keras.backend.clear_session()  # The graphs of one model, before those of the next.
    return evaluation, seen


def main(argv=None):
    """Returns the exit status: 0, or 2 for a bad flag, run or folder."""
    args = build_parser().parse_args(argv)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        found = list({path.resolve(): path for path in (
            find(name, args.output) for name in args.runs)}.values())
        folder = comparison_folder(args, found)
    except (ValueError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    unique = len({run.name for run in found}) == len(found)
    evaluations, seen = {}, {}
    for i, run in enumerate(found, 1):
        print(f"[{i} of {len(found)}] {run}", flush=True)
        try:
            name = run.name if unique else str(run)
            evaluations[name], seen[name] = evaluate(run, args.samples, args.rows)
        except (ValueError, OSError) as error:
            print(f"error: {run}: {error}", file=sys.stderr)
            return 2

    from trainers.running import comparison

    print("\n" + comparison.table({name: comparison.row(value)
                                   for name, value in evaluations.items()}) + "\n")
    print(f"Measures    {EVALUATION} in each run")
    if folder is not None:
        command = shlex.join(["python", "-m", "trainers.evaluate",
                              *(sys.argv[1:] if argv is None else argv)])
        comparison.write(folder, command, evaluations, seen)
        print(f"Comparison  {folder}/  (comparison.json, figures)")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
