"""The data set classes, and the checks that every data set passes."""
import dataclasses

import numpy as np
from numpy.typing import ArrayLike

from vsc_tf.datasets import resolution
from vsc_tf.datasets.kinds import Table
from vsc_tf.datasets.on_demand import OnDemand


@dataclasses.dataclass(frozen=True, eq=False)
class Split:
    """One part of a data set; row i of every array belongs to observation i.

    Attributes:
        x: float32 [n, ...], the observations: an array, or `OnDemand`, read from disk.
        y: int64 [n], class labels counted from 0, or `None`.
        factors: float32 [n, k], the known sources that generated x, or `None`.
    """

    x: np.ndarray | OnDemand
    y: np.ndarray | None = None
    factors: np.ndarray | None = None


@dataclasses.dataclass(frozen=True)
class Info:
    """What is known about a data set besides its values.

    Attributes:
        name: Name by which it was loaded.
        shape: Shape of one observation, e.g. `(28, 28)`.
        description, source, licence: One line each, for display.
        class_names: Names of labels 0, 1, ...
        feature_names: Name of each value of a flat observation, for display.
        column_names: Names of the columns of your own table, where its file has them: by them
            other data are brought into the same order.
        table: Kinds of the columns of your own table, of which `x` holds the numbers, where they
            are more than numbers that are all there.
        factor_names: Name of each column of `factors`.
        factor_groups: For each factor, the index of its group in `group_names`.
        group_names: Name of each group of factors.
        note: A caveat about this copy of the data that belongs with results, else empty.
    """

    name: str
    shape: tuple[int, ...]
    description: str = ""
    source: str = ""
    licence: str = ""
    class_names: tuple[str, ...] = ()
    feature_names: tuple[str, ...] = ()
    column_names: tuple[str, ...] = ()
    table: Table | None = None
    factor_names: tuple[str, ...] = ()
    factor_groups: tuple[int, ...] = ()
    group_names: tuple[str, ...] = ()
    note: str = ""


@dataclasses.dataclass(frozen=True, eq=False)
class Dataset:
    """A training split, a test split and information about them.

    Both splits are checked and converted to the dtypes of `Split` on construction.

    Raises:
        ValueError: A split fails `check_split`, or the splits do not match each other or `info`.

    >>> import numpy as np
    >>> data = Dataset(Split(np.ones([4, 3])), Split(np.ones([2, 3])), Info("mine", (3,)))
    >>> data.train.x.dtype, data.test.x.shape
    (dtype('float32'), (2, 3))
    """

    train: Split
    test: Split
    info: Info

    def __post_init__(self) -> None:
        for part in ("train", "test"):
            checked = check_split(getattr(self, part), f"{self.info.name} {part}",
                                  missing=self.info.table is not None)
            object.__setattr__(self, part, checked)
        name, shape = self.info.name, tuple(self.info.shape)
        for part in ("train", "test"):
            split = getattr(self, part)
            if split.x.shape[1:] != shape:
                raise ValueError(
                    f"{name} {part}: expected observations of shape {shape}, as in the other "
                    f"split. Received: {split.x.shape[1:]}. Give both splits the same shape.")
            _check_class_names(split.y, self.info.class_names, f"{name} {part}")
        for field in ("y", "factors"):
            train, test = getattr(self.train, field), getattr(self.test, field)
            if (train is None) != (test is None):
                missing = "train" if train is None else "test"
                raise ValueError(
                    f"{name}: expected `{field}` in both splits or in neither. Received: none "
                    f"for {missing}. Add it there, or leave it out of the other.")
        object.__setattr__(self, "info", _with_factors_named(self.info, self.train.factors))


def _with_factors_named(info: Info, factors: np.ndarray | None) -> Info:
    """Every factor with a name and a group, where the data have factors and none of their own."""
    if factors is None:
        return info
    count = factors.shape[1]
    names = info.factor_names or tuple(f"factor {i + 1}" for i in range(count))
    if len(names) != count:
        raise ValueError(f"{info.name}: expected a name for each of {count} factors. Received: "
                         f"{len(names)}. Name them all, or none.")
    groups = (info.factor_groups, info.group_names) if info.factor_groups else (
        tuple(range(count)), names)
    return dataclasses.replace(info, factor_names=names, factor_groups=groups[0],
                               group_names=groups[1])


