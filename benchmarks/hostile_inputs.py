"""Inputs of `benchmarks.hostile` for the commands: what each is, a command and its flags."""
import contextlib
import dataclasses
import io
import pathlib
import random
from collections.abc import Callable
from typing import Any

import numpy as np

from trainers import encode, evaluate, export, fit
from trainers.presets import Preset

TINY = ["--steps", "4", "--steps-per-epoch", "2", "--hidden-units", "8", "--pseudo-inputs", "4",
        "--latent-dim", "3", "--batch-size", "8", "--no-jit-compile"]
CELLS = ["", " ", "nan", "NA", "-", "1_000", "0x1F", "1e400", "-inf", "3,5", "1 000", "2024-01-31",
         "12:30", "True", "abc", "\u0663", "\ufeff1", "\x00", "'1'", "=1+1", "1;2", "9" * 5000,
         "1e-320", "+-1", "99999999999999999999"]
NAMES = ["", "..", "../x", "a/b", "/tmp", ".", "-x", "a\nb", "a'b", 'a"b', "[ab]", "*", "a b",
         "\u00e9", "x" * 300, "<b>", "%s", "{0}", "con", "a\x00b", "~", "runs"]
TEXTS = ["0", "-1", "1.5", "nan", "inf", "-inf", "1e400", "1_0", "abc", "", " ", "1e3", "9" * 400,
         "0x10", "\u0663", "None", "True", "1,2"]

Drawn = tuple[str, Callable | None, Any]


def rows(n: int = 40, columns: int = 5) -> np.ndarray:
    return np.random.default_rng(0).random((n, columns)).astype("float32")


def table(draw: random.Random) -> Drawn:
    """A table with cells, a header, lines or an encoding that are not as they should be."""
    lines = [["a", "b", "c", "kind"]] + [[f"{v:.3f}" for v in row] + [draw.choice("uv")]
                                         for row in rows(30, 3)]
    what = draw.choice(["cell", "header", "ragged", "encoding", "lines", "quotes", "separator"])
    encoding, separator = "utf-8", ","
    if what == "cell":
        row, cell = draw.randrange(1, 31), draw.choice(CELLS)
        lines[row][draw.randrange(4)] = cell
        what += f" {cell[:20]!r}"
    elif what == "header":
        lines[0] = draw.choice([
            ["1", "2", "3", "4"], ["a", "a", "a", "a"], ["", "", "", ""], ["a", "b"],
            ["a\n", "b", "c", "d"], ["nan"] * 4, lines[1], ["x" * 9999, "b", "c", "kind"]])
        what += f" {str(lines[0])[:40]}"
    elif what == "ragged":
        lines[draw.randrange(31)].append("1")
    elif what == "encoding":
        encoding = draw.choice(["utf-16", "latin-1", "utf-32", "cp037"])
        lines[0][0] = "\u00e9"
        what += f" {encoding}"
    elif what == "lines":
        lines = draw.choice([[], lines[:1], lines[:2], lines[:3], [[]] * 9, lines + [[""]] * 5])
        what += f" {len(lines)}"
    elif what == "quotes":
        lines[5][1] = '"0.5'
    else:
        separator = draw.choice([";", "\t", "|", " "])
        what += f" {separator!r}"
    ending = draw.choice(["\n", "\r\n", "\r"])
    pathlib.Path("x.csv").write_bytes(ending.join(map(separator.join, lines)).encode(encoding))
    label = draw.choice([[], ["--label-column", "kind"],
                         ["--label-column", draw.choice(NAMES[1:] + ["a"])]])
    return f"table: {what}, {label}", fit.main, ["--dataset", "x.csv", *TINY, *label]


