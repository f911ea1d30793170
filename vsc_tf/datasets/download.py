"""Fetches one file of known size and SHA-256; what has the final name is whole and checked."""
import hashlib
import os
import pathlib
import sys
import tempfile

_BLOCK = 1 << 18  # Bytes read at once.


def fetch(url, target, size, sha256, timeout=60):
    """Downloads `url` to `target`, with progress on stderr.

    The bytes go to a temporary file beside `target`, which gets its name only when they are
    all there and their SHA-256 is right, and is removed otherwise.

    Args:
        url: http or https address.
        target: Path of the file to write; its folders are made.
        size: Expected size in bytes; more is never read.
        sha256: Expected SHA-256, 64 hexadecimal digits.
        timeout: Seconds without any byte after which to give up.

    Returns:
        `target` as a `pathlib.Path`.

    Raises:
        OSError: No connection, an HTTP error, a stalled or short answer, or no right to write.
        ValueError: The answer is longer than `size`, or its SHA-256 differs.
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
                "was changed on the way or at its source: try again, or fetch it by hand.")
        os.replace(part, target)
    finally:
        pathlib.Path(part).unlink(missing_ok=True)
    return target


def data_folder():
    """Where data sets are kept: `TFDS_DATA_DIR`, as for TensorFlow Datasets, or its default."""
    return pathlib.Path(os.environ.get("TFDS_DATA_DIR") or "~/tensorflow_datasets").expanduser()


def sha256_of(path):
    """SHA-256 of a file, 64 hexadecimal digits."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _copy(url, file, size, timeout):
    """Copies the answer to `file` and returns its SHA-256."""
    import http.client  # Here, for a quick `import vsc_tf.datasets`.
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
                                     "was replaced at its source: fetch it by hand.")
    except http.client.HTTPException as error:  # Broken HTTP; the rest is an OSError already.
        raise OSError(f"{type(error).__name__}: {error}") from error
    finally:
        if done:
            print(file=sys.stderr)
    if done < size:
        raise OSError(f"{url}: expected {size} bytes. Received: {done}, then the connection "
                      "ended. Try again.")
    return digest.hexdigest()


def _show_progress(name, done, size, shown):
    """Writes the progress when its whole percentage has changed; returns the one shown."""
    percent = 100 * done // size
    if percent != shown:
        text = f"\r{name}: {done / 1e6:.1f} of {size / 1e6:.1f} MB, {percent:3d} %"
        print(text, end="", file=sys.stderr, flush=True)
    return percent
