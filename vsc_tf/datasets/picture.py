"""Inspects and decodes single image files; errors name the file."""
from __future__ import annotations

import contextlib
import math
import pathlib
import warnings
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING, NamedTuple

import numpy as np

from vsc_tf import extras

if TYPE_CHECKING:
    from PIL import Image

# Some other decoders of Pillow run other programs.
FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF")
SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff")
# Pictures that are not read: they are counted, not passed over like notes beside the pictures.
UNREAD = (".heic", ".heif", ".avif", ".jp2", ".jxl", ".svg", ".psd", ".ico", ".tga", ".ppm", ".pgm",
          ".exr", ".hdr", ".raw", ".dng", ".cr2", ".nef", ".arw", ".dcm", ".eps")
_GREY = ("1", "L", "LA")
_DEEP = ("I;16", "I;16B", "I;16L", "I")  # Pillow's modes for 16-bit grey images.
_ORIENTATION, _TURNED = 0x0112, (5, 6, 7, 8)  # EXIF tag, and its values for 90 degrees.


class Look(NamedTuple):
    """What the header of an image says: size in pixels, whether it has colours, or an alpha."""

    height: int
    width: int
    is_colour: bool
    is_transparent: bool


@contextlib.contextmanager
def _opened(source: str | pathlib.Path | IO[bytes], where: str) -> Iterator[Image.Image]:
    Image = extras.load("PIL.Image", "vsc_tf[images]", "Reading images")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(source, formats=FORMATS) as image:
                yield image
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ValueError(f"{where}: expected an image of reasonable size. Received: {error}. "
                         "Shrink or remove it.") from error
    except Exception as error:  # Pillow raises many types of errors for corrupt images.
        what = ("a file of another type" if isinstance(error, Image.UnidentifiedImageError)
                else error)
        raise ValueError(f"{where}: expected a valid png, jpg, bmp, gif, webp or tiff image. "
                         f"Received: {what}. Save it again or remove it.") from error


def look(source: str | pathlib.Path | IO[bytes], where: str) -> Look:
    """`Look` at an image.

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
        return Look(height, width, image.mode not in (*_GREY, *_DEEP), _has_alpha(image))


def _has_alpha(image: Image.Image) -> bool:
    return image.mode in ("LA", "RGBA", "PA", "La", "RGBa") or "transparency" in image.info


def decode(source: str | pathlib.Path | IO[bytes], where: str,
           size: tuple[int, ...] | None = None, crop: float | None = None) -> np.ndarray:
    """Pixels of an image; of one with several frames or pages, the first.

    What is transparent shows white, as on paper, and the camera's rotation is applied.

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
    with _opened(source, where) as image:
        # Loaded by now.
        from PIL import Image, ImageOps

        box = None if size is None else _shrink(image, size, crop)
        image = ImageOps.exif_transpose(image)
        if image.mode == "F":
            raise ValueError("pixels of 32-bit floats, whose range is unknown")
        if _has_alpha(image):
            image = _on_white(image)
        if image.mode in _DEEP:
            image = Image.fromarray(np.asarray(image, np.float32) * np.float32(255 / 65535))
        else:
            image = image.convert("L" if image.mode in _GREY else "RGB")
        if size is not None:
            image = image.resize(size[::-1], Image.Resampling.BILINEAR, box)
        return np.asarray(image)


def _on_white(image: Image.Image) -> Image.Image:
    """An image without its alpha; what lies under transparent pixels is often noise."""
    # Loaded by now.
    from PIL import Image

    is_grey = image.mode in _GREY
    image = image.convert("RGBA")
    white = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(white, image).convert("L" if is_grey else "RGB")


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
