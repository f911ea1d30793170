"""What training maximises: the only place that reduces over draws of z, and the signs of it all.

K draws z_k of each observation give log p(x|z_k), `[K, B]`; the KL term and the price of choosing
a component are in closed form, `[B]`, or estimated by the draws. An objective makes one loss of
these for each observation, `[B]` in nats, smaller is better. Whatever is trained on, the logs
report the means over draws, whose `elbo` is a bound.
"""
from typing import NamedTuple

import keras
import tensorflow as tf

from vsc_tf import checks, schedules
from vsc_tf.posteriors import Posterior
from vsc_tf.schedules import Schedule, Values


class Draws(NamedTuple):
    """What an objective is made of, each a float32 tensor in nats.

    reconstruction: log p(x|z_k), summed over features: `[K, B]`.
    kl: KL(q(z|x) || p(z)) given the choice of a component: `[B]`, or `[K, B]` by the draws.
    price: what choosing a component of the prior costs: `[B]`.
    log_weights: log p(x|z_k) + log p(z_k) - log q(z_k|x), `[K, B]`, for objectives that say
        `uses_log_weights`; else `None`.
    """

    reconstruction: tf.Tensor
    kl: tf.Tensor
    price: tf.Tensor
    log_weights: tf.Tensor | None = None


class Terms(NamedTuple):
    """The bound's terms of each observation, means over draws, `[B]` in nats.

    reconstruction: E_q[log p(x|z)], summed over features.
    kl: KL(q(z|x) || p(z)), summed over latents; of a mixture, sum_u w_u KL(q(z|x) || p_u(z)).
    selection_kl: KL(w(x) || uniform), the price of choosing a component; at most log U.

    >>> terms = Terms(tf.constant([-10.]), tf.constant([3.]), tf.constant([1.]))
    >>> float(terms.elbo_paper[0]), float(terms.elbo[0])
    (-13.0, -14.0)
    """

    reconstruction: tf.Tensor
    kl: tf.Tensor
    selection_kl: tf.Tensor

    @property
    def elbo_paper(self) -> tf.Tensor:
        """The bound as [T20] eq. 4 prints it: the price of choosing u is left out."""
        return self.reconstruction - self.kl

    @property
    def elbo(self) -> tf.Tensor:
        """The valid evidence lower bound under p(u) = 1/U; larger is better."""
        return self.elbo_paper - self.selection_kl


def averaged(draws: Draws) -> Terms:
    """The terms of the bound: means over the draws."""
    return Terms(tf.reduce_mean(draws.reconstruction, axis=0), _mean(draws.kl), draws.price)


def _mean(values: tf.Tensor) -> tf.Tensor:
    """Mean over draws of what may have none: `[K, B]` or `[B]` to `[B]`."""
    return tf.reduce_mean(values, axis=0) if values.shape.rank == 2 else values


class Objective:
    """Base of objectives: `loss(draws, values)` to what training minimises, `[B]` in nats.

    Args of `loss`:
        draws: `Draws`.
        values: Name -> value of each schedule of `schedules`.
    """

    schedules: dict[str, Schedule] = {}  # Name -> (begin, end, initial, final).
    uses_log_weights = False
    averages = False  # Whether the expectation of log p(x|z) is all that it takes of the draws.

    def check(self, posterior: Posterior) -> None:
        """Raises a ValueError for posteriors that it cannot be trained with."""

    def loss(self, draws: Draws, values: Values) -> tf.Tensor:
        raise NotImplementedError

    def get_config(self) -> dict:
        return {}

    @classmethod
    def from_config(cls, config: dict) -> "Objective":
        return cls(**config)


BOUNDS = ("elbo", "elbo_paper")


