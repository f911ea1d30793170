"""Downloads of files of known SHA-256, by pooch; only verified files get the final name."""
import hashlib
import os
import pathlib

from vsc_tf import extras


def fetch(url: str, target: str | pathlib.Path, sha256: str, timeout: float = 60) -> pathlib.Path:
    """Downloads `url` to `target`, with a bar of progress on stderr.

    The bytes go to a temporary file next to `target`, which is renamed when it is complete and
    its SHA-256 matches, and removed otherwise.

    Args:
        url: http or https address.
        target: Path of the file to write; missing folders are created.
        sha256: Expected SHA-256, 64 hexadecimal digits.
        timeout: Seconds without data after which to give up.

    Returns:
        `target` as a `pathlib.Path`.

    Raises:
        OSError: There is no connection, the server reports an error, the response stalls or is
            too short, or the file cannot be written.
        ValueError: The file has another SHA-256.
    """
    pooch = extras.load("pooch", "vsc_tf[datasets]", "A download")
    target = pathlib.Path(target)
    pooch.get_logger().setLevel("ERROR")
    try:
        pooch.retrieve(url, f"sha256:{sha256}", target.name, target.parent,
                       downloader=pooch.HTTPDownloader(progressbar=True, timeout=timeout))
    except ValueError as error:
        if isinstance(error, OSError):  # Some of those of requests are both.
            raise
        raise ValueError(
            f"{url}: expected a file with SHA-256 {sha256}. Received: another. The file was "
            "changed in transit or at its source: try again, or download it by hand.") from error
    return target


def data_folder() -> pathlib.Path:
    """Where data sets are stored: `TFDS_DATA_DIR`, as for TensorFlow Datasets, or its default."""
    return pathlib.Path(os.path.expanduser(
        os.environ.get("TFDS_DATA_DIR") or "~/tensorflow_datasets"))


def sha256_of(path: str | pathlib.Path) -> str:
    """SHA-256 of a file, 64 hexadecimal digits."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
