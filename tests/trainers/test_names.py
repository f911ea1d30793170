"""Names of runs, data and files: they are names, whatever is in them, and nothing else."""
import dataclasses

import numpy as np
import pytest
from matplotlib.figure import Figure

from trainers.encoding import job
from trainers.explorer import address, server
from trainers.presets import PRESETS
from trainers.running import build, figures, runs
from vsc_tf.datasets import Dataset, Info, Split


@pytest.mark.parametrize("name", ["../x", "a/b", ".hidden", "..", "a\\b", "a\nb", "a\x1b[31m"])
def test_a_run_s_name_is_one_folder(tmp_path, name):
    with pytest.raises(ValueError, match="--run to be one folder's name"):
        runs.check_name(tmp_path, name)


@pytest.mark.parametrize("name", ['"><img src=x onerror=alert(1)>', "<b>", "a & b", "it's"])
def test_a_run_s_name_is_no_markup(tmp_path, name):
    runs.check_name(tmp_path, name)
    assert not set(server.plain(name)) & set("<>&\"'")
    assert server.plain("smiley-1 (α)") == "smiley-1 (α)"


@pytest.mark.parametrize(("dataset", "folder"), [
    ("smiley", "smiley"), ("a/train.csv", "train"), ("a/x y's.csv.gz", "x_y_s"), ("'.npy", "data"),
    ('a"b\n.csv', "a_b"), ("größe.parquet", "größe"), ("photos/../cats", "cats")])
def test_a_servable_is_named_after_its_data_in_safe_letters(tmp_path, dataset, folder):
    settings = dataclasses.replace(PRESETS["table"], dataset=dataset)
    assert build.saved_model_folder(settings, tmp_path) == tmp_path / folder


@pytest.mark.parametrize("name", ["scan [1]", "a*b", "what?", "[x]", "[!a-z]", "plain"])
def test_files_and_folders_that_are_there_are_no_patterns(tmp_path, name):
    folder = tmp_path / name
    folder.mkdir()
    np.save(folder / "x.npy", np.zeros((4, 2)))
    np.save(folder / f"{name}.npy", np.zeros((4, 2)))
    for given, count in ((folder, 2), (folder / f"{name}.npy", 1), (folder / "*.npy", 2)):
        if given.name == "*.npy" and name != "plain":
            continue  # That one is a pattern, of whatever folder.
        found = job.patterns([str(given)])
        files = job.FileSystems.match(found)[0].metadata_list
        assert len(files) == count and all(f"/{name}/" in file.path for file in files)
    with pytest.raises(ValueError, match="--input to find files"):
        job.patterns([str(tmp_path / "none [1]")])


@pytest.mark.parametrize("query", [
    {"changes": "0:1e39"}, {"changes": "0:1e39,1:nan"}, {"object": "9" * 5000},
    {"object": "\ufffd"}, {"changes": "0:inf"}, {"feature": "\u0669" * 3000}, {"tab": "<script>"}])
def test_addresses_of_nonsense_are_said_to_be(query):
    found, complaints = address.read(query, 10, [0, 1])
    assert found == {} and len(complaints) == 1 and len(complaints[0]) < 200


def test_names_with_dollars_are_drawn(tmp_path, monkeypatch):
    def drawn(*args):
        figure = Figure()
        figure.add_subplot().set_title("cost in $ of x_ and \\frac$")
        return {"a": figure}

    monkeypatch.setattr(figures, "of_data", drawn)
    monkeypatch.setattr(figures, "of_features", lambda *args: {})
    data = Dataset(Split(np.ones((2, 3))), Split(np.ones((2, 3))), Info("x", (3,)))
    assert figures.draw(None, data, None, tmp_path)[0].is_file()
