"""Names of servables, and which models may be versions of one."""
import json
import os
import pathlib

import numpy as np
import pytest

import vsc_tf
from vsc_tf.serving import card, server_files, writer


@pytest.mark.parametrize("name", [
    "", " ", ".", "..", ".hidden", "-x", "a/b", "a\\b", 'a"b', "a'b", "a\nb", "a\x00b", "a{b", " a",
    "a ", "a;b", "<b>", "a\u2028b"])
def test_names_that_would_be_more_than_names(name):
    with pytest.raises(ValueError, match="name of a servable's folder to hold letters, digits"):
        server_files.models_config(name)


@pytest.mark.parametrize("name", ["uci_har", "a b", "2024", "rows-vae", "größe", "数据", "v1.2+x"])
def test_names_that_are_names(name):
    assert f'name: "{name}"' in server_files.models_config(name)


def test_models_of_other_inputs_are_no_versions(tmp_path):
    folder = tmp_path / "train"
    (folder / "3").mkdir(parents=True)
    (folder / "3" / card.CARD).write_text(json.dumps({"model": {
        "observation_shape": [2], "column_names": ["a", "b"]}}))
    (folder / "4").mkdir()  # Of others: it says nothing.
    writer.check_folder(folder, (2,), ("a", "b"))
    writer.check_folder(folder, (2,))  # An array has no names.
    with pytest.raises(ValueError, match=r"one of observations of shape \(3,\), not \(2,\), as "
                                         "version 3 has. Export it to another folder"):
        writer.check_folder(folder, (3,))
    with pytest.raises(ValueError, match="one of columns of other names, as version 3"):
        writer.check_folder(folder, (2,), ("a", "c"))
    model = vsc_tf.VAE(2, encoder=vsc_tf.networks.mlp(4))
    model.adapt(np.ones((4, 5)))
    with pytest.raises(ValueError, match="Export it to another folder"):
        vsc_tf.serving.export(model, folder)
    assert sorted(os.listdir(folder)) == ["3", "4"]


def test_what_dead_exports_left_is_removed(tmp_path):
    dead = 2**22 + 7  # Above the largest process id of Linux.
    for pid in (dead, os.getppid()):
        (tmp_path / f".{pid}.partial").mkdir()
        (tmp_path / f".{pid}.partial" / "saved_model.pb").touch()
        (tmp_path / f".models.config.{pid}.partial").touch()
    (tmp_path / ".mine.partial").touch()
    writer._remove_leftovers(tmp_path)
    assert sorted(os.listdir(tmp_path)) == sorted([
        f".{os.getppid()}.partial", f".models.config.{os.getppid()}.partial", ".mine.partial"])
    assert pathlib.Path(tmp_path, f".{os.getppid()}.partial").is_dir()
