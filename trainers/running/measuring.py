"""All measures of a finished run: what `trainers.evaluate` writes to its evaluation.json."""
import dataclasses
import math
import pathlib
import sys
import warnings

import keras
import numpy as np
import tensorflow as tf
from tensorflow_probability import distributions as tfd

from vsc_tf import datasets, metrics
from vsc_tf.datasets import Dataset
from vsc_tf.models.base import LatentModel

from . import figures, report, restoring, runs

DRAWS = 20  # Codes of each observation that errors of draws are told from.


def measure(model: LatentModel, data: Dataset, samples: int, rows: int) -> dict:
    """What `trainers.fit` measures at its end, and what takes longer.

    Args:
        model: A compiled model.
        data: Its `vsc_tf.datasets.Dataset`.
        samples, rows: Draws and test observations of the log-likelihood.

    Returns:
        A dict that JSON can hold. "left_out" says why a measure that the data could have is
        not there.
    """
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
        x, mean = test.x, model.predict(test.x, batch_size=500, verbose=0)
        if model.scaling.missing:  # What is missing has no error.
            x, mean = (values[~np.isnan(test.x)][:, None] for values in (x, mean))
        found = {"mse": metrics.squared_error(x, mean)}
        if len(info.shape) > 1:  # Features of a table have units and noise of their own.
            found["mse_noisy"] = metrics.squared_error(
                test.x, model.reconstruct(datasets.noisy(test.x)))
        return found

    def draws():
        """Errors of drawn codes, and what has collapsed ([F22])."""
        x = test.x[:rows]
        z, kl = drawn(model, x)
        found = draw_errors(model, x, z) | {
            "coefficient_collapse": metrics.collapse(z.reshape(-1, z.shape[-1])),
            "multi_information": metrics.multi_information(z[0])}
        return found if kl is None else {**found, "posterior_collapse": metrics.collapse(kl)}

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
    if model.prior.is_prior:  # An auto-encoder has no prior.
        add("likelihood", likelihood)
    if model.posterior.family.has_density:
        add("draws", draws)
    if test.factors is not None:
        add("correlation", correlation)
        add("disentanglement", lambda: metrics.disentanglement_report(codes.z, test.factors))
    if test.y is not None:
        train = data.train

        def train_codes():  # Piece by piece: images may be on disk, and too many to hold.
            pieces = (train.x[i:i + 5000] for i in range(0, len(train.x), 5000))
            return np.concatenate([model.encode(piece, 1000).z for piece in pieces])

        add("probe", lambda: metrics.logistic_probe(
            train_codes(), np.asarray(train.y), codes.z, np.asarray(test.y)))
    if test.y is not None and model.posterior.family.has_atom:  # A dense code is always on.
        add("on_rates", lambda: by_class(metrics.class_rates))
        add("jaccard", lambda: by_class(metrics.jaccard))
    return {**measures, "left_out": left_out}


def drawn(model: LatentModel, x: np.ndarray, batch_size: int = 500
          ) -> tuple[np.ndarray, np.ndarray | None]:
    """Draws of codes `[DRAWS, n, latent_dim]`; KLs of latents `[n, latent_dim]` in nats.

    KLs of the codes themselves, whatever cost the model was trained with; `None` for a prior of
    several components, which has one for each.
    """
    components, parts = model.components(), []
    for i in range(0, len(x), batch_size):
        q = model.q(tf.constant(x[i:i + batch_size]))
        kl = tfd.kl_divergence(q, components) if components.batch_shape[0] == 1 else tf.zeros([0])
        parts.append((q.sample(DRAWS, seed=[0, i]).numpy(), kl.numpy()))
    z, kl = (np.concatenate([part[k] for part in parts], axis=1 - k) for k in (0, 1))
    return z, kl if kl.size else None


def draw_errors(model: LatentModel, x: np.ndarray, z: np.ndarray) -> dict[str, float]:
    """Mean squared errors of draws, and of the draw that is best for each observation.

    The best one is chosen with x in hand: that is how [F22] report errors, and no code can do it.
    """
    rows = x.reshape(len(x), -1)
    errors = np.stack([np.nanmean((model.decode(one).reshape(rows.shape) - rows)**2, axis=1)
                       for one in z])  # Of the cells that are there.
    return {"one_draw": float(errors.mean()), "best_of_20": float(errors.min(axis=0).mean())}


def evaluate(run: pathlib.Path, samples: int, rows: int) -> tuple[dict, dict]:
    """Measures and draws a run, and writes its evaluation.json.

    Returns what it wrote, and `figures.clean_and_noisy`.
    """
    settings, data, model = restoring.restore(run)
    evaluation = {"run": str(run), "data": data.info.name, "model": settings.model,
                  "settings": dataclasses.asdict(settings),
                  **measure(model, data, samples, rows)}
    for name, why in evaluation["left_out"].items():
        print(f"  no {name}: {why}", file=sys.stderr)
    if not math.isfinite(sum(evaluation["test"].values())):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Of the rows that the error names.
            score = model.score(data.test.x)["reconstruction"]
        bad = np.flatnonzero(~np.isfinite(score))
        raise ValueError(
            f"expected test observations that the model can compute with. Received: {bad.size} of "
            f"{len(score)} that it cannot, rows {', '.join(map(str, bad[:5]))} of the test split. "
            "Their values are too far from the training data; mend them, or leave them out.")
    runs.write_json(run / runs.EVALUATION, evaluation)
    figures.draw(model, data, model.encode(data.test.x, 1000), run)
    seen = figures.clean_and_noisy(model, data)
    keras.backend.clear_session()  # The graphs of one model, before those of the next.
    return evaluation, seen
