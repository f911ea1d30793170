"""The model card: inputs and outputs of a SavedModel, its origin, and its checksums."""
import datetime
import hashlib
import json
import os
import pathlib
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from vsc_tf.models.base import LatentModel
from vsc_tf.serving.signatures import MEANINGS

CARD = "model_card.json"
KERAS = "assets.extra/model.keras"  # The Keras model without its optimizer.


def make(model: LatentModel, name: str, endpoints: Mapping[str, Any],
         about: Mapping[str, Any]) -> dict[str, Any]:
    """The card as a JSON-serialisable dict; `write` adds the checksums of the files.

    Args:
        model: The model.
        name: Name of the servable.
        endpoints: Name of each signature -> its `tf.function`.
        about: Dict of further information: training data, measures, run.
    """
    return {
        "name": name,
        "created": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "model": {"class": type(model).__name__, "latent_dim": model.latent_dim,
                  "observation_shape": list(model.event_shape),
                  "likelihood": type(model.likelihood).__name__,
                  "scaling": model.scaling.method,
                  **({"missing": "NaN is a missing value"} if model.scaling.missing else {}),
                  # Of a table, in the order in which the signatures take them.
                  **({"column_names": list(model.column_names)} if model.column_names else {}),
                  **({"table": model.table.config()} if model.table is not None else {})},
        "signatures": {key: _describe(function) for key, function in endpoints.items()},
        **about,
        "versions": {"keras": keras.__version__, "tensorflow": tf.__version__,
                     "numpy": np.__version__},
        "weights": {"count": model.count_params(), "sha256": weights_sha256(model)},
    }


def _describe(function: Any) -> dict[str, Any]:
    outputs = function.get_concrete_function().structured_outputs
    return {"inputs": {spec.name: _tensor(spec.name, spec) for spec in function.input_signature},
            "outputs": {name: _tensor(name, spec) for name, spec in outputs.items()}}


def _tensor(name: str, spec: tf.TensorSpec) -> dict[str, Any]:
    return {"dtype": spec.dtype.name, "shape": spec.shape.as_list(),
            "meaning": MEANINGS[name]}


def weights_sha256(model: LatentModel) -> str:
    """SHA-256 of the shapes and bytes of all weights, in the order of `model.weights`."""
    digest = hashlib.sha256()
    for weight in model.weights:
        value = np.asarray(weight)
        digest.update(str(value.shape).encode() + value.tobytes())
    return digest.hexdigest()


def write(folder: pathlib.Path, card: Mapping[str, Any]) -> None:
    """Writes the card with size and SHA-256 of every file in `folder`; syncs all to disk."""
    files = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        with open(path, "rb+") as file:
            os.fsync(file.fileno())
            files[path.relative_to(folder).as_posix()] = {
                "bytes": path.stat().st_size,
                "sha256": hashlib.file_digest(file, "sha256").hexdigest()}
    with open(folder / CARD, "w") as file:
        json.dump({**card, "files": files}, file, indent=2)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())


def read(folder: str | pathlib.Path) -> dict[str, Any]:
    """The card of a version, after checking that its files are complete and unchanged.

    Raises:
        ValueError: The folder is not an export, or a file is missing or has changed.
    """
    folder = pathlib.Path(folder)
    try:
        card = json.loads((folder / CARD).read_text())
    except FileNotFoundError:
        raise ValueError(
            f"expected the folder of an exported version, with saved_model.pb and {CARD}. "
            f"Received: {folder}, which has no {CARD}. Export with: vsc export RUN "
            "(in a checkout: python -m trainers.export RUN)") from None
    except ValueError:
        card = None
    if not _is_card(card):
        raise ValueError(f"expected {folder / CARD} to be a model card. Received: a file that "
                         "is not, or is damaged. Export again.")
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*")
             if not path.is_dir()} - {CARD}
    unknown = sorted(there - set(card["files"]))
    if unknown:
        raise ValueError(f"expected no files in {folder} but those that were exported. Received: "
                         f"{', '.join(unknown[:3])}, of which the card says nothing. Remove them, "
                         "or export again.")
    for name, known in card["files"].items():
        path = folder / name
        if not path.is_file():
            raise ValueError(f"expected {path}. Received: no such file. Export again.")
        if path.stat().st_size != known["bytes"]:
            raise ValueError(f"expected {path} to hold {known['bytes']:,} bytes. Received: "
                             f"{path.stat().st_size:,}. It was cut or changed: export again.")
        with open(path, "rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != known["sha256"]:
                raise ValueError(f"expected {path} as it was exported. Received: the same size, "
                                 "but another SHA-256. Export again.")
    return card


def _is_card(card: Any) -> bool:
    """Whether JSON is what `make` and `write` write, as far as it is relied upon."""
    if not isinstance(card, dict) or not isinstance(card.get("files"), dict):
        return False
    weights = card.get("weights")
    return (isinstance(weights, dict) and isinstance(weights.get("sha256"), str)
            and {"saved_model.pb", KERAS} <= set(card["files"])
            and all(isinstance(known, dict) and isinstance(known.get("bytes"), int)
                    and isinstance(known.get("sha256"), str) for known in card["files"].values()))
