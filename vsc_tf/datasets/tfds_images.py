"""MNIST [L98] and Fashion-MNIST [X17]: 28x28 grey images in ten classes.

TensorFlow Datasets prepares them once in `TFDS_DATA_DIR` (or `~/tensorflow_datasets`); after
that no network is needed.
"""
from typing import Any

import numpy as np

from vsc_tf import extras
from vsc_tf.datasets.base import Dataset, Info, Split

SIZE = 28
_DESCRIPTIONS = {"mnist": "28x28 grey images of handwritten digits",
                 "fashion_mnist": "28x28 grey images of clothes"}
_LICENCES = {"mnist": "CC BY-SA 3.0", "fashion_mnist": "MIT"}
# Where TensorFlow Datasets downloads from; checked first because it takes minutes to time out.
SERVERS = {"mnist": "https://storage.googleapis.com/cvdf-datasets/mnist/train-labels-idx1-ubyte.gz",
           "fashion_mnist": "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"}


def load_mnist() -> Dataset:
    """Reads MNIST; see `load`."""
    return load("mnist")


def load_fashion_mnist() -> Dataset:
    """Reads Fashion-MNIST; see `load`."""
    return load("fashion_mnist")


def load(name: str) -> Dataset:
    """Reads a data set of 28x28 images, after downloading and preparing it if needed.

    Args:
        name: `"mnist"` or `"fashion_mnist"`.

    Returns:
        A `Dataset`: `x` [60000, 28, 28] and [10000, 28, 28] in [0, 1], `y` 0..9.

    Raises:
        OSError: The data set is not prepared here and cannot be downloaded.
        ValueError: The prepared copy is corrupt.

    Example (it needs the data): `load("mnist").train.x.shape == (60_000, 28, 28)`.
    """
    # Here, for a quick `import vsc_tf.datasets`: TensorFlow takes seconds.
    import tensorflow as tf

    tfds = extras.load("tensorflow_datasets", "vsc_tf[datasets]", f"The data set {name}")
    builder = tfds.builder(name)
    if not builder.is_prepared():
        _prepare(name, builder)
    try:
        # The whole split as one batch, in the official order.
        parts = builder.as_dataset(split=["train", "test"], batch_size=-1, as_supervised=True)
        train, test = (_split(*tfds.as_numpy(part)) for part in parts)
    except tf.errors.OpError as error:
        raise ValueError(f"{name}: expected an intact prepared copy in {builder.data_path}. "
                         f"Received: {error}. Delete that folder to prepare it again.") from error
    info = Info(name, (SIZE, SIZE), class_names=tuple(builder.info.features["label"].names),
                description=_DESCRIPTIONS[name], source=builder.info.homepage,
                licence=_LICENCES[name])
    return Dataset(train, test, info)


def _prepare(name: str, builder: Any) -> None:
    try:
        _check_server(SERVERS[name])
        builder.download_and_prepare()
    except Exception as error:  # TensorFlow Datasets has no common class for failed downloads.
        folder = builder.data_path.parent
        raise OSError(
            f"{name}: expected a prepared copy in {folder}, or a network to download it. "
            f"Received: {type(error).__name__}: {error}. On a machine with internet run: "
            f"python -c \"import tensorflow_datasets as tfds; tfds.load('{name}')\" and copy its "
            f"folder tensorflow_datasets/{name} to {folder}, or set TFDS_DATA_DIR to the folder "
            f"that holds {name}.") from error


def _check_server(url: str) -> None:
    import urllib.error  # Here to keep `import vsc_tf.datasets` fast.
    import urllib.request
    request = urllib.request.Request(url, method="HEAD")
    try:
        urllib.request.urlopen(request, timeout=20).close()
    except urllib.error.HTTPError:
        pass  # The server answers, which is enough.


def _split(images: np.ndarray, labels: np.ndarray) -> Split:
    x = images[..., 0].astype(np.float32)
    x /= 255
    return Split(x, labels)
