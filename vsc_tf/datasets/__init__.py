"""Data sets by name or by path: `load(name)` returns train, test and info.

Smiley is generated. UCI HAR, MNIST and Fashion-MNIST are read from their official files, which
are downloaded if missing; the files of CelebA must be downloaded by hand. Natural patches are cut
out of any folder of pictures. Your own data are read from a `.npy`, `.npz`, `.csv`, `.csv.gz`,
`.parquet`, `.feather` or `.h5ad` file or from a folder of images or shards. Small data are NumPy
arrays; TensorFlow is imported only where it is needed.
"""
import difflib
import inspect
import os
import pathlib
from collections.abc import Callable, Iterable
from typing import Any

from vsc_tf.datasets import (
    celeba,
    files,
    h5ad,
    images,
    natural_patches,
    shards,
    smiley,
    table,
    tfds_images,
    uci_har,
)
from vsc_tf.datasets.base import Dataset, Info, Split
from vsc_tf.datasets.describe import describe
from vsc_tf.datasets.kinds import Table
from vsc_tf.datasets.noise import noisy
from vsc_tf.datasets.table_file import SUFFIXES

__all__ = ["Dataset", "Info", "Split", "Table", "describe", "load", "names", "noisy", "smiley"]

_NAMED: dict[str, Callable[..., Dataset]] = {
    "celeba": celeba.load, "fashion_mnist": tfds_images.load_fashion_mnist,
    "mnist": tfds_images.load_mnist, "natural_patches": natural_patches.load,
    "smiley": smiley.load, "uci_har": uci_har.load}
_SUFFIXES: dict[str, Callable[..., Dataset]] = {
    ".npy": files.load_npy, ".npz": files.load_npz,
    **{suffix: table.load for suffix in SUFFIXES}, ".h5ad": h5ad.load}
_ACCEPTED = (f"one of {', '.join(_NAMED)}, or a path to a {', '.join(_SUFFIXES)} file or to a "
             "folder of images or shards")


def names() -> tuple[str, ...]:
    """Names of data sets that `load` accepts, besides paths.

    >>> names()
    ('celeba', 'fashion_mnist', 'mnist', 'natural_patches', 'smiley', 'uci_har')
    """
    return tuple(_NAMED)


def load(name: str | pathlib.Path, **options: Any) -> Dataset:
    """Loads a data set.

    Args:
        name: One of `names()`, or the path (string or `Path`) of a `.npy`, `.npz`, `.csv`,
            `.csv.gz` or `.parquet` file or of a folder of images or shards. A string that is a
            name is never treated as a path.
        **options: Keyword arguments of the loader of the data set: `smiley.load`,
            `uci_har.load`, `celeba.load`, `natural_patches.load`, `files.load_npy`,
            `files.load_npz`, `table.load`, `images.load`, `shards.load`.

    Returns:
        A `Dataset`: `train` and `test` with `x` float32 [n, ...], `y` labels or `None`,
        `factors` sources or `None`; and `info`. For large image sets and shards
        `train.x` is `OnDemand`, which reads from disk on access.

    Raises:
        ValueError: The name or an option is unknown, or the data are invalid.
        OSError: The data set is not on this machine and cannot be downloaded.

    >>> data = load("smiley", train_size=100, test_size=20)
    >>> data.train.x.shape, data.info.group_names
    ((100, 32, 32), ('bowtie', 'hat', 'eyes', 'mouth'))
    """
    if isinstance(name, str) and name in _NAMED:
        _check_options(name, inspect.signature(_NAMED[name]).parameters, options)
        return _NAMED[name](**options)
    path, loader = _find_path(name)
    _, *known = inspect.signature(loader).parameters  # The first is the path.
    _check_options(path.name, known, options)
    return loader(path, **options)


def _find_path(name: str | pathlib.Path) -> tuple[pathlib.Path, Callable[..., Dataset]]:
    if not isinstance(name, (str, pathlib.Path)) or not str(name):
        raise ValueError(f"Expected the data set to be {_ACCEPTED}. Received: {name!r}")
    try:
        path = pathlib.Path(os.path.expanduser(name))  # Path's own raises for a file '~.npy'.
        is_folder = path.is_dir()
    except (OSError, ValueError) as error:  # Too long, a zero byte.
        raise ValueError(f"Expected the data set to be {_ACCEPTED}. Received: {str(name)[:60]!r}, "
                         f"which is no path: {str(error)[:100]}") from None
    if is_folder:
        is_sharded = (path / shards.INDEX).is_file()
        # Resolved: "." has no name of its own.
        return path.resolve(), shards.load if is_sharded else images.load
    loader = next((loader for suffix, loader in _SUFFIXES.items()
                   if path.name.lower().endswith(suffix)), None)
    if loader and path.exists():
        return path, loader
    if path.exists():
        problem = f"a file of another type, {str(path)!r}. Convert it, e.g. with np.savez"
    elif loader or len(path.parts) > 1:
        problem = f"{str(path)!r}, which does not exist. Check the path"
    else:
        near = difflib.get_close_matches(str(name).lower().replace("-", "_"), _NAMED, 1, 0.7)
        problem = f"{str(name)!r}" + (f". Did you mean {near[0]!r}?" if near else "")
    raise ValueError(f"Expected the data set to be {_ACCEPTED}. Received: {problem}")


def _check_options(name: str, known: Iterable[str], options: dict[str, Any]) -> None:
    unknown = sorted(set(options) - set(known))
    if unknown:
        accepted = f"options among {', '.join(known)}" if known else "no options"
        raise ValueError(f"{name}: expected {accepted}. Received: {', '.join(unknown)}. "
                         "Remove these.")
