"""Bodies of encoders and decoders: plain Keras models, tensors in and out.

A body ends in features. The layers that turn features into a posterior (models/vsc.py) or a
likelihood (likelihoods.py) belong to the model, so one body serves every model of the library
and any Keras model of your own can take its place.
"""
import keras

if keras.backend.backend() != "tensorflow":
    raise ImportError("vsc_tf needs Keras on TensorFlow. Received: backend "
                      f"{keras.backend.backend()!r}. Set KERAS_BACKEND=tensorflow before "
                      "Keras is imported, or edit ~/.keras/keras.json.")


def mlp(hidden_units=512, name=None, dtype=None):
    """One hidden ReLU layer on flattened input, as in [T20] (there 1,000 to 3,000 units).

    Args:
        hidden_units: Positive integer, or a sequence of them for several hidden layers.
        name: Name of the Keras model.
        dtype: Dtype policy of its layers, e.g. "mixed_bfloat16"; default Keras's global one.

    >>> mlp(32)(keras.ops.zeros((2, 28, 28))).shape
    TensorShape([2, 32])
    """
    widths = list(hidden_units) if isinstance(hidden_units, (list, tuple)) else [hidden_units]
    if not widths or any(isinstance(w, bool) or not isinstance(w, int) or w < 1 for w in widths):
        raise ValueError("Argument `hidden_units` must be a positive integer or a sequence of "
                         f"them. Received: hidden_units={hidden_units!r}")
    dense = [keras.layers.Dense(w, activation="relu", dtype=dtype) for w in widths]
    return keras.Sequential([keras.layers.Flatten(dtype=dtype), *dense], name=name)
