"""What a finished run shows: metrics.json, figures, and the table at the end."""
import keras
import numpy as np
import tensorflow as tf

import vsc_tf
from trainers import runs
from vsc_tf import metrics, plots


def measure(model, data, batch_size=1000):
    """All measures of a model on the test split, as a dict that JSON can hold."""
    test = data.test
    codes = model.encode(test.x, batch_size)
    terms = model.evaluate(test.x, batch_size=batch_size, verbose=0)
    info = data.info
    report = {
        "dataset": {"name": info.name, "description": info.description, "source": info.source,
                    "licence": info.licence, "note": info.note, "shape": list(info.shape),
                    "train": len(data.train.x), "test": len(test.x)},
        "test": {name: float(value) for name, value in terms.items()},
        "codes": metrics.sparsity(codes.z, codes.mean),
    }
    if test.factors is not None:
        report["sources"] = metrics.factor_report(
            codes.z, test.factors, info.factor_groups, info.group_names)
    report["versions"] = {"vsc_tf": vsc_tf.__version__, "keras": keras.__version__,
                          "tensorflow": tf.__version__, "numpy": np.__version__}
    return report, codes


def draw(model, data, codes, log, folder):
    """Writes the figures that suit the data and the model as PNG and returns their paths."""
    folder.mkdir(exist_ok=True)
    test, info = data.test, data.info
    names = info.feature_names or None
    # Neighbours are often alike (one person, one class); the first ten of these are drawn.
    some = test.x[np.random.default_rng(0).permutation(len(test.x))[:1000]]
    figures = {
        "training": plots.training_curves(log),
        "reconstructions": plots.reconstructions(
            some, model.reconstruct(some), info.shape, feature_names=names)}
    if hasattr(model, "generate"):  # An auto-encoder has no prior to draw from.
        figures["generated"] = plots.generated(
            model.generate(64), info.shape, feature_names=names)
    is_sparse = hasattr(codes, "spike_probs")
    if is_sparse:
        figures["sparsity"] = plots.spike_histogram(codes.z)
    if is_sparse and test.y is not None:
        figures["spikes_per_class"] = plots.spikes_per_class(
            codes.spike_probs, test.y, info.class_names or None)
    if test.factors is not None:
        figures["correlation"] = plots.correlation_matrix(
            metrics.correlation(codes.z, test.factors), info.factor_names, info.factor_groups,
            info.group_names)
    paths = []
    for name, figure in figures.items():
        paths.append(folder / f"{name}.png")
        figure.savefig(paths[-1])
    return paths


def table(report):
    """The few numbers worth a look, as lines of text."""
    test, codes, sources = report["test"], report["codes"], report.get("sources", {})
    notes = {"elbo": "nats per observation, larger is better",
             "elbo_paper": "nats, without the price of choosing a pseudo-input",
             "reconstruction": "nats", "kl": "nats",
             "total_correlation": "nats, depends on the batch size"}
    rows = [(name, test[name], note) for name, note in notes.items() if name in test] + [
        ("live latents", codes["live"], f"of {codes['live'] + codes['dead']}"),
        ("active units", codes["active_units"], "latents whose mean varies by more than 0.01"),
        ("active per observation", codes["l0_mean"], f"sd {codes['l0_sd']:.2f}"),
        ("exact zeros", codes["zero_fraction"], "share of all code values")]
    if sources:
        rows.append(("group purity", sources["purity"], "1 is best"))
        rows += [(name.replace("_", " "), value, "balanced accuracy, 1 is best")
                 for name, value in sources.items() if name.startswith("presence_")]
    return "\n".join(f"  {name:<24}{value:>10.4g}  {note}" for name, value, note in rows)
