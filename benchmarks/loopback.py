"""A stand-in for TensorFlow Serving on this machine: its gRPC and REST predict APIs.

Of Triton and KServe, too, as far as REST goes: the Open Inference Protocol.

    python -m benchmarks.loopback saved_models --grpc-port 8500 --rest-port 8501

Serves the highest version of every servable in a folder, on 127.0.0.1 only, with the protocol
definitions of tensorflow-serving-api and the SavedModel run by Python's TensorFlow. Requests are
put into batches by the server's own scheduler, as the version's `batching_params.pbtxt` says
(`benchmarks/batching.py`). For tests and for trying a client out; it does not watch the folder.
"""
import argparse
import concurrent.futures
import pathlib
import threading
import time

import grpc
import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2
from tensorflow_serving.apis import get_model_metadata_pb2, predict_pb2, prediction_service_pb2_grpc

from benchmarks.batching import batched, parameters
from benchmarks.loopback_rest import Refusal, RestServer
from vsc_tf.serving.server_files import BATCHING


class LoopbackServer:
    """Serves the servables of a folder until it is closed; a context manager.

    Args:
        folder: Folder of servables, `<name>/<version>/saved_model.pb`.
        grpc_port, rest_port: Ports, or 0 for free ones.
        threads: Requests that are worked on at the same time over gRPC.
        batching: Whether requests are put into batches.

    Attributes:
        grpc_address, rest_address: What a client takes.
        delay: Seconds that every reply is held back; 0 at first.
        failures: So many requests to come are answered with UNAVAILABLE; 0 at first.
        requests: Number of requests so far.
    """

    def __init__(self, folder, grpc_port=0, rest_port=0, threads=64, batching=True):
        self.delay, self.failures, self.requests = 0., 0, 0
        self._lock, self._models = threading.Lock(), {}
        for path in sorted(pathlib.Path(folder).glob("*/[0-9]*/saved_model.pb")):
            name, version = path.parent.parent.name, int(path.parent.name)
            if version > self._models.get(name, (0,))[0]:
                self._models[name] = (version, path.parent)
        self._models = {name: (version, _functions(path, batching), _signatures(path))
                        for name, (version, path) in self._models.items()}
        self._grpc = grpc.server(
            concurrent.futures.ThreadPoolExecutor(threads), options=[
                ("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1),
                ("grpc.so_reuseport", 0)])
        prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(
            _Service(self), self._grpc)
        self.grpc_address = f"127.0.0.1:{self._grpc.add_insecure_port(f'127.0.0.1:{grpc_port}')}"
        self._rest = RestServer(rest_port, self)
        self.rest_address = f"http://127.0.0.1:{self._rest.server_port}"
        self._grpc.start()
        threading.Thread(target=self._rest.serve_forever, args=(0.05,), daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def close(self):
        self._grpc.stop(grace=None).wait(5)
        self._rest.shutdown()
        self._rest.server_close()

    def find(self, name, version):
        """(version, (loaded, functions), signature definitions) of a servable."""
        with self._lock:
            self.requests += 1
            if self.failures:
                self.failures -= 1
                raise Refusal("UNAVAILABLE", "no room for this request")
        time.sleep(self.delay)
        found = self._models.get(name)
        if found is None or version not in (None, found[0]):
            wanted = f"Latest({name})" if version is None else f"Specific({name}, {version})"
            raise Refusal("NOT_FOUND", f"Servable not found for request: {wanted}")
        return found

    def predict(self, name, version, signature, inputs, output_filter=()):
        """(version, dict of output tensors) for a dict of input arrays."""
        version, (_, functions), definitions = self.find(name, version)
        signature = signature or "serving_default"
        if signature not in definitions:
            raise Refusal("INVALID_ARGUMENT", f"Serving signature name: {signature!r} not found "
                          f"in signature def")
        expected = set(definitions[signature].inputs)
        if set(inputs) != expected:
            raise Refusal("INVALID_ARGUMENT", "input size does not match signature: "
                          f"{sorted(inputs)} given, {sorted(expected)} expected")
        unknown = set(output_filter) - set(definitions[signature].outputs)
        if unknown:
            raise Refusal("INVALID_ARGUMENT", f"output tensor alias not found: {unknown}")
        try:
            reply = functions[signature](**{
                key: tf.constant(value, tf.as_dtype(definitions[signature].inputs[key].dtype))
                for key, value in inputs.items()})
        except (tf.errors.OpError, TypeError, ValueError) as error:
            raise Refusal("INVALID_ARGUMENT", str(error)) from error
        return version, {key: reply[key] for key in output_filter or reply}

    def metadata(self, name, version):
        version, _, definitions = self.find(name, version)
        return version, get_model_metadata_pb2.SignatureDefMap(signature_def=definitions)


def _functions(path, batching):
    """(loaded model, which its functions need; name of each signature -> its function)."""
    loaded = tf.saved_model.load(str(path))
    file = path / BATCHING
    if not batching or not file.is_file():
        return loaded, dict(loaded.signatures)
    numbers = parameters(file.read_text())
    return loaded, {
        name: batched(signature, signature.structured_input_signature[1], numbers)
        for name, signature in loaded.signatures.items()}


def _signatures(path):
    saved = saved_model_pb2.SavedModel.FromString((path / "saved_model.pb").read_bytes())
    return dict(saved.meta_graphs[0].signature_def)


class _Service(prediction_service_pb2_grpc.PredictionServiceServicer):
    def __init__(self, owner):
        self.owner = owner

    def Predict(self, request, context):
        spec = request.model_spec
        try:
            version, outputs = self.owner.predict(
                spec.name, _version(spec), spec.signature_name,
                {key: tf.make_ndarray(value) for key, value in request.inputs.items()},
                tuple(request.output_filter))
        except Refusal as refusal:
            context.abort(grpc.StatusCode[refusal.args[0]], refusal.args[1])
        reply = predict_pb2.PredictResponse()
        reply.model_spec.name = spec.name
        reply.model_spec.version.value = version
        for key, value in outputs.items():
            reply.outputs[key].CopyFrom(tf.make_tensor_proto(value.numpy()))
        return reply

    def GetModelMetadata(self, request, context):
        spec = request.model_spec
        try:
            version, definitions = self.owner.metadata(spec.name, _version(spec))
        except Refusal as refusal:
            context.abort(grpc.StatusCode[refusal.args[0]], refusal.args[1])
        reply = get_model_metadata_pb2.GetModelMetadataResponse()
        reply.model_spec.name = spec.name
        reply.model_spec.version.value = version
        reply.metadata["signature_def"].Pack(definitions)
        return reply


def _version(spec):
    return spec.version.value if spec.HasField("version") else None


def main(argv=None):
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.loopback", description=__doc__.splitlines()[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    add = parser.add_argument
    add("folder", type=pathlib.Path, help="folder of servables, e.g. saved_models")
    add("--grpc-port", type=int, default=8500, help="0 for a free one")
    add("--rest-port", type=int, default=8501, help="0 for a free one")
    add("--batching", action=argparse.BooleanOptionalAction, default=True,
        help="put requests into batches, as their versions say")
    args = parser.parse_args(argv)
    with LoopbackServer(args.folder, args.grpc_port, args.rest_port,
                        batching=args.batching) as server:
        print(server.grpc_address, server.rest_address, flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
