"""Images that stay on disk: an array that decodes on access, on all cores."""
from __future__ import annotations

import concurrent.futures
import os
import pathlib
from collections.abc import Callable, Sequence
from typing import Any, BinaryIO

import numpy as np

from vsc_tf.datasets import picture
from vsc_tf.datasets.on_demand import OnDemand


class ImageFiles(OnDemand):
    """Images as an array float32 [n, height, width] or [n, height, width, 3] in [0, 1].

    Indexing with an integer, a slice, a mask or an array of indices returns a NumPy array of the
    images, which are read, decoded, cropped and resized in parallel, one thread per core.
    Nothing is cached. `vsc_tf.datasets.batches.batches` turns it into a stream of training
    batches; `np.asarray` reads everything.

    Args:
        names: Name of each image, for messages and for `source`.
        source: Function of a name that returns a path or a binary file.
        shape: Shape of one image, (height, width) if all are grey, else (height, width, 3).
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

    def __init__(self, names: Sequence[str],
                 source: Callable[[str], str | pathlib.Path | BinaryIO],
                 shape: Sequence[int], crop: float | None = None) -> None:
        self.names, self._source, self._crop = names, source, crop
        self.shape: tuple[int, ...] = (len(names), *shape)
        self._threads = concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1)

    def read(self, rows: np.ndarray) -> np.ndarray:
        x = np.empty((rows.size, *self.shape[1:]), self.dtype)
        list(self._threads.map(self._read_into, x, rows))  # Re-raises errors.
        x /= 255
        return x

    def _read_into(self, image: np.ndarray, row: int) -> None:
        name = self.names[row]
        pixels = picture.decode(self._source(name), name, self.shape[1:3], self._crop)
        image[:] = pixels[..., None] if pixels.ndim < image.ndim else pixels

    def subset(self, rows: Any) -> ImageFiles:
        rows = np.arange(len(self))[rows]
        return ImageFiles(
            [self.names[row] for row in rows], self._source, self.shape[1:], self._crop)
