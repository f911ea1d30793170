"""The protobuf messages of TensorFlow Serving that an export writes.

Names and numbers of fields are those of Serving's .proto files, `apis/prediction_log.proto`,
`config/model_server_config.proto` and `servables/tensorflow/session_bundle_config.proto`; of the
last, which is written as text only, the names. The package with their classes is an extra
(`vsc_tf[client]`), and lacks that one.
"""
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, text_format

# Message -> its fields: (name, number, type: int64, bool, string, bytes, or a message; repeated).
# A map is a repeated pair; a `TensorProto` is bytes here, which are the same on the wire.
_MESSAGES: dict[str, list[tuple[str, int, str, bool]]] = {
    "ModelSpec": [("name", 1, "string", False), ("signature_name", 3, "string", False)],
    "Input": [("key", 1, "string", False), ("value", 2, "bytes", False)],
    "PredictRequest": [("model_spec", 1, "ModelSpec", False), ("inputs", 2, "Input", True)],
    "PredictLog": [("request", 1, "PredictRequest", False)],
    "PredictionLog": [("predict_log", 6, "PredictLog", False)],
    "ModelConfig": [("name", 1, "string", False), ("base_path", 2, "string", False),
                    ("model_platform", 4, "string", False)],
    "ModelConfigList": [("config", 1, "ModelConfig", True)],
    "ModelServerConfig": [("model_config_list", 1, "ModelConfigList", False)],
    "Int64Value": [("value", 1, "int64", False)],
    "BoolValue": [("value", 1, "bool", False)],
    "BatchingParameters": [
        ("max_batch_size", 1, "Int64Value", False),
        ("batch_timeout_micros", 2, "Int64Value", False),
        ("max_enqueued_batches", 3, "Int64Value", False),
        ("enable_large_batch_splitting", 8, "BoolValue", False),
        ("max_execution_batch_size", 9, "Int64Value", False)]}


def _classes() -> dict[str, Any]:
    field = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(name="vsc_tf_serving.proto", package="vsc_tf.serving")
    for name, fields in _MESSAGES.items():
        message = file.message_type.add(name=name)
        for label, number, kind, repeated in fields:
            added = message.field.add(name=label, number=number, label=(
                field.LABEL_REPEATED if repeated else field.LABEL_OPTIONAL))
            if kind in _MESSAGES:
                added.type, added.type_name = field.TYPE_MESSAGE, f".{file.package}.{kind}"
            else:
                added.type = getattr(field, f"TYPE_{kind.upper()}")
    pool = descriptor_pool.DescriptorPool()
    found = pool.AddSerializedFile(file.SerializeToString()) or pool.FindFileByName(file.name)
    return {name: message_factory.GetMessageClass(found.message_types_by_name[name])
            for name in _MESSAGES}


CLASSES = _classes()


def text(name: str, content: dict[str, Any]) -> str:
    """A message as protobuf's text, which a server reads from a file.

    >>> print(text("ModelServerConfig", {"model_config_list": {"config": [{"name": "digits"}]}}))
    model_config_list {
      config {
        name: "digits"
      }
    }
    <BLANKLINE>
    """
    return text_format.MessageToString(CLASSES[name](**content), as_utf8=True)
