"""An object that somebody hands in: checked for size and type before anything is decoded."""
import io

import numpy as np

from vsc_tf.datasets import picture

MOST_BYTES = 5 * 2**20
MOST_PIXELS = 25_000_000
GREY = (0.299, 0.587, 0.114)  # Of red, green and blue (ITU-R BT.601).


def read(content: bytes, name: str, shape: tuple, low: float = 0., high: float = 1.) -> np.ndarray:
    """An uploaded file as one observation, float32 `shape`.

    Of a picture the square in the middle is taken and resized, colours become grey where the
    model knows no colours, and 0 to 255 becomes `low` to `high`. A row of a table is a text
    file of numbers, separated by commas or blanks.

    Args:
        content: Bytes of the file.
        name: Its name.
        shape: Shape of one observation of the model.
        low, high: Range of the data's pixels.

    Raises:
        ValueError: It is empty, too large, no picture, or not as many numbers as needed.
    """
    if not content or len(content) > MOST_BYTES:
        raise ValueError(f"{name}: expected a file of 1 byte to {MOST_BYTES // 2**20} MiB. "
                         f"Received: {len(content or b''):,} bytes.")
    if len(shape) == 1:
        return _row(content, name, shape[0])
    height, width, _ = picture.look(io.BytesIO(content), name)
    if height * width > MOST_PIXELS:
        raise ValueError(f"{name}: expected a picture of at most {MOST_PIXELS // 10**6} million "
                         f"pixels. Received: {height} x {width}. Shrink it first.")
    pixels = picture.decode(io.BytesIO(content), name, tuple(shape[:2]), crop=1)
    x = np.asarray(pixels, np.float32) / 255
    colours = shape[2] if len(shape) == 3 else 1
    if x.ndim == 3 and colours == 1:
        x = x @ np.array(GREY, np.float32)
    x = np.broadcast_to(x.reshape(*shape[:2], -1), (*shape[:2], colours)).reshape(shape)
    return x * (high - low) + low


def _row(content, name, count):
    try:
        values = np.array(content.decode().replace(",", " ").split(), np.float32)
    except ValueError as error:
        raise ValueError(f"{name}: expected a text file of {count} numbers, separated by commas "
                         f"or blanks. Received: {error}") from error
    if values.shape != (count,) or not np.isfinite(values).all():
        raise ValueError(f"{name}: expected {count} finite numbers, the features of one object. "
                         f"Received: {len(values)}, {np.sum(~np.isfinite(values))} not finite.")
    return values
