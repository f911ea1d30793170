"""What a loaded data set is, and the checks that each one passes through."""
import dataclasses

import numpy as np

from vsc_tf.datasets.image_files import ImageFiles


@dataclasses.dataclass(frozen=True, eq=False)
class Split:
    """One part of a data set; row i of every array belongs to observation i.

    Attributes:
        x: float32 [n, ...], the observations: an array, or `ImageFiles` where they are many
            images on disk.
        y: int64 [n], class labels counted from 0, or `None`.
        factors: float32 [n, k], the known sources that made x, or `None`.
    """

    x: np.ndarray
    y: np.ndarray | None = None
    factors: np.ndarray | None = None


@dataclasses.dataclass(frozen=True)
class Info:
    """What is known about a data set besides its numbers.

    Attributes:
        name: Name it was loaded by.
        shape: Shape of one observation, e.g. `(28, 28)`.
        description, source, licence: One line each, for people.
        class_names: Name of label 0, 1, ...
        feature_names: Name of each entry of a flat observation.
        factor_names: Name of each column of `factors`.
        factor_groups: For each factor, the index of its group in `group_names`.
        group_names: Name of each group of factors.
        note: What a reader of results should know about this copy, else empty.
    """

    name: str
    shape: tuple
    description: str = ""
    source: str = ""
    licence: str = ""
    class_names: tuple = ()
    feature_names: tuple = ()
    factor_names: tuple = ()
    factor_groups: tuple = ()
    group_names: tuple = ()
    note: str = ""


@dataclasses.dataclass(frozen=True, eq=False)
class Dataset:
    """A training split, a test split and what is known about them.

    Both splits are checked and brought to the dtypes of `Split` on the way in.

    Raises:
        ValueError: A split fails `check_split`, or the two do not fit each other or `info`.

    >>> import numpy as np
    >>> data = Dataset(Split(np.ones([4, 3])), Split(np.ones([2, 3])), Info("mine", (3,)))
    >>> data.train.x.dtype, data.test.x.shape
    (dtype('float32'), (2, 3))
    """

    train: Split
    test: Split
    info: Info

    def __post_init__(self):
        for part in ("train", "test"):
            checked = check_split(getattr(self, part), f"{self.info.name} {part}")
            object.__setattr__(self, part, checked)
        name, shape = self.info.name, tuple(self.info.shape)
        for part in ("train", "test"):
            split = getattr(self, part)
            if split.x.shape[1:] != shape:
                raise ValueError(
                    f"{name} {part}: expected observations of shape {shape}, as in the other "
                    f"split. Received: {split.x.shape[1:]}. Give both splits one shape.")
            _check_class_names(split.y, self.info.class_names, f"{name} {part}")
        for field in ("y", "factors"):
            train, test = getattr(self.train, field), getattr(self.test, field)
            if (train is None) != (test is None):
                missing = "train" if train is None else "test"
                raise ValueError(
                    f"{name}: expected `{field}` in both splits or in neither. Received: none "
                    f"for {missing}. Add it there, or leave it out of the other.")


def check_split(split, where):
    """Returns the split with the dtypes of `Split`; `where` names it in messages.

    Raises:
        ValueError: x is not numeric, has fewer than 2 dimensions, is empty, or holds NaN or
            infinite values; or `y` or `factors` is not of the right kind, shape or length.
    """
    if isinstance(split.x, ImageFiles):  # Decoded and so checked when it is read.
        x = split.x
    else:
        x = _check_observations(split.x, where)
    y, factors = split.y, split.factors
    if y is not None:
        y = _as_labels(y, len(x), where)
    if factors is not None:
        factors = _as_float32(factors, f"{where}: `factors`")
        if factors.ndim != 2 or len(factors) != len(x):
            raise ValueError(
                f"{where}: expected `factors` of shape [{len(x)}, k], one row an observation. "
                f"Received: shape {factors.shape}. Give x and factors the same rows.")
        _check_finite(factors, f"{where}: `factors`")
    return Split(x, y, factors)


def _check_observations(x, where):
    x = _as_float32(x, f"{where}: `x`")
    if x.ndim < 2:
        raise ValueError(
            f"{where}: expected `x` of shape [n, ...] with at least 2 dimensions. Received: "
            f"shape {x.shape}. Reshape a single feature with x[:, None].")
    if x.size == 0:
        raise ValueError(
            f"{where}: expected at least one observation of at least one value. Received: "
            f"an empty array of shape {x.shape}. Check the source of the data.")
    _check_finite(x, f"{where}: `x`")
    return x


def _as_float32(values, what):
    values = np.asarray(values)
    if values.dtype.kind not in "biuf":  # Strings and objects may convert, and mean a mistake.
        raise ValueError(
            f"{what}: expected real numbers. Received: dtype {values.dtype}. Convert it to "
            "float32 first.")
    with np.errstate(over="ignore"):  # Becomes infinite, which is reported with its place.
        return values.astype(np.float32, copy=False)


def _check_finite(values, what):
    finite = np.isfinite(values)
    if not finite.all():
        place = tuple(int(i) for i in np.argwhere(~finite)[0])
        raise ValueError(
            f"{what}: expected finite values (in float32). Received: {(~finite).sum()} NaN or "
            f"infinite values, the first, {values[place]}, at index {place}. Remove those rows "
            "or fill the gaps first.")


def _as_labels(y, count, where):
    y = np.asarray(y)
    if y.shape != (count,):
        raise ValueError(
            f"{where}: expected `y` of shape [{count}], one label for each observation. "
            f"Received: shape {y.shape}. Give x and y the same rows.")
    whole = y.dtype.kind in "biu" or (y.dtype.kind == "f" and np.array_equal(y, np.rint(y)))
    if not whole or y.min() < 0:
        raise ValueError(
            f"{where}: expected `y` to be class labels, whole numbers from 0. Received: dtype "
            f"{y.dtype}, starting {y[:3].tolist()}. Number the classes 0, 1, ..., e.g. with "
            "np.unique(y, return_inverse=True)[1].")
    return y.astype(np.int64, copy=False)


def _check_class_names(y, class_names, where):
    if y is not None and class_names and y.max() >= len(class_names):
        raise ValueError(
            f"{where}: expected labels in 0..{len(class_names) - 1}, one for each class name. "
            f"Received: label {y.max()}. Name every class.")
