"""SavedModels in a process that has TensorFlow's C API and nothing else."""
import json
import shutil
import subprocess
import sys

import numpy as np
import pytest

from vsc_tf.serving import c_api


def answer(path, folder, **requests):
    """(Status, what it printed or complained, replies) of a fresh process run by path."""
    np.savez(folder / "asked.npz", **requests)
    run = subprocess.run(
        [sys.executable, "-I", c_api.__file__, path, folder / "asked.npz", folder / "told.npz"],
        cwd=folder, capture_output=True, text=True, timeout=120)
    if run.returncode:
        return run.returncode, run.stderr, None
    with np.load(folder / "told.npz") as arrays:
        return 0, json.loads(run.stdout), dict(arrays)


def test_a_process_without_python_tensorflow_serves_and_repeats_itself(vsc, tmp_path):
    noise = np.random.default_rng(0).normal(size=(7, 5))
    requests = {"encode/a/x": vsc.x[:7], "score/a/x": vsc.x[:7], "sample_like/a/x": vsc.x[:7],
                "sample_like/a/noise": noise, "topk/a/x": vsc.x[:1], "topk/b/x": vsc.x}
    runs = [answer(vsc.path, tmp_path, **requests) for _ in range(2)]
    (status, report, replies), (_, _, again) = runs
    assert status == 0
    loaded = {name.split(".")[0] for name in report["modules"]}
    assert "numpy" in loaded and not loaded & {"tensorflow", "keras", "vsc_tf", "google"}
    assert report["signatures"]["sample_like"][0] == {"x": [-1, 4, 3], "noise": [-1, 5]}
    assert report["signatures"]["topk"][1] == {"indices": [-1, 5], "values": [-1, 5]}
    np.testing.assert_array_equal(replies["encode/a/z"], vsc.model.encode(vsc.x[:7]).z)
    assert replies["topk/b/indices"].shape == (40, 5)
    assert set(replies) == set(again)
    for name, value in replies.items():  # The same request, the same reply after a restart.
        np.testing.assert_array_equal(value, again[name])


def test_errors_in_a_request_are_tensorflow_s_words(vsc, tmp_path):
    status, complaint, _ = answer(vsc.path, tmp_path, **{"encode/a/x": vsc.x[:, :2]})
    assert status == 2
    assert "[40,2,3] is not compatible with expected shape [?,4,3]" in complaint
    status, complaint, _ = answer(vsc.path, tmp_path, **{"encode/a/x": vsc.x * np.nan})
    assert status == 2 and "Input x must be finite. Received: NaN" in complaint


@pytest.mark.parametrize(("spoil", "words"), [
    (lambda path: shutil.rmtree(path), "Could not find SavedModel"),
    (lambda path: cut(path / "variables" / "variables.data-00000-of-00001"),
     "Read less bytes than requested"),
])
def test_what_is_no_whole_savedmodel_is_refused(vsc, tmp_path, spoil, words):
    path = shutil.copytree(vsc.path, tmp_path / "copy")
    spoil(path)
    status, complaint, _ = answer(path, tmp_path, **{"encode/a/x": vsc.x})
    assert status == 2 and words in complaint and "Traceback" not in complaint


def cut(path):
    with open(path, "rb+") as file:
        file.truncate(path.stat().st_size // 2)


def test_protobuf_fields_of_every_wire_type():
    message = bytes([0x08, 0x96, 0x01, 0x12, 2, 104, 105, 0x1D, 0, 0, 128, 63, 0x21, *range(8)])
    assert list(c_api._fields(message)) == [
        (1, 150), (2, b"hi"), (3, bytes([0, 0, 128, 63])), (4, bytes(range(8)))]
