"""The figures that suit a data set and a model, drawn from a run."""
import dataclasses
import math
import pathlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from vsc_tf import datasets, generation, metrics, plots
from vsc_tf.datasets import Dataset, Info, Split
from vsc_tf.generation import Feature
from vsc_tf.models.base import LatentModel

from . import naming, runs

ROWS = 5000    # Test observations that features are told from,
FEATURES = 12  # how many of them are drawn,
LATENTS = 8    # latents of a traversal,
VALUES = 8     # its values besides "off",
OBJECTS = 10   # objects that are varied,
ATOMS = 100    # Atoms of a dictionary,
EXAMPLES = 8   # variations or strongest examples of each.


def draw(model: LatentModel, data: Dataset, codes: Any, run: pathlib.Path) -> list[pathlib.Path]:
    """Writes the figures that suit the data and the model as PNG and returns their paths.

    Args:
        model: The model of the run.
        data: Its `vsc_tf.datasets.Dataset`.
        codes: `model.encode(data.test.x)`.
        run: Folder of the run, where its log is.
    """
    with matplotlib.rc_context({"text.parse_math": False}):  # A name with $ is no formula.
        return _draw(model, data, codes, run)


def _draw(model: LatentModel, data: Dataset, codes: Any, run: pathlib.Path) -> list[pathlib.Path]:
    folder = run / runs.FIGURES
    folder.mkdir(exist_ok=True)
    if np.isnan(data.test.x).any():  # What is missing is drawn as it is imputed.
        data = dataclasses.replace(data, test=dataclasses.replace(
            data.test, x=model.reconstruct(data.test.x)))
    figures = of_data(model, data, codes) | of_features(model, data, naming.read(run))
    log = runs.read_log(run)
    if log:
        figures["training"] = plots.training_curves(log)
    paths = []
    for name, figure in figures.items():
        paths.append(folder / f"{name}.png")
        figure.savefig(paths[-1])
    return paths


def drawn_as(info: Info) -> Info:
    """The same with a shape that can be drawn: values that are no image or row, as a row."""
    shape = info.shape
    if len(shape) < 3 or len(shape) == 3 and shape[2] in (1, 3):
        return info
    return dataclasses.replace(info, shape=(math.prod(shape),))


def of_data(model: LatentModel, data: Dataset, codes: Any) -> dict[str, Figure]:
    """Name -> figure of what the model makes of the whole test split."""
    test, info = data.test, drawn_as(data.info)
    names = info.feature_names or None
    # Neighbours are often alike (one person, one class); the first ten of these are drawn.
    some = test.x[np.random.default_rng(0).permutation(len(test.x))[:1000]]
    figures = {"reconstructions": plots.reconstructions(
        some, model.predict(some, batch_size=500, verbose=0), info.shape, feature_names=names)}
    if len(info.shape) > 1:
        figures["noise"] = plots.image_rows(
            list(clean_and_noisy(model, data).items()), info.shape)
    if model.prior.is_prior:  # An auto-encoder has no prior to draw from.
        figures["generated"] = plots.generated(
            model.generate(64), info.shape, feature_names=names)
    if model.likelihood.reads_codes:  # A dictionary: its largest atoms.
        atoms = model.likelihood.atoms()
        used = np.argsort(-np.square(atoms).reshape(len(atoms), -1).sum(axis=1))[:ATOMS]
        figures["atoms"] = plots.atoms(atoms[used], [str(i) for i in used], info.shape, names)
    is_sparse = model.posterior.family.has_atom
    if is_sparse:
        figures["sparsity"] = plots.spike_histogram(codes.z)
    if is_sparse and test.y is not None:
        figures["spikes_per_class"] = plots.spikes_per_class(
            codes.spike_probs, test.y, info.class_names or None)
    if test.factors is not None:
        figures["correlation"] = plots.correlation_matrix(
            metrics.correlation(codes.z, test.factors), info.factor_names, info.factor_groups,
            info.group_names)
    if model.latent_dim == 2 and len(info.shape) > 1:
        grid, span = plots.grid_codes(codes.z)
        figures["latent_grid"] = plots.latent_grid(model.decode(grid), info.shape, span)
    return figures


def clean_and_noisy(model: LatentModel, data: Dataset, count: int = 10) -> dict:
    """Test images, their reconstructions and those of noisy copies, for a figure of many runs.

    Dict of name -> array [count, *shape]; empty for tables.
    """
    if len(drawn_as(data.info).shape) < 2:
        return {}
    # Neighbours are often alike (one person, one class).
    some = np.random.default_rng(0).permutation(len(data.test.x))[:count]
    x, noisy = data.test.x[some], datasets.noisy(data.test.x)[some]
    return {"clean": x, "noisy": noisy, "of clean": model.reconstruct(x),
            "of noisy": model.reconstruct(noisy)}


def of_features(model: LatentModel, data: Dataset,
                names: Mapping[int, str] = MappingProxyType({})) -> dict[str, Figure]:
    """Name -> figure of single features: what they are, and what can be done with them.

    Of a model that has learned nothing yet there may be none. `names` are those that people
    gave to latents.
    """
    info, test = drawn_as(data.info), some_of(data.test, ROWS)
    report = generation.feature_report(model, test, EXAMPLES)
    rows = objects(model, test, info)
    if not report or not len(rows):
        return {}
    figures = {"features": features(report[:FEATURES], np.asarray(test.x), info, names)}
    z = model.encode(test.x[rows]).z
    most = rows[np.count_nonzero(z, axis=1).argmax()]
    moved = traversals(model, test.x[most:most + 1], report, info, names)
    if moved is not None:
        figures["traversals"] = moved
    if model.prior.is_prior:
        varied = generation.generate_like(model, test.x[rows], EXAMPLES).x
        figures["variations"] = plots.variations(
            test.x[rows], varied, info.shape, object_names(test, rows, info),
            info.feature_names or None)
    if not z.all() and len(rows) > 1:
        figures["two_objects"] = two_objects(model, test, rows, info)
    if test.factors is not None and len(info.shape) > 1:
        figures["switched_off"] = switched_off(model, test, rows, info)
    return figures


