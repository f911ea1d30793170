"""The REST predict API: JSON, for networks that block gRPC."""
from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow.core.framework import types_pb2

from vsc_tf import extras
from vsc_tf.client.base import Client, Signature, Unavailable


class RESTClient(Client):
    """REST client of TensorFlow Serving at `address`, e.g. "http://localhost:8501".

    The arguments are those of `vsc_tf.client.base.Client`. Use one client per thread.

    Raises:
        ImportError: requests is not installed.

    >>> client = RESTClient("http://localhost:8501", "uci_har", timeout=2.)
    >>> client.close()  # Or: with RESTClient(...) as client: client.predict(x)["z"]
    """

    def __init__(self, address: str, model: str, version: int | None = None,
                 timeout: float = 10., retries: int = 3) -> None:
        if not str(address).startswith(("http://", "https://")):
            raise ValueError("Argument `address` must start with http:// or https://. "
                             f"Received: address={address!r}")
        super().__init__(address.rstrip("/"), model, version, timeout, retries)
        self._requests = extras.load("requests", "requests", "RESTClient")
        self._session = self._requests.Session()
        self._session.trust_env = False  # A web proxy cannot reach the server.
        self._url = f"{self.address}/v1/models/{model}"
        if version is not None:
            self._url += f"/versions/{version}"

    def close(self) -> None:
        """Closes the session."""
        self._session.close()

    def _read_signatures(self, seconds: float) -> dict[str, Signature]:
        reply = self._ask("GET", f"{self._url}/metadata", None, seconds)
        found = reply["metadata"]["signature_def"]["signature_def"]
        return {name: Signature(_specs(definition["inputs"]), _specs(definition["outputs"]))
                for name, definition in found.items()
                if not name.startswith("__")}  # Internal, without inputs.

    def _send(self, inputs: dict[str, np.ndarray], signature: str,
              output_filter: tuple[str, ...], seconds: float) -> dict[str, np.ndarray]:
        body = {"signature_name": signature,
                "inputs": {name: array.tolist() for name, array in inputs.items()}}
        outputs = self._ask("POST", f"{self._url}:predict", body, seconds)["outputs"]
        specs = self.signatures()[signature].outputs
        if len(specs) == 1:  # The API then omits the name.
            outputs = {next(iter(specs)): outputs}
        return {name: np.asarray(outputs[name], spec.dtype.as_numpy_dtype)
                for name, spec in specs.items()}

    def _ask(self, method: str, url: str, body: dict[str, Any] | None, seconds: float) -> Any:
        if seconds <= 0.:
            raise self._too_late()
        try:
            reply = self._session.request(method, url, json=body, timeout=seconds)
        except self._requests.exceptions.Timeout as error:
            raise self._too_late() from error
        except self._requests.exceptions.ConnectionError as error:
            raise Unavailable(error) from error
        if reply.ok:
            return reply.json()
        message = f"HTTP {reply.status_code}, {reply.text[:1000]}"
        if reply.status_code in (429, 502, 503):
            raise Unavailable(message)
        if reply.status_code == 504:
            raise self._too_late()
        if reply.status_code < 500:
            raise self._refused(message)
        raise RuntimeError(f"The server at {self.address} failed. Received: {message}")


def _specs(tensors: Mapping[str, Any]) -> dict[str, tf.TensorSpec]:
    return {name: tf.TensorSpec(
        [None if int(d["size"]) < 0 else int(d["size"]) for d in info["tensor_shape"]["dim"]],
        types_pb2.DataType.Value(info["dtype"]), name) for name, info in tensors.items()}
