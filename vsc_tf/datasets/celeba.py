"""CelebA [L15]: 202,599 photographs of faces with forty attributes, read from the official zip.

`img_align_celeba.zip` and `list_attr_celeba.txt` are expected in `<data>/downloads/manual/`,
where `<data>` is `TFDS_DATA_DIR`, as for TensorFlow Datasets, or `~/tensorflow_datasets`. The zip
is never unpacked: training reads and decodes the images it needs.
"""
import io
import os
import pathlib

import numpy as np

from vsc_tf.datasets import download, images
from vsc_tf.datasets.archive import Archive
from vsc_tf.datasets.base import Dataset, Info, Split
from vsc_tf.datasets.image_files import ImageFiles
from vsc_tf.datasets.memory import keep_small
from vsc_tf.datasets.splitting import random_split

PAGE = "https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html"
ZIP, ATTRIBUTES, ROOT = "img_align_celeba.zip", "list_attr_celeba.txt", "img_align_celeba"
COUNT, TRAIN, TEST_FROM = 202_599, 162_770, 182_637  # Official split; validation lies in between.
CROP = 148 / 178  # The face: the central 148 x 148 pixels of the 178 x 218 image.


def load(path: str | pathlib.Path | None = None,
         image_size: int | tuple[int, int] = 64) -> Dataset:
    """Opens the data set; images are cropped to the face, resized and scaled to [0, 1].

    Args:
        path: The zip, or the unpacked folder `img_align_celeba`, with `list_attr_celeba.txt`
            next to it. Default: see the module's docstring.
        image_size: Integer, or (height, width), to resize to.

    Returns:
        A `Dataset`: `x` [n, h, w, 3], for the training split an `ImageFiles` that reads from
        the zip during training, unless it is small; `factors` [n, 40], 1 where the attribute is
        present, else 0. The split is the official one, without the validation part; if the zip
        has fewer images, a random fifth is the test split.

    Raises:
        ValueError: The files are missing or corrupt, or do not match each other.
    """
    height, width = images.check_size(image_size)
    path = _find(path)
    archive = Archive(path, ROOT, f"Get the official file at {PAGE} again.")
    attributes, names, present = _attributes(path.with_name(ATTRIBUTES))
    missing = next((name for name in names if name not in archive), None)
    if missing is not None:
        raise ValueError(f"{path}: expected the images that {ATTRIBUTES} lists. Received: no "
                         f"{missing}. Get both files at {PAGE} again.")
    x = ImageFiles(names, lambda name: io.BytesIO(archive.read(name)), (height, width, 3), CROP)
    info = Info("celeba", x.shape[1:], description="photographs of faces, forty attributes",
                source=PAGE, licence="non-commercial research", factor_names=attributes,
                factor_groups=tuple(range(len(attributes))), group_names=attributes)
    if len(names) != COUNT:
        return keep_small(random_split(Split(x, factors=present), info, 0.2, seed=0))
    train, test = (Split(x.subset(rows), None, present[rows])
                   for rows in (slice(TRAIN), slice(TEST_FROM, None)))
    return keep_small(Dataset(train, test, info))


def _find(path: str | pathlib.Path | None) -> pathlib.Path:
    if path is None:
        path = download.data_folder() / "downloads" / "manual" / ZIP
    path = pathlib.Path(os.path.expanduser(path))
    for file in (path, path.with_name(ATTRIBUTES)):
        if not file.exists():
            raise ValueError(f"celeba: expected {ZIP} and {ATTRIBUTES} side by side. Received: "
                             f"{file}, which does not exist. Get both at {PAGE} (aligned and "
                             f"cropped images; they cannot be downloaded without a browser), "
                             f"and place them in {path.parent}.")
    return path


def _attributes(path: pathlib.Path) -> tuple[tuple[str, ...], list[str], np.ndarray]:
    """Names of the attributes, names of the images, and float32 [n, 40] of 0 and 1."""
    try:
        with open(path, encoding="ascii") as file:
            count, attributes = int(file.readline()), tuple(file.readline().split())
            lines = file.read().splitlines()
        names = [line.split(maxsplit=1)[0] for line in lines]
        if not names or len(names) != count:
            raise ValueError(f"{len(names)} of {count} lines")
        signs = np.loadtxt(lines, np.int8, usecols=range(1, 1 + len(attributes)), ndmin=2)
        if not np.isin(signs, (-1, 1)).all():
            raise ValueError(f"values from {signs.min()} to {signs.max()}")
    except (ValueError, IndexError) as error:
        raise ValueError(f"{path}: expected the number of images, a line of attributes, and for "
                         "each image its name and -1 or 1 for each attribute. Received: "
                         f"{error}. Get the official file at {PAGE} again.") from error
    return attributes, names, (signs > 0).astype(np.float32)
