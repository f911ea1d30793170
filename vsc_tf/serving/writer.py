"""Writes a SavedModel and its companion files atomically: to a temporary folder, then renamed."""
import json
import os
import pathlib
import shutil
from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from vsc_tf import checks
from vsc_tf.models.base import LatentModel
from vsc_tf.models.storing import without_optimizer
from vsc_tf.serving import card, server_files, signatures


def export(model: LatentModel, path: str | pathlib.Path, version: int | None = None,
           top_k: int | None = None, about: dict[str, Any] | None = None) -> pathlib.Path:
    """Writes `<path>/<version>/` for TensorFlow Serving and returns its path.

    `vsc_tf.serving.signatures.of` lists the signatures. The version also holds a
    `model_card.json`, warm-up requests for every signature, batching parameters and the Keras
    model (`assets.extra/model.keras`). Next to the versions is a `models.config`, which is
    written once and not changed afterwards. The version is written to a temporary folder and
    renamed when it is complete, so a server that polls the folder never sees a partial version.

    Args:
        model: A built model of this library.
        path: Folder of the servable, e.g. "saved_models/uci_har".
        version: Positive integer; default: the next free one. Nothing is overwritten.
        top_k: Width of the signature `topk`, at most `latent_dim`, the default.
        about: JSON-serialisable dict for the model card: training data, measures.

    Raises:
        ValueError: The model has no weights yet, the version exists already, other versions take
            other inputs, the folder's name is no servable's, or an argument is invalid.
        OSError: The version cannot be written; no partial files are left behind.

    >>> import tempfile, vsc_tf
    >>> model = vsc_tf.VSC(latent_dim=2, encoder=vsc_tf.networks.mlp(4))
    >>> model.build((None, 3))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     sorted(p.name for p in export(model, folder).iterdir() if p.is_file())
    ['batching_params.pbtxt', 'fingerprint.pb', 'model_card.json', 'saved_model.pb']
    """
    if not model.built:
        raise ValueError("Only a model with weights can be exported. Received: a model that "
                         "was never fitted. Call model.fit(x) or model.adapt(x) first.")
    if top_k is not None:
        checks.positive_integer("top_k", top_k)
        if top_k > model.latent_dim:
            raise ValueError(f"Argument `top_k` must be at most latent_dim, {model.latent_dim}. "
                             f"Received: top_k={top_k}")
    base = pathlib.Path(path).resolve()
    check_folder(base, model.event_shape, model.column_names)
    if version is not None:
        checks.positive_integer("version", version)
        if (base / str(version)).exists():
            raise _taken(base, version)
    beside = base / f".{os.getpid()}.partial"  # Another process may export here too.
    try:
        base.mkdir(parents=True, exist_ok=True)
        _remove_leftovers(base)
        shutil.rmtree(beside, ignore_errors=True)
        _write(model, beside, base.name, top_k, about or {})
        _write_once(base / server_files.CONFIG, server_files.models_config(base.name))
        published = _publish(beside, base, version)
    except (OSError, tf.errors.OpError) as error:
        shutil.rmtree(beside, ignore_errors=True)
        raise OSError(f"expected to write a SavedModel to {base}. Received: {error}. No version "
                      "was made; free some space or choose another folder.") from error
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    return pathlib.Path(path) / published.name


def check_folder(path: str | pathlib.Path, shape: tuple[int, ...],
                 column_names: Sequence[str] = ()) -> None:
    """A ValueError if models of such observations cannot become versions of a servable.

    A server sends clients of one name to its newest version: all must take the same inputs.
    """
    base = pathlib.Path(path).resolve()
    server_files.check_name(base.name)
    numbers = [int(p.name) for p in base.iterdir() if p.name.isdecimal()] if base.is_dir() else []
    for number in sorted(numbers, reverse=True):
        try:
            of = json.loads((base / str(number) / card.CARD).read_text())["model"]
            there, names = tuple(of["observation_shape"]), tuple(of.get("column_names", ()))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            continue  # Of others, or damaged: nothing is known of its inputs.
        given = tuple(column_names)
        if there != tuple(shape) or names and given and names != given:
            what = "columns of other names" if there == tuple(shape) else (
                f"observations of shape {tuple(shape)}, not {there}")
            raise ValueError(f"expected a model that takes what the other versions in {base} take. "
                             f"Received: one of {what}, as version {number} has. Export it to "
                             "another folder.")
        return


def _write(model: LatentModel, folder: pathlib.Path, name: str, top_k: int | None,
           about: dict[str, Any]) -> None:
    served = signatures.of(model, top_k)
    archive = keras.export.ExportArchive()  # Finds the weights; `track` adds them twice.
    endpoints = {key: archive.add_endpoint(key, function, specs)
                 for key, (function, specs) in served.items()}
    archive.write_out(str(folder), verbose=False)
    (folder / "assets.extra").mkdir()
    server_files.write_warmup(
        folder / server_files.WARMUP, name, server_files.requests(model, served, 1))
    (folder / server_files.BATCHING).write_text(server_files.BATCHING_TEXT)
    without_optimizer(model).save(folder / card.KERAS)
    card.write(folder, card.make(model, name, endpoints, about))


def _remove_leftovers(base: pathlib.Path) -> None:
    """Removes what exports left that were killed; those of processes that live are in use."""
    for path in base.glob(".*.partial"):
        pid = path.name.split(".")[-2]
        if pid.isdecimal() and int(pid) != os.getpid() and not _is_alive(int(pid)):
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(True)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:  # Somebody else's.
        return True
    return True


def _write_once(path: pathlib.Path, text: str) -> None:
    """Writes a text file unless it exists: the user may have edited it."""
    if not path.exists():
        beside = path.with_name(f".{path.name}.{os.getpid()}.partial")
        beside.write_text(text)
        os.replace(beside, path)


def _taken(base: pathlib.Path, version: int) -> ValueError:
    return ValueError(f"expected a version that is free. Received: {base / str(version)}, which "
                      "exists. Leave the version out to use the next free one.")


def _publish(beside: pathlib.Path, base: pathlib.Path,
             version: int | None = None) -> pathlib.Path:
    """Renames `beside` to the version, or to the next free one if others take numbers."""
    while True:
        number = version or 1 + max(
            (int(p.name) for p in base.iterdir() if p.name.isdecimal()), default=0)
        try:
            return beside.rename(base / str(number))
        except OSError:
            if not (base / str(number)).exists():
                raise
            if version:
                raise _taken(base, version) from None
