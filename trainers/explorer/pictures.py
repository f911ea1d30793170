"""Observations as PNG pictures: images as they are, rows of a table as heat maps."""
import base64
import io
import math
import re
from collections.abc import Sequence
from typing import Any

import matplotlib
import numpy as np
from PIL import Image

_ACROSS = 40  # Features of a table in a line of its heat map.
_GAP = 4  # Pixels between pictures.
_PAPER = 255


class Pictures:
    """Draws observations of one data set, all on the scale of its test split.

    Images are black at the least and white at the largest of all values. Of a table each value
    is a small square, coloured by its share of the feature's range, dark blue to yellow; each
    line of squares holds features whose names begin alike, up to the first "-" or "(".

    Args:
        x: Test observations [n, *shape].
        feature_names: Of a table, or empty.
    """

    def __init__(self, x: Any, feature_names: Sequence[str] = ()):
        self.shape = x.shape[1:]
        self.is_image = len(self.shape) > 1
        axis = None if self.is_image else 0
        self.low, self.high = x.min(axis), x.max(axis)
        self._squares = None if self.is_image else _squares(self.shape[0], feature_names)
        self.heads = () if self.is_image else _heads(self.shape[0], feature_names)

    def pixels(self, x: np.ndarray) -> np.ndarray:
        """One observation as uint8 [h, w, 3]."""
        width = np.where(self.high > self.low, self.high - self.low, 1)
        return self._coloured(np.clip((x - self.low) / width, 0, 1), "cividis")

    def change(self, x: np.ndarray) -> bytes:
        """A difference of observations as a PNG: purple is less, white as before, orange more."""
        width = np.where(self.high > self.low, self.high - self.low, 1)
        share = x / width
        if share.ndim == 3:
            share = share.mean(axis=2)
        largest = max(float(np.abs(share).max()), 1e-6)
        colours = matplotlib.colormaps["PuOr_r"](0.5 + 0.5 * share / largest)
        pixels = (255 * colours[..., :3]).astype(np.uint8)
        return _png(_enlarged(pixels if self.is_image else self._laid_out(pixels), 128))

    def png(self, x: np.ndarray, side: int = 256) -> bytes:
        """One observation as a PNG whose longer side is about `side` pixels."""
        return _png(_enlarged(self.pixels(x), side))

    def strip(self, xs: np.ndarray, side: int = 48) -> bytes:
        """Observations side by side as one PNG."""
        pictures = [_enlarged(self.pixels(x), side) for x in xs]
        gap = np.full((len(pictures[0]), _GAP, 3), _PAPER, np.uint8)
        return _png(np.concatenate([part for p in pictures for part in (p, gap)][:-1], axis=1))

    def grid(self, xs: np.ndarray, across: int = 4, side: int = 96) -> bytes:
        """Observations in rows of `across` as one PNG."""
        pictures = [_enlarged(self.pixels(x), side) for x in xs]
        height, width = pictures[0].shape[:2]
        rows = -(-len(pictures) // across)
        paper = np.full((rows * (height + _GAP) - _GAP, across * (width + _GAP) - _GAP, 3),
                        _PAPER, np.uint8)
        for i, picture in enumerate(pictures):
            top, left = i // across * (height + _GAP), i % across * (width + _GAP)
            paper[top:top + height, left:left + width] = picture
        return _png(paper)

    def _coloured(self, share, colours):
        if not self.is_image:
            return self._laid_out((255 * matplotlib.colormaps[colours](share)[..., :3]).astype(
                np.uint8))
        grey = share.reshape(*self.shape[:2], -1)
        return np.broadcast_to((255 * grey + 0.5).astype(np.uint8), (*self.shape[:2], 3))

    def _laid_out(self, colours):
        lines, columns = self._squares
        paper = np.full((lines.max() + 1, columns.max() + 1, 3), _PAPER, np.uint8)
        paper[lines, columns] = colours
        return paper


def data_url(png: bytes) -> str:
    """A PNG as an address that a page can show.

    >>> data_url(b"PNG")
    'data:image/png;base64,UE5H'
    """
    return "data:image/png;base64," + base64.b64encode(png).decode()


def _heads(count, names):
    """What each feature's name begins with.

    >>> _heads(3, ["tAcc-mean()-X", "tAcc-std()-X", "angle(X,g)"])
    ['tAcc', 'tAcc', 'angle']
    """
    return [re.split(r"[-(]", name)[0] for name in names] if names else [""] * count


def _squares(count, names):
    """Line and column of each feature's square: integers [count] each."""
    across = _ACROSS if names else math.ceil(math.sqrt(count))
    lines, columns, line, column, last = [], [], -1, 0, None
    for head in _heads(count, names):
        if head != last or column == across:
            line, column, last = line + 1, 0, head
        lines.append(line)
        columns.append(column)
        column += 1
    return np.array(lines), np.array(columns)


def _enlarged(pixels, side):
    times = max(1, round(side / max(pixels.shape[:2])))
    return pixels.repeat(times, axis=0).repeat(times, axis=1)


def _png(pixels):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG", compress_level=1)
    return file.getvalue()
