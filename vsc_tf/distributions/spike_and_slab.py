"""Spike-and-slab distribution and its closed-form KL divergence."""
from typing import Any

import tensorflow as tf
from tensorflow_probability import distributions as tfd

from vsc_tf.distributions.contract import TensorLike
from vsc_tf.distributions.dense import Normal
from vsc_tf.distributions.sparse import (
    NUMBER,
    POSITIVE,
    SparseDistribution,
    Spike,
    concrete_gate,
)


class SpikeAndSlab(Spike, SparseDistribution):
    """Exact zero with probability `1 - gamma`, otherwise a Normal draw.

    With `gamma = sigmoid(logits)`,

        p(x) = gamma * Normal(x; loc, scale) + (1 - gamma) * delta(x)

    one latent dimension of the recognition function in [T20]. Densities are in nats, with
    respect to Lebesgue measure plus a unit atom at 0: `log_prob(0)` is `log(1 - gamma)`.
    `mode` is the deterministic code: the slab mean where a draw is more likely on than off,
    gamma > 1/2, else exactly 0.

    Args:
        logits: Float tensor, log-odds of a non-zero draw.
        loc: Float tensor, mean of the slab.
        scale: Positive float tensor, standard deviation of the slab.
        validate_args: If `True`, assert `scale > 0`. XLA drops the assertion, so use it in
            eager tests, not as a guard inside a compiled train step.

    Shapes: `logits`, `loc`, `scale` broadcast to `batch_shape = [..., latent_dim]`;
    `event_shape = []`. Wrap in `tfd.Independent(d, 1)` to sum over `latent_dim`.
    Values and gradients are finite for logits within +-120 and scales in [1e-6, 1e3].

    >>> d = SpikeAndSlab(logits=0., loc=1., scale=1.)
    >>> d.prob(0.).numpy().item(), d.mean().numpy().item()
    (0.5, 0.5)
    """

    salt = "spike_and_slab"

    def __init__(self, logits: TensorLike, loc: TensorLike, scale: TensorLike,
                 validate_args: bool = False, allow_nan_stats: bool = True,
                 name: str = "SpikeAndSlab"):
        super().__init__(dict(locals()))

    @classmethod
    def _parameter_properties(cls, dtype, num_classes=None):
        return dict(logits=NUMBER, loc=NUMBER, scale=POSITIVE)

    slab = property(lambda self: Normal(self.loc, self.scale), doc="The Normal part.")

    def relaxed_sample(self, sharpness: TensorLike, n: int = 1, seed: Any = None) -> tf.Tensor:
        """`n` draws `[n] + batch_shape` of `relaxed`."""
        return self.relaxed(sharpness, *self._noise(n, seed, "relaxed"))

    def concrete_sample(self, sharpness: TensorLike, n: int = 1, seed: Any = None) -> tf.Tensor:
        """`n` draws `[n] + batch_shape` of `concrete`."""
        return self.concrete(sharpness, *self._noise(n, seed, "concrete"))

    def relaxed(self, sharpness: TensorLike, uniform: tf.Tensor, normal: tf.Tensor) -> tf.Tensor:
        """Differentiable draws `S(c (eta - 1 + gamma)) (loc + scale eps)`, [T20] supplement B.1.

        `sharpness` is c, eta is `uniform` and eps is `normal`; the draws are exact as
        c -> inf, and hold no exact zeros before.
        """
        gate = tf.sigmoid(sharpness * (uniform - 1. + self.spike_probs))
        return gate * (self.loc + self.scale * normal)

    def concrete(self, sharpness: TensorLike, uniform: tf.Tensor, normal: tf.Tensor) -> tf.Tensor:
        """Draws with exact zeros and the gradient of a binary-concrete gate.

        The gate is on with probability gamma exactly, see `sparse.concrete_gate`.
        """
        gate = concrete_gate(self.logits, sharpness, uniform)
        return gate * (self.loc + self.scale * normal)

    def sharpened(self, slope: float) -> "SpikeAndSlab":
        """Spikes h become sigmoid(slope (h - 1/2)), as in the code published with [T20]."""
        return SpikeAndSlab(slope * (self.spike_probs - 0.5), self.loc, self.scale)


@tfd.RegisterKL(SpikeAndSlab, SpikeAndSlab)
def _kl_spike_and_slab(q, p, name=None):
    """KL(q || p) in nats, [T20] eq. 6 with the squares its print lacks.

    Returns a float tensor of shape `broadcast(q.batch_shape, p.batch_shape)`, not summed.
    """
    with tf.name_scope(name or "kl_spike_and_slab"):
        log_on = tf.math.log_sigmoid(q.logits) - tf.math.log_sigmoid(p.logits)
        log_off = tf.math.log_sigmoid(-q.logits) - tf.math.log_sigmoid(-p.logits)
        slab = tfd.kl_divergence(q.slab, p.slab)
        return tf.sigmoid(q.logits) * (log_on + slab) + tf.sigmoid(-q.logits) * log_off
