"""The user's own images: a folder of picture files, or of one sub-folder for each class."""
import pathlib
import warnings

import numpy as np

from vsc_tf.datasets.base import Info, Split
from vsc_tf.datasets.splitting import random_split

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif")
_GREY = ("1", "L", "LA")
_DEEP = ("I;16", "I;16B", "I;16L", "I")  # What Pillow makes of 16-bit grey pictures.


def load(path, image_size=None, test_fraction=0.2, seed=0):
    """Reads images, scales them to [0, 1] and splits them at random.

    Args:
        path: Folder of png, jpg, jpeg, bmp or gif files (of a gif the first picture). If it has
            sub-folders instead, each is a class, with all images below it. Hidden and other
            files are passed over. Transparency is dropped, the camera's rotation applied.
        image_size: Integer, or (height, width): resize each image to it, not keeping the
            proportions. By default all images must have one size already.
        test_fraction: Part that becomes the test split, in (0, 1).
        seed: Non-negative integer, seed of the split.

    Returns:
        A `Dataset`: `x` [n, h, w] if all images are grey, else [n, h, w, 3], in [0, 1], in the
        order of their names; `y` and `info.class_names` from the sub-folders, if there are any.

    Raises:
        ValueError: No images, images both beside and in sub-folders, images of two sizes, a
            broken or oversized image (each named), or an `image_size` that is none.

    >>> import tempfile
    >>> from PIL import Image
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for i in range(5):
    ...         Image.new("RGB", (40, 30)).save(f"{folder}/{i}.png")
    ...     load(folder, image_size=16).train.x.shape
    (4, 16, 16, 3)
    """
    path = pathlib.Path(path)
    size = _check_size(image_size)
    files, classes = _find(path)
    pictures = []  # Kept as uint8 until all are read: a quarter of the memory.
    for file in files:
        pictures.append(read(file, size))
        if pictures[-1].shape[:2] != pictures[0].shape[:2]:
            raise ValueError(
                f"{path}: expected images of one size. Received: {_size(pictures[0])} for "
                f"{files[0].relative_to(path)} and {_size(pictures[-1])} for "
                f"{file.relative_to(path)} (height x width). Give image_size to resize them.")
    x, note = _stack(pictures)
    y = None
    if classes:
        y = np.array([classes.index(file.relative_to(path).parts[0]) for file in files])
    info = Info(path.name, x.shape[1:], description="the user's own images", source=path.name,
                class_names=classes, note=note)
    return random_split(Split(x, y), info, test_fraction, seed)


def _check_size(image_size):
    if image_size is None:
        return None
    size = image_size if isinstance(image_size, (tuple, list)) else (image_size, image_size)
    if len(size) != 2 or not all(isinstance(side, (int, np.integer)) and side > 0
                                 and not isinstance(side, bool) for side in size):
        raise ValueError("images: expected `image_size` to be a positive integer or (height, "
                         f"width). Received: image_size={image_size!r}")
    return tuple(size)


def _find(path):
    """Image files in the order of their names, and the names of their classes."""
    inside = sorted(file.relative_to(path) for file in path.rglob("*")
                    if file.suffix.lower() in SUFFIXES and file.is_file())
    inside = [file for file in inside
              if not any(part.startswith((".", "__MACOSX")) for part in file.parts)]
    if not inside:
        raise ValueError(f"{path}: expected a folder with images ({', '.join(SUFFIXES)}), or "
                         "with a sub-folder of images for each class. Received: none of these "
                         "files. Convert the images, or give another folder.")
    at_top = [file for file in inside if len(file.parts) == 1]
    if at_top and len(at_top) < len(inside):
        below = next(file for file in inside if len(file.parts) > 1)
        raise ValueError(f"{path}: expected images either in the folder or in its sub-folders, "
                         f"one for each class. Received: both, {at_top[0]} and {below}. Move "
                         "them.")
    classes = () if at_top else tuple(sorted({file.parts[0] for file in inside}))
    return [path / file for file in inside], classes


def read(file, size=None, name=None):
    """Pixels of one image, [h, w] or [h, w, 3]: uint8, or float32 in [0, 255] if it has 16 bits.

    Args:
        file: Path, or a file open for reading bytes.
        size: (height, width) to resize to, not keeping the proportions.
        name: What messages call the file; by default its path.

    Raises:
        ValueError: A broken or oversized image.
    """
    from PIL import Image, ImageOps
    name = file if name is None else name
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            # The formats promised and no others: some of Pillow's start other programs.
            with Image.open(file, formats=("PNG", "JPEG", "BMP", "GIF")) as image:
                image = ImageOps.exif_transpose(image)
                if image.mode in _DEEP:
                    values = np.asarray(image, np.float32) * np.float32(255 / 65535)
                    image = Image.fromarray(values)
                else:
                    image = image.convert("L" if image.mode in _GREY else "RGB")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ValueError(f"{name}: expected an image of reasonable size. Received: {error}. "
                         "Shrink or remove it.") from error
    except Exception as error:  # A broken image makes Pillow raise errors of a dozen kinds.
        raise ValueError(f"{name}: expected a whole png, jpg, bmp or gif image. Received: "
                         f"{error}. Save it again or remove it.") from error
    if size is not None:
        image = image.resize(size[::-1], Image.Resampling.BILINEAR)
    return np.asarray(image)


def _stack(pictures):
    """One float32 array in [0, 1], and the note about what had to be changed for it."""
    colour = [picture.ndim == 3 for picture in pictures]
    shape = pictures[0].shape[:2] + ((3,) if any(colour) else ())
    x = np.empty([len(pictures), *shape], np.float32)
    for row, picture in zip(x, pictures):
        row[:] = picture[..., None] if picture.ndim < row.ndim else picture
    x /= 255
    note = ""
    if any(colour) and not all(colour):
        note = f"{len(colour) - sum(colour)} of {len(colour)} images are grey, stored as colour."
    return x, note


def _size(picture):
    return f"{picture.shape[0]} x {picture.shape[1]}"
