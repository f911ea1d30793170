"""Writes a SavedModel and what belongs to it: beside its place, then renamed."""
import os
import pathlib
import shutil

import keras
import tensorflow as tf

from vsc_tf import checks
from vsc_tf.serving import card, server_files, signatures


def export(model, path, version=None, top_k=None, about=None):
    """Writes `<path>/<version>/` for TensorFlow Serving and returns its path.

    `vsc_tf.serving.signatures.of` says which signatures it has. Beside the graph there are a
    `model_card.json`, warm-up requests for every signature, batching parameters and the Keras
    model (`assets.extra/model.keras`), and next to the versions a `models.config`, which is
    written once and then left as it is. The version is written beside and renamed when it is
    whole: a server that polls the folder never sees half of one.

    Args:
        model: A built model of this library.
        path: Folder of the servable, e.g. "saved_models/uci_har".
        version: Positive integer; default the next free one. Nothing is overwritten.
        top_k: Width of the signature `topk`, at most `latent_dim`, the default.
        about: Dict for the model card that JSON can hold: training data, measures.

    Raises:
        ValueError: The model has no weights yet, the version is there already, or an argument
            is not as said.
        OSError: It cannot be written; nothing is left of it.

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
    if version is not None:
        checks.positive_integer("version", version)
        if (base / str(version)).exists():
            raise _taken(base, version)
    beside = base / f".{os.getpid()}.partial"  # Another process may export here, too.
    try:
        base.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(beside, ignore_errors=True)
        _write(model, beside, base.name, top_k, about or {})
        _write_once(base / server_files.CONFIG, server_files.models_config(base.name))
        published = _publish(beside, base, version)
    except (OSError, tf.errors.OpError) as error:
        shutil.rmtree(beside, ignore_errors=True)
        raise OSError(f"expected to write a SavedModel to {base}. Received: {error}. No version "
                      "was made; make room or name another folder.") from error
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    return pathlib.Path(path) / published.name


def _write(model, folder, name, top_k, about):
    served = signatures.of(model, top_k)
    archive = keras.export.ExportArchive()  # It finds the weights; tracked, they come twice.
    endpoints = {key: archive.add_endpoint(key, function, specs)
                 for key, (function, specs) in served.items()}
    archive.write_out(str(folder), verbose=False)
    (folder / "assets.extra").mkdir()
    server_files.write_warmup(
        folder / server_files.WARMUP, name, server_files.requests(model, served, 1))
    (folder / server_files.BATCHING).write_text(server_files.BATCHING_TEXT)
    _without_optimizer(model).save(folder / card.KERAS)
    card.write(folder, card.make(model, name, endpoints, about))


def _without_optimizer(model):
    """A copy of the model that was never compiled: the optimizer's state is two more models."""
    copy = type(model).from_config(model.get_config())
    if not copy.built:
        copy.build((None, *model.event_shape))
    copy.set_weights(model.get_weights())
    return copy


def _write_once(path, text):
    """Writes a text file unless it is there: somebody may have changed it."""
    if not path.exists():
        beside = path.with_name(f".{path.name}.{os.getpid()}.partial")
        beside.write_text(text)
        os.replace(beside, path)


def _taken(base, version):
    return ValueError(f"expected a version that is free. Received: {base / str(version)}, which "
                      "is there. Leave the version out for the next free one.")


def _publish(beside, base, version=None):
    """Renames `beside` to the version, or the next free one, even if others take numbers."""
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
