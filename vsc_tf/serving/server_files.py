"""What a server reads beside the graph: warm-up requests, batching, the list of models."""
import numpy as np
import tensorflow as tf

WARMUP = "assets.extra/tf_serving_warmup_requests"  # In the version's folder.
BATCHING = "batching_params.pbtxt"  # There, too: --enable_per_model_batching_parameters.
CONFIG = "models.config"  # Next to the versions.

# The matrix products of a batch beyond this size are no faster per row on two cores, and a row
# that waits for company waits a millisecond at most. The server takes one thread for each core.
BATCHING_TEXT = """max_batch_size { value: 256 }
batch_timeout_micros { value: 1000 }
max_enqueued_batches { value: 1000 }
"""


def models_config(name):
    """Text of `models.config` for a server that has the servable's folder as /models/<name>."""
    return f"""model_config_list {{
  config {{
    name: "{name}"
    base_path: "/models/{name}"
    model_platform: "tensorflow"
  }}
}}
"""


def observations(model, n):
    """Raw observations `[n, *shape]` that a model makes up by itself, always the same."""
    if model.prior.is_prior:
        return model.generate(n)
    noise = tf.random.stateless_normal((n, model.latent_dim), (0, 0))
    return model.decode(noise.numpy())


def requests(model, signatures, n):
    """For each signature, inputs of `n` rows as a server gets them: name -> input -> array."""
    noise = tf.random.stateless_normal((n, model.latent_dim), (0, 1)).numpy()
    x = observations(model, n)
    inputs = {"x": x, "z": model.encode(x).z, "noise": noise}
    return {name: {spec.name: inputs[spec.name] for spec in specs}
            for name, (_, specs) in signatures.items()}


def write_warmup(path, model_name, requests):
    """Writes one `PredictionLog` record for each of `requests` (signature -> inputs)."""
    with tf.io.TFRecordWriter(str(path)) as writer:
        for signature, inputs in requests.items():
            writer.write(prediction_log(model_name, signature, inputs))


def prediction_log(model_name, signature, inputs):
    """A serialised `tensorflow_serving.PredictionLog` of a request, without a reply.

    Written out, as it is four messages around TensorFlow's own `TensorProto`, and the package
    that holds their classes is not otherwise needed to export.
    """
    spec = _field(1, model_name.encode()) + _field(3, signature.encode())  # ModelSpec
    tensors = b"".join(
        _field(2, _field(1, name.encode()) + _field(2, _tensor(value)))
        for name, value in inputs.items())
    request = _field(1, spec) + tensors  # PredictRequest
    return _field(6, _field(1, request))  # PredictLog in PredictionLog


def _tensor(value):
    return tf.make_tensor_proto(np.asarray(value)).SerializeToString()


def _field(number, content):
    """A field of bytes in a protobuf message: key, length, content."""
    length, size = len(content), b""
    while length > 0x7F:
        size += bytes([length & 0x7F | 0x80])
        length >>= 7
    return bytes([number << 3 | 2]) + size + bytes([length]) + content
