"""Which files of a folder are images, and what their folders say of them: classes, splits."""
import collections
import pathlib
from collections.abc import Sequence
from typing import NamedTuple

from vsc_tf.datasets import picture

TRAIN = {"train", "training"}
TEST = ("test", "testing", "val", "valid", "validation")  # The first that is there.


class Found(NamedTuple):
    """Images of a folder.

    files: Paths in the folder, in the order of their names.
    labels: Index of the class of each, or none.
    classes: Names of the classes.
    in_test: Whether each is of the test split, or none if the folders do not say.
    notes: What is worth saying.
    """

    files: list[pathlib.Path]
    labels: list[int]
    classes: tuple[str, ...]
    in_test: list[bool]
    notes: list[str]


def find(path: pathlib.Path) -> Found:
    """The images of a folder; a ValueError if there are none, or both at its top and below."""
    every = sorted(file.relative_to(path) for file in path.rglob("*") if file.is_file())
    every = [file for file in every
             if not any(part.startswith((".", "__MACOSX")) for part in file.parts)]
    files = [file for file in every if file.suffix.lower() in picture.SUFFIXES]
    if not files:
        raise ValueError(f"{path}: expected a folder with images ({', '.join(picture.SUFFIXES)}), "
                         "or with a sub-folder of images for each class. Received: none of these "
                         "files. Convert the images, or pass another folder.")
    notes = _kinds(every, files)
    split = _split_names({file.parts[0] for file in files if len(file.parts) > 1}, files)
    if not split:
        labels, classes = _classes(path, files, 0)
        return Found(files, labels, classes, [], notes)
    left_out = [file for file in files if file.parts[0] not in split]
    if left_out:
        notes.append(f"{len(left_out)} images of {left_out[0].parts[0]}/ are left out: "
                     f"{' and '.join(split)} are the splits.")
    files = [file for file in files if file.parts[0] in split]
    labels, classes = _classes(path, files, 1)
    return Found(files, labels, classes, [file.parts[0] == split[1] for file in files], notes)


def _split_names(folders: set[str], files: Sequence[pathlib.Path]) -> tuple[str, ...]:
    """Names of the folders that are train and test, if all folders are splits."""
    known = {name.lower(): name for name in folders}
    if not folders or len(known) < len(folders) or set(known) - TRAIN - set(TEST) or any(
            len(file.parts) == 1 for file in files):
        return ()
    train = [known[name] for name in sorted(TRAIN) if name in known]
    test = [known[name] for name in TEST if name in known]
    return (train[0], test[0]) if train and test else ()


def _classes(path: pathlib.Path, files: Sequence[pathlib.Path],
             depth: int) -> tuple[list[int], tuple[str, ...]]:
    """Label of each file, and the names of the classes, of the folders at a depth."""
    at_top = [file for file in files if len(file.parts) == depth + 1]
    if at_top and len(at_top) < len(files):
        below = next(file for file in files if len(file.parts) > depth + 1)
        raise ValueError(f"{path}: expected images either in the folder or in its sub-folders, "
                         f"one for each class. Received: both, {at_top[0]} and {below}. Move "
                         "them.")
    if at_top:
        return [], ()
    classes = tuple(sorted({file.parts[depth] for file in files}))
    index = {name: i for i, name in enumerate(classes)}
    return [index[file.parts[depth]] for file in files], classes


def _kinds(every: Sequence[pathlib.Path], files: Sequence[pathlib.Path]) -> list[str]:
    """Notes of pictures that are not read, and of several kinds that are."""
    notes = []
    unread = collections.Counter(file.suffix.lower() for file in every
                                 if file.suffix.lower() in picture.UNREAD)
    if unread:
        notes.append(f"Left out: {_listed(unread)}, pictures of kinds that are not read.")
    read = collections.Counter(file.suffix.lower() for file in files)
    if len(read) > 1:
        notes.append(f"Read: {_listed(read)}.")
    return notes


def _listed(kinds: collections.Counter) -> str:
    return ", ".join(f"{count:,} {suffix}" for suffix, count in sorted(kinds.items()))
