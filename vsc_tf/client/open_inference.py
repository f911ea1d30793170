"""The Open Inference Protocol, version 2 of KServe's: its JSON, from and to arrays."""
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from vsc_tf.client.base import Signature

ONLY = "serving_default"  # The protocol has no signatures: what a model does goes by this name.
_DTYPES = {"FP32": "float32", "FP64": "float64", "INT32": "int32", "INT64": "int64",
           "BOOL": "bool"}
_NAMES = {dtype: name for name, dtype in _DTYPES.items()}


def signatures(metadata: Mapping[str, Any]) -> dict[str, Signature]:
    """The one signature of a model's metadata.

    >>> found = signatures({"inputs": [{"name": "x", "datatype": "FP32", "shape": [-1, 3]}],
    ...                     "outputs": [{"name": "z", "datatype": "FP32", "shape": [-1, 2]}]})
    >>> found["serving_default"].inputs["x"].shape
    TensorShape([None, 3])
    """
    return {ONLY: Signature(*(
        {tensor["name"]: tf.TensorSpec(
            [None if int(size) < 0 else int(size) for size in tensor["shape"]],
            _DTYPES[tensor["datatype"]], tensor["name"]) for tensor in metadata[key]}
        for key in ("inputs", "outputs")))}


def request(inputs: Mapping[str, np.ndarray], wanted: Sequence[str]) -> dict[str, Any]:
    """A request for the outputs that are wanted, all if none is named.

    >>> request({"x": np.ones([1, 2], "float32")}, ["z"])["inputs"]
    [{'name': 'x', 'shape': [1, 2], 'datatype': 'FP32', 'data': [1.0, 1.0]}]
    """
    body: dict[str, Any] = {"inputs": [
        {"name": name, "shape": list(array.shape), "datatype": _NAMES[array.dtype.name],
         "data": array.ravel().tolist()} for name, array in inputs.items()]}
    if wanted:
        body["outputs"] = [{"name": name} for name in wanted]
    return body


def outputs(reply: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """The arrays of a reply.

    >>> outputs({"outputs": [{"name": "z", "shape": [1, 2], "datatype": "FP32", "data": [1, 0]}]})
    {'z': array([[1., 0.]], dtype=float32)}
    """
    return {tensor["name"]: np.asarray(tensor["data"], _DTYPES[tensor["datatype"]]).reshape(
        tensor["shape"]) for tensor in reply["outputs"]}
