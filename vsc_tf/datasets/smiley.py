"""Smiley sparse: 32x32 binary faces drawn from known, sparse sources.

A face is a head and four attributes, each present with probability 1/2: bowtie, hat, eyes and
mouth. The attributes have 18 variables in all, v ~ N(0, 0.5^2). The sources of a face are S * V:
the variables of the attributes that are present, and exact zeros for those that are absent [T20].

Pixels are numbered 1..32 from the top left, x to the right, y down; rho rounds half away from
zero. Where [T20] leaves a choice open: a disc of negative radius and an empty range of rows or
columns draw nothing, and the bowtie (`_bowtie`) is two filled triangles that always touch.
"""
import numpy as np
from numpy.typing import ArrayLike

from vsc_tf.datasets.base import Dataset, Info, Split

SIZE = 32
GROUP_NAMES = ("bowtie", "hat", "eyes", "mouth")
FACTOR_NAMES = (
    "bowtie x", "bowtie y", "bowtie width", "bowtie height",
    "hat x", "hat y", "hat brim width", "hat brim height", "hat crown width", "hat crown height",
    "eyes distance", "eyes y", "eyes radius",
    "mouth width", "mouth height", "mouth x", "mouth y", "mouth smile",
)
FACTOR_GROUPS = tuple(GROUP_NAMES.index(name.split()[0]) for name in FACTOR_NAMES)
_CHUNK = 2000  # Faces drawn at once: about 16 MB per float array.
_GRID = np.arange(1, SIZE + 1)
_X, _Y = _GRID[None, None, :], _GRID[None, :, None]  # Broadcast to [n, row, column].
_HEAD = (_X - 16.5) ** 2 + (_Y - 16.5) ** 2 <= 100


def load(seed: int = 0, train_size: int = 60_000, test_size: int = 20_000,
         presence_prob: float = 0.5) -> Dataset:
    """Draws the data set.

    Args:
        seed: Non-negative integer. The splits use separate random streams, so neither depends
            on the size of the other.
        train_size, test_size: Positive integers, numbers of faces.
        presence_prob: Probability of each attribute, in [0, 1].

    Returns:
        A `Dataset`: `x` [n, 32, 32] of 0 and 1, `factors` [n, 18] = S * V (exactly zero where
        the attribute is absent, never where it is present), no labels.

    Raises:
        ValueError: An argument is out of range.

    >>> data = load(train_size=3, test_size=2)
    >>> data.train.x.shape, data.train.factors.shape, data.info.factor_names[13]
    ((3, 32, 32), (3, 18), 'mouth width')
    """
    _check_count("seed", seed, 0)
    _check_count("train_size", train_size, 1)
    _check_count("test_size", test_size, 1)
    if not 0 <= presence_prob <= 1:
        raise ValueError("smiley: expected `presence_prob` to be a probability in [0, 1]. "
                         f"Received: presence_prob={presence_prob!r}")
    info = Info(
        "smiley", (SIZE, SIZE), factor_names=FACTOR_NAMES, factor_groups=FACTOR_GROUPS,
        group_names=GROUP_NAMES,
        description="32x32 binary faces with sparse, known sources",
        source="drawn by vsc_tf.datasets.smiley by the rules of Tonolini et al., UAI 2019",
        licence="none needed: drawn, not copied")
    train = _draw(np.random.default_rng([seed, 0]), train_size, presence_prob)
    test = _draw(np.random.default_rng([seed, 1]), test_size, presence_prob)
    return Dataset(train, test, info)


def render(presence: ArrayLike, variables: ArrayLike) -> np.ndarray:
    """Draws faces from their sources.

    Args:
        presence: [n, 4] of 0 and 1 (or booleans): bowtie, hat, eyes, mouth.
        variables: [n, 18] finite numbers, in the order of `FACTOR_NAMES`. Those of absent
            attributes are ignored.

    Returns:
        uint8 [n, row, column] of 0 and 1, 32 x 32 pixels. Parts outside the image are cut off.

    Raises:
        ValueError: A shape is wrong, presence is not 0 or 1, or variables are not finite.

    >>> import numpy as np
    >>> render(np.zeros([1, 4]), np.zeros([1, 18])).sum().item()  # The bare head.
    316
    """
    presence, variables = _check_sources(presence, variables)
    faces = np.empty((len(presence), SIZE, SIZE), np.uint8)
    for start in range(0, len(faces), _CHUNK):
        rows = slice(start, start + _CHUNK)
        faces[rows] = _render_chunk(presence[rows], variables[rows])
    return faces


def _draw(generator: np.random.Generator, count: int, presence_prob: float) -> Split:
    presence = generator.random([count, len(GROUP_NAMES)]) < presence_prob
    # Rounded before drawing, so that the float32 sources returned are exactly those drawn.
    variables = (0.5 * generator.standard_normal([count, len(FACTOR_NAMES)])).astype(np.float32)
    factors = np.where(presence[:, FACTOR_GROUPS], variables, np.float32(0))
    return Split(render(presence, variables).astype(np.float32), factors=factors)


def _render_chunk(presence: np.ndarray, variables: np.ndarray) -> np.ndarray:
    faces = np.repeat(_HEAD, len(presence), axis=0)
    # Absent attributes are not drawn: the [n] arrays below hold only the faces that have them.
    for group, paint in ((0, _bowtie), (2, _eyes), (3, _mouth), (1, _hat)):  # Hat on top.
        has = np.flatnonzero(presence[:, group])
        columns = np.flatnonzero(np.equal(FACTOR_GROUPS, group))
        faces[has] = paint(faces[has], *variables[np.ix_(has, columns)].T)
    return faces


