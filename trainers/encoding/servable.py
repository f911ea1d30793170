"""The SavedModel to encode with: which version, and what one of its signatures takes."""
import contextlib
import functools
import json
import os
from typing import Any, NamedTuple

import tensorflow as tf

from ..names import called


def find_version(model: str) -> str:
    """Folder of the SavedModel: `model` itself, or the highest version in it."""
    join, files = os.path.join, tf.io.gfile
    if files.exists(join(model, "saved_model.pb")):
        return model
    names = files.listdir(model) if files.isdir(model) else []
    versions = [int(name.rstrip("/")) for name in names if name.rstrip("/").isdecimal()
                and files.exists(join(model, name, "saved_model.pb"))]
    if not versions:
        raise ValueError("expected --model to be a SavedModel, or a folder of its versions. "
                         f"Received: {model}, which holds none. Export one with: "
                         f"{called('export')} RUN")
    return join(model, str(max(versions)))


class Known(NamedTuple):
    """What a model card says of the columns of a table.

    Attributes:
        names: Names of the numbers of a row; `()` if unknown.
        table: Kinds of its columns, `datasets.Table.config()`; `()` if all are numbers.
        missing: Whether they can be missing.
    """

    names: tuple[str, ...] = ()
    table: tuple = ()
    missing: bool = False


def known_of(version: str) -> Known:
    """What the model card of a version says of its columns."""
    try:
        with tf.io.gfile.GFile(os.path.join(version, "model_card.json")) as file:
            model = json.loads(file.read())["model"]
        names, missing = tuple(model.get("column_names", ())), bool(model.get("missing"))
        table = model.get("table") or ([[name, "gaussian"] for name in names] if missing else ())
        return Known(names, tuple(map(tuple, table)), missing)
    except (tf.errors.NotFoundError, ValueError, KeyError, TypeError, AttributeError):
        return Known()  # Of an export by others, or of an older one.


@functools.lru_cache(1)
def loaded(version: str) -> Any:
    """The SavedModel, loaded once in a process: to look at its signatures, then to encode."""
    return tf.saved_model.load(version)


def input_shape(version: str, name: str) -> tuple[int, ...]:
    """Shape of one observation that a signature takes. Loads the model, to be sure of it."""
    try:
        with contextlib.suppress(FileNotFoundError):  # Of an old TensorFlow. A cut one is logged
            tf.saved_model.experimental.read_fingerprint(version)  # as a traceback by `load`.
        loaded.cache_clear()  # Another may lie there by now.
        signatures = loaded(version).signatures
    except Exception as error:  # Each missing or cut file makes TensorFlow raise another kind.
        raise ValueError(f"expected a whole SavedModel. Received: {version}, which cannot be "
                         f"loaded: {str(error).splitlines()[0]} Export it again.") from error
    if name not in signatures:
        raise ValueError(f"expected --signature to be one of {', '.join(sorted(signatures))}. "
                         f"Received: {name}")
    takes = signatures[name].structured_input_signature[1]
    gives = set(signatures[name].structured_outputs)
    if set(takes) != {"x"} or not ("z" in gives or {"indices", "values"} <= gives):
        raise ValueError("expected --signature to go from x to z, or to indices and values. "
                         f"Received: {name}, from {', '.join(takes)} to "
                         f"{', '.join(sorted(gives))}. Take encode, or topk.")
    return tuple(takes["x"].shape[1:])