def some_of(split: Split, most: int) -> Split:
    """At most so many observations of a split, evenly spaced."""
    rows = np.linspace(0, len(split.x) - 1, min(len(split.x), most)).astype(int)
    y, factors = (None if values is None else values[rows]
                  for values in (split.y, split.factors))
    return Split(split.x[rows], y, factors)


def objects(model: LatentModel, split: Split, info: Info) -> np.ndarray:
    """Rows of observations with a feature on: one of each class, or of different codes."""
    some = np.random.default_rng(0).permutation(len(split.x))[:1000]
    some = some[model.encode(split.x[some]).z.any(axis=1)]
    if split.y is not None:
        some = some[np.unique(split.y[some], return_index=True)[1]]
    return some[:OBJECTS]


def object_names(split: Split, rows: np.ndarray, info: Info) -> list[str] | None:
    """Class names of some observations, or `None` without labels."""
    if split.y is None:
        return None
    return [info.class_names[label] if info.class_names else str(label)
            for label in split.y[rows]]


def title(feature: Feature, info: Info, names: Mapping[int, str]) -> str:
    """A feature's dimension and its name, or what it goes with, e.g. "12: hat x"."""
    with_what = names.get(feature.dim) or generation.goes_with(feature, info)
    return f"{feature.dim}: {with_what}" if with_what else f"latent {feature.dim}"


def features(report: list[Feature], x: np.ndarray, info: Info,
             names: Mapping[int, str]) -> Figure:
    """What some features change; of images also their strongest examples."""
    changes = np.stack([feature.change for feature in report])
    titles = [title(feature, info, names) for feature in report]
    if len(info.shape) < 2:
        return plots.atoms(changes, titles, info.shape, info.feature_names or None)
    # A rare feature of few observations has its examples more than once.
    examples = np.stack([x[np.resize(feature.examples, EXAMPLES)] for feature in report])
    return plots.feature_examples(examples, changes, titles, info.shape)


def traversals(model: LatentModel, x: np.ndarray, report: list[Feature], info: Info,
               names: Mapping[int, str] = MappingProxyType({})) -> Figure | None:
    """The features of one observation that contribute most, moved through their values.

    `None` if no live feature is on.
    """
    z = model.encode(x).z
    contribution = generation.contributions(model, z)[0]
    moved = sorted((feature for feature in report if z[0, feature.dim] != 0.),
                   key=lambda feature: -contribution[feature.dim])[:LATENTS]
    if not moved:
        return None
    values = np.array([np.linspace(feature.low, feature.high, VALUES) for feature in moved])
    columns = ["5 %", *[""] * (VALUES - 2), "95 %"]
    if model.posterior.family.has_atom:  # In a sparse code 0 is off.
        values, columns = np.pad(values, ((0, 0), (1, 0))), ["off", *columns]
    decoded = generation.traverse(model, x, [feature.dim for feature in moved], values)
    return plots.traversals(decoded.x[0], [title(feature, info, names) for feature in moved],
                            info.shape, columns, info.feature_names or None)


def two_objects(model: LatentModel, split: Split, rows: np.ndarray, info: Info) -> Figure:
    """The pair of objects that both share and do not share the most, and what of them is common."""
    on = model.encode(split.x[rows]).z != 0.
    shared = on.astype(int) @ on.T
    other = on.sum(axis=1)[:, None] + on.sum(axis=1) - 2 * shared
    first, second = np.unravel_index(np.minimum(shared, other).argmax(), shared.shape)
    a, b = (split.x[rows[[i]]] for i in (first, second))
    found = generation.compare(model, a, b)
    names = object_names(split, rows[[first, second]], info) or ["first", "second"]
    if names[0] == names[1]:
        names = [f"{names[0]} (1)", f"{names[1]} (2)"]
    pictures = {names[0]: a[0], names[1]: b[0]}
    dims = np.flatnonzero(found.shared[0])
    if dims.size:
        swapped = generation.swap(model, a, b, dims)
        pictures |= {f"{name}, shared\nvalues exchanged": decoded.x[0]
                     for name, decoded in zip(names, swapped, strict=True)}
    if len(info.shape) > 1:  # Bars of more than four would be too thin.
        for name, x, only in zip(names, (a, b), (found.only_a, found.only_b), strict=True):
            if only.any():
                pictures[f"{name},\nonly what is shared"] = generation.toggle(
                    model, x, np.flatnonzero(only[0])).x[0]
    return plots.two_objects(pictures, found.contribution_a[0], found.contribution_b[0],
                             info.shape, info.feature_names or None)


def switched_off(model: LatentModel, split: Split, rows: np.ndarray, info: Info) -> Figure:
    """Objects, and each with the features of one group of known factors switched off."""
    attribute = metrics.group_presence(
        model.encode(split.x).z, np.asarray(split.factors), info.factor_groups).attribute
    pictures = [("object", split.x[rows]), ("reconstruction", model.reconstruct(split.x[rows]))]
    for group, name in enumerate(info.group_names):
        dims = np.flatnonzero(attribute == group)
        if dims.size:
            pictures.append((f"no {name}", generation.toggle(model, split.x[rows], dims).x))
    return plots.image_rows(pictures, info.shape)
