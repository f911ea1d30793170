"""Models that are shared: there and back, by a folder and by a stand-in of the hub."""
import json
import pathlib
import shutil
import sys
import types

import keras
import numpy as np
import pytest

import vsc_tf
from vsc_tf import hub


@pytest.fixture
def shared(servable, tmp_path):
    model = servable[0]
    return model, hub.save(model, tmp_path / "mine", metrics={"elbo": -3.5}, licence="apache-2.0",
                           feature_names={np.int64(2): "a|b\n<i>"})


def test_there_and_back(shared, rows):
    model, folder = shared
    assert sorted(path.name for path in folder.iterdir()) == sorted(hub.FILES)
    loaded, about = hub.load(folder)
    np.testing.assert_array_equal(loaded.encode(rows).z, model.encode(rows).z)
    assert about["feature_names"] == {"2": "a|b <i>"} and about["metrics"] == {"elbo": -3.5}
    assert not loaded.compiled and about["data"] == {}  # Nothing of the data unless it is given.
    page = (folder / hub.PAGE).read_text()
    assert page.startswith("---\nlibrary_name: vsc_tf\nlicense: apache-2.0\n")
    assert "| elbo | -3.5 |" in page and "| 2 | a\\|b &lt;i> |" in page


class Hub(types.ModuleType):
    """A stand-in of huggingface_hub: repositories are folders."""

    def __init__(self, root):
        super().__init__("huggingface_hub")
        self.root, self.HfApi = root, lambda token=None: self

    def create_repo(self, repo_id, private, exist_ok):
        (self.root / repo_id).mkdir(parents=True, exist_ok=exist_ok)
        return f"https://hub.example/{repo_id}"

    def upload_folder(self, repo_id, folder_path, allow_patterns):
        for name in allow_patterns:
            shutil.copy(pathlib.Path(folder_path) / name, self.root / repo_id)

    def snapshot_download(self, repo_id, revision, allow_patterns):
        assert revision in (None, "abc")
        return str(self.root / repo_id)


def test_by_the_hub(shared, rows, tmp_path, monkeypatch):
    model, folder = shared
    (folder / "notes.txt").write_text("mine")
    monkeypatch.setitem(sys.modules, "huggingface_hub", Hub(tmp_path / "hub"))
    assert hub.push(folder, "me/faces") == "https://hub.example/me/faces"
    assert not (tmp_path / "hub" / "me" / "faces" / "notes.txt").exists()
    loaded, _ = hub.load("me/faces", revision="abc")
    np.testing.assert_array_equal(loaded.encode(rows).z, model.encode(rows).z)


def test_without_its_package_it_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(ImportError, match=r"The hub needs vsc_tf\[hub\]"):
        hub.load("me/faces")


@pytest.mark.parametrize(("change", "message"), [
    ({"feature_names": {4: "x"}}, "names of latents 0 to 3. Received: .4."),
    ({"licence": "mine\nx: y"}, "`licence` to be an identifier"),
    ({"folder": "."}, "a new or empty folder. Received: .*holds files")])
def test_what_cannot_be_saved(servable, tmp_path, change, message):
    (tmp_path / "file").touch()
    with pytest.raises(ValueError, match=message):
        hub.save(servable[0], **{"folder": tmp_path / "new", **{
            key: tmp_path if key == "folder" else value for key, value in change.items()}})


def test_an_unfitted_model(tmp_path):
    with pytest.raises(ValueError, match=r"a fitted model. Received: a VSC without weights.*fit"):
        hub.save(vsc_tf.VSC(3), tmp_path / "new")


def test_what_is_not_whole_or_not_ours_is_refused(shared, tmp_path):
    _, folder = shared
    for source in ("nowhere", tmp_path / "none", "a/b/c", ""):
        with pytest.raises(ValueError, match="expected a folder that hub.save has written"):
            hub.load(source)
    (folder / hub.MODEL).write_bytes(b"other")
    with pytest.raises(ValueError, match="the model.keras that .* describes. Received: another"):
        hub.load(folder)
    with pytest.raises(ValueError, match="Get the folder again"):
        hub.push(folder, "me/faces")


@pytest.mark.parametrize(("layer", "message"), [
    (lambda: keras.layers.Lambda(lambda x: x), "without code of others. Received: .*[Ll]ambda"),
    (lambda: keras.layers.Dense(2), "a model of this library. Received: .*a Sequential")])
def test_a_model_with_code_or_of_others_is_refused(shared, layer, message):
    _, folder = shared
    keras.Sequential([keras.Input((3,)), layer()]).save(folder / hub.MODEL)
    about = json.loads((folder / hub.ABOUT).read_text())
    (folder / hub.ABOUT).write_text(json.dumps(about | {"sha256": hub._sha256(folder / hub.MODEL)}))
    with pytest.raises(ValueError, match=message):
        hub.load(folder)