def array_file(draw: random.Random) -> Drawn:
    """A .npy, .npz or .parquet that is damaged, or holds what is no table of numbers."""
    arrays = {
        "object": np.array([[1, "a"], [2, None]] * 20, object), "complex": rows() * 1j,
        "text": rows().astype(str),
        "dates": np.array(["2024-01-01", "2024-01-02"] * 20, "datetime64[D]"),
        "scalar": np.array(3.), "empty": rows(0), "one row": rows(1), "no columns": rows(40, 0),
        "nan": np.full([40, 3], np.nan), "1e38": rows() * 3e38, "bool": rows() > 0.5,
        "half": rows().astype("float16"), "1-d": np.arange(40.),
        "5-d": np.zeros([40, 2, 2, 2, 2]), "constant": np.ones([40, 3]),
        "uint8": np.zeros([40, 4, 4], "uint8"),
        "structured": np.zeros(40, [("a", "f4"), ("b", "i4")]),
        "offset": rows().astype(float) + 1e12, "long double": rows().astype("longdouble"),
        "big-endian": rows().astype(">f4")}
    what = draw.choice(list(arrays))
    kind = draw.choice(["npy", "npz", "damaged npy", "damaged npz", "cut npy", "cut npz", "keys",
                        "lengths"])
    name = ("x.npz" if kind in ("npz", "damaged npz", "cut npz", "keys", "lengths")
            else "x.npy")
    if kind == "keys":
        np.savez(name, **{draw.choice(["a", "X", "y", "arr_0"]): rows()})
    elif kind == "lengths":
        np.savez(name, x=rows(), y=np.arange(draw.choice([0, 1, 39, 41])))
    elif name == "x.npz":
        np.savez(name, x=arrays[what])
    else:
        np.save(name, arrays[what])
    _harm(pathlib.Path(name), kind, draw)
    return f"array file: {kind} of {what}", fit.main, ["--dataset", name, *TINY]


def _harm(path: pathlib.Path, kind: str, draw: random.Random) -> None:
    content = bytearray(path.read_bytes())
    if kind.startswith("cut"):
        del content[draw.randrange(len(content)):]
    elif kind.startswith("damaged"):
        for _ in range(draw.choice([1, 5, 50])):
            content[draw.randrange(min(len(content), 400))] = draw.randrange(256)
    path.write_bytes(content)


def flag(draw: random.Random) -> Drawn:
    """A setting of `trainers.fit` with a value that it may not have."""
    np.save("x.npy", rows())
    option = draw.choice(dataclasses.fields(Preset))
    name, text = f"--{option.name.replace('_', '-')}", draw.choice(TEXTS)
    given = [name] if isinstance(option.default, bool) else [f"{name}={text}"]
    return f"flag {given}", fit.main, ["--dataset", "x.npy", *TINY, *given]


def name(draw: random.Random) -> Drawn:
    """Names of runs, data sets and folders."""
    given = draw.choice(NAMES)
    stem = given.replace("/", "-").replace("\x00", "")[:200] or "x"
    np.save(f"{stem}.npy", rows())
    flags = draw.choice([["--run", given], ["--output", given], ["--export", given],
                         ["--dataset", given], ["--dataset", f"./{stem}.npy"],
                         ["--resume", "--run", given]])
    data = [] if flags[0] == "--dataset" else ["--dataset", f"./{stem}.npy"]
    return f"name {flags} {stem!r}", fit.main, [*data, *TINY, *flags]


def damaged(draw: random.Random) -> Drawn:
    """Files of a run or a servable that were cut or overwritten, or are not there."""
    np.save("x.npy", rows())
    with contextlib.redirect_stdout(io.StringIO()):
        if fit.main(["--dataset", "x.npy", *TINY, "--run", "r"]):
            raise RuntimeError("expected a good run to begin with.")
    files = sorted(path for folder in ("runs", "saved_models")
                   for path in pathlib.Path(folder).rglob("*")
                   if path.is_file() and path.suffix not in (".png", ".v2"))
    path, kind = draw.choice(files), draw.choice(["cut", "damaged", "gone", "empty"])
    if kind in ("cut", "damaged"):
        _harm(path, kind, draw)
    else:
        path.unlink()
        if kind == "empty":
            path.touch()
    version = str(next(pathlib.Path("saved_models").rglob("saved_model.pb"),
                       pathlib.Path("saved_models/x/1/a")).parent)
    main, flags = draw.choice([
        (evaluate.main, ["r", "--samples", "2", "--rows", "5"]),
        (export.main, ["r", "--version", "2"]), (export.main, ["--check", version]),
        (fit.main, ["--resume", "--run", "r"]),
        (encode.main, ["--model", version, "--input", "x.npy", "--output", "out"])])
    return f"{kind} {path}, then {main.__module__} {flags}", main, flags
