"""The gRPC predict API: binary messages, outputs filtered by the server."""
import pathlib
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from vsc_tf import extras
from vsc_tf.client.base import Client, Signature, Unavailable

_PACKAGE = "tensorflow-serving-api==2.21.*"
_OPTIONS = (  # Replies of any size, and quick reconnection.
    ("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1),
    ("grpc.initial_reconnect_backoff_ms", 100), ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 2000))


class GRPCClient(Client):
    """gRPC client of TensorFlow Serving at `address`, e.g. "localhost:8500".

    The arguments are those of `vsc_tf.client.base.Client`. Threads may share a client. Messages
    are not encrypted: use it in a trusted network only.

    Raises:
        ImportError: tensorflow-serving-api is not installed.

    >>> client = GRPCClient("localhost:8500", "uci_har", timeout=2.)
    >>> client.close()  # Or: with GRPCClient(...) as client: client.predict(x)["z"]
    """

    def __init__(self, address: str, model: str, version: int | None = None,
                 timeout: float = 10., retries: int = 3,
                 card: str | pathlib.Path | None = None) -> None:
        super().__init__(address, model, version, timeout, retries, card)
        self._grpc = extras.load("grpc", "grpcio", "GRPCClient")
        apis = "tensorflow_serving.apis"
        self._predict, self._metadata, services = (
            extras.load(f"{apis}.{name}", _PACKAGE, "GRPCClient") for name in (
                "predict_pb2", "get_model_metadata_pb2", "prediction_service_pb2_grpc"))
        self._channel = self._grpc.insecure_channel(address, _OPTIONS)
        self._stub = services.PredictionServiceStub(self._channel)

    def close(self) -> None:
        """Closes the channel."""
        self._channel.close()

    def _read_signatures(self, seconds: float) -> dict[str, Signature]:
        request = self._metadata.GetModelMetadataRequest(metadata_field=["signature_def"])
        self._address(request.model_spec)
        reply = self._ask(self._stub.GetModelMetadata, request, seconds)
        found = self._metadata.SignatureDefMap()
        if not reply.metadata["signature_def"].Unpack(found):
            raise self._bad("the signatures of a model", "a reply without them")
        return {name: Signature(_specs(definition.inputs), _specs(definition.outputs))
                for name, definition in found.signature_def.items()
                if not name.startswith("__")}  # Internal, without inputs.

    def _send(self, inputs: dict[str, np.ndarray], signature: str,
              output_filter: tuple[str, ...], seconds: float) -> dict[str, np.ndarray]:
        request = self._predict.PredictRequest(output_filter=output_filter)
        self._address(request.model_spec)
        request.model_spec.signature_name = signature
        for name, array in inputs.items():
            request.inputs[name].CopyFrom(tf.make_tensor_proto(array))
        reply = self._ask(self._stub.Predict, request, seconds)
        try:
            return {name: tf.make_ndarray(value) for name, value in reply.outputs.items()}
        except (TypeError, ValueError) as error:
            raise self._bad("tensors", f"what is none ({error})") from error

    def _address(self, model_spec: Any) -> None:
        model_spec.name = self.model
        if self.version is not None:
            model_spec.version.value = self.version

    def _ask(self, method: Callable[..., Any], request: Any, seconds: float) -> Any:
        code = self._grpc.StatusCode
        try:
            return method(request, timeout=max(0., seconds))
        except self._grpc.RpcError as error:
            status, details = error.code(), error.details()
            if status == code.DEADLINE_EXCEEDED:
                raise self._too_late() from error
            if status == code.UNAVAILABLE:
                raise Unavailable(details) from error
            if status in (code.INVALID_ARGUMENT, code.NOT_FOUND, code.FAILED_PRECONDITION):
                raise self._refused(details) from error
            raise self._bad("a reply", f"{status.name}, {details}",
                            "See the server's log.") from error


def _specs(tensors: Mapping[str, Any]) -> dict[str, tf.TensorSpec]:
    return {name: tf.TensorSpec([None if d.size < 0 else d.size for d in info.tensor_shape.dim],
                                info.dtype, name) for name, info in tensors.items()}
