"""What a variational auto-encoder maximises. The only place with signs and sums."""
import math
from typing import NamedTuple

import tensorflow as tf


class Terms(NamedTuple):
    """The terms of the bound per observation, each a float32 tensor `[batch]` in nats.

    reconstruction: E_q[log p(x|z)], summed over features.
    kl: sum_u w_u KL(q(z|x) || p_u(z)), summed over latents.
    selection_kl: KL(w(x) || uniform), the price of choosing a component; at most log U.
    sparsity: J * sum_u w_u KL(Bernoulli(mean spike of component u) || Bernoulli(alpha)).
    gate_penalty: sum_j logits_j^2, before its weight.
    l0: sum_j spike_probs_j, the expected number of active latents (a count, not nats).
    """

    reconstruction: tf.Tensor
    kl: tf.Tensor
    selection_kl: tf.Tensor
    sparsity: tf.Tensor
    gate_penalty: tf.Tensor
    l0: tf.Tensor

    @property
    def elbo_paper(self):
        """The bound as [T20] eq. 4 prints it: the price of choosing u is left out."""
        return self.reconstruction - self.kl

    @property
    def elbo(self):
        """The valid evidence lower bound under p(u) = 1/U; larger is better."""
        return self.elbo_paper - self.selection_kl


BOUNDS = ("elbo", "elbo_paper")


def loss(terms, bound="elbo", sparsity_weight=1., gate_penalty_weight=0.):
    """What training minimises, [T20] eq. 4 with the sign turned: `[batch]`, in nats.

    >>> terms = Terms(*(tf.constant([v]) for v in (-10., 3., 1., 2., 5., 4.)))
    >>> loss(terms).numpy().item(), loss(terms, "elbo_paper", gate_penalty_weight=.1).numpy().item()
    (16.0, 15.5)
    """
    penalties = sparsity_weight * terms.sparsity + gate_penalty_weight * terms.gate_penalty
    return penalties - getattr(terms, bound)


def sparsity(logits, alpha):
    """J * KL(Bernoulli(h) || Bernoulli(alpha)) with h the mean spike probability, in nats.

    Args:
        logits: Float tensor `[count, latent_dim]`, log-odds of each component's spikes.
        alpha: Float in (0, 1), the wanted share of active latents.

    Returns a float tensor `[count]`. log h and log(1 - h) are means in the log domain, so
    saturated gates keep finite values and gradients.

    >>> sparsity(tf.zeros([1, 4]), 0.5).numpy().round(6).tolist()
    [0.0]
    """
    latent_dim = tf.cast(tf.shape(logits)[-1], logits.dtype)

    def log_mean(log_probs):
        return tf.reduce_logsumexp(log_probs, axis=-1) - tf.math.log(latent_dim)

    log_on = log_mean(tf.math.log_sigmoid(logits))
    log_off = log_mean(tf.math.log_sigmoid(-logits))
    kl = (tf.exp(log_on) * (log_on - math.log(alpha))
          + tf.exp(log_off) * (log_off - math.log1p(-alpha)))
    return latent_dim * kl


def kl_to_uniform(log_weights):
    """KL(w || uniform) = sum_u w_u log w_u + log U in nats, over the last axis."""
    count = tf.cast(tf.shape(log_weights)[-1], log_weights.dtype)
    return tf.reduce_sum(tf.exp(log_weights) * log_weights, axis=-1) + tf.math.log(count)
