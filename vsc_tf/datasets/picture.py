"""One picture file, looked at or decoded: whatever is wrong with it is said with its name."""
import contextlib
import math
import warnings

import numpy as np

FORMATS = ("PNG", "JPEG", "BMP", "GIF")  # And no others: some of Pillow's start other programs.
_GREY = ("1", "L", "LA")
_DEEP = ("I;16", "I;16B", "I;16L", "I")  # What Pillow makes of 16-bit grey pictures.
_ORIENTATION, _TURNED = 0x0112, (5, 6, 7, 8)  # Of the camera, in the file's EXIF data.


@contextlib.contextmanager
def _opened(source, where):
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
    except Exception as error:  # A broken image makes Pillow raise errors of a dozen kinds.
        what = "a file of another kind" if isinstance(error, UnidentifiedImageError) else error
        raise ValueError(f"{where}: expected a whole png, jpg, bmp or gif image. Received: "
                         f"{what}. Save it again or remove it.") from error


def look(source, where):
    """Height, width and whether it has colours, from the first bytes of a picture.

    Args:
        source: Path, or a binary file.
        where: Its name in messages.

    Raises:
        ValueError: It is no picture, or of unreasonable size.
    """
    with _opened(source, where) as image:
        width, height = image.size
        if image.getexif().get(_ORIENTATION) in _TURNED:
            width, height = height, width
        return height, width, image.mode not in (*_GREY, *_DEEP)


def decode(source, where, size=None, crop=None):
    """Pixels of a picture, of a gif the first one.

    Transparency is dropped, the camera's rotation applied.

    Args:
        source: Path, or a binary file.
        where: Its name in messages.
        size: (height, width) to resize to, not keeping the proportions; `None` leaves it.
        crop: Number in (0, 1]: only the square in the middle whose side is this share of the
            width, before resizing. `None` takes all.

    Returns:
        Array [height, width] if it is grey, else [height, width, 3]: uint8, or float32 in
        [0, 255] of a 16-bit picture.

    Raises:
        ValueError: It is no picture, broken, or of unreasonable size.
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


def _shrink(image, size, crop):
    """Has a JPEG decoded at a half, a quarter or an eighth, where that is still large enough.

    Returns left, top, right and bottom of what to resize, in pixels of the decoded picture.
    """
    width, height = image.size
    least = math.ceil(max(size) / (crop or 1))
    image.draft(None, (least, least))
    share = round(width / image.size[0])
    width, height = width / share, height / share  # Decoded, they are rounded up.
    if image.getexif().get(_ORIENTATION) in _TURNED:
        width, height = height, width
    half = (width / 2, height / 2) if crop is None else (min(width * crop, height) / 2,) * 2
    return (width / 2 - half[0], height / 2 - half[1], width / 2 + half[0], height / 2 + half[1])
