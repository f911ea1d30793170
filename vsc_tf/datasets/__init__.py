"""Data sets by name or by path: `load(name)` gives train, test and info.

Smiley is drawn here; UCI HAR, MNIST and Fashion-MNIST are read from their official files, which
are downloaded where there is a network, CelebA from its files, placed by hand; and the user's own
data come from a `.npy`, `.npz` or `.csv` file or a folder of images. Everything is numpy;
TensorFlow is not imported until needed.
"""
import difflib
import inspect
import pathlib

from vsc_tf.datasets import celeba, files, images, smiley, table, tfds_images, uci_har
from vsc_tf.datasets.base import Dataset, Info, Split
from vsc_tf.datasets.noise import noisy

__all__ = ["Dataset", "Info", "Split", "load", "names", "noisy", "smiley"]

_NAMED = {"celeba": celeba.load, "fashion_mnist": tfds_images.load_fashion_mnist,
          "mnist": tfds_images.load_mnist, "smiley": smiley.load, "uci_har": uci_har.load}
_SUFFIXES = {".npy": files.load_npy, ".npz": files.load_npz, ".csv": table.load}
_ACCEPTED = (f"one of {', '.join(_NAMED)}, or a path to a .npy, .npz or .csv file or to a folder "
             "of images")


def names():
    """Names that `load` knows besides paths.

    >>> names()
    ('celeba', 'fashion_mnist', 'mnist', 'smiley', 'uci_har')
    """
    return tuple(_NAMED)


def load(name, **options):
    """Loads a data set.

    Args:
        name: One of `names()`, or the path (string or `Path`) of a `.npy`, `.npz` or `.csv`
            file or of a folder of images. A string that is a name is never taken for a path.
        **options: Keyword arguments of the data set's own loader: `smiley.load`,
            `uci_har.load`, `celeba.load`, `files.load_npy`, `files.load_npz`, `table.load`,
            `images.load`.

    Returns:
        A `Dataset`: `train` and `test` with `x` float32 [n, ...], `y` labels or `None`,
        `factors` sources or `None`; and `info`. Of many images `train.x` is `ImageFiles`,
        which reads them from disk when they are asked for.

    Raises:
        ValueError: An unknown name or option, or data that are not as they should be.
        OSError: A data set that is not on this machine cannot be downloaded.

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


def _find_path(name):
    if not isinstance(name, (str, pathlib.Path)) or not str(name):
        raise ValueError(f"Expected the data set to be {_ACCEPTED}. Received: {name!r}")
    path = pathlib.Path(name).expanduser()
    if path.is_dir():
        return path.resolve(), images.load  # Resolved: "." has no name of its own.
    known = path.suffix.lower() in _SUFFIXES
    if known and path.exists():
        return path, _SUFFIXES[path.suffix.lower()]
    if path.exists():
        problem = f"a file of another kind, {str(path)!r}. Convert it, e.g. with np.savez"
    elif known or len(path.parts) > 1:
        problem = f"{str(path)!r}, which does not exist. Check the path"
    else:
        near = difflib.get_close_matches(str(name).lower().replace("-", "_"), _NAMED, 1, 0.7)
        problem = f"{str(name)!r}" + (f". Did you mean {near[0]!r}?" if near else "")
    raise ValueError(f"Expected the data set to be {_ACCEPTED}. Received: {problem}")


def _check_options(name, known, options):
    unknown = sorted(set(options) - set(known))
    if unknown:
        accepted = f"options among {', '.join(known)}" if known else "no options"
        raise ValueError(f"{name}: expected {accepted}. Received: {', '.join(unknown)}. Leave "
                         "out what is not accepted.")
