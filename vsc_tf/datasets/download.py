"""Downloads a file of known size and SHA-256; only verified files get the final name."""
import hashlib
import os
import pathlib
import sys
import tempfile
from typing import BinaryIO

_BLOCK = 1 << 18  # Bytes per read.


def fetch(url: str, target: str | pathlib.Path, size: int, sha256: str,
          timeout: float = 60) -> pathlib.Path:
    """Downloads `url` to `target`, with progress on stderr.

    The bytes go to a temporary file next to `target`, which is renamed when it is complete and
    its SHA-256 matches, and removed otherwise.

    Args:
        url: http or https address.
        target: Path of the file to write; missing folders are created.
        size: Expected size in bytes; more is never read.
        sha256: Expected SHA-256, 64 hexadecimal digits.
        timeout: Seconds without data after which to give up.

    Returns:
        `target` as a `pathlib.Path`.

    Raises:
        OSError: There is no connection, the server reports an error, the response stalls or is
            too short, or the file cannot be written.
        ValueError: The response is longer than `size`, or its SHA-256 differs.
    """
    target = pathlib.Path(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, part = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            received = _copy(url, file, size, timeout)
        if received != sha256:
            raise ValueError(
                f"{url}: expected a file with SHA-256 {sha256}. Received: {received}. The file "
                "was changed in transit or at its source: try again, or download it by hand.")
        os.replace(part, target)
    finally:
        pathlib.Path(part).unlink(missing_ok=True)
    return target


def data_folder() -> pathlib.Path:
    """Where data sets are stored: `TFDS_DATA_DIR`, as for TensorFlow Datasets, or its default."""
    return pathlib.Path(os.environ.get("TFDS_DATA_DIR") or "~/tensorflow_datasets").expanduser()


def sha256_of(path: str | pathlib.Path) -> str:
    """SHA-256 of a file, 64 hexadecimal digits."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _copy(url: str, file: BinaryIO, size: int, timeout: float) -> str:
    """Copies the response to `file` and returns its SHA-256."""
    import http.client  # Here to keep `import vsc_tf.datasets` fast.
    import urllib.request
    digest, done, shown = hashlib.sha256(), 0, -1
    name = url.rsplit("/", 1)[-1]
    try:
        with urllib.request.urlopen(url, timeout=timeout) as answer:
            while block := answer.read(min(_BLOCK, size + 1 - done)):
                file.write(block)
                digest.update(block)
                done += len(block)
                shown = _show_progress(name, done, size, shown)
                if done > size:
                    raise ValueError(f"{url}: expected {size} bytes. Received: more. The file "
                                     "was replaced at its source: download it by hand.")
    except http.client.HTTPException as error:  # All other errors are OSErrors already.
        raise OSError(f"{type(error).__name__}: {error}") from error
    finally:
        if done:
            print(file=sys.stderr)
    if done < size:
        raise OSError(f"{url}: expected {size} bytes. Received: {done}, then the connection "
                      "ended. Try again.")
    return digest.hexdigest()


def _show_progress(name: str, done: int, size: int, shown: int) -> int:
    """Prints the progress if its percentage is not `shown` yet; returns the percentage."""
    percent = 100 * done // size
    if percent != shown:
        text = f"\r{name}: {done / 1e6:.1f} of {size / 1e6:.1f} MB, {percent:3d} %"
        print(text, end="", file=sys.stderr, flush=True)
    return percent
