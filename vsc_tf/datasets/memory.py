"""Which images of a data set are read into memory."""
import dataclasses

import numpy as np

from vsc_tf.datasets.base import Dataset
from vsc_tf.datasets.image_files import ImageFiles

IN_MEMORY = 2**29  # Bytes up to which the images of a split are kept in memory.


def keep_small(data: Dataset) -> Dataset:
    """Reads splits that take at most `IN_MEMORY` bytes into memory.

    Larger training splits stay on disk. A larger test split is reduced to as many evenly spaced
    images as fit, because measures need all of it at once; `info.note` says so.
    """
    train, test, note = data.train, data.test, data.info.note
    if not (isinstance(train.x, ImageFiles) and isinstance(test.x, ImageFiles)):
        return data
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
