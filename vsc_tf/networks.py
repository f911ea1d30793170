"""Bodies of encoders and decoders: plain Keras models, tensors in and out.

A body outputs features. The layers that turn features into a posterior (posteriors/) or
a likelihood (likelihoods/) belong to the model, so the same body works with every model of the
library, and you can use any Keras model instead.
"""
import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import keras

if keras.backend.backend() != "tensorflow":
    raise ImportError("vsc_tf needs Keras on TensorFlow. Received: backend "
                      f"{keras.backend.backend()!r}. Set KERAS_BACKEND=tensorflow before "
                      "Keras is imported, or edit ~/.keras/keras.json.")


def mlp(hidden_units: int | Sequence[int] = 512, name: str | None = None,
        dtype: str | keras.DTypePolicy | None = None) -> keras.Sequential:
    """One hidden ReLU layer on flattened input, as in [T20] (with 1,000 to 3,000 units there).

    Args:
        hidden_units: Positive integer, or a sequence of them for several hidden layers.
        name: Name of the Keras model.
        dtype: Dtype policy of its layers, e.g. "mixed_bfloat16"; default: Keras's global one.

    >>> mlp(32)(keras.ops.zeros((2, 28, 28))).shape
    TensorShape([2, 32])
    """
    widths = list(hidden_units) if isinstance(hidden_units, (list, tuple)) else [hidden_units]
    if not widths or not _positive_integers(widths):
        raise ValueError("Argument `hidden_units` must be a positive integer or a sequence of "
                         f"them. Received: hidden_units={hidden_units!r}")
    dense = [keras.layers.Dense(w, activation="relu", dtype=dtype) for w in widths]
    return keras.Sequential([keras.layers.Flatten(dtype=dtype), *dense], name=name)


def identity(name: str | None = None,
             dtype: str | keras.DTypePolicy | None = None) -> keras.Sequential:
    """No body at all: what goes in comes out. For likelihoods that read codes as they are.

    >>> identity()(keras.ops.ones((1, 2))).numpy().tolist()
    [[1.0, 1.0]]
    """
    # By name: the layer's own configuration cannot hold a policy.
    policy = None if dtype is None else keras.dtype_policies.get(dtype).name
    return keras.Sequential([keras.layers.Identity(dtype=policy)], name=name)


def is_identity(body: keras.Model) -> bool:
    """Whether a body is that of `identity`.

    >>> is_identity(identity()), is_identity(mlp(3))
    (True, False)
    """
    return bool(body.layers) and all(
        type(layer) is keras.layers.Identity for layer in body.layers)


def conv(shape: Sequence[int], filters: Sequence[int] = (32, 64, 128),
         dtype: str | keras.DTypePolicy | None = None) -> tuple[keras.Sequential, keras.Sequential]:
    """A pair (encoder, decoder) of convolutional bodies for images ([R]).

    Each convolution, 3x3 with ReLU, halves height and width (rounded up); the encoder's features
    are the last feature maps, flattened. The decoder starts from the same number of features,
    doubles height and width by transposed convolutions and crops to the image. It outputs maps
    `[batch, height, width, filters[0]]`, which the likelihood reads pixel by pixel.

    Args:
        shape: Shape of one observation, (height, width) or (height, width, channels).
        filters: Positive integers, one convolution each, from the image inwards.
        dtype: Dtype policy of the layers, e.g. "mixed_bfloat16"; default: Keras's global one.

    Raises:
        ValueError: The observations are not images, or a number is not a positive integer.

    >>> encoder, decoder = conv((28, 28), filters=(8, 16, 32))
    >>> encoder(keras.ops.zeros((2, 28, 28))).shape, decoder(keras.ops.zeros((2, 60))).shape
    (TensorShape([2, 512]), TensorShape([2, 28, 28, 8]))
    """
    sizes = _tuple(shape)
    if len(sizes) not in (2, 3) or not _positive_integers(sizes):
        raise ValueError("Argument `shape` must be that of an image, (height, width) or (height, "
                         f"width, channels). Received: shape={shape!r}. Use networks.mlp for "
                         "tables, networks.conv1d for signals.")
    layers = keras.layers
    return _pair((*sizes, 1)[:3], _checked(filters), layers.Conv2D, layers.Conv2DTranspose,
                 layers.Cropping2D, dtype)


