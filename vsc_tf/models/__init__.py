"""Keras models of sparse codes."""
from vsc_tf.models.vsc import VSC

__all__ = ["VSC"]
