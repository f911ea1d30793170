"""An example of every distribution, and what its tests share: draws, means with their errors."""
import functools
import inspect
import itertools

import numpy as np
import tensorflow as tf

from vsc_tf import distributions, priors

_LOGITS = np.arange(12.).reshape(4, 3) / 4 - 1.6  # On and off, none at 1/2.
_SCALES = np.array([1., 2., 0.1])

EXAMPLES = {  # Class -> parameters of batch shape [4, 3] together.
    distributions.Normal: {"loc": _LOGITS, "scale": _SCALES},
    distributions.Laplace: {"loc": _LOGITS, "scale": _SCALES},
    distributions.Point: {"loc": _LOGITS},
    distributions.RectifiedNormal: {"loc": _LOGITS, "scale": np.array([1., 2., 0.8])},
    distributions.SpikeAndHalfNormal: {"logits": _LOGITS, "scale": _SCALES},
    distributions.SpikeAndExponential: {"logits": _LOGITS, "scale": _SCALES},
    distributions.SpikeAndSlab: {"logits": _LOGITS, "loc": np.array(0.5), "scale": _SCALES},
    distributions.ThresholdedNormal: {
        "loc": _LOGITS, "scale": np.array([1., 2., 0.3]), "threshold": np.array(0.5)},
    distributions.ThresholdedLaplace: {
        "loc": _LOGITS, "scale": np.array([1., 2., 0.3]), "threshold": np.array(0.5)},
    distributions.GammaThresholdedLaplace: {
        "loc": _LOGITS, "scale": np.array([1., 2., 0.3]), "concentration": np.array(1.5),
        "rate": np.array(3.)},
    distributions.GammaThresholdedNormal: {
        "loc": _LOGITS, "scale": np.array([1., 2., 0.3]), "concentration": np.array(1.5),
        "rate": np.array(3.)},
}
WITH_DENSITY = [kind for kind in EXAMPLES if kind.has_density]
COMPONENTS = [kind for kind in WITH_DENSITY if kind.is_component]
QUADRATIC = [kind for kind in WITH_DENSITY
             if kind.quadratic is not distributions.CodeDistribution.quadratic]
CLASSES = {value for name in distributions.__all__ if inspect.isclass(
    value := getattr(distributions, name)) and issubclass(value, distributions.CodeDistribution)
    } - {distributions.CodeDistribution}


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


PAIRS = [pair for pair in itertools.product(EXAMPLES, COMPONENTS) if is_finite(*pair)]

# A thresholded density takes no more of another family than its moments, which are tested: beside
# its own family and one other the long tests leave it out.
BESIDE = {distributions.ThresholdedNormal: {
              distributions.Normal, distributions.ThresholdedNormal,
              distributions.GammaThresholdedNormal},
          distributions.ThresholdedLaplace: {
              distributions.Normal, distributions.ThresholdedLaplace,
              distributions.GammaThresholdedLaplace},
          distributions.GammaThresholdedLaplace: {distributions.GammaThresholdedLaplace}}
FEWER_PAIRS = [(q, p) for q, p in PAIRS if q in BESIDE.get(p, {q})]


@functools.lru_cache(maxsize=4)
def _noise(shape, seed):
    rng = np.random.default_rng(seed)
    return rng.uniform(1e-12, 1., shape), rng.normal(size=shape)


def draws(d, n=200_000, seed=0):
    """`n` draws [n, 4, 3] of a distribution, made of NumPy's noise; fewer where they are dear."""
    n = min(n, 2000) if isinstance(d, distributions.GammaThresholdedNormal) else n
    uniform, normal = _noise((n, *d.batch_shape), seed)
    return d.from_noise(tf.constant(uniform, d.dtype), tf.constant(normal, d.dtype)).numpy()


def agree(value, terms, rounding=1e-5):
    """Whether `value` is the mean of `terms` over the first axis, within 5 standard errors."""
    terms = np.asarray(terms, "float64")
    error = 5 * terms.std(axis=0) / np.sqrt(len(terms))
    off = np.abs(np.asarray(value) - terms.mean(axis=0))
    assert (off <= error + rounding * (1 + np.abs(terms.mean(axis=0)))).all(), (off / error).max()
