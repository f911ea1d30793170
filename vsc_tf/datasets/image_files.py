"""Images that stay on disk: an array that decodes what is asked of it, on all cores."""
import concurrent.futures
import dataclasses
import math
import os

import numpy as np

from vsc_tf.datasets import picture

IN_MEMORY = 2**29  # Bytes up to which a split's images are decoded once and kept.


class ImageFiles:
    """Pictures as an array float32 [n, height, width] or [n, height, width, 3] in [0, 1].

    An index, a slice, a mask or an array of indices gives a NumPy array of the images, which
    are read, decoded, cropped and resized by as many threads as there are cores. Nothing is
    kept. `vsc_tf.datasets.batches.batches` makes a stream of training batches of it;
    `np.asarray` reads everything.

    Args:
        names: Name of each picture, for messages and for `source`.
        source: Function of a name that returns a path or a binary file.
        shape: Of one image, (height, width) if all are grey, else (height, width, 3).
        crop: As in `picture.decode`.

    >>> import tempfile
    >>> from PIL import Image
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for i in range(5):
    ...         Image.new("RGB", (40, 30), (255 * (i // 4), 0, 0)).save(f"{folder}/{i}.png")
    ...     images = ImageFiles([f"{folder}/{i}.png" for i in range(5)], str, (8, 8, 3))
    ...     images.shape, images[1:3].shape, images[[4, 0]][:, 0, 0, 0].tolist()
    ((5, 8, 8, 3), (2, 8, 8, 3), [1.0, 0.0])
    """

    dtype = np.dtype("float32")

    def __init__(self, names, source, shape, crop=None):
        self.names, self._source, self._crop = names, source, crop
        self.shape = (len(names), *shape)
        self._threads = concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1)

    ndim = property(lambda self: len(self.shape))
    nbytes = property(lambda self: math.prod(self.shape) * self.dtype.itemsize)

    def __len__(self):
        return len(self.names)

    def __getitem__(self, rows):
        rows = np.arange(len(self))[rows]
        x = np.empty((rows.size, *self.shape[1:]), self.dtype)
        list(self._threads.map(self._read_into, x, rows.ravel()))  # Raises what a thread raised.
        x /= 255
        return x.reshape(*rows.shape, *self.shape[1:])

    def _read_into(self, image, row):
        name = self.names[row]
        pixels = picture.decode(self._source(name), name, self.shape[1:3], self._crop)
        image[:] = pixels[..., None] if pixels.ndim < image.ndim else pixels

    def __array__(self, dtype=None, copy=None):
        return self[:] if dtype is None else self[:].astype(dtype, copy=False)

    def subset(self, rows):
        """The pictures at `rows` (indices or a mask) as `ImageFiles`; none is read."""
        rows = np.arange(len(self))[rows]
        return ImageFiles(
            [self.names[row] for row in rows], self._source, self.shape[1:], self._crop)


def keep_small(data):
    """The data set with its images in memory where they take at most `IN_MEMORY` bytes.

    Larger training splits stay on disk. Of a larger test split as many images as fit are taken,
    evenly spaced, and `info.note` says so: measures need all of it at once.
    """
    train, test, note = data.train, data.test, data.info.note
    fits = max(1, int(IN_MEMORY / test.x.nbytes * len(test.x)))
    if fits < len(test.x):
        note = (f"{note} The test split is {fits:,} of {len(test.x):,} images, evenly "
                "spaced.").strip()
        rows = np.linspace(0, len(test.x) - 1, fits).astype(int)
        test = type(test)(test.x.subset(rows), *(None if values is None else values[rows]
                                                 for values in (test.y, test.factors)))
    if train.x.nbytes <= IN_MEMORY:
        train = dataclasses.replace(train, x=train.x[:])
    else:
        note = f"{note} Training images are read from disk at every step.".strip()
    return dataclasses.replace(data, train=train, test=dataclasses.replace(test, x=test.x[:]),
                               info=dataclasses.replace(data.info, note=note))
