"""Scaling of raw observations, fitted on the training set and kept with the model."""
import keras
import numpy as np
import tensorflow as tf

from vsc_tf import checks

METHODS = ("none", "unit_norm", "min_max", "standardise")


@keras.saving.register_keras_serializable(package="vsc_tf")
class Scaling(keras.layers.Layer):
    """Maps raw observations to what the encoder sees, and back.

    Args:
        method: One of
            "none": as they are.
            "unit_norm": each observation divided by its own L2 norm, as the code published
            with [T20] does; an observation of zeros stays zero.
            "min_max": (x - min) / (max - min) of each value over the training set.
            "standardise": (x - mean) / standard deviation of each value.

    A value that is constant in the training set (the border of an image) scales to 0 and
    comes back as that constant. Call `adapt` before use, as with `keras.layers.Normalization`.

    >>> scaling = Scaling("min_max")
    >>> scaling.adapt(np.array([[0., 5.], [4., 5.]]))
    >>> scaling(np.array([[1., 5.]])).numpy().tolist()
    [[0.25, 0.0]]
    """

    def __init__(self, method="none", **kwargs):
        checks.one_of("scaling", method, METHODS)
        super().__init__(autocast=False, **kwargs)
        self.method = method

    def build(self, input_shape):
        # Raw units do not fit bfloat16: no autocast, whatever the policy.
        fitted = {"trainable": False, "autocast": False}
        shape = tuple(input_shape[1:])
        if self.method in ("min_max", "standardise"):
            self.offset = self.add_weight(
                name="offset", shape=shape, initializer="zeros", **fitted)
            self.width = self.add_weight(name="width", shape=shape, initializer="ones", **fitted)
        if self.method == "unit_norm":
            self.mean_norm = self.add_weight(
                name="mean_norm", shape=(), initializer="ones", **fitted)

    def adapt(self, x):
        """Fits offset and width, or the mean norm, to training observations `[n, *shape]`."""
        x = np.asarray(x, "float32")
        if not self.built:
            self.build(x.shape)
            self.built = True
        if self.method == "min_max":
            self.offset.assign(x.min(axis=0))
            self.width.assign(x.max(axis=0) - x.min(axis=0))
        elif self.method == "standardise":
            self.offset.assign(x.mean(axis=0, dtype=np.float64))
            # Of a constant float32 column the computed deviation can be some 1e-8.
            constant = x.max(axis=0) == x.min(axis=0)
            self.width.assign(np.where(constant, 0., x.std(axis=0, dtype=np.float64)))
        elif self.method == "unit_norm":
            self.mean_norm.assign(_norms(x).numpy().mean())

    def call(self, x):
        x = tf.cast(x, tf.float32)
        if self.method == "unit_norm":
            return tf.math.divide_no_nan(x, _norms(x))
        if self.method in ("min_max", "standardise"):
            offset, width = tf.convert_to_tensor(self.offset), tf.convert_to_tensor(self.width)
            return tf.math.divide_no_nan(x - offset, width)
        return x

    def inverse(self, scaled, like=None):
        """Back to raw units.

        With "unit_norm" the length of an observation is not in its code: it is taken from the
        raw observations `like` `[n, *shape]` where given, else from the training set's mean.
        """
        raw = self.inverse_scale(scaled, like)
        return raw + self.offset if self.method in ("min_max", "standardise") else raw

    def inverse_scale(self, scale, like=None):
        """A spread (a standard deviation) back to raw units; arguments as for `inverse`."""
        scale = tf.cast(scale, tf.float32)
        if self.method == "unit_norm":
            return scale * (self.mean_norm if like is None else _norms(like))
        return scale * self.width if self.method in ("min_max", "standardise") else scale

    def get_config(self):
        return {**super().get_config(), "method": self.method}


def _norms(x):
    """L2 norm of each observation, `[n, 1, ...]`, ready to broadcast."""
    x = tf.cast(x, tf.float32)
    axes = list(range(1, len(x.shape)))
    return tf.sqrt(tf.reduce_sum(x**2, axis=axes, keepdims=True))
