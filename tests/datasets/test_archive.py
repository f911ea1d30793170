"""Archives as folder, zip, and zip in zip; broken and hostile ones."""
import io
import zipfile

import pytest

from vsc_tf.datasets import archive
from vsc_tf.datasets.archive import Archive

MEMBERS = {"House/a.txt": b"first", "House/in/b.txt": b"second"}


def zipped(members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name, content in members.items():
            file.writestr(name, content)
    return buffer.getvalue()


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def opened(path):
    return Archive(path, "House", "Fetch it again.")


def test_reads_a_zip(tmp_path):
    house = opened(write(tmp_path / "any name.zip", zipped(MEMBERS)))
    assert house.read("a.txt") == b"first" and house.read("in/b.txt") == b"second"


def test_reads_a_zip_without_the_root_folder(tmp_path):
    assert opened(write(tmp_path / "h.zip", zipped({"in/b.txt": b"x"}))).read("in/b.txt") == b"x"


def test_reads_a_zip_inside_a_zip_and_unpacks_nothing(tmp_path):
    outer = write(tmp_path / "outer.zip", zipped({"House.zip": zipped(MEMBERS), "note": b""}))
    assert opened(outer).read("in/b.txt") == b"second"
    assert list(tmp_path.iterdir()) == [outer]


@pytest.mark.parametrize("inside", ["House", ""])
def test_reads_a_folder_or_the_folder_around_it(tmp_path, inside):
    for name, content in MEMBERS.items():
        write(tmp_path / name, content)
    assert opened(tmp_path / inside).read("in/b.txt") == b"second"


@pytest.mark.parametrize("name", ["../evil.txt", "House/../../evil.txt", "/etc/evil.txt",
                                  "..\\evil.txt", "C:\\evil.txt"])
@pytest.mark.parametrize("nested", [False, True])
def test_refuses_members_that_lead_outside(tmp_path, name, nested):
    content = zipped({**MEMBERS, name: b"x"})
    if nested:
        content = zipped({"House.zip": content})
    path = write(tmp_path / "evil.zip", content)
    with pytest.raises(ValueError, match="members inside the archive's own folder.*evil.txt.*"
                                         "Fetch it again"):
        opened(path)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("damage", [
    pytest.param(lambda content: b"<html>Not found</html>", id="a-web-page"),
    pytest.param(lambda content: b"", id="empty"),
    pytest.param(lambda content: content[:-30], id="cut-short"),
])
def test_refuses_what_is_no_zip(tmp_path, damage):
    path = write(tmp_path / "broken.zip", damage(zipped(MEMBERS)))
    with pytest.raises(ValueError, match="broken.zip: expected a readable zip.*Fetch it again"):
        opened(path)


def test_refuses_a_broken_inner_zip(tmp_path):
    path = write(tmp_path / "outer.zip", zipped({"House.zip": b"no zip"}))
    with pytest.raises(ValueError, match="expected a readable zip"):
        opened(path)


def test_refuses_a_changed_member(tmp_path):
    path = write(tmp_path / "h.zip", zipped(MEMBERS).replace(b"first", b"fIrst"))
    with pytest.raises(ValueError, match="an intact member House/a.txt.*Bad CRC"):
        opened(path).read("a.txt")


def test_refuses_a_member_too_large(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "_LARGEST", 5)
    house = opened(write(tmp_path / "h.zip", zipped(MEMBERS)))
    with pytest.raises(ValueError, match="at most 5 bytes.*Received: 6 for House/in/b.txt"):
        house.read("in/b.txt")


@pytest.mark.parametrize("as_folder", [False, True])
def test_names_a_missing_member(tmp_path, as_folder):
    path = tmp_path if as_folder else write(tmp_path / "h.zip", zipped(MEMBERS))
    with pytest.raises(ValueError, match="expected a member House/c.txt.*none of that name"):
        opened(path).read("c.txt")
