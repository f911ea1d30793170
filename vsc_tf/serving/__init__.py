"""SavedModels with named signatures, for TensorFlow Serving and for use without this library."""
from vsc_tf.serving.checking import check
from vsc_tf.serving.onnx import export_onnx
from vsc_tf.serving.writer import check_folder, export

__all__ = ["check", "check_folder", "export", "export_onnx"]
