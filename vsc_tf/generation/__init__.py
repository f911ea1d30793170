"""Controlled generation: vary, traverse, toggle, compare and swap the latents of observations.

Arrays in, arrays out, for every model of the library. A feature is a latent dimension; it is on
where its code is not 0. In dense models every latent is always on; for them "off" means the
value 0, the prior's mean.
"""
from vsc_tf.generation.features import Feature, feature_frame, feature_report, goes_with
from vsc_tf.generation.one import Decoded, generate_like, prior_slab_mean, toggle, traverse
from vsc_tf.generation.two import Comparison, compare, contributions, interpolate, swap

__all__ = [
    "Comparison", "Decoded", "Feature", "compare", "contributions", "feature_frame",
    "feature_report", "generate_like", "goes_with", "interpolate", "prior_slab_mean", "swap",
    "toggle", "traverse"]
