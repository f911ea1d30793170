"""A table from training to encoding: names of columns are kept, and decide the order."""
import contextlib
import json

import keras
import numpy as np
import pyarrow.parquet as pq
import pytest

from trainers import encode, fit
from trainers.running import restoring, runs, training
from vsc_tf.serving import card

TINY = ["--steps", "4", "--steps-per-epoch", "2", "--hidden-units", "8", "--pseudo-inputs", "4",
        "--latent-dim", "6", "--batch-size", "20", "--no-jit-compile"]
NAMES = ("a", "b", "c", "d", "e")
X = np.random.default_rng(0).random((60, 5)).round(4)
X[:, 3] *= 1000.  # A column that is not like the others.


def write(path, names, order=range(5)):
    """The rows of `X` with a column of classes, columns in an order."""
    lines = [",".join([*(repr(float(row[i])) for i in order), "ab"[n % 2]])
             for n, row in enumerate(X)]
    path.write_text("\n".join([",".join([*names, "kind"]), *lines]))


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A folder with a run of rows.csv, and what the command printed."""
    folder = tmp_path_factory.mktemp("trained")
    write(folder / "rows.csv", NAMES)
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(
            open(folder / "out.txt", "w")) as out:
        patch.chdir(folder)
        patch.setattr("trainers.running.figures.draw", lambda *args: None)
        patch.setattr("trainers.running.pictures.Pictures.on_epoch_end", lambda *args: None)
        assert fit.main(["--dataset", "rows.csv", "--label-column", "kind", *TINY]) == 0
        out.close()
    return folder


@pytest.fixture(autouse=True)
def folder(trained, monkeypatch):
    monkeypatch.chdir(trained)
    yield trained
    write(trained / "rows.csv", NAMES)


def test_the_command_says_what_each_column_is(folder):
    printed = (folder / "out.txt").read_text()
    assert printed.count("Columns   5 of numbers: a, b, c, d, e; label column 'kind' of 2 classes, "
                         "left out of the model\n") == 1


def test_names_are_in_the_run_the_model_and_the_card(folder):
    run = folder / "runs" / "rows-1"
    assert json.loads((run / "config.json").read_text())["column_names"] == list(NAMES)
    assert runs.read_config(run).label_column == "kind"
    assert keras.models.load_model(run / "model.keras").column_names == NAMES
    version = folder / "saved_models" / "rows" / "1"
    assert card.read(version)["model"]["column_names"] == list(NAMES)
    assert keras.models.load_model(version / card.KERAS).column_names == NAMES


@contextlib.contextmanager
def forgotten(run):
    """A run that keeps no fingerprint of its data, as those of versions before 0.3."""
    config = runs.read_json(run / runs.CONFIG)
    runs.write_json(run / runs.CONFIG, {k: v for k, v in config.items() if k != runs.DATA})
    yield
    runs.write_json(run / runs.CONFIG, config)


@pytest.mark.parametrize("load", [
    restoring.restore, lambda run: training.prepare(run, runs.read_config(run))],
    ids=["evaluate", "resume"])
def test_a_file_that_changed_is_noticed_and_in_another_order_read_in_the_models(folder, load):
    run = folder / "runs" / "rows-1"
    before = load(run)[1]
    write(folder / "rows.csv", "dbeac", [3, 1, 4, 0, 2])
    with pytest.raises(ValueError, match="rows-1 was started with. Received: rows.csv, which has "
                                         "changed: columns in another order. Put the old data"):
        load(run)
    with forgotten(run):
        _, after, model = load(run)
        np.testing.assert_array_equal(after.test.x, before.test.x)
        assert after.info.feature_names == after.info.column_names == model.column_names == NAMES
    write(folder / "rows.csv", "abcdx")
    with pytest.raises(ValueError, match="rows.csv, which has changed: columns of other names"):
        load(run)
    with forgotten(run), pytest.raises(ValueError, match="5 columns.*without e, with also x"):
        load(run)


def test_encode_takes_columns_by_name(folder, capsys):
    (folder / "lake").mkdir()
    write(folder / "lake" / "same.csv", NAMES)
    write(folder / "lake" / "order.csv", "dbeac", [3, 1, 4, 0, 2])
    write(folder / "lake" / "other.csv", "abcdx")
    assert encode.main(["--model", "saved_models/rows", "--input", "lake", "--output", "codes",
                        "--label-column", "kind"]) == 0
    printed = capsys.readouterr().out
    assert "Columns   5 of numbers, by name: a, b, c, d, e; column kind is left out\n" in printed
    assert "Rows in   120" in printed and "Dead      0, in 1 lines" in printed
    letter = json.loads((folder / "codes" / "_dead_letter.jsonl").read_text())
    assert letter["source"].endswith("other.csv") and "without e, with also x" in letter["reason"]
    codes = {name: {} for name in ("same.csv", "order.csv")}
    for row in pq.read_table("codes").to_pylist():
        codes[row["source"].rpartition("/")[2]][row["row"]] = (row["indices"], row["values"])
    assert len(codes["same.csv"]) == 60 and codes["same.csv"] == codes["order.csv"]
    model = keras.models.load_model("runs/rows-1/model.keras")
    z = model.encode(X[:1]).z[0]
    np.testing.assert_allclose(codes["same.csv"][0][1], z[z != 0], atol=1e-5)
