"""Writes a SavedModel: beside its place, then renamed."""
import os
import pathlib
import shutil

import keras

from vsc_tf.serving import signatures


def export(model, path, top_k=None):
    """Writes `<path>/<version>/` with the next free version number and returns its path.

    `vsc_tf.serving.signatures.of` says which signatures it has. The version is written beside
    and renamed when it is whole: a server that polls the folder never sees half of one.

    Args:
        model: A built model of this library.
        path: Folder of the servable, e.g. "saved_models/uci_har".
        top_k: Width of the signature `topk`, default `latent_dim`.

    Raises:
        ValueError: The model has no weights yet.
    """
    if not model.built:
        raise ValueError("Only a model with weights can be exported. Received: a model that "
                         "was never fitted. Call model.fit(x) or model.adapt(x) first.")
    base = pathlib.Path(path)
    base.mkdir(parents=True, exist_ok=True)
    beside = base / f".{os.getpid()}.partial"  # Another process may export here, too.
    shutil.rmtree(beside, ignore_errors=True)
    archive = keras.export.ExportArchive()
    archive.track(model)
    for name, (function, specs) in signatures.of(model, top_k).items():
        archive.add_endpoint(name, function, specs)
    archive.write_out(str(beside), verbose=False)
    return _publish(beside, base)


def _publish(beside, base):
    """Renames `beside` to the next free version, even if others take numbers meanwhile."""
    while True:
        version = 1 + max((int(p.name) for p in base.iterdir() if p.name.isdecimal()), default=0)
        try:
            return beside.rename(base / str(version))
        except OSError:
            if not (base / str(version)).exists():
                raise
