"""The command: a lake in, codes and dead letters out; nothing half-written."""
import json
import re
import shutil
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from trainers import encode
from trainers.encoding import pipeline, readers
from trainers.encoding.servable import find_version


@pytest.fixture
def lake(tmp_path, rows):
    """Two arrays, a table with a bad row, an array of another width, and what is no data."""
    folder = tmp_path / "lake"
    (folder / "deep").mkdir(parents=True)
    x = rows * 50.
    x[7, 0], x[9, 3] = np.nan, -3e38
    np.save(folder / "first.npy", x)
    np.savez(folder / "deep" / "second.npz", x=rows)
    lines = [",".join(map(str, row)) for row in rows[:5].tolist()]
    (folder / "deep" / "table.csv").write_text("\n".join([*lines, "1,2,none", lines[0]]))
    np.save(folder / "narrow.npy", rows[:3, :5])
    (folder / "broken.npz").write_bytes(b"PK")
    (folder / "notes.txt").write_text("no data")
    (folder / ".hidden.npy").write_bytes(b"")
    return folder


def command(model, *inputs, output, flags=()):
    return encode.main(["--model", str(model), "--input", *map(str, inputs),
                        "--output", str(output), *flags])


def test_a_lake_becomes_codes_and_dead_letters(
        lake, servable, rows, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(readers, "PART_ROWS", 40)  # first.npy is read in three parts.
    model, output = servable[0], tmp_path / "codes"
    assert command(servable[1] / "blocks", lake, output=output,
                   flags=["--batch-size", "32"]) == 0
    printed = capsys.readouterr().out
    for text in ("5 read, 2 of other kinds passed over", "Rows in   202", "196 in", "Dead      6",
                 "Agree"):
        assert text in printed
    assert sorted(path.name for path in output.iterdir()) == [
        "_counts.json", "_dead_letter.jsonl", "codes-00000-of-00001.parquet"]
    found = pq.read_table(output).to_pylist()
    places = {(row["source"], row["row"]): row for row in found}
    assert len(places) == len(found) == 196
    for path, count in [("first.npy", 94), ("deep/second.npz", 96), ("deep/table.csv", 6)]:
        assert sum(source == str(lake / path) for source, _ in places) == count
    z = model.encode(rows * 50.).z
    for i in (0, 6, 95):
        row = places[str(lake / "first.npy"), i]
        assert row["indices"] == np.flatnonzero(z[i]).tolist()
        np.testing.assert_allclose(row["values"], z[i][z[i] != 0], atol=1e-5)
    letters = [json.loads(line) for line in (output / "_dead_letter.jsonl").open()]
    assert {(letter["source"].rpartition("/")[2], letter["row"], letter["rows"])
            for letter in letters} == {("first.npy", 7, 1), ("first.npy", 9, 1),
                                       ("table.csv", 5, 1), ("narrow.npy", 0, 3),
                                       ("broken.npz", 0, 0)}
    assert all(letter["reason"] for letter in letters)
    counts = json.loads((output / "_counts.json").read_text())
    assert counts["rows_in"] == counts["rows_encoded"] + counts["rows_dead"] == 202


def test_a_full_disk_leaves_nothing(servable, lake, tmp_path, monkeypatch, capsys):
    def full(self):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pipeline.ParquetSink, "flush", full)
    assert command(servable[1] / "blocks", lake / "first.npy", output=tmp_path / "codes") == 1
    assert "nothing was written: " in (error := capsys.readouterr().err)
    assert "No space left on device" in error
    assert list((tmp_path / "codes").iterdir()) == []


def test_rows_that_got_lost_are_an_error(capsys):
    counts = {"files": 1, "rows_in": 10, "rows_dead": 2, "rows_written": 7}
    assert encode.report(counts, "codes") == 1
    assert "10 rows went in, 7 codes and 2 dead letters" in capsys.readouterr().err


def test_only_dead_letters_are_an_error(capsys):
    assert encode.report({"files": 1, "rows_in": 2, "rows_dead": 2, "rows_written": 0}, "c") == 1
    assert "at least one row that can be encoded" in capsys.readouterr().err


def test_the_newest_version_is_taken(servable, tmp_path):
    for version in ("2", "10", "11"):
        (tmp_path / version).mkdir()
    for version in ("2", "10"):
        shutil.copy(servable[1] / "blocks" / "1" / "saved_model.pb", tmp_path / version)
    assert find_version(str(tmp_path)) == str(tmp_path / "10")
    assert find_version(str(tmp_path / "2")) == str(tmp_path / "2")


def test_ids_are_kept_to_the_last_digit_and_a_model_without_names_goes_by_position(
        servable, rows, tmp_path):
    ids, names = [2**62 + i for i in range(5)], [f"v{i}" for i in range(12)]
    columns = dict(zip(names, 50. * rows[:5].T))
    pq.write_table(pa.table({"user": ids, **columns}), tmp_path / "more.parquet")
    assert command(servable[1] / "blocks", tmp_path / "more.parquet", output=tmp_path / "codes",
                   flags=["--id-column", "user"]) == 0
    found = pq.read_table(tmp_path / "codes").sort_by("row")
    assert found["id"].to_pylist() == [str(each) for each in ids]
    z = servable[0].encode(50. * rows[:5]).z
    assert found["indices"].to_pylist() == [np.flatnonzero(row).tolist() for row in z]


@pytest.mark.parametrize(("change", "message"), [
    ({"model": "empty"}, "expected --model to be a SavedModel.*holds none.*trainers.export"),
    ({"cut": "variables/variables.data-00000-of-00001"},
     "expected a whole SavedModel.*cannot be loaded.*Export it again"),
    ({"cut": "fingerprint.pb"}, "expected a whole SavedModel.*cannot be loaded.*Export it again"),
    ({"flags": ["--signature", "encod"]}, "one of decode, encode.*Received: encod"),
    ({"flags": ["--signature", "decode"]}, "from x to z.*Received: decode, from z to mean"),
    ({"input": "nothing"}, "expected --input to find files.*nothing, with 0 files"),
    ({"input": "empty"}, "expected --input to find files.*empty, with 0 files"),
    ({"output": "lake"}, "new or empty folder. Received: .*lake, which holds files")])
def test_bad_input_is_refused_before_the_job(change, message, servable, lake, tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    model = servable[1] / "blocks"
    if "cut" in change:
        model = shutil.copytree(model / "1", tmp_path / "cut")
        file = model / change["cut"]
        file.write_bytes(file.read_bytes()[:file.stat().st_size // 2])
    elif "model" in change:
        model = tmp_path / change["model"]
    before = sorted(tmp_path.rglob("*"))
    status = command(model, tmp_path / change.get("input", "lake"),
                     output=tmp_path / change.get("output", "codes"),
                     flags=change.get("flags", ()))
    err = capsys.readouterr().err
    assert status == 2 and "Traceback" not in err
    assert re.search(message, err)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(("flag", "message"), [
    ("--batch-size=0", "--batch-size: expected a whole number of at least 1, got '0'"),
    ("--crop=0", r"--crop: expected a number in (0, 1], got '0'"),
    ("--crop=1.5", r"--crop: expected a number in (0, 1], got '1.5'")])
def test_bad_flags_exit_with_2(flag, message, capsys):
    with pytest.raises(SystemExit) as stopped:
        encode.main(["--model", "m", "--input", "i", "--output", "o", flag])
    assert stopped.value.code == 2
    assert message in capsys.readouterr().err


def test_beam_missing_is_named(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "apache_beam", None)
    assert command("m", "i", output="o") == 2
    assert "pip install 'vsc_tf[beam]'" in capsys.readouterr().err
