"""The spike-and-slab posterior of VSC."""
from typing import Any

import keras
import tensorflow as tf
import tensorflow_probability as tfp

from vsc_tf import checks, distributions, log_variances, randomness, schedules
from vsc_tf.distributions import CodeDistribution
from vsc_tf.posteriors.base import Posterior, SparseCodes
from vsc_tf.posteriors.rectified_normal import STARTS
from vsc_tf.schedules import Values

SPIKE_ACTIVATIONS = ("logits", "relu_exp")
SHARPNESS = {"sigmoid": 100., "binary_concrete": 2.}  # Relaxation -> its usual sharpness.
HALF_SPACE_SLOPE = 6.  # Times larger kernels of gates that start as half-spaces: decisive ones.


def relu_exp_logits(v: tf.Tensor) -> tf.Tensor:
    """Log-odds of [T20]'s gate, log gamma = -relu(-v).

    For v >= 0 the paper's gamma is exactly 1, its log-odds infinite and its gradient 0. Here
    log gamma is at most -2^-24, the last float32 below 0 of any effect, so log-odds end at
    16.6; the gradient there is 0 as in the paper. Dimensions that get there never come back.

    >>> [round(float(v), 3) for v in relu_exp_logits(tf.constant([-1., 2.]))]
    [-0.541, 16.636]
    """
    r = tf.maximum(tf.nn.relu(-v), 2.**-24)
    return -r - tf.math.log(-tf.math.expm1(-r))


@keras.saving.register_keras_serializable(package="vsc_tf")
class SpikeAndSlab(Posterior):
    """q(z|x) = prod_j [g_j N(z_j; m_j, s_j^2) + (1 - g_j) delta_0(z_j)], VSC's own ([T20]).

    Differs from the paper: the encoder gives the gates' log-odds, not log gamma.

    Args:
        spike_activation: "logits", or "relu_exp" for [T20]'s log gamma = -relu(-v).
        spike_bias: Number, what the biases of the gates start from. Above 0, every latent is
            used at first and can be given up.
        start: How the gates begin. "open": from `spike_bias`. "half_spaces": each latent is on
            for a random half-space of the features, and decidedly so from the first step.
        relaxation: Draws while training: "sigmoid" ([T20] supplement B) or "binary_concrete"
            ([M17]; exact zeros forward, straight-through gradient). Evaluation, codes and
            generation are always exact.
        sharpness: Positive number, c of the sigmoid gate or 1/temperature of the concrete one;
            default 100 and 2. The schedule `gate_sharpness` starts from it.
        latent_dim: Positive integer J; set by the model that owns the layer if left out.

    Schedules: `slab_weight`, the lambda of [T20] eq. 7, and `gate_sharpness`.

    >>> SpikeAndSlab(latent_dim=3, spike_bias=2.)(tf.zeros([1, 8])).logits.numpy().tolist()
    [[2.0, 2.0, 2.0]]
    """

    family = distributions.SpikeAndSlab
    codes_type = SparseCodes
    outputs_per_latent = 3
    through_draws = True  # The relaxation is what is asked for.

    def __init__(self, spike_activation: str = "logits", spike_bias: float = 1.,
                 start: str = "open", relaxation: str = "sigmoid",
                 sharpness: float | None = None, latent_dim: int | None = None, **kwargs: Any):
        checks.one_of("spike_activation", spike_activation, SPIKE_ACTIVATIONS)
        checks.one_of("start", start, STARTS)
        checks.one_of("relaxation", relaxation, tuple(SHARPNESS))
        super().__init__(latent_dim, **kwargs)
        self.spike_activation, self.start, self.relaxation = spike_activation, start, relaxation
        self.spike_bias = checks.finite("spike_bias", spike_bias)
        self.sharpness = checks.positive(
            "sharpness", SHARPNESS[relaxation] if sharpness is None else sharpness)
        self.schedules = {"slab_weight": schedules.constant(1.),
                          "gate_sharpness": schedules.constant(self.sharpness)}
        self.can_be_refined = spike_activation == "logits"

    def build(self, input_shape: tuple) -> None:
        super().build(input_shape)
        self.zero = self.add_weight(name="zero", shape=(self.latent_dim,), trainable=False,
                                    dtype="float32", autocast=False, initializer="zeros")
        if self.start == "half_spaces":
            slopes = tf.repeat([HALF_SPACE_SLOPE, 1., 1.], self.latent_dim)
            self.dense.kernel.assign(self.dense.kernel * slopes)

    def initial_bias(self, shape: tuple, dtype: str | None = None) -> tf.Tensor:
        bias = self.spike_bias if self.start == "open" else 0.
        return tf.cast(tf.repeat([bias, 0., 0.], self.latent_dim), dtype or "float32")

    def distribution(self, v: tf.Tensor, loc: tf.Tensor,
                     log_variance: tf.Tensor) -> CodeDistribution:
        logits = relu_exp_logits(v) if self.spike_activation == "relu_exp" else v
        scale = tf.exp(0.5 * log_variances.bounded(log_variance))
        return distributions.SpikeAndSlab(logits, loc, scale)

    def warmed_up(self, q: CodeDistribution, values: Values) -> CodeDistribution:
        """q_lambda, [T20] eq. 7: slab N(lambda m, lambda s^2 + (1 - lambda)), the same spike."""
        weight = values["slab_weight"]
        return distributions.SpikeAndSlab(
            q.logits, weight * q.loc, tf.sqrt(weight * q.scale**2 + (1. - weight)))

    def draw(self, q: CodeDistribution, samples: int, seed: tf.Tensor, training: bool,
             values: Values) -> tf.Tensor:
        if not training:
            return q.from_noise(*self._noise(q, samples, seed, "spike_and_slab"))
        salt = "relaxed" if self.relaxation == "sigmoid" else "concrete"
        relaxed = q.relaxed if self.relaxation == "sigmoid" else q.concrete
        return relaxed(values["gate_sharpness"], *self._noise(q, samples, seed, salt))

    def check_draws(self, what: str) -> None:
        if self.relaxation == "sigmoid":
            raise ValueError(f"{what} needs the density of draws, and relaxed ones of a spike and "
                             "slab have none: they are never exactly 0. Received: "
                             "relaxation='sigmoid'. Use SpikeAndSlab(relaxation='binary_concrete')"
                             ", whose draws are.")

    def _noise(self, q, samples, seed, salt):
        shape = self.noise_shape(q, samples)
        gate_seed, slab_seed = tfp.random.split_seed(seed, n=2, salt=salt)
        return randomness.uniform(shape, gate_seed), randomness.normal(shape, slab_seed)

    def decoder_input(self, z: tf.Tensor) -> tf.Tensor:
        """z plus `zero`: refinement may move what off says, see `vsc_tf.refinement`."""
        return z + self.zero

    def get_config(self) -> dict:
        names = ("spike_activation", "spike_bias", "start", "relaxation", "sharpness")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}
