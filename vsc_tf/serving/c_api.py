"""Loads a SavedModel as a server does, with TensorFlow's C API, and runs its signatures.

    python -I vsc_tf/serving/c_api.py saved_models/uci_har/1 requests.npz replies.npz

Run this file by its path. It needs ctypes, NumPy and `libtensorflow_cc.so.2` from the TensorFlow
wheel, and imports neither TensorFlow's Python package nor this library. The requests are arrays
named `<signature>/<any name>/<input>`; arrays with the same signature and name form one request,
whose outputs are written as `<signature>/<same name>/<output>`.
"""
from __future__ import annotations

import ctypes
import importlib.util
import json
import pathlib
import sys
from collections.abc import Callable, Iterator
from typing import Any, cast

import numpy as np

# Values of the enum DataType; the library's signatures have no others.
DTYPES: dict[int, type[np.generic]] = {1: np.float32, 3: np.int32}


def library() -> pathlib.Path:
    """Path of the C API library of the installed TensorFlow, found without importing it."""
    spec: Any = importlib.util.find_spec("tensorflow")
    return pathlib.Path(spec.submodule_search_locations[0]) / "libtensorflow_cc.so.2"


class _Buffer(ctypes.Structure):  # TF_Buffer
    _fields_ = [("data", ctypes.c_void_p), ("length", ctypes.c_size_t),
                ("deallocator", ctypes.c_void_p)]


class _Output(ctypes.Structure):  # TF_Output
    _fields_ = [("operation", ctypes.c_void_p), ("index", ctypes.c_int)]


def _fields(data: bytes) -> Iterator[tuple[int, Any]]:
    """(number, value) of the fields of a protobuf message; values are integers or bytes."""
    def varint(at: int) -> tuple[int, int]:
        value = shift = 0
        while True:
            value |= (data[at] & 0x7F) << shift
            shift, at = shift + 7, at + 1
            if data[at - 1] < 0x80:
                return value, at

    at = 0
    while at < len(data):
        key, at = varint(at)
        kind = key & 7
        value: int | bytes
        if kind == 0:
            value, at = varint(at)
        else:
            length, at = varint(at) if kind == 2 else ({1: 8, 5: 4}[kind], at)
            value, at = data[at:at + length], at + length
        yield key >> 3, value


def _map(data: bytes, number: int) -> dict[str, bytes]:
    """A protobuf map field: key -> bytes of the value."""
    entries = [dict(_fields(value)) for n, value in _fields(data) if n == number]
    return {entry[1].decode(): entry.get(2, b"") for entry in entries}


class Tensor:
    """An input or output of a signature.

    Attributes:
        name: Operation and index in the graph, e.g. "StatefulPartitionedCall:0".
        dtype: NumPy dtype.
        shape: Tuple, -1 for dimensions of any size.
    """

    def __init__(self, info: bytes) -> None:
        fields = dict(_fields(info))
        self.name: str = fields[1].decode()
        self.dtype = DTYPES[fields[2]]
        dims = [dict(_fields(dim)).get(1, 0) for n, dim in _fields(fields[3]) if n == 2]
        self.shape: tuple[int, ...] = tuple(
            size - 2**64 if size >= 2**63 else size for size in dims)


