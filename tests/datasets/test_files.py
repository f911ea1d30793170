"""`.npy` and `.npz` files, good and bad."""
import numpy as np
import pytest

import vsc_tf.datasets

X = np.arange(60.0).reshape(20, 3)


def saved(folder, **arrays):
    np.savez(folder / "mine.npz", **arrays)
    return folder / "mine.npz"


def test_npy_is_split_at_random(tmp_path):
    np.save(tmp_path / "mine.npy", X)
    data = vsc_tf.datasets.load(tmp_path / "mine.npy", test_fraction=0.1, seed=3)
    assert data.train.x.shape == (18, 3) and data.test.x.shape == (2, 3)
    assert data.train.y is None and data.info.name == "mine.npy"
    again = vsc_tf.datasets.load(str(tmp_path / "mine.npy"), test_fraction=0.1, seed=3)
    np.testing.assert_array_equal(data.test.x, again.test.x)


def test_integer_images_keep_their_values(tmp_path):
    images = np.random.default_rng(0).integers(0, 256, [10, 4, 4, 3]).astype(np.uint8)
    np.save(tmp_path / "mine.NPY.npy", images)
    data = vsc_tf.datasets.load(tmp_path / "mine.NPY.npy")
    assert data.info.shape == (4, 4, 3) and data.train.x.dtype == np.float32
    both = np.concatenate([data.train.x, data.test.x])
    assert sorted(both.ravel()) == sorted(images.ravel())


def test_npz_with_labels_and_factors(tmp_path):
    path = saved(tmp_path, x=X, y=np.arange(20), factors=-X)
    data = vsc_tf.datasets.load(path)
    for split in (data.train, data.test):
        np.testing.assert_array_equal(split.x, X[split.y])
        np.testing.assert_array_equal(split.factors, -X[split.y])


def test_npz_with_a_split_of_its_own(tmp_path):
    path = saved(tmp_path, x_train=X, y_train=np.ones(20), x_test=X[:1], y_test=[0])
    data = vsc_tf.datasets.load(path)
    np.testing.assert_array_equal(data.train.x, X)
    np.testing.assert_array_equal(data.test.x, X[:1])
    assert data.test.y.tolist() == [0]


@pytest.mark.parametrize(("arrays", "message"), [
    pytest.param(dict(images=X), r"arrays x, \[y\].*Received: \['images'\].*np.savez",
                 id="unknown-name"),
    pytest.param(dict(x=X, labels=X), r"Received: \['labels', 'x'\]", id="one-unknown"),
    pytest.param(dict(), r"Received: \[\]", id="none"),
    pytest.param(dict(x_train=X), r"x_test.*Received: \['x_train'\]", id="no-test"),
    pytest.param(dict(x=X, y=np.zeros(19)),
                 r"mine.npz: expected `y` of shape \[20\].*Received: shape \(19,\)",
                 id="labels-of-another-length"),
    pytest.param(dict(x_train=X, x_test=X, y_train=np.zeros(20), y_test=np.zeros(3)),
                 r"mine.npz test: expected `y` of shape \[20\]", id="test-labels"),
    pytest.param(dict(x_train=X, x_test=X[:, :2]), r"test: .*shape \(3,\).*Received: \(2,\)",
                 id="shapes-differ"),
    pytest.param(dict(x=np.array(5.0)), r"at least 2 dimensions.*shape \(\)", id="scalar"),
    pytest.param(dict(x=np.where(X == 4, np.nan, X)), r"nan, at index \(1, 1\)", id="nan"),
    pytest.param(dict(x=np.array([[{}]])), "plain numbers.*pickled Python objects.*float32",
                 id="pickled"),
])
def test_bad_npz(tmp_path, arrays, message):
    with pytest.raises(ValueError, match=message):
        vsc_tf.datasets.load(saved(tmp_path, **arrays))


@pytest.mark.parametrize(("x", "message"), [
    pytest.param(np.array([[1, None]]), "plain numbers.*pickled Python objects.*np.asarray",
                 id="pickled"),
    pytest.param(np.zeros(5), "at least 2 dimensions", id="one-dimension"),
    pytest.param(np.zeros([0, 5]), r"empty array of shape \(0, 5\)", id="empty"),
    pytest.param(np.where(X == 59, np.inf, X), r"inf, at index \(19, 2\)", id="infinite"),
    pytest.param(np.full([3, 3], "a"), "real numbers.*dtype <U1", id="text"),
    pytest.param(X[:1], "one observation for train and one for test", id="one-row"),
])
def test_bad_npy(tmp_path, x, message):
    np.save(tmp_path / "mine.npy", x)
    with pytest.raises(ValueError, match=message):
        vsc_tf.datasets.load(tmp_path / "mine.npy")


@pytest.mark.parametrize("suffix", [".npy", ".npz"])
@pytest.mark.parametrize("damage", [
    pytest.param(lambda content: b"", id="empty"),
    pytest.param(lambda content: content[:len(content) // 2], id="cut-short"),
    pytest.param(lambda content: b"no array at all", id="text"),
    pytest.param(lambda content: content[:20] + b"\xff" * 40 + content[60:], id="overwritten"),
])
def test_broken_files(tmp_path, suffix, damage):
    path = tmp_path / f"mine{suffix}"
    np.save(path, X) if suffix == ".npy" else np.savez_compressed(path, x=X)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ValueError, match=f"mine{suffix}: expected"):
        vsc_tf.datasets.load(path)


@pytest.mark.parametrize("header", [
    pytest.param(b"(2000000000, 300000), }", id="more-than-memory"),
    pytest.param(b"(20, 3),               ", id="not-closed"),
    pytest.param(b"(-20, 3), }            ", id="negative"),
    pytest.param(b"('20', 3), }           ", id="text"),
])
def test_broken_headers(tmp_path, header):
    np.save(tmp_path / "mine.npy", X)
    content = (tmp_path / "mine.npy").read_bytes()
    broken = content.replace(b"(20, 3), }             ", header)
    assert broken != content and len(broken) == len(content)
    (tmp_path / "mine.npy").write_bytes(broken)
    with pytest.raises(ValueError, match="expected a valid .npy file|It was cut off"):
        vsc_tf.datasets.load(tmp_path / "mine.npy")


def test_files_with_the_wrong_name(tmp_path):
    np.savez(tmp_path / "mine.npz", x=X)
    (tmp_path / "mine.npz").rename(tmp_path / "mine.npy")
    with pytest.raises(ValueError, match="expected one array.*Rename the file to .npz"):
        vsc_tf.datasets.load(tmp_path / "mine.npy")
    np.save(tmp_path / "other.npy", X)
    (tmp_path / "other.npy").rename(tmp_path / "other.npz")
    with pytest.raises(ValueError, match="other.npz: expected a valid .npz file"):
        vsc_tf.datasets.load(tmp_path / "other.npz")
