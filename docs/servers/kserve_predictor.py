"""Serves `encode` of a SavedModel by KServe: v1 and v2 over REST, v2 over gRPC.

    python kserve_predictor.py saved_models/uci_har/1 --model_name uci_har --http_port 8080

Needs `pip install kserve==0.21.*` and TensorFlow; nothing else of the project that made the model.
"""
import argparse

import kserve
import numpy as np
import tensorflow as tf
from kserve.utils.utils import get_predict_input

KINDS = {tf.float32: "FP32", tf.int32: "INT32"}


class Encoder(kserve.Model):
    def __init__(self, name, path):
        super().__init__(name)
        self.loaded = tf.saved_model.load(path)
        self.encode, self.ready = self.loaded.signatures["serving_default"], True

    def get_input_types(self):
        return self._types(self.encode.structured_input_signature[1])

    def get_output_types(self):
        return self._types(self.encode.structured_outputs)

    def _types(self, tensors):
        return [{"name": name, "datatype": KINDS[spec.dtype], "shape": [
            -1 if size is None else size for size in spec.shape]} for name, spec in tensors.items()]

    def predict(self, payload, headers=None, response_headers=None):
        x = tf.constant(np.asarray(get_predict_input(payload)), tf.float32)
        found = {name: value.numpy() for name, value in self.encode(x=x).items()}
        if isinstance(payload, dict):  # v1: a dict for each row.
            return {"predictions": [dict(zip(found, map(np.ndarray.tolist, row)))
                                    for row in zip(*found.values())]}
        outputs = [kserve.InferOutput(name, list(value.shape), KINDS[tf.as_dtype(value.dtype)])
                   for name, value in found.items()]
        for output in outputs:
            output.set_data_from_numpy(found[output.name], binary_data=False)
        return kserve.InferResponse(payload.id or "", self.name, outputs)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(parents=[kserve.model_server.parser])
    parser.add_argument("path")
    args = parser.parse_args()
    kserve.ModelServer(http_port=args.http_port, grpc_port=args.grpc_port).start(
        [Encoder(args.model_name, args.path)])