class Session:
    """A loaded SavedModel.

    Args:
        path: Version folder of the SavedModel.

    Attributes:
        signatures: Name -> (inputs, outputs), dicts of `Tensor`.

    Raises:
        RuntimeError: TensorFlow cannot load or run it; the message is TensorFlow's.
    """

    signatures: dict[str, tuple[dict[str, Tensor], dict[str, Tensor]]]

    def __init__(self, path: str | pathlib.Path) -> None:
        self._tf = tf = ctypes.CDLL(str(library()))
        for name in ("TF_NewStatus", "TF_NewGraph", "TF_NewSessionOptions", "TF_NewBuffer",
                     "TF_LoadSessionFromSavedModel", "TF_GraphOperationByName", "TF_TensorData",
                     "TF_AllocateTensor"):
            getattr(tf, name).restype = ctypes.c_void_p
        tf.TF_Message.restype = ctypes.c_char_p
        tf.TF_Dim.restype = ctypes.c_int64
        self._status, self._graph = (ctypes.c_void_p(make())
                                     for make in (tf.TF_NewStatus, tf.TF_NewGraph))
        options = ctypes.c_void_p(tf.TF_NewSessionOptions())
        meta = ctypes.cast(tf.TF_NewBuffer(), ctypes.POINTER(_Buffer))
        self._session = ctypes.c_void_p(tf.TF_LoadSessionFromSavedModel(
            options, None, str(path).encode(), (ctypes.c_char_p * 1)(b"serve"), 1, self._graph,
            meta, self._status))
        tf.TF_DeleteSessionOptions(options)
        self._check()
        message = ctypes.string_at(meta.contents.data, meta.contents.length)
        tf.TF_DeleteBuffer(meta)
        self.signatures = {
            name: (_tensors(signature, 1), _tensors(signature, 2))
            for name, signature in _map(message, 5).items() if name != "__saved_model_init_op"}

    def _check(self) -> None:
        if self._tf.TF_GetCode(self._status):
            raise RuntimeError(self._tf.TF_Message(self._status).decode(errors="replace"))

    def run(self, signature: str, **arrays: np.ndarray) -> dict[str, np.ndarray]:
        """Outputs of a signature, name -> array, for its inputs."""
        return self.caller(signature)(**arrays)

    def caller(self, signature: str) -> Callable[..., dict[str, np.ndarray]]:
        """`run` for one signature, with its operations looked up in advance."""
        tf, (inputs, outputs) = self._tf, self.signatures[signature]
        feeds, fetches = ((_Output * len(tensors))(*map(self._output, tensors.values()))
                          for tensors in (inputs, outputs))

        def call(**arrays: np.ndarray) -> dict[str, np.ndarray]:
            given = (ctypes.c_void_p * len(inputs))(*(
                self._tensor(arrays[name], inputs[name].dtype) for name in inputs))
            taken = (ctypes.c_void_p * len(outputs))()
            tf.TF_SessionRun(
                self._session, None, feeds, given, len(inputs), fetches, taken, len(outputs),
                None, 0, None, self._status)
            for tensor in given:
                tf.TF_DeleteTensor(ctypes.c_void_p(tensor))
            self._check()
            return {name: self._array(ctypes.c_void_p(tensor), outputs[name].dtype)
                    for name, tensor in zip(outputs, taken)}

        return call

    def _output(self, tensor: Tensor) -> _Output:
        name, index = tensor.name.split(":")
        operation = self._tf.TF_GraphOperationByName(self._graph, name.encode())
        return _Output(operation, int(index))

    def _tensor(self, array: np.ndarray, dtype: type[np.generic]) -> int:
        array = np.ascontiguousarray(array, dtype)
        shape = (ctypes.c_int64 * array.ndim)(*array.shape)
        kind = next(kind for kind, known in DTYPES.items() if known == dtype)
        size = ctypes.c_size_t(array.nbytes)
        tensor = self._tf.TF_AllocateTensor(kind, shape, array.ndim, size)
        data = self._tf.TF_TensorData(ctypes.c_void_p(tensor))
        ctypes.memmove(data, array.ctypes.data, array.nbytes)
        return tensor

    def _array(self, tensor: ctypes.c_void_p, dtype: type[np.generic]) -> np.ndarray:
        tf = self._tf
        array = np.empty([tf.TF_Dim(tensor, i) for i in range(tf.TF_NumDims(tensor))], dtype)
        ctypes.memmove(array.ctypes.data, tf.TF_TensorData(tensor), array.nbytes)
        tf.TF_DeleteTensor(tensor)
        return array

    def close(self) -> None:
        """Frees the memory of the model."""
        self._tf.TF_CloseSession(self._session, self._status)
        self._tf.TF_DeleteSession(self._session, self._status)
        self._tf.TF_DeleteGraph(self._graph)
        self._tf.TF_DeleteStatus(self._status)


def _tensors(signature: bytes, number: int) -> dict[str, Tensor]:
    return {key: Tensor(info) for key, info in _map(signature, number).items()}


def main(path: str, requests: str, replies: str) -> None:
    """Runs all requests and prints the signatures and this process's modules as JSON."""
    session = Session(path)
    answers: dict[str, np.ndarray] = {}
    grouped: dict[str, dict[str, np.ndarray]] = {}
    with np.load(requests) as arrays:
        for key in arrays.files:
            request, name = key.rsplit("/", 1)
            grouped.setdefault(request, {})[name] = arrays[key]
    for request, inputs in grouped.items():
        for name, value in session.run(request.split("/")[0], **inputs).items():
            answers[f"{request}/{name}"] = value
    session.close()
    np.savez(replies, **cast(Any, answers))
    shapes = {name: [{key: tensor.shape for key, tensor in part.items()} for part in parts]
              for name, parts in session.signatures.items()}
    print(json.dumps({"signatures": shapes, "modules": sorted(sys.modules)}))


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except RuntimeError as error:
        print(f"error: {error}", file=sys.stderr)
        raise SystemExit(2) from None
