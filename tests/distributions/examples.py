"""An example of every distribution, and what its tests share: draws, means with their errors."""
import inspect
import itertools

import numpy as np
import tensorflow as tf

from vsc_tf import distributions, priors

_LOGITS = np.arange(12.).reshape(4, 3) / 4 - 1.6  # On and off, none at 1/2.
_SCALES = np.array([1., 2., 0.1])

EXAMPLES = {  # Class -> parameters of batch shape [4, 3] together.
    distributions.Normal: {"loc": _LOGITS, "scale": _SCALES},
    distributions.Point: {"loc": _LOGITS},
    distributions.RectifiedNormal: {"loc": _LOGITS, "scale": np.array([1., 2., 0.8])},
    distributions.SpikeAndHalfNormal: {"logits": _LOGITS, "scale": _SCALES},
    distributions.SpikeAndExponential: {"logits": _LOGITS, "scale": _SCALES},
    distributions.SpikeAndSlab: {"logits": _LOGITS, "loc": np.array(0.5), "scale": _SCALES},
}
WITH_DENSITY = [kind for kind in EXAMPLES if kind.has_density]
CLASSES = {value for name in distributions.__all__ if inspect.isclass(
    value := getattr(distributions, name))} - {distributions.CodeDistribution}


def example(kind, dtype="float32", shift=0.):
    """A distribution of that class; another one for another `shift`."""
    return kind(**{name: tf.constant(value + shift, dtype)
                   for name, value in EXAMPLES[kind].items()})


def is_finite(q, p):
    """Whether the KL divergence from class q to class p is finite."""
    try:
        priors.base.check_finite(q, p, priors.StandardPrior())
    except ValueError:
        return False
    return True


PAIRS = [pair for pair in itertools.product(EXAMPLES, WITH_DENSITY) if is_finite(*pair)]


def draws(d, n=200_000, seed=0):
    """`n` draws [n, 4, 3] of a distribution, made of NumPy's noise."""
    rng = np.random.default_rng(seed)
    shape = (n, *d.batch_shape)
    uniform, normal = rng.uniform(1e-12, 1., shape), rng.normal(size=shape)
    return d.from_noise(tf.constant(uniform, d.dtype), tf.constant(normal, d.dtype)).numpy()


def agree(value, terms, rounding=1e-5):
    """Whether `value` is the mean of `terms` over the first axis, within 5 standard errors."""
    terms = np.asarray(terms, "float64")
    error = 5 * terms.std(axis=0) / np.sqrt(len(terms))
    off = np.abs(np.asarray(value) - terms.mean(axis=0))
    assert (off <= error + rounding * (1 + np.abs(terms.mean(axis=0)))).all(), (off / error).max()
