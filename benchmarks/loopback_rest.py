"""The REST half of `benchmarks.loopback`: TensorFlow Serving's API and Open Inference Protocol."""
import contextlib
import http.server
import json
import re

import numpy as np
import tensorflow as tf
from google.protobuf import json_format

_HTTP = {"INVALID_ARGUMENT": 400, "NOT_FOUND": 404, "UNAVAILABLE": 503, "INTERNAL": 500}
_URL = re.compile(r"/v[12]/models/([^/:]+)(?:/versions/(\d+))?(/metadata|:predict|/infer)?$")
_V2 = {tf.float32: "FP32", tf.int32: "INT32"}  # Names of the Open Inference Protocol.


class Refusal(Exception):
    """An error for the client: a gRPC status name and a message."""


class RestServer(http.server.ThreadingHTTPServer):
    """Answers on 127.0.0.1 with what `owner`, a `LoopbackServer`, predicts."""

    daemon_threads = True

    def __init__(self, port, owner):
        super().__init__(("127.0.0.1", port), _Handler)
        self.owner = owner


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # Keeps connections.
    disable_nagle_algorithm = True

    def do_GET(self):
        if self.path.startswith("/v2/"):
            self._answer(self._metadata_v2, None)
        else:
            self._answer(self._metadata, "/metadata")

    def do_POST(self):
        if self.path.startswith("/v2/"):
            self._answer(self._infer, "/infer")
        else:
            self._answer(self._predict, ":predict")

    def log_message(self, *args):
        pass

    def _answer(self, function, ending):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status = 200
        try:
            match = _URL.match(self.path)
            if not match or match[3] != ending:
                raise Refusal("NOT_FOUND", f"Malformed request: {self.command} {self.path}")
            reply = function(match[1], int(match[2]) if match[2] else None, body)
        except Refusal as refusal:
            status, reply = _HTTP[refusal.args[0]], {"error": refusal.args[1]}
        data = json.dumps(reply).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        with contextlib.suppress(ConnectionError):  # The client did not wait.
            self.end_headers()
            self.wfile.write(data)

    def _metadata(self, name, version, body):
        version, definitions = self.server.owner.metadata(name, version)
        found = json_format.MessageToDict(definitions, preserving_proto_field_name=True,
                                          always_print_fields_with_no_presence=True)
        return {"model_spec": {"name": name, "signature_name": "", "version": str(version)},
                "metadata": {"signature_def": found}}

    def _metadata_v2(self, name, version, body):
        _, definitions = self.server.owner.metadata(name, version)
        default = definitions.signature_def["serving_default"]
        return {"name": name, "platform": "tensorflow_savedmodel", **{
            key: [{"name": tensor, "datatype": _V2[tf.as_dtype(info.dtype)],
                   "shape": [dim.size for dim in info.tensor_shape.dim]}
                  for tensor, info in tensors.items()]
            for key, tensors in (("inputs", default.inputs), ("outputs", default.outputs))}}

    def _infer(self, name, version, body):
        try:
            request = json.loads(body)
            inputs = {tensor["name"]: np.reshape(tensor["data"], tensor["shape"])
                      for tensor in request["inputs"]}
            wanted = [tensor["name"] for tensor in request.get("outputs", ())]
        except (ValueError, KeyError, TypeError) as error:
            raise Refusal("INVALID_ARGUMENT", f"JSON Parse error: {error}") from error
        _, outputs = self.server.owner.predict(name, version, None, inputs, wanted)
        return {"model_name": name, "outputs": [
            {"name": key, "datatype": _V2[value.dtype], "shape": value.shape.as_list(),
             "data": value.numpy().ravel().tolist()} for key, value in outputs.items()]}

    def _predict(self, name, version, body):
        try:
            request = json.loads(body)
            inputs = request["inputs"]
        except (ValueError, KeyError, TypeError) as error:
            raise Refusal("INVALID_ARGUMENT", f"JSON Parse error: {error}") from error
        _, outputs = self.server.owner.predict(
            name, version, request.get("signature_name"), inputs)
        lists = {key: value.numpy().tolist() for key, value in outputs.items()}
        return {"outputs": lists if len(lists) > 1 else next(iter(lists.values()))}
