"""Run folders."""
import dataclasses
import json
import os

import pytest

from trainers.presets import PRESETS
from trainers.running import runs

SMILEY = PRESETS["smiley"]


def test_a_new_run_gets_the_next_number_and_its_settings(tmp_path):
    first = runs.create(tmp_path, None, "smiley", SMILEY)
    second = runs.create(tmp_path, None, "smiley", dataclasses.replace(SMILEY, seed=4))
    assert (first.name, second.name) == ("smiley-1", "smiley-2")
    assert runs.read_config(second) == dataclasses.replace(SMILEY, seed=4)
    assert runs.create(tmp_path, None, "paper/smiley", SMILEY).name == "paper-smiley-1"


def test_a_run_on_ones_own_data_has_their_name(tmp_path):
    settings = dataclasses.replace(PRESETS["table"], dataset="a/patients 2024.csv")
    first = runs.create(tmp_path, None, "table", settings)
    assert first.name == "patients_2024-1"
    runs.create(tmp_path, None, "table", dataclasses.replace(settings, dataset="other.csv"))
    assert runs.find(tmp_path, None, "table", {"dataset": settings.dataset})[0] == first
    runs.create(tmp_path, None, "table", dataclasses.replace(
        settings, dataset="patients_2024-1.csv"))  # Its name begins with that of the first.
    assert runs.find(tmp_path, None, "table", {"dataset": settings.dataset})[0] == first


def test_another_runs_folder_is_never_taken(tmp_path):
    runs.create(tmp_path, "mine", "smiley", SMILEY)
    before = (tmp_path / "mine" / runs.CONFIG).read_text()
    with pytest.raises(ValueError, match=r"new name for the run.*--run mine.*--resume"):
        runs.create(tmp_path, "mine", "smiley", dataclasses.replace(SMILEY, seed=9))
    assert (tmp_path / "mine" / runs.CONFIG).read_text() == before


def test_resume_finds_the_newest_unfinished_run(tmp_path):
    with pytest.raises(ValueError, match=r"unfinished run smiley-1, smiley-2 or so.*Received: 0"):
        runs.find(tmp_path, None, "smiley", {})
    first = runs.create(tmp_path, None, "smiley", SMILEY)
    second = runs.create(tmp_path, None, "smiley", SMILEY)
    runs.write_json(second / runs.METRICS, {})
    assert runs.find(tmp_path, None, "smiley", {})[0] == first
    assert runs.find(tmp_path, "smiley-1", "smiley", {"alpha": SMILEY.alpha})[0] == first
    with pytest.raises(ValueError, match=r"unfinished run to resume.*smiley-2, which is finished"):
        runs.find(tmp_path, "smiley-2", "smiley", {})


def test_resume_prefers_a_run_with_the_settings_that_were_named(tmp_path):
    wanted = runs.create(tmp_path, None, "smiley", dataclasses.replace(SMILEY, model="vae"))
    newer = runs.create(tmp_path, None, "smiley", SMILEY)
    os.utime(newer / runs.CONFIG, (2e9, 2e9))
    assert runs.find(tmp_path, None, "smiley", {"model": "vae"})[0] == wanted
    assert runs.find(tmp_path, None, "smiley", {})[0] == newer
    with pytest.raises(ValueError, match=r"smiley-2 was started with.*seed: 0 in the run, 3 asked"):
        runs.find(tmp_path, None, "smiley", {"seed": 3})


def test_what_was_left_to_the_data_is_resumed_whatever_they_chose(tmp_path):
    chosen = dataclasses.replace(SMILEY, likelihood="bernoulli", scaling="none")
    run = runs.create(tmp_path, "mine", "smiley", chosen)
    asked = {"likelihood": "auto", "scaling": "auto"}
    assert runs.find(tmp_path, "mine", "smiley", asked) == (run, chosen)
    with pytest.raises(ValueError, match="likelihood: 'bernoulli' in the run, 'gaussian' asked"):
        runs.find(tmp_path, "mine", "smiley", asked | {"likelihood": "gaussian"})


def test_resume_refuses_other_settings_than_the_runs(tmp_path):
    runs.create(tmp_path, "mine", "smiley", SMILEY)
    with pytest.raises(ValueError, match=r"started with.*seed: 0 in the run, 3 asked for"):
        runs.find(tmp_path, "mine", "smiley", {"seed": 3})


@pytest.mark.parametrize(("content", "message"), [
    (None, r"expected a run folder with a config.json"),
    ("{\"alpha\": 0.1, \"colour\": 1}", r"settings of a run of this version.*colour"),
    ("{\"alpha\": ", r"settings of a run of this version"),
])
def test_a_folder_that_is_no_run_is_refused(tmp_path, content, message):
    if content is not None:
        (tmp_path / runs.CONFIG).write_text(content)
    with pytest.raises(ValueError, match=message):
        runs.read_config(tmp_path)


def test_json_that_cannot_be_written_leaves_what_was_there(tmp_path):
    runs.write_json(tmp_path / "a.json", {"x": 1})
    circle = []
    circle.append(circle)
    with pytest.raises(ValueError, match="Circular"):
        runs.write_json(tmp_path / "a.json", circle)
    assert json.loads((tmp_path / "a.json").read_text()) == {"x": 1}


def test_damaged_json_is_named(tmp_path):
    for content, message in (("{", "to hold JSON. Received: .*damaged"),
                             ("[]", "to hold a JSON object")):
        (tmp_path / "a.json").write_text(content)
        with pytest.raises(ValueError, match=f"a.json {message}"):
            runs.read_json(tmp_path / "a.json")


def test_resume_prefers_what_has_a_checkpoint(tmp_path):
    good = runs.create(tmp_path, None, "smiley", SMILEY)
    (good / runs.CHECKPOINT).touch()
    broken = runs.create(tmp_path, None, "smiley", SMILEY)
    os.utime(broken / runs.CONFIG, (2e9, 2e9))
    assert runs.find(tmp_path, None, "smiley", {})[0] == good


@pytest.mark.parametrize("content", [b"", b"epo", b"epoch,loss\n", b"\xff\x00\xfe\n1,2\n"])
def test_a_log_of_the_first_epoch_begins_anew(tmp_path, content):
    (tmp_path / runs.LOG).write_bytes(content)
    assert runs.read_log(tmp_path) == {} or content.startswith(b"\xff")
    runs.trim_log(tmp_path, epochs=0)
    assert not (tmp_path / runs.LOG).exists() and runs.read_log(tmp_path) == {}


def test_lines_of_a_log_that_are_damaged_are_left_out(tmp_path):
    (tmp_path / runs.LOG).write_bytes(b"epoch,loss\n0,3.5\n\xff\xfe,2\n1,x\n2,1.5\n")
    log = runs.read_log(tmp_path)
    assert log["epoch"] == [0., 1., 2.] and log["loss"][::2] == [3.5, 1.5]
    runs.trim_log(tmp_path, epochs=2)
    assert runs.read_log(tmp_path)["epoch"] == [0., 1.]


def test_the_log_loses_what_the_checkpoint_does_not_know(tmp_path):
    (tmp_path / runs.LOG).write_text("epoch,loss\n0,3.5\n1,2.5\n2,1.5\n3,")  # Killed here.
    runs.trim_log(tmp_path, epochs=2)
    assert runs.read_log(tmp_path) == {"epoch": [0., 1.], "loss": [3.5, 2.5]}
    runs.trim_log(tmp_path / "nothing here", epochs=2)
