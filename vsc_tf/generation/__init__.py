"""Steering a fitted model: vary, traverse, switch, compare and mix what is on.

Arrays in, arrays out, for every model of the library. A feature is a latent dimension; it is on
where a code is not 0. Codes of dense models are always on, so for them "off" is the value 0,
the prior's mean.
"""
from vsc_tf.generation.features import Feature, feature_report, goes_with
from vsc_tf.generation.one import Decoded, generate_like, prior_slab_mean, toggle, traverse
from vsc_tf.generation.two import Comparison, compare, contributions, interpolate, swap

__all__ = [
    "Comparison", "Decoded", "Feature", "compare", "contributions", "feature_report",
    "generate_like", "goes_with", "interpolate", "prior_slab_mean", "swap", "toggle", "traverse"]
