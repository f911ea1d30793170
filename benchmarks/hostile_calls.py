"""Inputs of `benchmarks.hostile` for functions of the library: what each is, `None`, and a call."""
import functools
import pathlib
import random
from typing import Any

import keras
import numpy as np
import pandas
import scipy.sparse
import tensorflow as tf

import vsc_tf
from benchmarks.hostile_inputs import CELLS, NAMES, TEXTS, Drawn, rows
from trainers.explorer import address, upload
from vsc_tf import generation, metrics

VALUES = [0, -1, 1.5, 10**30, float("nan"), float("inf"), -float("inf"), 1e-320, None, "", "abc",
          "1", True, [], [1, 2], {}, "\u0663", np.int64(3), np.float32(0.5), np.array([1.]),
          np.zeros([0]), object()]


def _containers() -> dict[str, Any]:
    x = rows()
    frame = pandas.DataFrame(x, columns=list("abcde"))
    batches = tf.data.Dataset.from_tensor_slices(x).batch(8)
    return {
        "None": None, "text": "x.npy", "number": 3, "set": {1, 2}, "dict": {"a": x},
        "list of arrays": [x], "two arrays": (x, x), "ragged list": [[1., 2.], [3.]],
        "generator": (row for row in x), "bytes": b"abc", "sparse": scipy.sparse.csr_matrix(x),
        "masked": np.ma.masked_less(x, 0.5), "series": frame["a"],
        "frame with text": frame.assign(a="u"), "frame with NA": frame.mask(frame > 0.9),
        "frame": frame, "categories": frame.astype("category"),
        "duplicate names": frame.set_axis(list("aabcd"), axis=1),
        "dates": frame.assign(a=pandas.Timestamp(0)), "no rows": frame[:0],
        "no columns": frame[[]], "ragged tensor": tf.ragged.constant([[1.], [2., 3.]]),
        "sparse tensor": tf.sparse.from_dense(x), "text tensor": tf.constant(["a", "b"]),
        "tensor": tf.constant(x), "scalar": np.float32(1), "keras": keras,
        "unbatched": tf.data.Dataset.from_tensor_slices(x), "batches": batches,
        "endless": batches.repeat(), "no batches": batches.take(0),
        "of dicts": batches.map(lambda b: {"image": b}),
        "of text": tf.data.Dataset.from_tensor_slices(["a", "b"]).batch(2), "class": np.ndarray,
        "object array": x.astype(object), "text array": x.astype(str),
        "nan": np.where(x > 0.9, np.nan, x), "float64": x.astype("float64") + 1e10,
        "list of lists": x.tolist(), "range": range(40), "memory": memoryview(x)}


@functools.cache
def _fitted() -> vsc_tf.VSC:
    keras.utils.set_random_seed(0)
    model = vsc_tf.VSC(3, prior=vsc_tf.PseudoInputPrior(4), seed=0)
    model.compile(jit_compile=False)
    model.fit(rows(), batch_size=8, epochs=1, verbose=0)
    return model


def container(draw: random.Random) -> Drawn:
    """Something else than an array, wherever observations are taken."""
    what, x = draw.choice(list(_containers().items()))
    model = _fitted()
    uses = {
        "fit": lambda: _fresh().fit(x, batch_size=8, verbose=0),
        "validation": lambda: _fresh().fit(
            rows(), batch_size=8, verbose=0, validation_data=x),
        "adapt": lambda: _fresh().adapt(x), "encode": lambda: model.encode(x),
        "decode": lambda: model.decode(x), "score": lambda: model.score(x),
        "evaluate": lambda: model.evaluate(x, verbose=0),
        "predict": lambda: model.predict(x, verbose=0),
        "reconstruct": lambda: model.reconstruct(x),
        "log_likelihood": lambda: model.log_likelihood(x, samples=2),
        "toggle": lambda: generation.toggle(model, x, [0]),
        "compare": lambda: generation.compare(model, x, x),
        "weights": lambda: _fresh().fit(rows(), batch_size=8, verbose=0, sample_weight=x)}
    use = draw.choice(list(uses))
    return f"{use} of {what}", None, uses[use]


