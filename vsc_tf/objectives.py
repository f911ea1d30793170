"""What a variational auto-encoder maximises. The only place with signs and sums."""
import math
from typing import NamedTuple

import tensorflow as tf


class Terms(NamedTuple):
    """The terms of VSC's bound per observation, each a float32 tensor `[batch]` in nats.

    reconstruction: E_q[log p(x|z)], summed over features.
    kl: sum_u w_u KL(q(z|x) || p_u(z)), summed over latents.
    selection_kl: KL(w(x) || uniform), the price of choosing a component; at most log U.
    sparsity: sum_u w_u of what the active latents of component u cost, see `SPARSITIES`.
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


class ReconstructionTerms(NamedTuple):
    """The one term of an auto-encoder without a prior: log p(x|z), `[batch]` in nats.

    It bounds nothing: the price of the code is left out.
    """

    reconstruction: tf.Tensor


class VAETerms(NamedTuple):
    """The terms of a VAE's bound per observation, each a float32 tensor `[batch]` in nats.

    reconstruction: E_q[log p(x|z)], summed over features.
    kl: KL(q(z|x) || p(z)), summed over latents.
    """

    reconstruction: tf.Tensor
    kl: tf.Tensor

    @property
    def elbo(self):
        """The evidence lower bound, whatever the loss weighs; larger is better."""
        return self.reconstruction - self.kl


class TotalCorrelationTerms(NamedTuple):
    """`VAETerms` and total_correlation, KL(q(z) || prod_j q(z_j)) `[batch]` in nats."""

    reconstruction: tf.Tensor
    kl: tf.Tensor
    total_correlation: tf.Tensor

    elbo = VAETerms.elbo


def beta_loss(terms, beta=1.):
    """beta * kl - reconstruction, `[batch]` in nats; at 1 it is -elbo.

    Higgins et al., beta-VAE, ICLR 2017, eq. 4.

    >>> terms = VAETerms(tf.constant([-10.]), tf.constant([3.]))
    >>> beta_loss(terms).numpy().item(), beta_loss(terms, 4.).numpy().item()
    (13.0, 22.0)
    """
    return beta * terms.kl - terms.reconstruction


def beta_tc_loss(terms, beta=1.):
    """-elbo + (beta - 1) * total_correlation, `[batch]` in nats.

    Chen et al., NeurIPS 2018, eq. 4 with alpha = gamma = 1: there the KL is split into mutual
    information, total correlation and the KLs of the single latents, and the middle one is
    weighed by beta. The three add up to the KL, so here that is kept in closed form and only
    the surplus is estimated.

    >>> terms = TotalCorrelationTerms(*(tf.constant([v]) for v in (-10., 3., 0.5)))
    >>> beta_tc_loss(terms).numpy().item(), beta_tc_loss(terms, 7.).numpy().item()
    (13.0, 16.0)
    """
    return (beta - 1.) * terms.total_correlation - terms.elbo


def sparsity_kl(logits, alpha):
    """J * KL(Bernoulli(h) || Bernoulli(alpha)) with h the mean spike probability, in nats.

    [T20] eq. 4. It falls towards alpha from both sides: components with fewer than alpha * J
    active latents are paid for more of them.

    Args:
        logits: Float tensor `[count, latent_dim]`, log-odds of each component's spikes.
        alpha: Float in (0, 1), the wanted share of active latents.

    Returns a float tensor `[count]`. log h and log(1 - h) are means in the log domain, so
    saturated gates keep finite values and gradients.

    >>> sparsity_kl(tf.zeros([1, 4]), 0.5).numpy().round(6).tolist()
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


def sparsity_price(logits, alpha):
    """log((1 - alpha) / alpha) * sum_j h_j: the same price for each active latent, in nats.

    The cost of a latent that is on rather than off under Bernoulli(alpha). Ours: unlike
    `sparsity_kl` it neither hangs on how many latents there are nor on how many others are on,
    so an object with few features is not paid for having more. Arguments and value as there;
    alpha < 1/2, or active latents would be rewarded.

    >>> round(float(sparsity_price(tf.constant([[50., 50., -50.]]), 0.2)[0]), 4)  # 2 log 4
    2.7726
    """
    return (math.log1p(-alpha) - math.log(alpha)) * tf.reduce_sum(tf.sigmoid(logits), axis=-1)


SPARSITIES = {"kl": sparsity_kl, "price": sparsity_price}


def kl_to_uniform(log_weights):
    """KL(w || uniform) = sum_u w_u log w_u + log U in nats, over the last axis."""
    count = tf.cast(tf.shape(log_weights)[-1], log_weights.dtype)
    return tf.reduce_sum(tf.exp(log_weights) * log_weights, axis=-1) + tf.math.log(count)
