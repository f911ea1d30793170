"""What training minimises beside the bound: each a term of its own, with a weight of its own."""
import math

import keras
import tensorflow as tf

from vsc_tf import checks, schedules
from vsc_tf.distributions import CodeDistribution, total_correlation
from vsc_tf.posteriors import Posterior
from vsc_tf.schedules import Schedule


class Penalty:
    """Base of penalties: a call to `[batch]` nats per observation, before its weight.

    Args:
        weight: Number of at least 0. A schedule, `<name>_weight`, starts from it. A recipe sets
            the weights of the sparsity term and of the gate penalty itself, by its own
            `sparsity_weight` and `gate_penalty`: with one, say them there.

    Args of the call:
        q: q(z|x), batch shape `[batch, latent_dim]`.
        components: The prior's, `[U, latent_dim]`.
        weights: Weights of the components, `[batch, U]`.
        z: Draws of q, `[samples, batch, latent_dim]`.
        decoder: The model's decoder; with `likelihoods.LinearGaussian`, its dictionary.
    """

    name: str                # Of the logged term.
    per_observation = True   # Whether a value depends on its own observation alone.
    needs_switches = False   # Whether it is for codes with exact zeros only.

    def __init__(self, weight: float = 1.):
        self.weight = checks.non_negative("weight", weight)

    @property
    def schedules(self) -> dict[str, Schedule]:
        """Name -> (begin, end, initial, final) of its weight."""
        return {f"{self.name}_weight": schedules.constant(self.weight)}

    def check(self, posterior: Posterior) -> None:
        """Raises a ValueError for posteriors that it is not for."""
        if self.needs_switches and not posterior.family.has_atom:
            raise ValueError(
                f"The penalty {type(self).__name__} is for codes that can be exactly 0. Received: "
                f"posterior={type(posterior).__name__}, whose codes are always on. Leave it out.")

    def __call__(self, q: CodeDistribution, components: CodeDistribution, weights: tf.Tensor,
                 z: tf.Tensor, decoder: keras.Model) -> tf.Tensor:
        raise NotImplementedError

    def get_config(self) -> dict:
        return {"weight": self.weight}

    @classmethod
    def from_config(cls, config: dict) -> "Penalty":
        return cls(**config)


@keras.saving.register_keras_serializable(package="vsc_tf")
class SparsityKL(Penalty):
    """J sum_u w_u KL(Bernoulli(h_u) || Bernoulli(alpha)), h_u the mean spike of component u.

    [T20] eq. 4. It falls towards alpha from both sides: components with fewer than alpha * J
    active latents are paid for more of them.

    Args:
        alpha: Number in (0, 1), the wanted share of active latents.
        weight: Number of at least 0.

    >>> half = tf.math.log([[0.5, 0.5]])
    >>> SparsityKL(alpha=0.5).of_components(half, half).numpy().tolist()
    [0.0]
    """

    name = "sparsity"
    needs_switches = True

    def __init__(self, alpha: float = 0.05, weight: float = 1.):
        super().__init__(weight)
        self.alpha = checks.probability("alpha", alpha)

    def __call__(self, q, components, weights, z, decoder):
        return tf.linalg.matvec(
            weights, self.of_components(components.log_prob_on, components.log_prob_off))

    def of_components(self, log_prob_on: tf.Tensor, log_prob_off: tf.Tensor) -> tf.Tensor:
        """`[U]` from the log probabilities of on and off, each `[U, latent_dim]`.

        log h and log(1 - h) are means in the log domain, so saturated gates keep finite values
        and gradients.
        """
        latent_dim = tf.cast(tf.shape(log_prob_on)[-1], log_prob_on.dtype)

        def log_mean(log_probs):
            return tf.reduce_logsumexp(log_probs, axis=-1) - tf.math.log(latent_dim)

        log_on, log_off = log_mean(log_prob_on), log_mean(log_prob_off)
        kl = (tf.exp(log_on) * (log_on - math.log(self.alpha))
              + tf.exp(log_off) * (log_off - math.log1p(-self.alpha)))
        return latent_dim * kl

    def get_config(self) -> dict:
        return {**super().get_config(), "alpha": self.alpha}


