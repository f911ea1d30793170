"""Reads members of a folder, a zip, or a zip inside a zip, without unpacking anything."""
import io
import pathlib
import zipfile
import zlib
from typing import BinaryIO

_LARGEST = 200_000_000  # Bytes of one member; a zip that claims more is corrupt or malicious.


class Archive:
    """Files under one folder name, in a folder or a zip.

    Args:
        path: A folder, a zip, or a zip that holds the zip `<root>.zip`. The members may lie
            in a folder `root` or at the top.
        root: Name of the archive's top folder.
        advice: What to do about a corrupt archive, a sentence for error messages.

    Raises:
        ValueError: `path` is neither a folder nor a zip, the zip is corrupt, or a member's path
            leads outside the archive.
    """

    def __init__(self, path: str | pathlib.Path, root: str, advice: str) -> None:
        self.path, self.root, self._advice = pathlib.Path(path), root, advice
        self._zip: zipfile.ZipFile | None = None
        self._names: frozenset[str] = frozenset()
        if not self.path.is_dir():
            self._zip = self._open_zip(self.path)
            if f"{root}.zip" in self._zip.namelist():
                inner = self._read_zipped(self._zip, f"{root}.zip")
                self._zip = self._open_zip(io.BytesIO(inner))
            self._names = frozenset(self._zip.namelist())

    def __contains__(self, member: str) -> bool:
        return self._find(member) is not None

    def read(self, member: str) -> bytes:
        """Bytes of a member; `ValueError` if it is missing or corrupt."""
        name = self._find(member)
        if name is None:
            raise self._error(f"a member {self.root}/{member}", "none of that name")
        if self._zip is None:
            return (self.path / name).read_bytes()
        return self._read_zipped(self._zip, name)

    def _find(self, member: str) -> str | None:
        """Full name of a member, or `None` if it does not exist."""
        for name in (f"{self.root}/{member}", member):
            if name in self._names or (self._zip is None and (self.path / name).is_file()):
                return name
        return None

    def _open_zip(self, source: pathlib.Path | BinaryIO) -> zipfile.ZipFile:
        try:
            opened = zipfile.ZipFile(source)
        except (zipfile.BadZipFile, OSError, NotImplementedError) as error:
            raise self._error("a readable zip", error) from error
        for name in opened.namelist():
            # Nothing is unpacked here, but such a zip is malicious.
            parts = name.replace("\\", "/").split("/")
            if parts[0] == "" or parts[0][1:2] == ":" or ".." in parts:
                raise self._error("members inside the archive's own folder",
                                  f"the member name {name!r}")
        return opened

    def _read_zipped(self, archive: zipfile.ZipFile, name: str) -> bytes:
        size = archive.getinfo(name).file_size
        if size > _LARGEST:
            raise self._error(f"members of at most {_LARGEST} bytes", f"{size} for {name}")
        try:
            return archive.read(name)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError) as error:
            raise self._error(f"an intact member {name}", error) from error

    def _error(self, expected: str, received: object) -> ValueError:
        return ValueError(f"{self.path}: expected {expected}. Received: {received}. "
                          f"{self._advice}")
