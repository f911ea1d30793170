"""Counts made by a dictionary: a likelihood beside the Gaussian whose expectation is known, too.

x_d ~ Poisson(exp((Phi z)_d)). As latents are independent under q,

    E log p(x|z) = x' Phi E[z] - sum_d prod_j M_j(phi_jd) - sum_d log x_d!

with M_j(t) = E exp(t z_j) = 1 + E[exp(t z_j) 1(z_j != 0)] - g, in closed form for all posteriors
but Normal noise with drawn thresholds.
"""
import tensorflow as tf
from tensorflow_probability import distributions as tfd

from vsc_tf import distributions


def log_prob(z, atoms, x):
    """log p(x|z) `[n]` in nats of codes `[n, J]`."""
    return tf.reduce_sum(tfd.Poisson(log_rate=z @ atoms).log_prob(x), axis=-1)


def expected_log_prob(q, atoms, x):
    """E log p(x|z) `[n]` in nats under q."""
    on = q.spike_probs[..., tf.newaxis]  # [n, J, 1], and atoms [J, D]: a log rate [n, D].
    log_rate = tf.reduce_sum(tf.math.log1p(_moment(q, atoms) - on), axis=1)
    linear = tf.reduce_sum(x * (q.mean() @ atoms), axis=-1)
    return linear - tf.reduce_sum(tf.exp(log_rate) + tf.math.lgamma(x + 1.), axis=-1)


def _moment(q, t):
    """E[exp(t z) 1(z != 0)] `[n, J, D]`."""
    if isinstance(q, distributions.ThresholdedNormal):
        loc, s, threshold = (part[..., tf.newaxis] for part in (
            q.loc, q.scale + tf.zeros_like(q.loc), q.threshold + tf.zeros_like(q.loc)))
        cdf = tfd.Normal(tf.zeros([], t.dtype), 1.).cdf
        tails = sum(tf.exp(-side * t * threshold) * cdf((side * s**2 * t - threshold) / s)
                    for side in (-1., 1.))
        return tf.exp(loc * t + 0.5 * (s * t)**2) * tails
    on, loc, s = (part[..., tf.newaxis] for part in (q.spike_probs, q.loc, q.scale))
    if isinstance(q, distributions.SpikeAndSlab):
        return on * tf.exp(loc * t + 0.5 * (s * t)**2)
    return on * tf.exp(loc * t) / (1. - (s * t)**2)  # Of a Laplace, finite where s |t| < 1.
