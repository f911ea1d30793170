"""Patches of natural pictures, whitened: any folder of images, split by picture."""
import os
import pathlib
from collections.abc import Sequence

import numpy as np

from vsc_tf.datasets import image_folder, picture
from vsc_tf.datasets.base import Dataset, Info, Split

CUT_OFF = 200 / 512  # Cycles per pixel; 200 per picture of 512 pixels in [OF97].


def load(path: str | pathlib.Path | None = None, patch_size: int = 16,
         train_size: int = 80_000, test_size: int = 16_000, test_fraction: float = 0.2,
         seed: int = 0) -> Dataset:
    """Cuts patches at random places out of whitened pictures.

    Whitened as in [OF97]: each picture, in grey, is filtered by f exp(-(f / f0)^4), f the spatial
    frequency and f0 200 cycles per 512 pixels. Then each pixel of the patches is standardised, by
    its mean and deviation over the training patches. No picture has patches in both splits; as
    pictures differ in contrast, the test split's variance is 1 only roughly.

    Args:
        path: Folder of pictures, as for `images`, or of sub-folders of them.
        patch_size: Positive integer, side of a patch in pixels.
        train_size, test_size: Positive integers, patches of each split.
        test_fraction: Share of the pictures that are for the test split, in (0, 1).
        seed: Non-negative integer, of the split and the places.

    Returns:
        A `Dataset`: `x` [n, patch_size, patch_size].

    Raises:
        ValueError: There is no folder, fewer than two pictures are in it, one is smaller than a
            patch or corrupt, or a number is not as said.

    >>> import tempfile
    >>> from PIL import Image
    >>> noise = np.random.default_rng(0).integers(0, 256, (4, 40, 30), "uint8")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for i, pixels in enumerate(noise):
    ...         Image.fromarray(pixels).save(f"{folder}/{i}.png")
    ...     load(folder, train_size=30, test_size=10).train.x.shape
    (30, 16, 16)
    """
    _check(patch_size=patch_size, train_size=train_size, test_size=test_size)
    if path is None or not os.path.isdir(os.path.expanduser(path)):
        raise ValueError("natural_patches: expected a folder of pictures. Received: "
                         f"path={path!r}. Give path=..., or --data-path to the commands; any "
                         "photographs will do, e.g. those of BSDS500.")
    path = pathlib.Path(os.path.expanduser(path)).resolve()
    files = [path / file for file in image_folder.find(path).files]
    for file in files:
        height, width = picture.look(str(file), str(file))[:2]
        if min(height, width) < patch_size:
            raise ValueError(f"{file}: expected a picture of at least {patch_size} x {patch_size} "
                             f"pixels, the size of a patch. Received: {height} x {width}. Remove "
                             "it, or give a smaller patch_size.")
    in_test = test_pictures(len(files), test_fraction, seed)
    rng = np.random.default_rng([seed, 1])
    train, test = (_patches([file for file, other in zip(files, in_test) if other == is_test],
                            count, patch_size, rng)
                   for is_test, count in ((False, train_size), (True, test_size)))
    mean, deviation = train.mean(axis=0), train.std(axis=0)
    deviation[deviation < 1e-9] = 1.  # Of pictures without any change.
    info = Info("natural_patches", (patch_size, patch_size),
                description=f"whitened patches of {len(files)} pictures", source=path.name,
                note=f"{sum(in_test)} of the pictures are for the test split.")
    splits = [Split(((x - mean) / deviation).astype("float32")) for x in (train, test)]
    return Dataset(splits[0], splits[1], info)


def _check(**sizes: int) -> None:
    for name, value in sizes.items():
        if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1:
            raise ValueError(f"natural_patches: expected `{name}` to be a positive integer. "
                             f"Received: {name}={value!r}")


def test_pictures(count: int, test_fraction: float, seed: int) -> np.ndarray:
    """Which of `count` pictures, in the order of their names, are for the test split, bool."""
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
        raise ValueError("natural_patches: expected `seed` to be a non-negative integer. "
                         f"Received: seed={seed!r}")
    if not isinstance(test_fraction, (int, float)) or not 0 < test_fraction < 1:
        raise ValueError("natural_patches: expected `test_fraction` to be a number between 0 and "
                         f"1. Received: test_fraction={test_fraction!r}")
    tests = round(count * test_fraction)
    if not 0 < tests < count:
        raise ValueError(
            "natural_patches: expected at least one picture for train and one for test. Received: "
            f"{count} pictures with test_fraction={test_fraction}. Add pictures, or change it.")
    in_test = np.zeros(count, bool)
    in_test[np.random.default_rng(seed).permutation(count)[:tests]] = True
    return in_test


def whitened(pixels: np.ndarray) -> np.ndarray:
    """A grey picture [height, width], filtered by f exp(-(f / f0)^4), see `load`.

    >>> whitened(np.ones((4, 4))).round(6).tolist()[0]  # Nothing is left of a constant.
    [0.0, 0.0, 0.0, 0.0]
    """
    height, width = pixels.shape
    down, across = np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None]
    frequency = np.hypot(down, across)
    response = frequency * np.exp(-(frequency / CUT_OFF)**4)
    return np.fft.irfft2(np.fft.rfft2(pixels) * response, s=pixels.shape)


def _patches(files: Sequence[pathlib.Path], count: int, size: int,
             rng: np.random.Generator) -> np.ndarray:
    """As many patches of each picture as of any other, give or take one."""
    parts = []
    for i, file in enumerate(files):
        pixels = picture.decode(str(file), str(file)).astype("float64")
        if pixels.ndim == 3:
            pixels = pixels @ [0.299, 0.587, 0.114]
        windows = np.lib.stride_tricks.sliding_window_view(whitened(pixels), (size, size))
        share = (i + 1) * count // len(files) - i * count // len(files)
        down, across = (rng.integers(0, side, share) for side in windows.shape[:2])
        parts.append(windows[down, across])
    return np.concatenate(parts)
