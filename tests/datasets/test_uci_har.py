"""UCI HAR on small archives of the official layout."""
import hashlib
import io
import socket
import zipfile

import numpy as np
import pytest

import vsc_tf.datasets
from tests.datasets.loopback import serving
from vsc_tf.datasets import uci_har

ROWS = {"train": 12, "test": 6}
OFFICIAL = "human+activity+recognition+using+smartphones.zip"
ACTIVITIES = ("WALKING", "SITTING", "STANDING", "LAYING", "RUNNING", "SWIMMING")


def table(values):
    return "".join(" ".join(f"{value: .7e}" for value in row) + "\n" for row in values)


def members():
    """The official layout, with fewer rows."""
    generator = np.random.default_rng(0)
    content = {
        "features.txt": "".join(f"{i + 1} f{i}()-X\n" for i in range(561)),
        "activity_labels.txt": "".join(f"{i + 1} {a}\n" for i, a in enumerate(ACTIVITIES))}
    for part, count in ROWS.items():
        content[f"{part}/X_{part}.txt"] = table(generator.uniform(-1, 1, [count, 561]))
        content[f"{part}/y_{part}.txt"] = "".join(f"{i % 6 + 1}\n" for i in range(count))
    return {f"UCI HAR Dataset/{name}": text for name, text in content.items()}


def zipped(content):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in content.items():
            file.writestr(name, text)
    return buffer.getvalue()


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


@pytest.fixture(autouse=True)
def small(tmp_path, monkeypatch):
    """A data folder of our own, small splits, and no way out to the network."""
    monkeypatch.setattr(uci_har, "ROWS", ROWS)
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("no_proxy", "*")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # Bound and not listening: connections are refused.
        monkeypatch.setattr(uci_har, "URL",
                            f"http://127.0.0.1:{taken.getsockname()[1]}/{OFFICIAL}")
        yield


def check(data):
    expected = members()
    for part, split in (("train", data.train), ("test", data.test)):
        x = np.loadtxt(io.StringIO(expected[f"UCI HAR Dataset/{part}/X_{part}.txt"]))
        np.testing.assert_allclose(split.x, x, rtol=1e-6)
        np.testing.assert_array_equal(split.y, np.arange(ROWS[part]) % 6)
    assert data.info.class_names == ACTIVITIES
    assert data.info.feature_names[:2] == ("f0()-X", "f1()-X")


@pytest.mark.parametrize("place", [
    "UCI HAR Dataset.zip", OFFICIAL, "UCI HAR Dataset"])
def test_finds_what_was_placed_by_hand(tmp_path, place):
    path = tmp_path / "downloads" / "manual" / place
    if place == OFFICIAL:
        write(path, zipped({"UCI HAR Dataset.zip": zipped(members()), "names": ""}))
    elif path.suffix:
        write(path, zipped(members()))
    else:
        for name, text in members().items():
            write(path.parent / name, text.encode())
    data = uci_har.load()
    check(data)
    assert "may not be" in data.info.note or "not the official file" in data.info.note


def test_an_explicit_path_comes_first(tmp_path):
    write(tmp_path / "downloads" / "manual" / "UCI HAR Dataset.zip", b"not looked at")
    check(vsc_tf.datasets.load("uci_har", path=write(tmp_path / "mine.zip", zipped(members()))))


def test_the_official_files_have_no_note(tmp_path, monkeypatch):
    inner = zipped(members())
    monkeypatch.setattr(uci_har, "INNER_SHA256", hashlib.sha256(inner).hexdigest())
    assert uci_har.load(path=write(tmp_path / "a.zip", inner)).info.note == ""
    outer = zipped({"UCI HAR Dataset.zip": inner})
    monkeypatch.setattr(uci_har, "SHA256", hashlib.sha256(outer).hexdigest())
    assert uci_har.load(path=write(tmp_path / "b.zip", outer)).info.note == ""


def test_downloads_once_and_then_reads_the_copy(tmp_path, monkeypatch, capsys):
    outer = zipped({"UCI HAR Dataset.zip": zipped(members())})
    monkeypatch.setattr(uci_har, "SHA256", hashlib.sha256(outer).hexdigest())
    with monkeypatch.context() as context, serving(outer) as url:
        context.setattr(uci_har, "URL", url.replace("data.zip", OFFICIAL))
        check(uci_har.load())
    assert "100%" in capsys.readouterr().err
    assert (tmp_path / "downloads" / OFFICIAL).read_bytes() == outer
    data = uci_har.load()  # Now the address refuses connections.
    check(data)
    assert data.info.note == ""


def test_a_changed_copy_of_the_download_is_refused(tmp_path):
    write(tmp_path / "downloads" / OFFICIAL, zipped({"UCI HAR Dataset.zip": zipped(members())}))
    with pytest.raises(ValueError, match="expected the official download.*Delete it to download"):
        uci_har.load()


