"""What each live latent of a model encodes, measured on data."""
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from vsc_tf import checks, extras, metrics
from vsc_tf.datasets.base import Info, Split
from vsc_tf.models.base import LatentModel

_MOST = 200  # Observations over which the change of a feature is averaged.


class Feature(NamedTuple):
    """What is known about one latent.

    Attributes:
        dim: The latent dimension.
        rate: Share of observations for which it is on.
        low, median, high: Quantiles 0.05, 0.5 and 0.95 of its codes where it is on.
        examples: Integers [k], rows of the observations with the largest |z|, largest first.
        change: [*shape], raw units: what the latent adds to the reconstruction, the mean of
            x(z) - x(z with z_j = 0) over (at most 200) observations for which it is on.
        contribution: The mean absolute difference over values and observations.
        classes: [C], its rate among the observations of each of `labels`; `None` without labels.
        factors: [K], |correlation| with each factor, `metrics.correlation`; `None` without.
        labels: Integers [C], the labels that there are; `None` is 0, 1, ...
    """

    dim: int
    rate: float
    low: float
    median: float
    high: float
    examples: np.ndarray
    change: np.ndarray
    contribution: float
    classes: np.ndarray | None
    factors: np.ndarray | None
    labels: np.ndarray | None = None


def feature_report(model: LatentModel, data: Split | ArrayLike, examples: int = 8) -> list[Feature]:
    """Describes each live latent: its rate, range, strongest examples, effect and classes.

    Args:
        model: A fitted model.
        data: A `vsc_tf.datasets.Split`, such as `data.test`: observations `x` and, if it has
            them, labels `y` and `factors`. Or observations alone, an array or a DataFrame.
        examples: Positive integer, number of strongest examples of each latent.

    Returns:
        A list of `Feature`, one for each latent that is on for at least 1 % of the
        observations, sorted by rate times contribution, the largest first.

    Raises:
        ValueError: The observations do not have the model's shape.

    >>> import vsc_tf
    >>> x = np.random.default_rng(0).integers(0, 2, (64, 12)).astype("float32")
    >>> model = vsc_tf.VSC(latent_dim=4, seed=0)
    >>> model.adapt(x)
    >>> feature = feature_report(model, vsc_tf.datasets.Split(x))[0]
    >>> feature.change.shape, len(feature.examples)
    ((12,), 8)
    """
    checks.positive_integer("examples", examples)
    if not isinstance(data, Split):
        data = Split(model.check(data))
    z = model.encode(model.check(data.x)).z
    rates = metrics.on_rates(z)
    labels, classes = (None, None) if data.y is None else _class_rates(z, data.y)
    factors = None if data.factors is None else metrics.correlation(z, data.factors)
    features = []
    for dim in np.flatnonzero(metrics.live(z)):
        on = np.flatnonzero(z[:, dim])
        size = np.abs(z[on, dim])
        some = on[np.linspace(0, len(on) - 1, min(len(on), _MOST)).astype(int)]
        without = z[some].copy()
        without[:, dim] = 0.
        change = model.decode(z[some]) - model.decode(without)
        low, median, high = np.quantile(z[on, dim], (0.05, 0.5, 0.95))
        features.append(Feature(
            int(dim), float(rates[dim]), float(low), float(median), float(high),
            on[np.argsort(-size, kind="stable")[:examples]], change.mean(axis=0),
            float(np.abs(change).mean()),
            None if classes is None else classes[:, dim],
            None if factors is None else factors[:, dim], labels))
    return sorted(features, key=lambda f: -f.rate * f.contribution)


def _class_rates(z: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The labels that there are, which may be ids of any size, and `metrics.class_rates`."""
    return np.unique(y), metrics.class_rates(z, y)


def goes_with(feature: Feature, info: Info) -> str:
    """The factor or classes that a feature is associated with, or "" if none are known.

    The factor it correlates with most; or else the classes in which it is on for at least half
    of the observations, the most frequent first: their names, or their number if the names take
    more than 30 characters, or "" if these are all classes.

    Args:
        feature: A `Feature`.
        info: The `vsc_tf.datasets.Info` of the data it was computed on.

    >>> from vsc_tf.datasets import Info
    >>> feature = Feature(3, .5, -1., 0., 1., [], [], .1, np.array([.1, .9]), None)
    >>> goes_with(feature, Info("clothes", (28, 28), class_names=("bag", "boot")))
    'boot'
    """
    if feature.factors is not None and feature.factors.max() > 0.:
        return info.factor_names[feature.factors.argmax()]
    if feature.classes is not None:
        rates = feature.classes
        every = range(len(rates)) if feature.labels is None else feature.labels.tolist()
        labels = [every[i] for i in np.argsort(-rates, kind="stable") if rates[i] >= 0.5]
        if len(labels) == len(rates):
            return ""
        names = ", ".join(info.class_names[label] if info.class_names else str(label)
                          for label in labels)
        return names if len(names) <= 30 else f"{len(labels)} of {len(rates)} classes"
    return ""


def feature_frame(features: Sequence[Feature], names: Sequence[str]) -> Any:
    """What `feature_report` found as a pandas DataFrame: a row for each latent, largest first.

    Its index is the latent; `rate`, `low`, `median`, `high`, and then by name what it adds to
    each column of a table or to each gene: its loadings.

    Args:
        features: `Feature`s of observations `[n, columns]`.
        names: Names of the columns, as `model.column_names`.

    Raises:
        ValueError: Another number of names than columns.

    >>> feature = Feature(3, .5, -1., 0., 1., [], np.array([.2, -4.]), 2.1, None, None)
    >>> feature_frame([feature], ["CD3E", "LYZ"]).loc[3].round(1).to_dict()
    {'rate': 0.5, 'low': -1.0, 'median': 0.0, 'high': 1.0, 'CD3E': 0.2, 'LYZ': -4.0}
    """
    pd = extras.load("pandas", "vsc_tf[tables]", "A DataFrame")

    if any(np.shape(feature.change) != (len(names),) for feature in features):
        raise ValueError("Argument `names` must have a name for each value of an observation. "
                         f"Received: {len(names)} names, and observations of shape "
                         f"{np.shape(features[0].change)}")
    rows = [[f.rate, f.low, f.median, f.high, *f.change] for f in features]
    return pd.DataFrame(rows, [f.dim for f in features],
                        ["rate", "low", "median", "high", *names])
