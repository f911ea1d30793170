"""SavedModels with named signatures, for TensorFlow Serving and for people without this code."""
import os
import pathlib
import shutil

import keras
import tensorflow as tf


def export(model, path):
    """Writes `<path>/<version>/` with the next free version number and returns its path.

    Signatures, with named tensors and dimension 0 the batch:
        serving_default, encode: `x` [n, *shape] raw -> the fields of `model.encode(x)`, each
            [n, latent_dim]: `z` and, of a VSC (whose `z` holds exact zeros), `spike_probs`,
            `loc`, `scale`; of a VAE `loc`, `scale`; of an auto-encoder `z` alone.
        decode: `z` [n, latent_dim] -> `x` [n, *shape], the mean of p(x|z) in raw units.
        reconstruct: `x` -> `x`.

    The version is written beside and renamed when it is whole: a server that polls the folder
    never sees half of one.

    Args:
        model: A built model of this library.
        path: Folder of the servable, e.g. "saved_models/uci_har".

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
    observations = tf.TensorSpec((None, *model.event_shape), tf.float32, name="x")
    codes = tf.TensorSpec((None, model.latent_dim), tf.float32, name="z")

    def encode(x):
        return dict(zip(model.codes_type._fields, model.encode_step(x)))

    archive = keras.export.ExportArchive()
    archive.track(model)
    archive.add_endpoint("serving_default", encode, [observations])
    archive.add_endpoint("encode", encode, [observations])
    archive.add_endpoint("decode", lambda z: {"x": model.decode_step(z)}, [codes])
    archive.add_endpoint("reconstruct", lambda x: {"x": model(x)}, [observations])
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
