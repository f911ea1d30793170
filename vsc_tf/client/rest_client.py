"""The REST predict API: JSON, for where gRPC does not get through."""
import numpy as np
import tensorflow as tf
from tensorflow.core.framework import types_pb2

from vsc_tf import extras
from vsc_tf.client.base import Client, Signature, Unavailable


class RESTClient(Client):
    """Client of a TensorFlow Serving at `address`, e.g. "http://localhost:8501", by REST.

    All arguments are those of `vsc_tf.client.base.Client`. A thread should have its own.

    Raises:
        ImportError: requests is not installed.

    >>> client = RESTClient("http://localhost:8501", "uci_har", timeout=2.)
    >>> client.close()  # Or: with RESTClient(...) as client: client.predict(x)["z"]
    """

    def __init__(self, address, model, version=None, timeout=10., retries=3):
        if not str(address).startswith(("http://", "https://")):
            raise ValueError("Argument `address` must start with http:// or https://. "
                             f"Received: address={address!r}")
        super().__init__(address.rstrip("/"), model, version, timeout, retries)
        self._requests = extras.load("requests", "requests", "RESTClient")
        self._session = self._requests.Session()
        self._session.trust_env = False  # A proxy for the web does not know the server.
        self._url = f"{self.address}/v1/models/{model}"
        if version is not None:
            self._url += f"/versions/{version}"

    def close(self):
        self._session.close()

    def _read_signatures(self, seconds):
        reply = self._ask("GET", f"{self._url}/metadata", None, seconds)
        found = reply["metadata"]["signature_def"]["signature_def"]
        return {name: Signature(_specs(definition["inputs"]), _specs(definition["outputs"]))
                for name, definition in found.items()
                if not name.startswith("__")}  # TensorFlow's own, without inputs.

    def _send(self, inputs, signature, output_filter, seconds):
        body = {"signature_name": signature,
                "inputs": {name: array.tolist() for name, array in inputs.items()}}
        outputs = self._ask("POST", f"{self._url}:predict", body, seconds)["outputs"]
        specs = self.signatures()[signature].outputs
        if len(specs) == 1:  # Then the API leaves its name out.
            outputs = {next(iter(specs)): outputs}
        return {name: np.asarray(outputs[name], spec.dtype.as_numpy_dtype)
                for name, spec in specs.items()}

    def _ask(self, method, url, body, seconds):
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


def _specs(tensors):
    return {name: tf.TensorSpec(
        [None if int(d["size"]) < 0 else int(d["size"]) for d in info["tensor_shape"]["dim"]],
        types_pb2.DataType.Value(info["dtype"]), name) for name, info in tensors.items()}
