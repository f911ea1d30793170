"""What a finished run is measured by: metrics.json, and the table at the end."""
from typing import Any

import keras
import numpy as np
import tensorflow as tf

import vsc_tf
from vsc_tf import metrics
from vsc_tf.datasets import Dataset
from vsc_tf.models.base import LatentModel


def measure(model: LatentModel, data: Dataset, batch_size: int = 1000) -> tuple[dict, Any]:
    """Measures of a model on the test split, as a dict that JSON can hold, and the codes."""
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


def table(report: dict) -> str:
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
        presence = {name.replace("_", " "): value for name, value in sources.items()
                    if name.startswith("presence_")}
        if len(presence) > 10:  # The forty attributes of CelebA are all in metrics.json.
            best = max(presence, key=lambda name: presence[name])
            presence = {"presence, mean": np.mean(list(presence.values())), best: presence[best]}
        rows += [(name, value, "balanced accuracy, 1 is best")
                 for name, value in presence.items()]
    return "\n".join(f"  {name:<24}{value:>10.4g}  {note}" for name, value, note in rows)