def _bowtie(faces: np.ndarray, v1: np.ndarray, v2: np.ndarray, v3: np.ndarray,
            v4: np.ndarray) -> np.ndarray:
    """Two triangles with the left and right side of a box as bases, meeting at its centre.

    A pixel is on if its centre is in a triangle or on its edge, |dy| / h <= |dx| / w for the
    distances from the centre of the box. The one row (h odd) or two rows (h even) nearest to
    the centre are on throughout; otherwise triangles of even height would not touch.
    """
    cx, cy, width, height = 16.5 + 0.5 * v1, 29 + v2, 12 + 3 * v3, 5 + 2 * v4
    w = np.maximum(np.ceil(width), 1)[:, None, None]
    h = np.maximum(np.ceil(height), 1)[:, None, None]
    left = _rho(cx - width / 2)[:, None, None]
    top = _rho(cy - height / 2)[:, None, None]
    dx = np.abs(2 * (_X - left) - (w - 1))  # Twice the distance, an integer.
    dy = np.abs(2 * (_Y - top) - (h - 1))
    return faces | (dx < w) & (dy < h) & ((dy * w <= dx * h) | (dy <= 1))


def _eyes(faces: np.ndarray, v11: np.ndarray, v12: np.ndarray, v13: np.ndarray) -> np.ndarray:
    cy, radius = (14 + v12)[:, None, None], (2 + v13)[:, None, None]
    for side in (-1, 1):
        cx = (16.5 + side * (4 + v11))[:, None, None]
        faces = faces & ~((radius >= 0) & ((_X - cx) ** 2 + (_Y - cy) ** 2 <= radius ** 2))
    return faces


def _mouth(faces: np.ndarray, v14: np.ndarray, v15: np.ndarray, v16: np.ndarray,
           v17: np.ndarray, v18: np.ndarray) -> np.ndarray:
    lx, ly, cx, cy = 4 + v14, 2 + v15, 16 + 0.5 * v16, 22 + 0.5 * v17
    x0, x1 = _rho(cx - lx / 2), _rho(cx + lx / 2)
    faces = faces & ~_box(_rho(cy - ly / 2), _rho(cy + ly / 2), x0, x1)
    near, far = _rho(cy + v18), _rho(cy + 1.4 * v18)  # The corners, turned up or down.
    for x, y in ((x1 + 1, near), (x1 + 2, far), (x0 - 1, near), (x0 - 2, far)):
        faces = faces & ~_box(y, y, x, x)
    return faces


def _hat(faces: np.ndarray, v5: np.ndarray, v6: np.ndarray, v7: np.ndarray, v8: np.ndarray,
         v9: np.ndarray, v10: np.ndarray) -> np.ndarray:
    cx, cy, sx, sy = 16.5 + v5, 6 + v6, 15 + 3 * v7, 2 + 2 * v8
    top = _rho(cy - sy / 2)
    brim = _box(top, _rho(cy + sy / 2), _rho(cx - sx / 2), _rho(cx + sx / 2))
    half = (10 + 2 * v9) / 2
    # The canvas extends five rows above the image, which limits the height of the crown.
    crown_top = np.maximum(_rho(top + 5 - (2 + v10)), 1) - 5
    return faces | brim | _box(crown_top, top, _rho(cx - half), _rho(cx + half))


def _box(y0: np.ndarray, y1: np.ndarray, x0: np.ndarray, x1: np.ndarray) -> np.ndarray:
    """Boolean [n, 32, 32]: rows y0..y1 and columns x0..x1, inclusive; each argument is [n]."""
    rows = (_GRID >= y0[:, None]) & (_GRID <= y1[:, None])
    columns = (_GRID >= x0[:, None]) & (_GRID <= x1[:, None])
    return rows[:, :, None] & columns[:, None, :]


def _rho(values: np.ndarray) -> np.ndarray:
    """Rounds half away from zero. (floor(|v| + 0.5) would round 0.5 - 2^-54 up.)"""
    whole = np.trunc(values)
    return whole + np.copysign(np.abs(values - whole) >= 0.5, values)


def _check_sources(presence: ArrayLike,
                   variables: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    presence, variables = np.asarray(presence), np.asarray(variables)
    for name, value, width in (("presence", presence, len(GROUP_NAMES)),
                               ("variables", variables, len(FACTOR_NAMES))):
        if value.ndim != 2 or value.shape[1] != width:
            raise ValueError(f"smiley: expected `{name}` of shape [n, {width}]. Received: shape "
                             f"{value.shape}. For one face, add an axis with [None].")
        if value.dtype.kind not in "biuf":
            raise ValueError(f"smiley: expected `{name}` to hold numbers. Received: dtype "
                             f"{value.dtype}")
    if len(presence) != len(variables):
        raise ValueError("smiley: expected `presence` and `variables` of equal length. "
                         f"Received: {len(presence)} and {len(variables)}")
    if not np.isin(presence, (0, 1)).all():
        raise ValueError("smiley: expected `presence` to hold 0 and 1. Received: values from "
                         f"{presence.min()} to {presence.max()}. Threshold it first.")
    if not np.isfinite(variables).all():
        raise ValueError("smiley: expected finite `variables`. Received: NaN or infinite values")
    return presence.astype(bool), variables.astype(np.float64)


def _check_count(name: str, value: int, least: int) -> None:
    integral = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    if not integral or value < least:
        raise ValueError(f"smiley: expected `{name}` to be an integer >= {least}. "
                         f"Received: {name}={value!r}")