def conv_batch_norm(shape: Sequence[int], filters: Sequence[int] = (64, 64, 128, 128),
                    dtype: str | keras.DTypePolicy | None = None
                    ) -> tuple[keras.Sequential, keras.Sequential]:
    """The pair (encoder, decoder) of [F22] for images: four 4 x 4 convolutions each way.

    The first two halve height and width, the third takes 3 pixels off and the last halves again,
    each with batch normalisation and ReLU; of 28 x 28 pixels one is left. The decoder undoes them
    and is cropped, or padded, to the image. It outputs one map for each channel, which the
    likelihood reads pixel by pixel; [F22] has a sigmoid there (`mean_activation`).

    Args:
        shape: Shape of one observation, (height, width) or (height, width, channels).
        filters: Four positive integers.
        dtype: Dtype policy of the layers; default: Keras's global one.

    Raises:
        ValueError: The observations are not images of at least 28 x 28 pixels, or there are not
            four filters.

    >>> encoder, decoder = conv_batch_norm((28, 28), filters=(2, 2, 4, 4))
    >>> encoder(keras.ops.zeros((2, 28, 28))).shape, decoder(keras.ops.zeros((2, 9))).shape
    (TensorShape([2, 4]), TensorShape([2, 28, 28, 1]))
    """
    sizes, filters = _tuple(shape), _checked(filters)
    if len(sizes) not in (2, 3) or not _positive_integers(sizes) or min(sizes[:2]) < 28:
        raise ValueError("Argument `shape` must be that of an image of at least 28 x 28 pixels. "
                         f"Received: shape={shape!r}. Use networks.conv for smaller ones.")
    if len(filters) != 4:
        raise ValueError("Argument `filters` must hold four positive integers. Received: "
                         f"filters={filters!r}")
    layers, sizes = keras.layers, (*sizes, 1)[:3]
    steps = ((2, 1), (2, 1), (1, 0), (2, 0))  # Strides and padding.
    encoder, sides = [layers.Reshape(sizes, dtype=dtype)], [sizes[:2]]
    for count, (stride, padding) in zip(filters, steps):
        encoder += [layers.ZeroPadding2D(padding, dtype=dtype),
                    layers.Conv2D(count, 4, stride, dtype=dtype),
                    layers.BatchNormalization(dtype=dtype), layers.ReLU(dtype=dtype)]
        sides.append(tuple((side + 2 * padding - 4) // stride + 1 for side in sides[-1]))
    decoder = [layers.Dense(math.prod(sides[-1]) * filters[-1], dtype=dtype),
               layers.BatchNormalization(dtype=dtype), layers.ReLU(dtype=dtype),
               layers.Reshape((*sides[-1], filters[-1]), dtype=dtype)]
    backwards = zip((filters[3], *filters[1::-1], sizes[-1]), steps[::-1], sides[-2::-1])
    now = sides[-1]
    for i, (count, (stride, padding), wanted) in enumerate(backwards):
        decoder += [layers.Conv2DTranspose(count, 4, stride, dtype=dtype),
                    layers.Cropping2D(padding, dtype=dtype)]
        now = tuple((side - 1) * stride + 4 - 2 * padding for side in now)
        if now != wanted:  # Halving had left one pixel over.
            decoder.append(layers.ZeroPadding2D(
                [(0, b - a) for a, b in zip(now, wanted)], dtype=dtype))
            now = wanted
        if i < 3:
            decoder += [layers.BatchNormalization(dtype=dtype), layers.ReLU(dtype=dtype)]
    return (keras.Sequential([*encoder, layers.Flatten(dtype=dtype)], name="encoder"),
            keras.Sequential(decoder, name="decoder"))


def conv1d(shape: Sequence[int], filters: Sequence[int] = (32, 64, 128),
           dtype: str | keras.DTypePolicy | None = None
           ) -> tuple[keras.Sequential, keras.Sequential]:
    """A pair (encoder, decoder) of convolutional bodies for one-dimensional signals.

    `conv` along one axis: each convolution, of 3 neighbours with ReLU, halves the length (rounded
    up); the encoder's features are the last feature maps, flattened. The decoder starts from the
    same number of features, doubles the length by transposed convolutions and crops to that of
    the signal, whatever it is. It outputs maps `[batch, length, filters[0]]`, which the likelihood
    reads point by point.

    Args:
        shape: Shape of one observation, (length,) or (length, channels).
        filters: Positive integers, one convolution each, from the signal inwards.
        dtype: Dtype policy of the layers, e.g. "mixed_bfloat16"; default: Keras's global one.

    Raises:
        ValueError: The observations are not signals, or are too short for so many convolutions,
            or a number is not a positive integer.

    >>> encoder, decoder = conv1d((50, 3), filters=(8, 16, 32))
    >>> encoder(keras.ops.zeros((2, 50, 3))).shape, decoder(keras.ops.zeros((2, 60))).shape
    (TensorShape([2, 224]), TensorShape([2, 50, 8]))
    """
    sizes, filters = _tuple(shape), _checked(filters)
    if len(sizes) not in (1, 2) or not _positive_integers(sizes):
        raise ValueError("Argument `shape` must be that of a signal, (length,) or (length, "
                         f"channels). Received: shape={shape!r}. Use networks.conv for images.")
    shortest = 2**(len(filters) - 1) + 1
    if sizes[0] < shortest:  # The last convolution would see a single point.
        raise ValueError(
            f"Argument `shape` must have a length of at least {shortest} for {len(filters)} "
            f"convolutions, which halve it. Received: shape={shape!r}. Give fewer filters, or use "
            "networks.mlp.")
    layers = keras.layers
    return _pair((*sizes, 1)[:2], filters, layers.Conv1D, layers.Conv1DTranspose,
                 lambda margins, dtype: layers.Cropping1D(*margins, dtype=dtype), dtype)


def _pair(shape: tuple[int, ...], filters: tuple[int, ...], convolution: Callable,
          transposed: Callable, cropping: Callable, dtype: str | keras.DTypePolicy | None
          ) -> tuple[keras.Sequential, keras.Sequential]:
    """Encoder and decoder with as many axes as the layers have; `shape` ends with channels."""
    layers = keras.layers
    settings = {"strides": 2, "padding": "same", "activation": "relu", "dtype": dtype}
    sides = [-(-size // 2**len(filters)) for size in shape[:-1]]
    beyond = [side * 2**len(filters) - size for side, size in zip(sides, shape)]
    encoder = keras.Sequential([
        layers.Reshape(shape, dtype=dtype),
        *(convolution(count, 3, **settings) for count in filters),
        layers.Flatten(dtype=dtype)], name="encoder")
    decoder = keras.Sequential([
        layers.Dense(math.prod(sides) * filters[-1], activation="relu", dtype=dtype),
        layers.Reshape((*sides, filters[-1]), dtype=dtype),
        *(transposed(count, 3, **settings) for count in (*filters[-2::-1], filters[0])),
        cropping([(extra // 2, extra - extra // 2) for extra in beyond], dtype=dtype)],
        name="decoder")
    return encoder, decoder


def _checked(filters: Any) -> tuple[int, ...]:
    counts = _tuple(filters)
    if not counts or not _positive_integers(counts):
        raise ValueError("Argument `filters` must be a sequence of positive integers. "
                         f"Received: filters={filters!r}")
    return counts


def _positive_integers(values: Iterable[Any]) -> bool:
    return all(isinstance(v, int) and not isinstance(v, bool) and v >= 1 for v in values)


def _tuple(values: Any) -> tuple:
    """A sequence as a tuple, anything else as an empty one, which nothing here takes."""
    return tuple(values) if isinstance(values, Iterable) else ()
