"""Your own images: a folder of image files, or with one sub-folder for each class."""
import concurrent.futures
import pathlib
from collections.abc import Sequence

import numpy as np

from vsc_tf.datasets import picture
from vsc_tf.datasets.base import Dataset, Info, Split
from vsc_tf.datasets.image_files import ImageFiles
from vsc_tf.datasets.memory import keep_small
from vsc_tf.datasets.splitting import random_split

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif")


def load(path: str | pathlib.Path, image_size: int | tuple[int, int] | None = None,
         test_fraction: float = 0.2, seed: int = 0) -> Dataset:
    """Reads images, scales them to [0, 1] and splits them at random.

    Args:
        path: Folder of png, jpg, jpeg, bmp or gif files (the first frame of a gif). If it has
            sub-folders instead, each is a class, with all images below it. Hidden files and
            files of other types are ignored. Transparency is dropped, and the camera's rotation
            is applied.
        image_size: Integer, or (height, width), to which each image is resized without keeping
            its aspect ratio. By default all images must have the same size already.
        test_fraction: Share of observations in the test split, in (0, 1).
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
    files, classes = _find(path)
    names = [str(file) for file in files]
    with concurrent.futures.ThreadPoolExecutor() as threads:
        looks = list(threads.map(picture.look, names, names))
    sizes, colour = [look[:2] for look in looks], [look[2] for look in looks]
    if size is None:
        odd = next((i for i, one in enumerate(sizes) if one != sizes[0]), None)
        if odd is not None:
            first, other = (f"{sizes[i][0]} x {sizes[i][1]}" for i in (0, odd))
            raise ValueError(
                f"{path}: expected images of the same size. Received: {first} for "
                f"{files[0].relative_to(path)} and {other} for {files[odd].relative_to(path)} "
                "(height x width). Pass image_size to resize them.")
    x = ImageFiles(names, str, (size or sizes[0]) + ((3,) if any(colour) else ()))
    note = ""
    if any(colour) and not all(colour):
        note = f"{len(colour) - sum(colour)} of {len(colour)} images are grey, stored as colour."
    y = None
    if classes:
        y = np.array([classes.index(file.relative_to(path).parts[0]) for file in files])
    info = Info(path.name, x.shape[1:], description="the user's own images", source=path.name,
                class_names=classes, note=note)
    return keep_small(random_split(Split(x, y), info, test_fraction, seed))


def check_size(image_size: int | Sequence[int]) -> tuple[int, int]:
    """(height, width) from an `image_size` that is an integer or a pair."""
    size = image_size if isinstance(image_size, (tuple, list)) else (image_size, image_size)
    if len(size) != 2 or not all(isinstance(side, (int, np.integer)) and side > 0
                                 and not isinstance(side, bool) for side in size):
        raise ValueError("images: expected `image_size` to be a positive integer or (height, "
                         f"width). Received: image_size={image_size!r}")
    return size[0], size[1]


def _find(path: pathlib.Path) -> tuple[list[pathlib.Path], tuple[str, ...]]:
    """Image files sorted by name, and the names of their classes."""
    inside = sorted(file.relative_to(path) for file in path.rglob("*")
                    if file.suffix.lower() in SUFFIXES and file.is_file())
    inside = [file for file in inside
              if not any(part.startswith((".", "__MACOSX")) for part in file.parts)]
    if not inside:
        raise ValueError(f"{path}: expected a folder with images ({', '.join(SUFFIXES)}), or "
                         "with a sub-folder of images for each class. Received: none of these "
                         "files. Convert the images, or pass another folder.")
    at_top = [file for file in inside if len(file.parts) == 1]
    if at_top and len(at_top) < len(inside):
        below = next(file for file in inside if len(file.parts) > 1)
        raise ValueError(f"{path}: expected images either in the folder or in its sub-folders, "
                         f"one for each class. Received: both, {at_top[0]} and {below}. Move "
                         "them.")
    classes = () if at_top else tuple(sorted({file.parts[0] for file in inside}))
    return [path / file for file in inside], classes