def test_says_what_to_do_without_a_network(tmp_path):
    with pytest.raises(OSError, match="(?s)uci_har: expected to download http.*Received: .*"
                                      "refused.*place it in .*manual.*path="):
        uci_har.load()
    assert list((tmp_path / "downloads").iterdir()) == []


def test_says_what_to_do_after_an_http_error(monkeypatch):
    def fail(url, *args):
        import urllib.error
        raise urllib.error.HTTPError(url, 503, "Service Unavailable", {}, None)
    monkeypatch.setattr(uci_har.download, "fetch", fail)
    with pytest.raises(OSError, match="503.*Download it by hand"):
        uci_har.load()


def test_says_what_to_do_after_a_wrong_download(tmp_path, monkeypatch):
    with serving(b"x" * 10) as url:
        monkeypatch.setattr(uci_har, "URL", url)
        with pytest.raises(ValueError, match="SHA-256 c00b8.*Download it by hand"):
            uci_har.load()


def test_rejects_a_path_that_does_not_exist(tmp_path):
    with pytest.raises(ValueError, match="`path` to be a zip or a folder.*does not exist"):
        uci_har.load(path=tmp_path / "none.zip")


def replaced(name, change):
    content = members()
    key = f"UCI HAR Dataset/{name}"
    content[key] = change(content[key])
    return content


@pytest.mark.parametrize(("name", "change", "message"), [
    pytest.param("train/X_train.txt", lambda text: text[text.index("\n") + 1:],
                 "X_train.txt: expected 12 rows of 561. Received: 11 rows of 561", id="rows"),
    pytest.param("test/X_test.txt", lambda text: text.replace("\n", " 0.5\n"),
                 "X_test.txt: expected 6 rows of 561. Received: 6 rows of 562", id="columns"),
    pytest.param("test/X_test.txt", lambda text: text.rsplit(" ", 1)[0] + "\n",
                 "X_test.txt: expected numbers in rows of equal length.*row 6", id="ragged"),
    pytest.param("train/X_train.txt", lambda text: "abc" + text,
                 "X_train.txt: expected numbers.*'abc", id="text"),
    pytest.param("train/X_train.txt", lambda text: "\xff" + text,
                 "X_train.txt: expected numbers.*ascii", id="binary"),
    pytest.param("train/X_train.txt", lambda text: "nan " + text.lstrip().split(" ", 1)[1],
                 r"uci_har train: `x`: expected finite.*index \(0, 0\)", id="nan"),
    pytest.param("train/y_train.txt", lambda text: text.replace("6", "7"),
                 r"y_train.txt: expected labels in 1..6. Received: labels from 1 to 7",
                 id="label-7"),
    pytest.param("test/y_test.txt", lambda text: text.replace("1", "0"),
                 "y_test.txt: expected labels in 1..6. Received: labels from 0", id="label-0"),
    pytest.param("test/y_test.txt", lambda text: text + "1\n",
                 "y_test.txt: expected 6 rows of 1. Received: 7 rows of 1", id="label-too-many"),
    pytest.param("test/y_test.txt", lambda text: text.replace("1", "1.5"),
                 "y_test.txt: expected numbers.*1.5", id="label-fraction"),
    pytest.param("features.txt", lambda text: text[:100],
                 "features.txt: expected 561 lines", id="features"),
    pytest.param("activity_labels.txt", lambda text: text.replace("3 ", "4 "),
                 "activity_labels.txt: expected 6 lines.*numbered from 1", id="activities"),
])
def test_rejects_wrong_members(tmp_path, name, change, message):
    path = write(tmp_path / "wrong.zip", zipped(replaced(name, change)))
    with pytest.raises(ValueError, match=message):
        uci_har.load(path=path)


@pytest.mark.parametrize("name", sorted(members()))
def test_rejects_a_missing_member(tmp_path, name):
    content = members()
    del content[name]
    path = write(tmp_path / "partial.zip", zipped(content))
    with pytest.raises(ValueError, match=f"expected a member {name}.*official archive"):
        uci_har.load(path=path)


def test_rejects_a_corrupt_zip(tmp_path):
    path = write(tmp_path / "corrupt.zip", zipped(members())[:-100])
    with pytest.raises(ValueError, match="corrupt.zip: expected a readable zip.*archive at http"):
        uci_har.load(path=path)


def test_rejects_a_zip_that_writes_outside(tmp_path):
    path = write(tmp_path / "evil.zip", zipped({**members(), "../evil.txt": "x"}))
    with pytest.raises(ValueError, match=r"archive's own folder.*\.\./evil.txt"):
        uci_har.load(path=path)
