"""Arrays of `.npy` and `.npz` files; what they announce is looked at before memory is taken."""
import math
import zipfile
from typing import IO

import numpy as np

MOST_UNPACKED = 200_000_000  # Bytes of an array in a .npz file, if it is
MOST_TIMES = 100             # packed to less than one in so many of its size.
_HEADERS = {(1, 0): np.lib.format.read_array_header_1_0,
            (2, 0): np.lib.format.read_array_header_2_0}


class NoArray(ValueError):
    """What is wrong with a file, without its name."""


def header(file: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype]:
    """Shape, whether it lies by columns, and dtype of an array; the file is at its data then."""
    start = file.read(6)
    if start != b"\x93NUMPY":
        raise NoArray("expected one array, as written by np.save. Received: "
                      + ("an archive of several. Rename the file to .npz." if start[:2] == b"PK"
                         else f"a file that begins with {start!r}. Write it again with np.save."))
    file.seek(-6, 1)
    read_header = _HEADERS.get(version := np.lib.format.read_magic(file))
    if read_header is None:
        raise NoArray(f"expected an array of .npy version 1 or 2. Received: {version}. Write it "
                      "again with np.save.")
    shape, by_column, dtype = read_header(file)
    if dtype.hasobject:
        raise NoArray("expected arrays of plain numbers. Received: pickled Python objects, which "
                      "are not opened because they can run code. Save a numeric array, e.g. "
                      "np.save(path, np.asarray(data, np.float32)).")
    return shape, by_column, dtype


def read_npy(file: IO[bytes], size: int) -> np.ndarray:
    """The array of a .npy file of `size` bytes."""
    shape, _, dtype = header(file)
    announced, there = math.prod(shape) * dtype.itemsize, size - file.tell()
    if there < announced:
        raise NoArray(f"expected {announced:,} bytes of data, shape {shape}, as the file's header "
                      f"says. Received: {there:,}. It was cut off: copy it again.")
    file.seek(0)
    return np.lib.format.read_array(file, allow_pickle=False)


def read_npz(file: IO[bytes]) -> dict[str, np.ndarray]:
    """The arrays of a .npz file by their names."""
    arrays: dict[str, np.ndarray] = {}
    with zipfile.ZipFile(file) as archive:
        for member in archive.infolist():
            name = member.filename.removesuffix(".npy")
            if name == member.filename or name in arrays:
                raise NoArray("expected arrays of different names. Received: "
                              f"{member.filename!r}, {'again' if name in arrays else 'no array'}. "
                              "Write it again with np.savez.")
            check_unpacked(member)
            with archive.open(member) as array:
                arrays[name] = read_npy(array, member.file_size)
    return arrays


def check_unpacked(member: zipfile.ZipInfo) -> None:
    """A `NoArray` for what looks made to fill memory."""
    if (member.file_size > MOST_UNPACKED
            and member.file_size > MOST_TIMES * member.compress_size):
        raise NoArray(f"expected arrays of at most {MOST_UNPACKED:,} bytes where they are packed "
                      f"to less than a hundredth. Received: {member.file_size:,} bytes out of "
                      f"{member.compress_size:,} for {member.filename!r}. If you trust the file, "
                      "unpack it, or write it again with np.savez.")
