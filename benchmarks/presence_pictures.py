"""Families of pictures: shapes that move, strokes, blobs."""
import numpy as np

from benchmarks.presence_drawn import Drawn, present


def _masks(kind, dx, dy, size):
    """Which pixels `[n, h, w]` a shape covers, `dx` and `dy` from its centre."""
    r = np.hypot(dx, dy)
    return {
        "disc": r < size, "square": (np.abs(dx) < size) & (np.abs(dy) < size),
        "ring": np.abs(r - size) < 1.0,
        "cross": (np.minimum(np.abs(dx), np.abs(dy)) < 1.0) & (np.maximum(
            np.abs(dx), np.abs(dy)) < size + 1),
        "bar": (np.abs(dy) < 1.2) & (np.abs(dx) < size + 2),
        "diamond": np.abs(dx) + np.abs(dy) < size + 1,
        "pole": (np.abs(dx) < 1.2) & (np.abs(dy) < size + 2),
        "slash": (np.abs(dx - dy) < 1.5) & (np.maximum(np.abs(dx), np.abs(dy)) < size + 1),
    }[kind]


def _picture(rng, n, side, kinds, homes, prob, move):
    """Presence, and for each shape the pixels that it covers: it moves and changes its size."""
    presence = present(rng, n, [prob] * len(kinds))
    at = np.arange(side, dtype="float32") + 0.5
    masks = []
    for k, (kind, (cx, cy)) in enumerate(zip(kinds, homes)):
        cx, cy = (c + rng.uniform(-move, move, (n, 1, 1)).astype("float32") for c in (cx, cy))
        size = rng.uniform(2.0, 4.5, (n, 1, 1)).astype("float32")
        mask = _masks(kind, at[None, None, :] - cx, at[None, :, None] - cy, size)
        masks.append(mask & presence[:, k, None, None])
    return presence, masks


def shapes(n, rng):
    """24 x 24 grey pictures: six shapes that cover each other, move, and change size and grey."""
    kinds = ("disc", "square", "ring", "cross", "bar", "diamond")
    homes = ((7, 7), (16, 7), (7, 16), (16, 16), (12, 11.5), (12, 20))
    presence, masks = _picture(rng, n, 24, kinds, homes, 0.33, 2.5)
    x = np.zeros((n, 24, 24), "float32")
    for mask in masks:
        x = np.where(mask, rng.uniform(0.4, 1.0, (n, 1, 1)), x)
    return Drawn((x + rng.normal(0.0, 0.05, x.shape)).astype("float32"), presence, np.full(6, 4))


def glyphs(n, rng):
    """28 x 28 binary pictures: eight strokes, drawn or wiped out, that move and change size."""
    kinds = ("disc", "pole", "ring", "cross", "bar", "diamond", "square", "slash")
    homes = ((6, 6), (14, 6), (22, 6), (6, 15), (14, 15), (22, 15), (9, 23), (19, 23))
    presence, masks = _picture(rng, n, 28, kinds, homes, 0.3, 1.5)
    x = np.zeros((n, 28, 28), bool)
    x[:, 2:26, 4:24] = True  # A page, on which half of them are holes.
    for k, mask in enumerate(masks):
        x = x & ~mask if k % 2 else x ^ mask
    return Drawn(x.astype("float32"), presence, np.full(8, 3))


def colours(n, rng):
    """16 x 16 colour pictures: seven blobs of fixed places that add up, and vary in strength."""
    presence, at = present(rng, n, [0.3] * 7), np.arange(16.0)
    x = rng.normal(0.2, 0.05, (n, 16, 16, 3))
    for k in range(7):
        (cx, cy), width = rng.uniform(3, 13, 2), rng.uniform(1.2, 2.2)
        blob = np.exp(-0.5 * ((at[None, :] - cx)**2 + (at[:, None] - cy)**2) / width**2)
        size = presence[:, k] * rng.uniform(0.5, 1.0, n)
        x += size[:, None, None, None] * blob[..., None] * rng.uniform(0.2, 1.0, 3)
    return Drawn(x.astype("float32"), presence, np.full(7, 1))
