"""The contract of priors over codes, and the check that a KL divergence is finite."""
from collections.abc import Callable
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf
from tensorflow_probability import distributions as tfd

from vsc_tf.distributions import CodeDistribution, mixture_log_prob
from vsc_tf.posteriors import Posterior

Encode = Callable[[tf.Tensor], CodeDistribution]  # Scaled observations to q(z|x).


class PriorKL(NamedTuple):
    """What a code costs under a prior, in nats, beside the weights of its components.

    kl: KL(q(z|x) || p(z)) given the choice of a component, summed over latents: `[batch]`, or
        `[samples, batch]` where it is an estimate by the draws of z.
    price: what choosing costs, `[batch]`: KL(w || uniform), at most log U; 0 without a choice.
    weights: w, the weights of the components, `[batch, U]`.
    """

    kl: tf.Tensor
    price: tf.Tensor
    weights: tf.Tensor


class Prior(keras.layers.Layer):
    """Base: p(z) = (1/U) sum_u p_u(z), a Keras layer that owns its weights.

    A subclass defines `components` and `family_for`. One with more than one component says in
    `kl` what they cost together; one that starts from the data overrides `adapt`.
    """

    is_prior = True   # Whether there is a density of z at all, and so a bound.
    is_bound = True   # Whether what it costs is a KL divergence or more, so that there is a bound.
    chooses = False   # Whether it weighs its components for each observation, at a price.

    def __init__(self, **kwargs: Any):
        super().__init__(autocast=False, **kwargs)
        self.latent_dim: int | None = None  # Set by `bind`.

    def bind(self, posterior: Posterior) -> None:
        """Takes the number of latents from the model's posterior; refuses an infinite KL.

        Raises:
            ValueError: The KL divergence of this posterior from this prior is infinite.
        """
        check_finite(posterior.family, self.family_for(posterior), self)
        self.latent_dim = posterior.latent_dim

    def family_for(self, posterior: Posterior) -> type[CodeDistribution]:
        """The class of the components beside this posterior."""
        raise NotImplementedError

    def build(self, input_shape: tuple) -> None:
        """There are no weights."""

    def get_build_config(self) -> None:
        """Nothing to keep: out of a file, too, the model builds it once it is bound."""

    def adapt(self, x: np.ndarray, scaling: Callable, seed: int) -> None:
        """Starts from training observations, nothing by default.

        Args:
            x: Raw observations `[n, *shape]`.
            scaling: What the encoder sees of raw observations.
            seed: The model's.
        """

    def components(self, encode: Encode) -> CodeDistribution:
        """The components, of batch shape `[U, latent_dim]`.

        Args:
            encode: Function from scaled observations to q(z|x).
        """
        raise NotImplementedError

    def kl(self, q: CodeDistribution, components: CodeDistribution, x: tf.Tensor,
           z: tf.Tensor) -> PriorKL:
        """What the codes of scaled observations cost; by default that of a single component.

        Args:
            q: q(z|x), batch shape `[batch, latent_dim]`.
            components: What `components` gave.
            x: Scaled observations `[batch, *shape]`.
            z: Draws of q `[samples, batch, latent_dim]`.
        """
        kl = tf.reduce_sum(tfd.kl_divergence(q, components), axis=-1)
        return PriorKL(kl, tf.zeros_like(kl), tf.ones_like(kl)[:, tf.newaxis])

    def log_prob(self, z: tf.Tensor, components: CodeDistribution) -> tf.Tensor:
        """log p(z) in nats, `[batch]` for codes `[batch, latent_dim]`."""
        return mixture_log_prob(z, components)

    def choice(self, q: CodeDistribution, components: CodeDistribution, x: tf.Tensor) -> tf.Tensor:
        """Index `[batch]` of the component that each observation belongs to."""
        z = q.mode()
        return tf.argmax(self.kl(q, components, x, z[tf.newaxis]).weights, axis=-1)


def check_finite(q: type[CodeDistribution], p: type[CodeDistribution], prior: Prior) -> None:
    """A ValueError if KL(q || p) is infinite, or not known, for distributions of these classes."""
    if not p.is_component:
        raise ValueError(
            f"The KL divergence to {p.__name__} components has no closed form. Received: "
            f"prior={type(prior).__name__}. Use ThresholdedPrior or FixedSparsePrior.")
    if not q.has_density:
        reason, cure = "puts all its mass on one point, which no prior does", "prior='none'"
    elif q.has_atom and not p.has_atom:
        reason = "is exactly 0 with some probability, and under this prior 0 has none"
        cure = "a prior with an atom at 0, such as FixedSparsePrior or PseudoInputPrior"
    elif p.one_sided and not q.one_sided:
        reason = "can be negative, and under this prior a code never is"
        cure = "FixedSparsePrior(slab='normal')"
    else:
        return
    raise ValueError(
        f"A {q.__name__} posterior is infinitely far from this prior: a code {reason}. Received: "
        f"prior={type(prior).__name__} with {p.__name__} components. Use {cure}.")
