"""Compares a SavedModel, run by the C API in a process of its own, with the Keras model."""
import json
import pathlib
import subprocess
import sys
import tempfile
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from vsc_tf.models.base import LatentModel
from vsc_tf.serving import c_api, card, server_files, signatures

SIZES = (1, 7, 256)  # Rows of the requests.
TOLERANCE = 1e-5  # Of |served - expected|, in units of max(1, |expected|).
Arrays = dict[str, np.ndarray]  # Name of an input or output -> its values.
Request = tuple[str, int]  # Signature and rows.


def version_folder(path: str | pathlib.Path) -> pathlib.Path:
    """`path` if it is a version, else its newest version if it is a servable's folder."""
    path = pathlib.Path(path)
    if path.is_dir() and not (path / card.CARD).exists():
        versions = [p for p in path.iterdir() if p.name.isdecimal() and p.is_dir()]
        return max(versions, key=lambda p: int(p.name), default=path)
    return path


def check(path: str | pathlib.Path,
          model: LatentModel | None = None) -> dict[Request, dict[str, float]]:
    """Runs every signature of an export as a server does and compares it with Keras.

    A fresh process loads the SavedModel through TensorFlow's C API (`vsc_tf.serving.c_api`),
    without Python's TensorFlow and without this library, and answers requests of 1, 7 and 256
    observations that the model makes up.

    Args:
        path: Folder of a version, or of a servable, whose newest version is taken.
        model: The model to compare with; default the one that was put into the export.

    Returns:
        A dict (signature, rows) -> output -> the largest difference from the Keras model, in
        units of max(1, |expected|). It is infinite where exact zeros differ, and for outputs
        that are missing or of another shape.

    Raises:
        ValueError: The folder is no export of this library, or files of it are cut or changed.
    """
    folder = version_folder(path)
    weights = card.read(folder)["weights"]
    if model is None:
        model = keras.models.load_model(folder / card.KERAS)
    if card.weights_sha256(model) != weights["sha256"]:
        raise ValueError(f"expected the weights that {folder} was exported from. Received: a "
                         "model with others. Export that model, or check another version.")
    asked = {(name, n): inputs for n in SIZES for name, inputs in server_files.requests(
        model, signatures.of(model), n).items()}
    replies = served(folder, asked)
    return {(name, n): compare(replies.get((name, n), {}), expected(model, name, inputs))
            for (name, n), inputs in asked.items()}


def served(folder: pathlib.Path, requests: dict[Request, dict]) -> dict[Request, Arrays]:
    """Replies of the SavedModel to requests: (signature, rows) -> name -> array, both ways."""
    with tempfile.TemporaryDirectory() as scratch:
        asked, answered = (pathlib.Path(scratch) / name for name in ("asked.npz", "answered.npz"))
        np.savez(asked, **{f"{name}/{n}/{key}": value for (name, n), inputs in requests.items()
                           for key, value in inputs.items()})
        run = subprocess.run(  # -I: nothing of this library is on the path there.
            [sys.executable, "-I", c_api.__file__, str(folder), str(asked), str(answered)],
            capture_output=True, text=True)
        if run.returncode:
            complaint = run.stderr.rpartition("error: ")[2].strip()
            raise ValueError(f"expected a SavedModel that TensorFlow loads and runs. Received: "
                             f"{folder}, of which it says: {complaint}. Export again.")
        foreign = {"tensorflow", "keras", "vsc_tf"} & set(json.loads(run.stdout)["modules"])
        if foreign:
            raise RuntimeError(f"The check ran with {sorted(foreign)} in its process.")
        replies: dict[Request, Arrays] = {}
        with np.load(answered) as arrays:
            for key in arrays.files:
                name, n, output = key.split("/")
                replies.setdefault((name, int(n)), {})[output] = arrays[key]
        return replies


def expected(model: LatentModel, name: str, inputs: Arrays) -> Arrays:
    """What the Keras model says to a request, by other ways than the signatures' where it can."""
    x: Any = inputs.get("x")
    if name in ("encode", signatures.DEFAULT):
        return model.encode(x)._asdict()
    if name == "decode":
        return {**_decoded(model, inputs["z"]), "mean": model.decode(inputs["z"])}
    if name == "reconstruct":
        return {**_decoded(model, model.encode(x).z, x), "mean": model.reconstruct(x)}
    if name == "score":
        return model.score(x)
    if name == "sample_like":
        z = model.sample_like_step(tf.constant(x), tf.constant(inputs["noise"])).numpy()
        return {"z": z, **_decoded(model, z, x)}
    return {"z": model.encode(x).z}  # topk: compare() makes codes of it again.


def _decoded(model, z, like=None):
    """Mean of p(x|z) and, of likelihoods that have one, its scale, in raw units."""
    return {name: value.numpy() for name, value in model.raw(tf.constant(z), like).items()}


def compare(reply: Arrays, expected: Arrays) -> dict[str, float]:
    """Output -> largest difference, see `check`."""
    if "indices" in reply:
        reply = {"z": from_topk(reply["indices"], reply["values"], expected["z"].shape[1])}
    return {name: difference(reply.get(name), expected.get(name), name == "z")
            for name in {**expected, **reply}}


def difference(served: np.ndarray | None, expected: np.ndarray | None, zeros: bool) -> float:
    """Largest difference of two arrays in units of max(1, |expected|); `zeros` must agree."""
    if served is None or expected is None or served.shape != expected.shape or (
            zeros and not np.array_equal(served == 0, expected == 0)):
        return float("inf")
    worst = np.max(np.abs(served - expected) / np.maximum(1, np.abs(expected)))
    return float("inf") if np.isnan(worst) else float(worst)


def from_topk(indices: np.ndarray, values: np.ndarray, latent_dim: int) -> np.ndarray:
    """Codes `[n, latent_dim]` of what the signature `topk` gave.

    >>> from_topk(np.array([[2, -1]]), np.array([[.5, 0.]], "float32"), 3).tolist()
    [[0.0, 0.0, 0.5]]
    """
    z = np.zeros((len(indices), latent_dim + 1), values.dtype)  # Padding goes to the last one.
    np.put_along_axis(z, indices, values, axis=1)
    return z[:, :-1]
