"""The model card: what it says, and files that are not what it says."""
import hashlib
import json
import shutil

import numpy as np
import pytest

from vsc_tf.serving import card


@pytest.fixture
def copy(vsc, tmp_path):
    return shutil.copytree(vsc.path, tmp_path / "copy")


def test_the_card_says_what_goes_in_and_out_and_where_it_is_from(vsc):
    found = card.read(vsc.path)
    assert found["name"] == "vsc" and found["training_data"] == {"name": "normal"}
    assert found["model"] == {
        "class": "VSC", "latent_dim": 5, "observation_shape": [4, 3],
        "likelihood": "LearnedGaussian", "scaling": "standardise"}
    encode = found["signatures"]["encode"]
    assert encode["inputs"] == {
        "x": {"dtype": "float32", "shape": [None, 4, 3], "meaning": "observations, raw units"}}
    assert list(encode["outputs"]) == ["z", "spike_probs", "loc", "scale"]
    assert found["signatures"]["topk"]["outputs"]["indices"]["dtype"] == "int32"
    assert {"keras", "tensorflow", "numpy"} == set(found["versions"])
    assert found["weights"]["count"] == vsc.model.count_params()


def test_checksums_are_those_of_the_weights_and_of_every_file(vsc):
    found = card.read(vsc.path)
    digest = hashlib.sha256()
    for value in vsc.model.get_weights():
        digest.update(str(value.shape).encode() + np.ascontiguousarray(value).tobytes())
    assert found["weights"]["sha256"] == digest.hexdigest()
    files = {p.relative_to(vsc.path).as_posix() for p in vsc.path.rglob("*") if p.is_file()}
    assert set(found["files"]) == files - {card.CARD}
    for name, known in found["files"].items():
        content = (vsc.path / name).read_bytes()
        assert known == {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def test_a_truncated_file_is_named(copy):
    path = copy / "variables" / "variables.data-00000-of-00001"
    size = path.stat().st_size
    with open(path, "rb+") as file:
        file.truncate(size - 100)
    with pytest.raises(ValueError,
                       match=rf"variables.data.*{size:,} bytes. Received: {size - 100:,}"):
        card.read(copy)


def test_a_changed_or_missing_file_is_named(copy):
    path = copy / "saved_model.pb"
    content = bytearray(path.read_bytes())
    content[50] ^= 1
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"saved_model.pb as it was exported.*another SHA-256"):
        card.read(copy)
    path.unlink()
    with pytest.raises(ValueError, match=r"expected .*saved_model.pb. Received: no such file"):
        card.read(copy)


@pytest.mark.parametrize("text", ["", "{}", "[1]", json.dumps({"files": 3})])
def test_what_is_no_card_is_refused(tmp_path, text):
    (tmp_path / card.CARD).write_text(text)
    with pytest.raises(ValueError, match=r"to be a model card. Received: a file that is not"):
        card.read(tmp_path)


def test_a_folder_that_is_no_export_is_refused(tmp_path):
    for path in (tmp_path, tmp_path / "nothing"):
        with pytest.raises(ValueError, match=r"folder of an exported version.*Received: .*has no"):
            card.read(path)
