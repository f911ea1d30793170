"""A table of several kinds with missing cells, from the command to codes."""
import csv
import json

import keras
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import scipy.sparse

import vsc_tf
from tests.datasets.test_h5ad import COUNTS
from tests.datasets.test_h5ad import write as write_cells
from trainers import encode, evaluate, fit
from trainers.running import restoring, runs
from vsc_tf import callbacks
from vsc_tf.serving import card

TINY = ["--steps", "4", "--steps-per-epoch", "2", "--hidden-units", "8", "--pseudo-inputs", "4",
        "--latent-dim", "4", "--batch-size", "20", "--no-jit-compile"]
NAMES = ["id", "who", "age", "colour", "smokes", "visits", "kind"]


def rows(count=60):
    rng = np.random.default_rng(0)
    return [[f"u{i}", f"p{i // 4}", "" if i % 9 == 0 else round(rng.normal(40, 9), 2),
             "NA" if i % 7 == 0 else ["red", "blue", "grey"][i % 3], ["yes", "no"][i % 2],
             rng.poisson(3), "ab"[i % 2]] for i in range(count)]


def write(path, names, table):
    with open(path, "w", newline="") as file:
        csv.writer(file).writerows([names, *table])


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mixed")
    write(folder / "rows.csv", NAMES, rows())
    (folder / "kinds.yaml").write_text("visits: gaussian\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr("trainers.running.figures.draw", lambda *args: None)
        patch.setattr("trainers.running.pictures.Pictures.on_epoch_end", lambda *args: None)
        assert fit.main(["--dataset", "rows.csv", "--label-column", "kind", "--id-column", "id",
                         "--group-column", "who", "--columns", "kinds.yaml", *TINY]) == 0
    return folder


@pytest.fixture(autouse=True)
def folder(trained, monkeypatch):
    monkeypatch.chdir(trained)
    return trained


def test_kinds_are_in_the_run_the_model_and_the_card(folder):
    run = folder / "runs" / "rows-1"
    config = json.loads((run / "config.json").read_text())
    assert [column[:2] for column in config["table"]] == [
        ["age", "gaussian"], ["colour", "categorical"], ["smokes", "bernoulli"],
        ["visits", "gaussian"]]
    assert (config["likelihood"], config["scaling"]) == ("columns", "columns")
    model = keras.models.load_model(run / "model.keras")
    assert model.table.config() == config["table"] and model.scaling.missing
    made = card.read(folder / "saved_models" / "rows" / "1")["model"]
    assert made["table"] == config["table"] and made["missing"]
    assert made["column_names"] == list(model.column_names)


def test_a_run_is_restored_with_its_kinds(folder):
    (folder / "kinds.yaml").write_text("visits: poisson\n")  # Later it says something else.
    settings, data, model = restoring.restore(folder / "runs" / "rows-1")
    assert data.info.table == model.table and settings.likelihood == "columns"
    assert runs.read_config(folder / "runs" / "rows-1").columns == "kinds.yaml"
    assert evaluate.main(["rows-1", "--samples", "2"]) == 0


def test_no_group_is_in_both_splits(folder):
    people = pd.DataFrame(rows(), columns=NAMES)
    data = vsc_tf.datasets.load("rows.csv", id_column="id", label_column="kind", group_column="who",
                                columns={"visits": "gaussian"})
    ages = [set(split.x[~np.isnan(split.x[:, 0]), 0].round(2).tolist())
            for split in (data.train, data.test)]
    groups = [{who for who, age in zip(people.who, people.age)
               if age != "" and round(float(np.float32(age)), 2) in {round(a, 2) for a in found}}
              for found in ages]
    assert groups[0] and groups[1] and not groups[0] & groups[1]
    assert len(data.test.x) == 12


def test_other_rows_are_encoded_by_their_names_and_bad_ones_are_dead_letters(folder):
    table = [[row[i] for i in (4, 3, 5, 2, 0, 1)] for row in rows(20)]
    table[3][1], table[5][3] = "pink", "old"
    write(folder / "more.csv", ["smokes", "colour", "visits", "age", "id", "who"], table)
    assert encode.main(["--model", "saved_models/rows", "--input", "more.csv", "--output", "codes",
                        "--id-column", "id", "--group-column", "who"]) == 0
    written = pq.read_table(next((folder / "codes").glob("*.parquet"))).sort_by("row")
    assert written["row"].to_pylist() == [i for i in range(20) if i not in (3, 5)]
    assert written["id"].to_pylist() == [f"u{i}" for i in written["row"].to_pylist()]
    assert json.loads(written.schema.metadata[b"input_columns"]) == [
        "age", "colour", "smokes", "visits"]
    dead = [json.loads(line) for line in (folder / "codes" / "_dead_letter.jsonl").open()]
    reasons = {letter["row"]: letter["reason"] for letter in dead}
    assert "in column 'colour'" in reasons[3] and "in column 'age'" in reasons[5]
    model = keras.models.load_model(folder / "runs" / "rows-1" / "model.keras")
    frame = pd.DataFrame(table, columns=["smokes", "colour", "visits", "age", "id", "who"]).drop(
        index=[3, 5], columns=["id", "who"]).replace({"": None, "NA": None}).astype({"age": float})
    z = model.encode(frame).z
    for codes, row in zip(z, written.to_pylist()):
        assert np.flatnonzero(codes).tolist() == row["indices"]
        np.testing.assert_allclose(codes[row["indices"]], row["values"], rtol=1e-4, atol=1e-5)


@pytest.mark.usefixtures("few_figures")
def test_killed_it_is_resumed_and_measured(folder, monkeypatch, capsys):
    file = "cells.h5ad"
    write_cells(folder / file, COUNTS / 3, raw=scipy.sparse.csr_matrix(COUNTS))

    def killed(self, epoch, logs=None):
        if epoch == 1:
            raise SystemExit("killed")

    with monkeypatch.context() as patch, pytest.raises(SystemExit, match="killed"):
        patch.setattr(callbacks.StopOnNaN, "on_epoch_begin", killed)
        fit.main(["--dataset", file, "--run", "cells", "--label-column", "kind", "--layer", "raw",
                  *TINY, "--checkpoint-seconds", "0"])
    assert fit.main(["--dataset", file, "--run", "cells", "--resume"]) == 0
    assert runs.read_config(folder / "runs" / "cells").layer == "raw"
    assert evaluate.main(["cells", "--samples", "2"]) == 0
    assert "elbo" in capsys.readouterr().out


@pytest.mark.parametrize(("text", "message"), [
    ("a,day\n1.5,2020-01-01\n" * 1 + "".join(f"{i}.5,2020-01-{i:02}\n" for i in range(2, 30)) +
     "".join(f"{i}.5,2021-{i % 12 + 1:02}-{i % 27 + 1:02}x{i}\n" for i in range(200)),
     "column 'day'"),
    ("a,b\n" + "".join(f"{i}.5,\n" for i in range(30)), "values in column 'b'. Received: none"),
    ("a,b\n" + "".join(f"{i}.5,{'inf' if i == 7 else i}\n" for i in range(30)),
     "number in column 'b', line 9. Received: 'inf'")])
def test_columns_that_are_no_feature_are_named(folder, text, message, capsys):
    (folder / "bad.csv").write_text(text)
    assert fit.main(["--dataset", "bad.csv", *TINY]) == 2
    assert message in capsys.readouterr().err


def test_kinds_that_are_none_are_named(folder, capsys):
    (folder / "wrong.yaml").write_text("visits: count\n")
    for path, message in (("wrong.yaml", "expected `kinds` to be gaussian"),
                          ("none.yaml", "expected a .yaml file with the kinds of columns")):
        assert fit.main(["--dataset", "rows.csv", "--columns", path, *TINY]) == 2
        assert message in capsys.readouterr().err