@keras.saving.register_keras_serializable(package="vsc_tf")
class SparsityPrice(Penalty):
    """log((1 - alpha) / alpha) sum_u w_u sum_j h_uj: the same price for each active latent.

    The cost of a latent that is on rather than off under Bernoulli(alpha). Ours: unlike
    `SparsityKL` it depends neither on how many latents there are nor on how many others are on,
    so an object with few features is not paid for having more.

    Args:
        alpha: Number in (0, 0.5): from 1/2 on, active latents would be rewarded.
        weight: Number of at least 0.

    >>> round(float(SparsityPrice(alpha=0.2).price), 4)  # log 4
    1.3863
    """

    name = "sparsity"
    needs_switches = True

    def __init__(self, alpha: float = 0.05, weight: float = 1.):
        super().__init__(weight)
        self.alpha = checks.probability("alpha", alpha)
        if self.alpha >= 0.5:
            raise ValueError("Argument `alpha` of a price must be under 1/2, or active latents "
                             "would be rewarded. Use penalties=['sparsity_kl'] for more. Received: "
                             f"alpha={alpha}")

    @property
    def price(self) -> float:
        """Of one active latent, nats."""
        return math.log1p(-self.alpha) - math.log(self.alpha)

    def __call__(self, q, components, weights, z, decoder):
        return tf.linalg.matvec(
            weights, self.price * tf.reduce_sum(components.spike_probs, axis=-1))

    def get_config(self) -> dict:
        return {**super().get_config(), "alpha": self.alpha}


@keras.saving.register_keras_serializable(package="vsc_tf")
class GatePenalty(Penalty):
    """sum_j logits_j^2, the squared log-odds of q's gates.

    Ours: it keeps gates from saturating. A gate that is on, or off, for every observation early
    in training gets no gradient later, however useful it would be to switch.

    Args:
        weight: Number of at least 0; 0.003 is usual.

    >>> GatePenalty(weight=0.003).schedules
    {'gate_penalty_weight': (0, 0, 0.003, 0.003)}
    """

    name = "gate_penalty"
    needs_switches = True

    def __call__(self, q, components, weights, z, decoder):
        return tf.reduce_sum(q.log_odds**2, axis=-1)


@keras.saving.register_keras_serializable(package="vsc_tf")
class TotalCorrelation(Penalty):
    """KL(q(z) || prod_j q(z_j)), how far the latents depend on each other over the data.

    [C18] eq. 4 with alpha = gamma = 1 splits the KL into mutual information, total correlation
    and the KLs of the single latents, and weighs the middle one by beta. The three add up to the
    KL, which stays in closed form here: only the surplus, `weight` = beta - 1, is estimated.
    It is estimated within each batch (`distributions.total_correlation`), so batches should be
    large, and values of different batch sizes cannot be compared.

    Args:
        weight: Number of at least -1; -1 takes the total correlation out of the KL.

    >>> TotalCorrelation(weight=5.).per_observation
    False
    """

    name = "total_correlation"
    per_observation = False

    def __init__(self, weight: float = 1.):
        super().__init__(0.)
        self.weight = checks.finite("weight", weight)
        if self.weight < -1.:
            raise ValueError("Argument `weight` of a total correlation must be at least -1, "
                             f"which is beta = 0. Received: weight={weight}")

    def check(self, posterior: Posterior) -> None:
        if not posterior.family.has_density:
            raise ValueError("The penalty TotalCorrelation needs a posterior with a density. "
                             f"Received: posterior={type(posterior).__name__}. Leave it out.")
        posterior.check_draws("The penalty TotalCorrelation")

    def __call__(self, q, components, weights, z, decoder):
        values = total_correlation(tf.reshape(z, [-1, z.shape[-1]]), q)
        return tf.reduce_mean(tf.reshape(values, tf.shape(z)[:2]), axis=0)


@keras.saving.register_keras_serializable(package="vsc_tf")
class DecoderNorm(Penalty):
    """Sum of the squares of the decoder's weights, the same for every observation.

    Codes can shrink for free where the decoder's weights grow instead; [F22] holds the
    dictionary of a linear decoder so, with a weight of 1e-4.

    Args:
        weight: Number of at least 0, nats for each square.

    >>> DecoderNorm().weight
    0.0001
    """

    name = "decoder_norm"

    def __init__(self, weight: float = 1e-4):
        super().__init__(weight)

    def __call__(self, q, components, weights, z, decoder):
        squares = [tf.reduce_sum(tf.cast(w, tf.float32)**2) for w in decoder.trainable_weights]
        return tf.fill([tf.shape(z)[1]], tf.add_n([tf.constant(0.), *squares]))


PENALTIES = {"sparsity_kl": SparsityKL, "sparsity_price": SparsityPrice,
             "gate_penalty": GatePenalty, "total_correlation": TotalCorrelation,
             "decoder_norm": DecoderNorm}


def get(identifier: str | Penalty) -> Penalty:
    """A penalty from its name, or the object itself, as `keras.losses.get` does.

    >>> get("sparsity_price").alpha
    0.05
    """
    return checks.part("penalty", identifier, PENALTIES, Penalty)
