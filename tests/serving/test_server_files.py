"""What a server reads: warm-up requests that parse and run, batching, the list of models."""
import re

import numpy as np
import pytest
import tensorflow as tf
from google.protobuf import text_format

import vsc_tf
from vsc_tf.likelihoods import Columns
from vsc_tf.serving import card, server_files
from vsc_tf.serving.c_api import Session

pytest.importorskip("tensorflow_serving", reason="tensorflow-serving-api is optional")
from tensorflow_serving.apis import prediction_log_pb2
from tensorflow_serving.config import model_server_config_pb2


def warmup(path):
    records = tf.data.TFRecordDataset(str(path / server_files.WARMUP)).as_numpy_iterator()
    return [prediction_log_pb2.PredictionLog.FromString(record) for record in records]


def test_warm_up_records_parse_and_run_for_every_signature(each):
    logs, session = warmup(each.path), Session(each.path)
    names = [log.predict_log.request.model_spec.signature_name for log in logs]
    assert len(names) == len(set(names)) and set(names) == set(session.signatures)
    for log in logs:
        assert log.WhichOneof("log_type") == "predict_log"
        request = log.predict_log.request
        assert request.model_spec.name == type(each.model).__name__.lower()
        assert not log.predict_log.HasField("response")
        inputs = {name: tf.make_ndarray(tensor) for name, tensor in request.inputs.items()}
        outputs = session.run(request.model_spec.signature_name, **inputs)
        assert all(len(value) == 1 and np.isfinite(value).all() for value in outputs.values())
    session.close()


@pytest.mark.parametrize("size", [0, 1, 127, 128, 20_000])
def test_records_are_what_the_official_classes_write(size):
    value = np.arange(size, dtype="float32").reshape(1, size)
    expected = prediction_log_pb2.PredictionLog()
    request = expected.predict_log.request
    request.model_spec.name, request.model_spec.signature_name = "n" * 200, "encode"
    request.inputs["x"].CopyFrom(tf.make_tensor_proto(value))
    assert server_files.prediction_log(
        "n" * 200, "encode", {"x": value}) == expected.SerializeToString()


def test_the_list_of_models_names_the_servable(vsc):
    text = (vsc.path.parent / server_files.CONFIG).read_text()
    config = text_format.Parse(text, model_server_config_pb2.ModelServerConfig())
    (model,) = config.model_config_list.config
    assert (model.name, model.base_path) == ("vsc", "/models/vsc")
    assert model.model_platform == "tensorflow"


def test_batching_parameters_are_those_that_the_server_knows(vsc):
    text = (vsc.path / server_files.BATCHING).read_text()
    found = dict(re.findall(r"(\w+) \{\n  value: (\w+)\n\}\n", text))
    assert 3 * len(found) == len(text.splitlines())
    # tensorflow_serving/servables/tensorflow/session_bundle_config.proto, BatchingParameters.
    assert found.keys() == {"max_batch_size", "batch_timeout_micros", "max_enqueued_batches",
                            "enable_large_batch_splitting", "max_execution_batch_size"}
    # One request at its largest must fit the queue.
    assert int(found["max_batch_size"]) <= (
        int(found["max_enqueued_batches"]) * int(found["max_execution_batch_size"]))
    assert server_files.BATCHING in card.read(vsc.path)["files"]


@pytest.mark.parametrize("likelihood", ["poisson", Columns([("poisson", 1), ("gaussian", 1)])],
                         ids=["counts", "table"])
def test_examples_of_a_model_of_counts_are_counts(likelihood):
    model = vsc_tf.VSC(2, likelihood=likelihood, encoder=vsc_tf.networks.mlp(4),
                       decoder=vsc_tf.networks.mlp(4))
    model.adapt(np.random.default_rng(0).poisson(3., (40, 2)).astype("float32"))
    x = server_files.observations(model, 5)
    np.testing.assert_array_equal(x[:, 0] % 1, 0.)
    assert np.isfinite(model.score(x)["elbo"]).all()