def _fresh() -> vsc_tf.VSC:
    model = vsc_tf.VSC(3, prior=vsc_tf.PseudoInputPrior(4), recipe=None)
    model.compile(jit_compile=False)
    model.run_eagerly = True
    return model


def argument(draw: random.Random) -> Drawn:
    """An argument that is no number, too large, or of another type."""
    model, x, value = _fitted(), rows(), draw.choice(VALUES)
    z, other = model.encode(x).z, draw.choice(VALUES)
    calls = {
        "latent_dim": lambda: vsc_tf.VSC(value), "alpha": lambda: vsc_tf.VSC(3, alpha=value),
        "seed": lambda: vsc_tf.VSC(3, seed=value),
        "Recipe": lambda: vsc_tf.Recipe(sparsity_weight=value),
        "sharpness": lambda: vsc_tf.Recipe(final_sharpness=value),
        "refine": lambda: vsc_tf.Recipe(refine_end=value),
        "batch_size": lambda: model.encode(x, batch_size=value),
        "samples": lambda: model.log_likelihood(x, samples=value),
        "generate": lambda: model.generate(value),
        "generate seed": lambda: model.generate(2, seed=value),
        "traverse": lambda: generation.traverse(model, x[:1], value, other),
        "toggle": lambda: generation.toggle(model, x[:1], value),
        "likeness": lambda: generation.generate_like(model, x[:1], 2, likeness=value),
        "interpolate": lambda: generation.interpolate(model, x[:1], x[1:2], steps=value),
        "groups": lambda: metrics.group_purity(value, other),
        "probe": lambda: metrics.logistic_probe(z, value, z, other),
        "sparsity": lambda: metrics.sparsity(value),
        "presence": lambda: metrics.presence_accuracy(z, value),
        "report": lambda: metrics.disentanglement_report(z, value),
        "mig": lambda: metrics.mig(value, other),
        "fit batch": lambda: _fresh().fit(x, batch_size=value, verbose=0),
        "split": lambda: _fresh().fit(x, batch_size=8, verbose=0, validation_split=value),
        "pseudo": lambda: vsc_tf.PseudoInputPrior(value), "vamp": lambda: vsc_tf.VampPrior(value),
        "likelihood": lambda: vsc_tf.VSC(3, likelihood=value),
        "scaling": lambda: vsc_tf.VSC(3, scaling=value),
        "load": lambda: vsc_tf.datasets.load(value), "weights": lambda: model.decode(value)}
    use = draw.choice(list(calls))
    return f"{use} of {value!r}, {other!r}", None, calls[use]


def uploaded(draw: random.Random) -> Drawn:
    """A file for the explorer."""
    picture = keras.utils.array_to_img(np.zeros([9, 7, 3]))
    with open("p.png", "wb") as file:
        picture.save(file, "png")
    content = bytearray(draw.choice([
        pathlib.Path("p.png").read_bytes(), b"1,2,3,4,5", b"a,b,c,d,e\n1,2,3,4,5", b"",
        draw.randbytes(300), ",".join(draw.choices(CELLS, k=5)).encode()]))
    for _ in range(draw.choice([0, 1, 9])):
        if content:
            content[draw.randrange(len(content))] = draw.randrange(256)
    shape = draw.choice([(5,), (4, 4), (4, 4, 3)])
    name = draw.choice(["x.png", "x.csv", "x.csv.gz", "x.parquet", "x", "x.txt"])
    return (f"upload {name} {bytes(content[:30])!r}", None,
            lambda: upload.read(bytes(content), name, shape))


def asked(draw: random.Random) -> Drawn:
    """The query of an address of the explorer, which answers with sentences."""
    query = {draw.choice(["tab", "object", "second", "feature", "changes", "x"]): draw.choice(
        [*TEXTS, *CELLS, *NAMES, "1:nan", "1:1e300", ":", "1:", ",,", "1:2,1:3"])
        for _ in range(3)}
    return f"address {str(query)[:80]}", None, lambda: address.read(query, 40, [0, 2])
