"""The inputs of `benchmarks.hostile`, drawn by kind: what it is, a command or `None`, its flags or a call."""
import contextlib
import dataclasses
import functools
import io
import pathlib
import random
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pandas
import scipy.sparse
import tensorflow as tf

import vsc_tf
from trainers import encode, evaluate, export, fit
from trainers.explorer import address, upload
from trainers.presets import Preset
from vsc_tf import generation, metrics

TINY = ["--steps", "4", "--steps-per-epoch", "2", "--hidden-units", "8", "--pseudo-inputs", "4",
        "--latent-dim", "3", "--batch-size", "8", "--no-jit-compile"]
CELLS = ["", " ", "nan", "NA", "-", "1_000", "0x1F", "1e400", "-inf", "3,5", "1 000", "2024-01-31",
         "12:30", "True", "abc", "\u0663", "\ufeff1", "\x00", "'1'", "=1+1", "1;2", "9" * 5000, "1e-320",
         "+-1", "99999999999999999999"]
NAMES = ["", "..", "../x", "a/b", "/tmp", ".", "-x", "a\nb", "a'b", 'a"b', "[ab]", "*", "a b", "\u00e9", "x" * 300,
         "<b>", "%s", "{0}", "con", "a\x00b", "~", "runs"]
VALUES = [0, -1, 1.5, 10**30, float("nan"), float("inf"), -float("inf"), 1e-320, None, "", "abc", "1", True,
          [], [1, 2], {}, "\u0663", np.int64(3), np.float32(0.5), np.array([1.]), np.zeros([0]), object()]
TEXTS = ["0", "-1", "1.5", "nan", "inf", "-inf", "1e400", "1_0", "abc", "", " ", "1e3", "9" * 400, "0x10", "\u0663",
         "None", "True", "1,2"]

Drawn = tuple[str, Callable | None, Any]


def _rows(n: int = 40, columns: int = 5) -> np.ndarray:
    return np.random.default_rng(0).random((n, columns)).astype("float32")


