"""Your own images: a folder of image files, or with one sub-folder for each class."""
import concurrent.futures
import pathlib
from collections.abc import Sequence

import numpy as np

from vsc_tf.datasets import image_folder, picture
from vsc_tf.datasets.base import Dataset, Info, Split
from vsc_tf.datasets.image_files import ImageFiles
from vsc_tf.datasets.memory import keep_small
from vsc_tf.datasets.splitting import random_split


def load(path: str | pathlib.Path, image_size: int | tuple[int, int] | None = None,
         test_fraction: float = 0.2, seed: int = 0) -> Dataset:
    """Reads images, scales them to [0, 1] and splits them at random, or as their folders say.

    Args:
        path: Folder of png, jpg, jpeg, bmp, gif, webp, tif or tiff files (the first frame or
            page). If it has sub-folders instead, each is a class, with all images below it. If
            these are `train` and `test` (or `val`, or `validation`), they are the splits, and the
            classes are in them. Hidden files and files of other types are ignored; pictures of
            other types are counted in `info.note`. What is transparent becomes white, and the
            camera's rotation is applied.
        image_size: Integer, or (height, width), to which each image is resized without keeping
            its aspect ratio. By default all images must have the same size already.
        test_fraction: Share of observations in the test split, in (0, 1), unless folders say.
        seed: Non-negative integer, seed of the split.

    Returns:
        A `Dataset`: `x` [n, h, w] if all images are grey, else [n, h, w, 3], in [0, 1], in the
        order of their names; `y` and `info.class_names` from the sub-folders, if any.

    Raises:
        ValueError: There are no images, or images both in the folder and in sub-folders; images
            differ in size; an image is corrupt or too large; or `image_size` is invalid.

    >>> import tempfile
    >>> from PIL import Image
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for i in range(5):
    ...         Image.new("RGB", (40, 30)).save(f"{folder}/{i}.png")
    ...     load(folder, image_size=16).train.x.shape
    (4, 16, 16, 3)
    """
    path = pathlib.Path(path)
    size = None if image_size is None else check_size(image_size)
    found = image_folder.find(path)
    names = [str(path / file) for file in found.files]
    with concurrent.futures.ThreadPoolExecutor() as threads:
        looks = list(threads.map(picture.look, names, names))
    if size is None:
        odd = next((i for i, one in enumerate(looks) if one[:2] != looks[0][:2]), None)
        if odd is not None:
            first, other = (f"{looks[i].height} x {looks[i].width}" for i in (0, odd))
            raise ValueError(
                f"{path}: expected images of the same size. Received: {first} for "
                f"{found.files[0]} and {other} for {found.files[odd]} "
                "(height x width). Pass image_size to resize them.")
    in_colour = any(look.is_colour for look in looks)
    x = ImageFiles(names, str, (size or looks[0][:2]) + ((3,) if in_colour else ()))
    y = np.array(found.labels) if found.labels else None
    info = Info(path.name, x.shape[1:], description="the user's own images", source=path.name,
                class_names=found.classes, note=" ".join([*found.notes, *_notes(looks)]))
    if not found.in_test:
        return keep_small(random_split(Split(x, y), info, test_fraction, seed))
    rows = np.array(found.in_test)
    train, test = (Split(x.subset(part), None if y is None else y[part]) for part in (~rows, rows))
    return keep_small(Dataset(train, test, info))


def _notes(looks: Sequence[picture.Look]) -> list[str]:
    grey = sum(not look.is_colour for look in looks)
    transparent = sum(look.is_transparent for look in looks)
    notes = []
    if 0 < grey < len(looks):
        notes.append(f"{grey} of {len(looks)} images are grey, stored as colour.")
    if transparent:
        notes.append(f"{transparent} of {len(looks)} images have transparent pixels, white here.")
    return notes


def check_size(image_size: int | Sequence[int]) -> tuple[int, int]:
    """(height, width) from an `image_size` that is an integer or a pair."""
    size = image_size if isinstance(image_size, (tuple, list)) else (image_size, image_size)
    if len(size) != 2 or not all(isinstance(side, (int, np.integer)) and side > 0
                                 and not isinstance(side, bool) for side in size):
        raise ValueError("images: expected `image_size` to be a positive integer or (height, "
                         f"width). Received: image_size={image_size!r}")
    return size[0], size[1]
