"""A trained model, its test objects, and what is known about its features: what all pages share."""
import collections
import csv
import io
import pathlib
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from vsc_tf import generation
from vsc_tf.datasets import Dataset
from vsc_tf.models.base import LatentModel

from ..running import naming
from .pictures import Pictures

EXAMPLES = 8  # Strongest examples of each feature.
BINS = 20     # Of the values of a feature where it is on.


class Explored:
    """Everything that does not depend on who looks; but for names nothing of it changes.

    Args:
        name: Of the run.
        model: Its model.
        data: Its `vsc_tf.datasets.Dataset`; the test split is looked at.
        run: Its folder, where names are kept; `None` forgets them.
    """

    def __init__(self, name: str, model: LatentModel, data: Dataset,
                 run: pathlib.Path | None = None):
        self.name, self.model, self.info, self.test = name, model, data.info, data.test
        self.run, self.names = run, {} if run is None else naming.read(run)
        self.whole = self._imputed(data.test.x)  # The test observations, for pictures.
        self.pictures = Pictures(self.whole, data.info.feature_names)
        report = generation.feature_report(model, data.test, EXAMPLES)
        self.features = {feature.dim: feature for feature in report}
        count, side = (5, 48) if self.pictures.is_image else (2, 120)  # Heat maps need room.
        self.thumbnails = {dim: self.pictures.strip(self.whole[feature.examples[:count]], side)
                           for dim, feature in self.features.items()}
        self.changes = {dim: self.pictures.change(feature.change)
                        for dim, feature in self.features.items()}
        z = model.encode(data.test.x).z
        self.counts = {dim: np.histogram(z[z[:, dim] != 0, dim], BINS)[0] for dim in self.features}
        self.move_seconds = collections.deque[float](maxlen=10_000)  # Server time of changes.
        self.seconds = dict[str, float]()  # What was computed -> how long that took.
        self.first = int(np.argmax((z[:100] != 0).any(axis=1)))  # One with something to see.

    def named(self, dim: int) -> str:
        """The name that people gave to a feature, with its number, or the number alone."""
        return f"{self.names[dim]} ({dim})" if dim in self.names else f"Feature {dim}"

    @property
    def names_of_values(self) -> Sequence[str]:
        """Of a table: a name for each number of a row."""
        return self.info.feature_names or [f"column {i}" for i in range(self.pictures.shape[0])]

    def rename(self, dim: int, name: str) -> None:
        """Gives a feature a name, which is kept with the run; an empty one takes it away."""
        name = " ".join(name.split())[:naming.MOST]
        names = {d: given for d, given in self.names.items() if d != dim}
        names = {**names, dim: name} if name else names
        if self.run is not None:
            naming.write(self.run, names)
        self.names = names

    def look_at(self, x: np.ndarray) -> "Look":
        """`Look` at one observation `[*shape]`."""
        codes = self.model.encode(x[None])
        contribution = generation.contributions(self.model, codes.z)[0]
        return Look(x, self._imputed(x[None])[0], codes, contribution,
                    self.model.decode(codes.z)[0])

    def _imputed(self, x):
        return self.model.reconstruct(x) if np.isnan(x).any() else x

    def decode(self, look: "Look", changes: dict[int, float]) -> np.ndarray:
        """The reconstruction of a look with some latents at other values, `[*shape]`."""
        return self.model.decode(changed(look, changes)[None])[0]

    def describe(self, row: int) -> str:
        """A test object in words: its class or attributes, as far as they are known.

        Its number comes first: "17, Sneaker" or "4, hat and eyes".
        """
        words = []
        if self.test.y is not None:
            label = int(self.test.y[row])
            words = [self.info.class_names[label] if self.info.class_names else f"class {label}"]
        elif self.test.factors is not None and self.info.group_names:
            groups = np.asarray(self.info.factor_groups)
            there = {int(group) for group in groups[self.test.factors[row] != 0]}
            words = [self.info.group_names[group] for group in sorted(there)]
        return ", ".join([str(row), *words])

    def goes_with(self, feature: generation.Feature) -> list[tuple[str, float]]:
        """Pairs (name, share or |correlation|) of what a feature goes with, largest first."""
        if feature.classes is not None:
            labels: Any = feature.labels
            names: Any = [self.info.class_names[label] if self.info.class_names else str(label)
                          for label in labels]
            pairs = zip(names, feature.classes)
        elif feature.factors is not None:
            names = self.info.factor_names or range(len(feature.factors))
            pairs = zip(names, feature.factors)
        else:
            return []
        return sorted(((str(name), float(value)) for name, value in pairs), key=lambda p: -p[1])


class Look(NamedTuple):
    """One observation and what the model says about it.

    x: `[*shape]`, raw units; NaN is missing.
    whole: The same with what is missing imputed.
    codes: Of the model's `codes_type`, one row.
    contribution: `[latent_dim]`, see `vsc_tf.generation.contributions`.
    reconstruction: `[*shape]`.
    """

    x: np.ndarray
    whole: np.ndarray
    codes: Any
    contribution: np.ndarray
    reconstruction: np.ndarray

    @property
    def z(self) -> np.ndarray:
        """The code, `[latent_dim]`."""
        return self.codes.z[0]


def changed(look: Look, changes: dict[int, float]) -> np.ndarray:
    """The code of a look with some latents at other values, `[latent_dim]`."""
    z = look.z.copy()
    for dim, value in changes.items():
        z[dim] = value
    return z


def numbers(look: Look, changes: dict[int, float]) -> bytes:
    """A CSV of everything about each latent: the code, the contribution, the changed value."""
    fields = look.codes._fields
    file = io.StringIO()
    table = csv.writer(file, lineterminator="\n")
    table.writerow(["feature", *fields, "contribution", "changed_z"])
    z = changed(look, changes)
    for dim in range(len(z)):
        values = (*(array[0, dim] for array in look.codes), look.contribution[dim], z[dim])
        table.writerow([dim, *(f"{value:.6g}" for value in values)])
    return file.getvalue().encode()
