"""Array files that announce what is not there, or unpack to more than they should."""
import io
import pathlib
import zipfile

import numpy as np
import pytest

from vsc_tf.datasets import array_file, load

X = np.random.default_rng(0).normal(size=(20, 3)).astype("float32")


def npy(x=X, **header):
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(file, {
        **np.lib.format.header_data_from_array_1_0(x), **header})
    return file.getvalue() + np.ascontiguousarray(x).tobytes()


@pytest.mark.parametrize("suffix", [".npy", ".npz"])
@pytest.mark.parametrize(("content", "message"), [
    (npy(shape=(10**12, 3)), r"expected 12,000,000,000,000 bytes of data, shape "
     r"\(1000000000000, 3\), as the file's header says. Received: 240. It was cut off"),
    (npy()[:-1], "Received: 239. It was cut off"),
    (b"hello", "a file that begins with b'hello'. Write it again"),
    (b"", "a file that begins with b''"),
    (npy(np.array([None, 1])), "pickled Python objects"),
    (npy(shape=(-1, 3)), "expected|Received"),
])
def test_headers_are_not_trusted(tmp_path, suffix, content, message):
    path = tmp_path / f"x{suffix}"
    if suffix == ".npy":
        path.write_bytes(content)
    else:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("x.npy", content)
    with pytest.raises(ValueError, match=f"x{suffix}: .*(?:{message})"):
        load(path)


def test_what_is_packed_too_well_is_not_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(array_file, "MOST_UNPACKED", 100_000)
    np.savez_compressed(tmp_path / "zeros.npz", x=np.zeros((10_000, 20), "float32"))
    with pytest.raises(ValueError,
                       match="zeros.npz: expected arrays of at most 100,000 bytes where they are "
                             "packed.*800,128 bytes out of .*If you trust"):
        load(tmp_path / "zeros.npz")
    np.savez(tmp_path / "plain.npz", x=np.zeros((10_000, 20), "float32"))
    assert load(tmp_path / "plain.npz").train.x.shape == (8000, 20)
    noise = np.random.default_rng(0).normal(size=(10_000, 20))
    np.savez_compressed(tmp_path / "noise.npz", x=noise)
    assert load(tmp_path / "noise.npz").train.x.shape == (8000, 20)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(("members", "message"), [
    (["x"], "'x', no array"), (["x.npy", "x.npy"], "'x.npy', again")])
def test_members_that_are_no_arrays_are_named(tmp_path, members, message):
    with zipfile.ZipFile(tmp_path / "x.npz", "w") as archive:
        for name in members:
            archive.writestr(name, npy())
    with pytest.raises(ValueError, match=f"x.npz: expected arrays of diff.*Received: {message}"):
        load(tmp_path / "x.npz")


@pytest.mark.parametrize("name", ["~nosuchuser/x.csv", "y" * 5000 + ".csv", "a\x00.npy"])
def test_names_that_are_no_paths(name):
    with pytest.raises(ValueError, match="Expected the data set to be one of"):
        load(name)


@pytest.mark.parametrize("order", ["C", "F"])
def test_arrays_come_as_they_were(tmp_path, order):
    x = np.asarray(X, order=order)
    np.save(tmp_path / "x.npy", x)
    np.savez(tmp_path / "x.npz", x=x)
    for name in ("x.npy", "x.npz"):
        path = pathlib.Path(tmp_path, name)
        with open(path, "rb") as file:
            found = array_file.read_npz(file)["x"] if name == "x.npz" else array_file.read_npy(
                file, path.stat().st_size)
        np.testing.assert_array_equal(found, x)
