"""Likelihoods p(x|z): Keras layers from decoder features to a TFP distribution of x."""
from typing import Any

from vsc_tf import checks
from vsc_tf.likelihoods.base import Likelihood
from vsc_tf.likelihoods.bernoulli import Bernoulli, ContinuousBernoulli
from vsc_tf.likelihoods.choice import UNSEEN, Choice, suited_to
from vsc_tf.likelihoods.columns import Columns
from vsc_tf.likelihoods.counts import NegativeBinomial, Poisson
from vsc_tf.likelihoods.gaussian import (
    ColumnGaussian,
    FixedGaussian,
    LearnedGaussian,
    SharedGaussian,
)
from vsc_tf.likelihoods.linear import Dictionary, LinearGaussian

LIKELIHOODS = {
    "bernoulli": Bernoulli, "continuous_bernoulli": ContinuousBernoulli,
    "gaussian": FixedGaussian, "column_gaussian": ColumnGaussian,
    "shared_gaussian": SharedGaussian, "learned_gaussian": LearnedGaussian,
    "poisson": Poisson, "negative_binomial": NegativeBinomial, "columns": Columns,
    "linear_gaussian": LinearGaussian}


def get(identifier: str | Likelihood, dtype: Any = None) -> Likelihood:
    """A likelihood layer from its name, or the layer itself, as `keras.losses.get` does.

    `dtype` is the dtype policy of a layer made from a name; default Keras's global one.

    >>> get("bernoulli").params_per_value
    1
    """
    return checks.part("likelihood", identifier, LIKELIHOODS, Likelihood, dtype=dtype)


__all__ = ["LIKELIHOODS", "UNSEEN", "Bernoulli", "Choice", "ColumnGaussian",
           "Columns", "ContinuousBernoulli", "Dictionary", "FixedGaussian", "LearnedGaussian",
           "Likelihood", "LinearGaussian", "NegativeBinomial", "Poisson", "SharedGaussian", "get",
           "suited_to"]
