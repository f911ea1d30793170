"""ONNX files of single signatures, written by Keras's exporter and then verified."""
import logging
import os
import pathlib
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from vsc_tf import checks, extras
from vsc_tf.models.base import LatentModel
from vsc_tf.serving import server_files, signatures
from vsc_tf.serving.checking import TOLERANCE, difference

_ROWS = 7  # In the request used for the comparison.


def export_onnx(model: LatentModel, path: str | pathlib.Path,
                signature: str = "encode") -> pathlib.Path:
    """Writes a signature as an ONNX file with a free batch size, and compares it with Keras.

    Inputs and outputs are named as in the SavedModel (`vsc_tf.serving.signatures.of`). The file
    is written under a temporary name, and renamed when onnxruntime has reproduced the outputs
    of Keras.

    Args:
        model: A built model of this library, of dtype float32.
        path: File to write, e.g. "encode.onnx"; must not exist.
        signature: Name of the signature.

    Returns:
        The path.

    Raises:
        ImportError: tf2onnx or onnxruntime is not installed.
        ValueError: There is no such signature, the model is not float32, ONNX lacks an
            operation, the outputs differ from those of Keras, or `path` exists already.

    >>> import pathlib, tempfile, numpy as np
    >>> from vsc_tf import VAE
    >>> model = VAE(latent_dim=2, seed=0)
    >>> model.adapt(np.eye(12, dtype="float32"))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     export_onnx(model, pathlib.Path(folder, "encode.onnx")).name
    'encode.onnx'
    """
    extras.load("tf2onnx", "tf2onnx", "ONNX export")
    checker = extras.load("onnx.checker", "onnx", "ONNX export")
    runtime = extras.load("onnxruntime", "onnxruntime", "ONNX export")
    path = pathlib.Path(path)
    if path.exists():
        raise ValueError(f"Argument `path` must not exist yet. Received: {path}. Choose another "
                         "name, or remove this file.")
    if not model.built:
        raise ValueError("Only a model with weights can be exported. Received: a model that "
                         "was never fitted. Call model.fit(x) or model.adapt(x) first.")
    _check_float32(model)
    known = signatures.of(model)
    checks.one_of("signature", signature, sorted(known))
    function, specs = known[signature]
    inputs = server_files.requests(model, {signature: known[signature]}, _ROWS)[signature]
    path.parent.mkdir(parents=True, exist_ok=True)
    logging.getLogger("tf2onnx").setLevel(logging.CRITICAL)  # The error below says enough.
    beside = path.with_name(f".{os.getpid()}.{path.name}.partial")
    try:
        try:
            with warnings.catch_warnings():  # tf2onnx was written for an older NumPy.
                warnings.simplefilter("ignore", FutureWarning)
                _Endpoint(model, function).export(
                    str(beside), format="onnx", input_signature=specs, verbose=False)
            checker.check_model(str(beside))  # Names operations that ONNX lacks.
            session = runtime.InferenceSession(str(beside), providers=["CPUExecutionProvider"])
        except Exception as error:  # tf2onnx and onnxruntime raise many types.
            raise ValueError(
                f"Signature {signature!r} of this {type(model).__name__} cannot be exported as "
                f"ONNX. Received: {type(error).__name__}: {str(error).splitlines()[0]}. Use the "
                "SavedModel of vsc_tf.serving.export instead.") from error
        _compare(session, inputs, function(*inputs.values()), signature)
        return beside.rename(path)
    finally:
        beside.unlink(missing_ok=True)


class _Endpoint(keras.Model):
    """A signature as a model: Keras's ONNX exporter exports only `call`."""

    def __init__(self, model: LatentModel, function: Callable[..., Any]) -> None:
        super().__init__(name="endpoint")  # TensorFlow rejects names that start with "_".
        self.model, self.function, self.built = model, function, True

    def call(self, *inputs: tf.Tensor) -> Any:
        return self.function(*inputs)


def _check_float32(model: LatentModel) -> None:
    other = sorted({layer.compute_dtype for layer in model._flatten_layers()} - {"float32"})
    if other:
        raise ValueError(f"Keras exports ONNX of float32 models only. Received: {other[0]} "
                         "layers. Train with --dtype float32, or use the SavedModel of "
                         "vsc_tf.serving.export.")


def _compare(session: Any, inputs: dict[str, np.ndarray], expected: Mapping[str, Any],
             signature: str) -> None:
    names = [output.name for output in session.get_outputs()]
    for name, found in zip(names, session.run(names, inputs)):
        worst = difference(found, tf.convert_to_tensor(expected[name]).numpy(), name == "z")
        if worst > TOLERANCE:
            raise ValueError(
                f"The ONNX file of {signature!r} does not give Keras's {name!r}. Received: a "
                f"difference of {worst:.3g}. Use the SavedModel of vsc_tf.serving.export "
                "instead.")
