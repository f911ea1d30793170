"""Whether float32, which models compute in, can tell the values of a column apart."""
from typing import Any

import numpy as np

MOST = 0.01  # Of a column's standard deviation, what float32 may round its values by.
_ROWS = 10_000  # At a time.


class Resolution:
    """What float32 would leave of each value, gathered from arrays that come in parts.

    >>> found = Resolution()
    >>> found.add(np.array([[1e9, 1.], [1e9 + 1., 2.], [1e9 + 2., 4.]]))
    >>> found.lost().tolist()
    [0]
    """

    def __init__(self) -> None:
        self._count = 0
        self._mean: Any = 0.
        self._squares: Any = 0.  # Of differences from the mean, summed.
        self._error: Any = 0.
        self._low: Any = np.inf
        self._high: Any = -np.inf

    def add(self, x: np.ndarray) -> None:
        """Takes in rows `[n, *shape]`; those of a dtype that float32 holds change nothing."""
        if not x.ndim or not np.issubdtype(x.dtype, np.number) or np.can_cast(x.dtype, np.float32):
            return
        for start in range(0, len(x), _ROWS):
            with np.errstate(all="ignore"):  # What is not finite is for other checks.
                self._add(x[start:start + _ROWS].astype(np.float64))

    def _add(self, x: np.ndarray) -> None:
        count, mean = len(x), x.mean(axis=0)
        step, total = mean - self._mean, self._count + count
        self._squares = (self._squares + np.square(x - mean).sum(axis=0)
                         + step**2 * (self._count * count / total))
        self._mean, self._count = self._mean + step * (count / total), total
        self._low = np.minimum(self._low, x.min(axis=0))
        self._high = np.maximum(self._high, x.max(axis=0))
        self._error = np.maximum(self._error, np.abs(x - x.astype(np.float32)).max(axis=0))

    def lost(self) -> np.ndarray:
        """Places of the values, in a flat observation, that float32 cannot tell apart."""
        if not self._count:
            return np.empty(0, int)
        with np.errstate(all="ignore"):
            deviation = np.sqrt(self._squares / self._count)
            # The computed deviation of a constant is not always 0.
            is_lost = (self._error > MOST * deviation) & (self._high > self._low)
        return np.flatnonzero(is_lost)

    def check(self, what: str, names: tuple[str, ...] = ()) -> None:
        """A ValueError if values would be lost; `what` names the array in it."""
        lost = self.lost()
        if lost.size:
            i = int(lost[0])
            mean, squares = np.ravel(self._mean)[i], np.ravel(self._squares)[i]
            column = repr(names[i]) if names else str(i)
            raise ValueError(
                f"{what}: expected values that float32 can tell apart. Received: {mean:.9g} on "
                f"average, with a standard deviation of {np.sqrt(squares / self._count):.3g}, in "
                f"column {column}{f' and {lost.size - 1} others' * (lost.size > 1)}. Take the mean "
                "off in float64 first, x - x.mean(axis=0), and off what is encoded later; leave "
                "out columns of ids or times.")


def check(x: Any, what: str, names: tuple[str, ...] = ()) -> None:
    """`Resolution.check` of a whole array.

    >>> check(np.arange(9, dtype="float64")[:, None], "x")
    """
    found = Resolution()
    found.add(np.asarray(x))
    found.check(what, names)