def check_split(split: Split, where: str, missing: bool = False) -> Split:
    """Returns the split with the dtypes of `Split`; `where` names it in messages.

    With `missing`, NaN in x is a missing value.

    Raises:
        ValueError: x is not numeric, has fewer than 2 dimensions, is empty, or holds NaN or
            infinite values; or `y` or `factors` has the wrong type, shape or length.
    """
    x: np.ndarray | OnDemand
    if isinstance(split.x, OnDemand):  # Those are checked when they are read.
        x = split.x
    else:
        x = _check_observations(split.x, where, missing)
    y, factors = split.y, split.factors
    if y is not None:
        y = _as_labels(y, len(x), where)
    if factors is not None:
        factors = _as_float32(factors, f"{where}: `factors`")
        if factors.ndim != 2 or len(factors) != len(x):
            raise ValueError(
                f"{where}: expected `factors` of shape [{len(x)}, k], one row per observation. "
                f"Received: shape {factors.shape}. Pass x and factors for the same observations.")
        _check_finite(factors, f"{where}: `factors`")
    return Split(x, y, factors)


def _check_observations(x: ArrayLike, where: str, missing: bool) -> np.ndarray:
    x = _as_float32(x, f"{where}: `x`")
    if x.ndim < 2:
        raise ValueError(
            f"{where}: expected `x` of shape [n, ...] with at least 2 dimensions. Received: "
            f"shape {x.shape}. Reshape a single feature with x[:, None].")
    if x.size == 0:
        raise ValueError(
            f"{where}: expected at least one observation of at least one value. Received: "
            f"an empty array of shape {x.shape}. Check the source of the data.")
    _check_finite(np.nan_to_num(x, posinf=np.inf, neginf=-np.inf) if missing else x,
                  f"{where}: `x`")
    return x


def _as_float32(values: ArrayLike, what: str) -> np.ndarray:
    if np.ma.is_masked(values):
        raise ValueError(f"{what}: expected an array without a mask. Received: masked values. Fill "
                         "them with x.filled(...).")
    values = np.asarray(values)
    if values.dtype.kind not in "biuf":  # Numeric strings would convert, but are a mistake.
        raise ValueError(
            f"{what}: expected real numbers. Received: dtype {values.dtype}. Convert it to "
            "float32 first.")
    resolution.check(values, what)
    with np.errstate(over="ignore"):  # Overflow becomes infinite, which is reported below.
        return values.astype(np.float32, copy=False)


def _check_finite(values: np.ndarray, what: str) -> None:
    finite = np.isfinite(values)
    if not finite.all():
        place = tuple(int(i) for i in np.argwhere(~finite)[0])
        raise ValueError(
            f"{what}: expected finite values (in float32). Received: {(~finite).sum()} NaN or "
            f"infinite values, the first, {values[place]}, at index {place}. Remove those rows "
            "or fill the gaps first.")


def _as_labels(y: ArrayLike, count: int, where: str) -> np.ndarray:
    y = np.asarray(y)
    if y.shape != (count,):
        raise ValueError(
            f"{where}: expected `y` of shape [{count}], one label for each observation. "
            f"Received: shape {y.shape}. Pass x and y for the same observations.")
    whole = y.dtype.kind in "biu" or (y.dtype.kind == "f" and np.array_equal(y, np.rint(y)))
    if not whole or y.min() < 0:
        raise ValueError(
            f"{where}: expected `y` to be class labels, whole numbers from 0. Received: dtype "
            f"{y.dtype}, starting {y[:3].tolist()}. Number the classes 0, 1, ..., e.g. with "
            "np.unique(y, return_inverse=True)[1].")
    return y.astype(np.int64, copy=False)


def _check_class_names(y: np.ndarray | None, class_names: tuple[str, ...],
                       where: str) -> None:
    if y is not None and class_names and y.max() >= len(class_names):
        raise ValueError(
            f"{where}: expected labels in 0..{len(class_names) - 1}, one for each class name. "
            f"Received: label {y.max()}. Give every class a name.")
