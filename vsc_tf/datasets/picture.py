"""Inspects and decodes single image files; errors name the file."""
from __future__ import annotations

import contextlib
import math
import pathlib
import warnings
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from PIL import Image

FORMATS = ("PNG", "JPEG", "BMP", "GIF")  # Some other decoders of Pillow run other programs.
_GREY = ("1", "L", "LA")
_DEEP = ("I;16", "I;16B", "I;16L", "I")  # Pillow's modes for 16-bit grey images.
_ORIENTATION, _TURNED = 0x0112, (5, 6, 7, 8)  # EXIF tag, and its values for 90 degrees.


@contextlib.contextmanager
def _opened(source: str | pathlib.Path | IO[bytes], where: str) -> Iterator[Image.Image]:
    # Here, for a quick `import vsc_tf.datasets`.
    from PIL import Image, UnidentifiedImageError
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(source, formats=FORMATS) as image:
                yield image
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ValueError(f"{where}: expected an image of reasonable size. Received: {error}. "
                         "Shrink or remove it.") from error
    except Exception as error:  # Pillow raises many types of errors for corrupt images.
        what = "a file of another type" if isinstance(error, UnidentifiedImageError) else error
        raise ValueError(f"{where}: expected a valid png, jpg, bmp or gif image. Received: "
                         f"{what}. Save it again or remove it.") from error


def look(source: str | pathlib.Path | IO[bytes], where: str) -> tuple[int, int, bool]:
    """Height and width of an image and whether it is in colour, read from its header.

    Args:
        source: Path, or a binary file.
        where: Name of the image in messages.

    Raises:
        ValueError: The file is not an image, or is too large.
    """
    with _opened(source, where) as image:
        width, height = image.size
        if image.getexif().get(_ORIENTATION) in _TURNED:
            width, height = height, width
        return height, width, image.mode not in (*_GREY, *_DEEP)


def decode(source: str | pathlib.Path | IO[bytes], where: str,
           size: tuple[int, ...] | None = None, crop: float | None = None) -> np.ndarray:
    """Pixels of an image; of a gif, the first frame.

    Transparency is dropped, and the camera's rotation is applied.

    Args:
        source: Path, or a binary file.
        where: Name of the image in messages.
        size: (height, width) to resize to, without keeping the aspect ratio; `None` does not
            resize.
        crop: Number in (0, 1]: before resizing, crop to the central square whose side is this
            share of the width. `None` does not crop.

    Returns:
        Array [height, width] of a grey image, else [height, width, 3]: uint8, or float32 in
        [0, 255] of a 16-bit image.

    Raises:
        ValueError: The file is not an image, or is corrupt or too large.
    """
    # Here, for a quick `import vsc_tf.datasets`.
    from PIL import Image, ImageOps
    with _opened(source, where) as image:
        box = None if size is None else _shrink(image, size, crop)
        image = ImageOps.exif_transpose(image)
        if image.mode in _DEEP:
            image = Image.fromarray(np.asarray(image, np.float32) * np.float32(255 / 65535))
        else:
            image = image.convert("L" if image.mode in _GREY else "RGB")
        if size is not None:
            image = image.resize(size[::-1], Image.Resampling.BILINEAR, box)
        return np.asarray(image)


def _shrink(image: Image.Image, size: tuple[int, ...],
            crop: float | None) -> tuple[float, float, float, float]:
    """Sets a JPEG to decode at 1/2, 1/4 or 1/8 scale, if that is still large enough.

    Returns the box to resize (left, top, right, bottom), in pixels of the decoded image.
    """
    width, height = image.size
    least = math.ceil(max(size) / (crop or 1))
    image.draft(None, (least, least))
    share = round(width / image.size[0])
    width, height = width / share, height / share  # The decoder rounds them up.
    if image.getexif().get(_ORIENTATION) in _TURNED:
        width, height = height, width
    half = (width / 2, height / 2) if crop is None else (min(width * crop, height) / 2,) * 2
    return (width / 2 - half[0], height / 2 - half[1], width / 2 + half[0], height / 2 + half[1])
