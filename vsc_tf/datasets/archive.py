"""Members of a folder, a zip, or a zip inside a zip, read without unpacking anything."""
import io
import pathlib
import zipfile
import zlib

_LARGEST = 200_000_000  # Bytes of one member; a zip that claims more is broken or hostile.


class Archive:
    """Files under one folder name, wherever they are kept.

    Args:
        path: A folder, a zip, or a zip that holds the zip `<root>.zip`. The members may lie
            in a folder `root` or at the top.
        root: Name of the archive's own folder.
        advice: What to do about a broken archive, a sentence for messages.

    Raises:
        ValueError: `path` is neither folder nor zip, or the zip is corrupt, or a member's name
            leads out of its folder.
    """

    def __init__(self, path, root, advice):
        self.path, self.root, self._advice = pathlib.Path(path), root, advice
        self._zip, self._names = None, frozenset()
        if not self.path.is_dir():
            self._zip = self._open_zip(self.path)
            if f"{root}.zip" in self._zip.namelist():
                self._zip = self._open_zip(io.BytesIO(self._read_zipped(f"{root}.zip")))
            self._names = frozenset(self._zip.namelist())

    def __contains__(self, member):
        return self._find(member) is not None

    def read(self, member):
        """Bytes of a member; `ValueError` if it is missing or broken."""
        name = self._find(member)
        if name is None:
            raise self._error(f"a member {self.root}/{member}", "none of that name")
        return (self.path / name).read_bytes() if self._zip is None else self._read_zipped(name)

    def _find(self, member):
        """Full name of a member, `None` if there is none."""
        for name in (f"{self.root}/{member}", member):
            if name in self._names or (self._zip is None and (self.path / name).is_file()):
                return name
        return None

    def _open_zip(self, source):
        try:
            opened = zipfile.ZipFile(source)
        except (zipfile.BadZipFile, OSError, NotImplementedError) as error:
            raise self._error("a readable zip", error) from error
        for name in opened.namelist():
            # Nothing is unpacked here, but such a zip was made to harm whoever does.
            parts = name.replace("\\", "/").split("/")
            if parts[0] == "" or parts[0][1:2] == ":" or ".." in parts:
                raise self._error("members inside the archive's own folder",
                                  f"the member name {name!r}")
        return opened

    def _read_zipped(self, name):
        size = self._zip.getinfo(name).file_size
        if size > _LARGEST:
            raise self._error(f"members of at most {_LARGEST} bytes", f"{size} for {name}")
        try:
            return self._zip.read(name)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError) as error:
            raise self._error(f"a whole member {name}", error) from error

    def _error(self, expected, received):
        return ValueError(f"{self.path}: expected {expected}. Received: {received}. "
                          f"{self._advice}")