@keras.saving.register_keras_serializable(package="vsc_tf")
class Average(Objective):
    """The bound, by the mean over draws: kl_weight KL + price - (1/K) sum_k log p(x|z_k).

    Args:
        kl_weight: Number of at least 0, weight of the KL and the price: 1 is the bound, another
            the loss of a beta-VAE ([H17] eq. 4). A schedule, `kl_weight`, starts from it.
        bound: "elbo", or "elbo_paper", which leaves the price of choosing out ([T20] eq. 4).

    >>> draws = Draws(*(tf.constant(v) for v in ([[-10.], [-12.]], [3.], [1.])))
    >>> Average().loss(draws, {"kl_weight": 1.}).numpy().item()
    15.0
    """

    averages = True

    def __init__(self, kl_weight: float = 1., bound: str = "elbo"):
        checks.one_of("bound", bound, BOUNDS)
        self.kl_weight, self.bound = checks.non_negative("kl_weight", kl_weight), bound
        self.schedules = {"kl_weight": schedules.constant(self.kl_weight)}

    def loss(self, draws: Draws, values: Values) -> tf.Tensor:
        terms = averaged(draws)
        cost = terms.kl + terms.selection_kl if self.bound == "elbo" else terms.kl
        return values["kl_weight"] * cost - terms.reconstruction

    def get_config(self) -> dict:
        return {"kl_weight": self.kl_weight, "bound": self.bound}


@keras.saving.register_keras_serializable(package="vsc_tf")
class ImportanceWeighted(Objective):
    """The importance-weighted bound, log (1/K) sum_k w_k ([BGS16] eq. 8).

    With w_k = p(x|z_k) p(z_k) / q(z_k|x) and a mixture's density for p(z). It grows with K
    towards log p(x). For training on families without an atom only: with one, log w_k jumps
    where a draw is exactly 0, and gradients through the draws are biased. `log_likelihood` of
    a model is the same bound for evaluation, on all families.

    >>> draws = Draws(None, None, None, log_weights=tf.constant([[-3.], [-3.]]))
    >>> ImportanceWeighted().loss(draws, {}).numpy().item()
    3.0
    """

    uses_log_weights = True

    def check(self, posterior: Posterior) -> None:
        if posterior.family.has_atom or not posterior.family.has_density:
            raise ValueError(
                "The objective 'iwae' needs a posterior with a density and without an atom at 0: "
                "with one, the importance weights jump and their gradients are biased. Received: "
                f"posterior={type(posterior).__name__}. Use objective='average' to train, and "
                "`log_likelihood` to evaluate.")

    def loss(self, draws: Draws, values: Values) -> tf.Tensor:
        count = tf.cast(tf.shape(draws.log_weights)[0], tf.float32)
        return tf.math.log(count) - tf.reduce_logsumexp(draws.log_weights, axis=0)


@keras.saving.register_keras_serializable(package="vsc_tf")
class Best(Objective):
    """The draw that reconstructs best, [F22]: KL + price - max_k log p(x|z_k).

    An objective that bounds nothing: the draw is chosen with x in hand, for free.

    >>> draws = Draws(*(tf.constant(v) for v in ([[-10.], [-12.]], [3.], [1.])))
    >>> Best().loss(draws, {}).numpy().item()
    14.0
    """

    def loss(self, draws: Draws, values: Values) -> tf.Tensor:
        return _mean(draws.kl) + draws.price - tf.reduce_max(draws.reconstruction, axis=0)


@keras.saving.register_keras_serializable(package="vsc_tf")
class SoftmaxWeighted(Objective):
    """sum_k v_k l_k with v = softmax(-l), l_k = KL + price - log p(x|z_k): [F22]'s "iwae".

    As that paper prints it: a mean of the draws' losses by weights that the gradient goes
    through, not the logarithm of a mean of weights. Losses are in nats here; that paper's are
    less by the factor that it weights errors with, and its weights v more alike. An objective that
    bounds nothing.

    >>> draws = Draws(*(tf.constant(v) for v in ([[-10.], [-10.]], [3.], [1.])))
    >>> SoftmaxWeighted().loss(draws, {}).numpy().item()
    14.0
    """

    def loss(self, draws: Draws, values: Values) -> tf.Tensor:
        losses = draws.kl + draws.price - draws.reconstruction
        return tf.reduce_sum(tf.nn.softmax(-losses, axis=0) * losses, axis=0)


OBJECTIVES = {"average": Average, "iwae": ImportanceWeighted, "best": Best,
              "softmax_weighted": SoftmaxWeighted}


def get(identifier: str | Objective) -> Objective:
    """An objective from its name, or the object itself, as `keras.losses.get` does.

    >>> get("average").bound
    'elbo'
    """
    return checks.part("objective", identifier, OBJECTIVES, Objective)