def table(draw: random.Random) -> Drawn:
    """A table with cells, a header, lines or an encoding that are not as they should be."""
    lines = [["a", "b", "c", "kind"]] + [[f"{v:.3f}" for v in row] + [draw.choice("uv")]
                                         for row in _rows(30, 3)]
    what = draw.choice(["cell", "header", "ragged", "encoding", "lines", "quotes", "separator"])
    encoding, separator = "utf-8", ","
    if what == "cell":
        row, cell = draw.randrange(1, 31), draw.choice(CELLS)
        lines[row][draw.randrange(4)] = cell
        what += f" {cell[:20]!r}"
    elif what == "header":
        lines[0] = draw.choice([["1", "2", "3", "4"], ["a", "a", "a", "a"], ["", "", "", ""], ["a", "b"],
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
    label = draw.choice([[], ["--label-column", "kind"], ["--label-column", draw.choice(NAMES[1:] + ["a"])]])
    return f"table: {what}, {label}", fit.main, ["--dataset", "x.csv", *TINY, *label]


def array_file(draw: random.Random) -> Drawn:
    """A .npy, .npz or .parquet that is damaged, or holds what is no table of numbers."""
    arrays = {
        "object": np.array([[1, "a"], [2, None]] * 20, object), "complex": _rows() * 1j, "text": _rows().astype(str),
        "dates": np.array(["2024-01-01", "2024-01-02"] * 20, "datetime64[D]"), "scalar": np.array(3.),
        "empty": _rows(0), "one row": _rows(1), "no columns": _rows(40, 0), "nan": np.full([40, 3], np.nan),
        "1e38": _rows() * 3e38, "bool": _rows() > 0.5, "half": _rows().astype("float16"), "1-d": np.arange(40.),
        "5-d": np.zeros([40, 2, 2, 2, 2]), "constant": np.ones([40, 3]), "uint8": np.zeros([40, 4, 4], "uint8"),
        "structured": np.zeros(40, [("a", "f4"), ("b", "i4")]), "offset": _rows().astype(float) + 1e12,
        "long double": _rows().astype("longdouble"), "big-endian": _rows().astype(">f4")}
    what = draw.choice(list(arrays))
    kind = draw.choice(["npy", "npz", "damaged npy", "damaged npz", "cut npy", "cut npz", "keys", "lengths"])
    name = "x.npz" if kind in ("npz", "damaged npz", "cut npz", "keys", "lengths") else "x.npy"
    if kind == "keys":
        np.savez(name, **{draw.choice(["a", "X", "y", "arr_0"]): _rows()})
    elif kind == "lengths":
        np.savez(name, x=_rows(), y=np.arange(draw.choice([0, 1, 39, 41])))
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
    np.save("x.npy", _rows())
    option = draw.choice(dataclasses.fields(Preset))
    name, text = f"--{option.name.replace('_', '-')}", draw.choice(TEXTS)
    given = [name] if isinstance(option.default, bool) else [f"{name}={text}"]
    return f"flag {given}", fit.main, ["--dataset", "x.npy", *TINY, *given]


def name(draw: random.Random) -> Drawn:
    """Names of runs, data sets and folders."""
    given = draw.choice(NAMES)
    stem = given.replace("/", "-").replace("\x00", "")[:200] or "x"
    np.save(f"{stem}.npy", _rows())
    flags = draw.choice([["--run", given], ["--output", given], ["--export", given], ["--dataset", given],
                         ["--dataset", f"./{stem}.npy"], ["--resume", "--run", given]])
    data = [] if flags[0] == "--dataset" else ["--dataset", f"./{stem}.npy"]
    return f"name {flags} {stem!r}", fit.main, [*data, *TINY, *flags]


def _containers() -> dict[str, Any]:
    x = _rows()
    frame = pandas.DataFrame(x, columns=list("abcde"))
    batches = tf.data.Dataset.from_tensor_slices(x).batch(8)
    return {
        "None": None, "text": "x.npy", "number": 3, "set": {1, 2}, "dict": {"a": x}, "list of arrays": [x],
        "two arrays": (x, x), "ragged list": [[1., 2.], [3.]], "generator": (row for row in x), "bytes": b"abc",
        "sparse": scipy.sparse.csr_matrix(x), "masked": np.ma.masked_less(x, 0.5), "series": frame["a"],
        "frame with text": frame.assign(a="u"), "frame with NA": frame.mask(frame > 0.9), "frame": frame,
        "categories": frame.astype("category"), "duplicate names": frame.set_axis(list("aabcd"), axis=1),
        "dates": frame.assign(a=pandas.Timestamp(0)), "no rows": frame[:0], "no columns": frame[[]],
        "ragged tensor": tf.ragged.constant([[1.], [2., 3.]]), "sparse tensor": tf.sparse.from_dense(x),
        "text tensor": tf.constant(["a", "b"]), "tensor": tf.constant(x), "scalar": np.float32(1), "keras": keras,
        "unbatched": tf.data.Dataset.from_tensor_slices(x), "batches": batches, "endless": batches.repeat(),
        "no batches": batches.take(0), "of dicts": batches.map(lambda b: {"image": b}),
        "of text": tf.data.Dataset.from_tensor_slices(["a", "b"]).batch(2), "class": np.ndarray,
        "object array": x.astype(object), "text array": x.astype(str), "nan": np.where(x > 0.9, np.nan, x),
        "float64": x.astype("float64") + 1e10, "list of lists": x.tolist(), "range": range(40), "memory": memoryview(x)}


@functools.cache
def _fitted() -> vsc_tf.VSC:
    keras.utils.set_random_seed(0)
    model = vsc_tf.VSC(3, prior=vsc_tf.PseudoInputPrior(4), seed=0)
    model.compile(jit_compile=False)
    model.fit(_rows(), batch_size=8, epochs=1, verbose=0)
    return model


def container(draw: random.Random) -> Drawn:
    """Something else than an array, wherever observations are taken."""
    what, x = draw.choice(list(_containers().items()))
    model = _fitted()
    uses = {
        "fit": lambda: _fresh().fit(x, batch_size=8, verbose=0), "validation": lambda: _fresh().fit(
            _rows(), batch_size=8, verbose=0, validation_data=x),
        "adapt": lambda: _fresh().adapt(x), "encode": lambda: model.encode(x), "decode": lambda: model.decode(x),
        "score": lambda: model.score(x), "evaluate": lambda: model.evaluate(x, verbose=0),
        "predict": lambda: model.predict(x, verbose=0), "reconstruct": lambda: model.reconstruct(x),
        "log_likelihood": lambda: model.log_likelihood(x, samples=2), "toggle": lambda: generation.toggle(model, x, [0]),
        "compare": lambda: generation.compare(model, x, x), "weights": lambda: _fresh().fit(
            _rows(), batch_size=8, verbose=0, sample_weight=x)}
    use = draw.choice(list(uses))
    return f"{use} of {what}", None, uses[use]


def _fresh() -> vsc_tf.VSC:
    model = vsc_tf.VSC(3, prior=vsc_tf.PseudoInputPrior(4), recipe=None)
    model.compile(jit_compile=False)
    model.run_eagerly = True
    return model


def argument(draw: random.Random) -> Drawn:
    """An argument that is no number, too large, or of another type."""
    model, x, value = _fitted(), _rows(), draw.choice(VALUES)
    z, other = model.encode(x).z, draw.choice(VALUES)
    calls = {
        "latent_dim": lambda: vsc_tf.VSC(value), "alpha": lambda: vsc_tf.VSC(3, alpha=value),
        "seed": lambda: vsc_tf.VSC(3, seed=value), "Recipe": lambda: vsc_tf.Recipe(sparsity_weight=value),
        "sharpness": lambda: vsc_tf.Recipe(final_sharpness=value), "refine": lambda: vsc_tf.Recipe(refine_end=value),
        "batch_size": lambda: model.encode(x, batch_size=value), "samples": lambda: model.log_likelihood(x, samples=value),
        "generate": lambda: model.generate(value), "generate seed": lambda: model.generate(2, seed=value),
        "traverse": lambda: generation.traverse(model, x[:1], value, other),
        "toggle": lambda: generation.toggle(model, x[:1], value), "likeness": lambda: generation.generate_like(
            model, x[:1], 2, likeness=value), "interpolate": lambda: generation.interpolate(
            model, x[:1], x[1:2], steps=value),
        "groups": lambda: metrics.group_purity(value, other), "probe": lambda: metrics.logistic_probe(z, value, z, other),
        "sparsity": lambda: metrics.sparsity(value), "presence": lambda: metrics.presence_accuracy(z, value),
        "report": lambda: metrics.disentanglement_report(z, value), "mig": lambda: metrics.mig(value, other),
        "fit batch": lambda: _fresh().fit(x, batch_size=value, verbose=0),
        "split": lambda: _fresh().fit(x, batch_size=8, verbose=0, validation_split=value),
        "pseudo": lambda: vsc_tf.PseudoInputPrior(value), "vamp": lambda: vsc_tf.VampPrior(value),
        "likelihood": lambda: vsc_tf.VSC(3, likelihood=value), "scaling": lambda: vsc_tf.VSC(3, scaling=value),
        "load": lambda: vsc_tf.datasets.load(value), "weights": lambda: model.decode(value)}
    use = draw.choice(list(calls))
    return f"{use} of {value!r}, {other!r}", None, calls[use]


def damaged(draw: random.Random) -> Drawn:
    """Files of a run or a servable that were cut or overwritten, or are not there."""
    np.save("x.npy", _rows())
    with contextlib.redirect_stdout(io.StringIO()):
        if fit.main(["--dataset", "x.npy", *TINY, "--run", "r"]):
            raise RuntimeError("expected a good run to begin with.")
    files = sorted(path for folder in ("runs", "saved_models") for path in pathlib.Path(folder).rglob("*")
                   if path.is_file() and path.suffix not in (".png", ".v2"))
    path, kind = draw.choice(files), draw.choice(["cut", "damaged", "gone", "empty"])
    if kind in ("cut", "damaged"):
        _harm(path, kind, draw)
    else:
        path.unlink()
        if kind == "empty":
            path.touch()
    version = str(next(pathlib.Path("saved_models").rglob("saved_model.pb"), pathlib.Path("saved_models/x/1/a")).parent)
    main, flags = draw.choice([
        (evaluate.main, ["r", "--samples", "2", "--rows", "5"]), (export.main, ["r", "--version", "2"]),
        (export.main, ["--check", version]), (fit.main, ["--resume", "--run", "r"]),
        (encode.main, ["--model", version, "--input", "x.npy", "--output", "out"])])
    return f"{kind} {path}, then {main.__module__} {flags}", main, flags


def uploaded(draw: random.Random) -> Drawn:
    """A file for the explorer."""
    picture = keras.utils.array_to_img(np.zeros([9, 7, 3]))
    with open("p.png", "wb") as file:
        picture.save(file, "png")
    content = bytearray(draw.choice([pathlib.Path("p.png").read_bytes(), b"1,2,3,4,5", b"a,b,c,d,e\n1,2,3,4,5", b"",
                                     draw.randbytes(300), ",".join(draw.choices(CELLS, k=5)).encode()]))
    for _ in range(draw.choice([0, 1, 9])):
        if content:
            content[draw.randrange(len(content))] = draw.randrange(256)
    shape = draw.choice([(5,), (4, 4), (4, 4, 3)])
    name = draw.choice(["x.png", "x.csv", "x.csv.gz", "x.parquet", "x", "x.txt"])
    return f"upload {name} {bytes(content[:30])!r}", None, lambda: upload.read(bytes(content), name, shape)


def asked(draw: random.Random) -> Drawn:
    """The query of an address of the explorer, which answers with sentences."""
    query = {draw.choice(["tab", "object", "second", "feature", "changes", "x"]): draw.choice(
        [*TEXTS, *CELLS, *NAMES, "1:nan", "1:1e300", ":", "1:", ",,", "1:2,1:3"]) for _ in range(3)}
    return f"address {str(query)[:80]}", None, lambda: address.read(query, 40, [0, 2])


KINDS = {"table": table, "array file": array_file, "flag": flag, "name": name, "container": container,
         "argument": argument, "damaged": damaged, "upload": uploaded, "address": asked}
