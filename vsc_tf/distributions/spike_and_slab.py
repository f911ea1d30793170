"""Spike-and-slab distribution and its closed-form KL divergence."""

import tensorflow as tf
import tensorflow_probability as tfp
from tensorflow_probability import distributions as tfd

from vsc_tf.distributions.contract import CodeDistribution, dtype_of
from vsc_tf.distributions.dense import Normal


class SpikeAndSlab(tfd.AutoCompositeTensorDistribution, CodeDistribution):
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

    has_atom = True

    def __init__(self, logits, loc, scale, validate_args=False, allow_nan_stats=True,
                 name="SpikeAndSlab"):
        parameters = dict(locals())
        dtype = dtype_of(logits, loc, scale)
        with tf.name_scope(name) as name:
            self._logits = tf.convert_to_tensor(logits, dtype, name="logits")
            self._loc = tf.convert_to_tensor(loc, dtype, name="loc")
            self._scale = tf.convert_to_tensor(scale, dtype, name="scale")
            super().__init__(
                dtype=dtype, reparameterization_type=tfd.NOT_REPARAMETERIZED,
                validate_args=validate_args, allow_nan_stats=allow_nan_stats,
                parameters=parameters, name=name)

    @classmethod
    def _parameter_properties(cls, dtype, num_classes=None):
        prop = tfp.util.ParameterProperties
        positive = prop(default_constraining_bijector_fn=tfp.bijectors.Softplus)
        return dict(logits=prop(), loc=prop(), scale=positive)

    logits = property(lambda self: self._logits, doc="Log-odds of a non-zero draw.")
    loc = property(lambda self: self._loc, doc="Mean of the slab.")
    scale = property(lambda self: self._scale, doc="Standard deviation of the slab.")
    slab = property(lambda self: tfd.Normal(self.loc, self.scale), doc="The Normal part.")
    spike_probs = property(lambda self: tf.sigmoid(self.logits),
                           doc="Probability of a non-zero draw, gamma in [T20].")

    log_prob_on = property(lambda self: tf.math.log_sigmoid(self.logits),
                           doc="Log probability of a non-zero draw.")
    log_prob_off = property(lambda self: tf.math.log_sigmoid(-self.logits),
                            doc="Log probability of an exact 0.")
    log_odds = property(lambda self: self.logits, doc="The same as `logits`.")
    slab_mean = property(lambda self: self.loc, doc="Mean of a non-zero draw.")

    def _event_shape(self):
        return tf.TensorShape([])

    def _event_shape_tensor(self):
        return tf.constant([], dtype=tf.int32)

    def _noise(self, n, seed, salt):
        """Uniform draws in (0, 1) for the gate and standard Normal ones for the slab."""
        shape = tf.concat([[n], self.batch_shape_tensor()], axis=0)
        gate_seed, slab_seed = tfp.random.split_seed(seed, n=2, salt=salt)
        tiny = self.dtype.as_numpy_dtype(1e-30)  # log(0) would be an infinite logistic draw.
        uniform = tf.random.stateless_uniform(shape, gate_seed, minval=tiny, dtype=self.dtype)
        return uniform, tf.random.stateless_normal(shape, slab_seed, dtype=self.dtype)

    def _sample_n(self, n, seed=None):
        return self.from_noise(*self._noise(n, seed, "spike_and_slab"))

    def relaxed_sample(self, sharpness, n=1, seed=None):
        """`n` draws `[n] + batch_shape` of `relaxed`."""
        return self.relaxed(sharpness, *self._noise(n, seed, "relaxed"))

    def concrete_sample(self, sharpness, n=1, seed=None):
        """`n` draws `[n] + batch_shape` of `concrete`."""
        return self.concrete(sharpness, *self._noise(n, seed, "concrete"))

    def from_noise(self, uniform, normal):
        """The exact draws that this noise makes: `loc + scale * normal`, or 0.

        Args:
            uniform: Float tensor of draws in (0, 1); below gamma the draw is not zero.
            normal: Float tensor of standard Normal draws.

        Both broadcast with `batch_shape`.
        """
        slab = self.loc + self.scale * normal
        return tf.where(uniform < self.spike_probs, slab, tf.zeros_like(slab))

    def relaxed(self, sharpness, uniform, normal):
        """Differentiable draws `S(c (eta - 1 + gamma)) (loc + scale eps)`, [T20] supplement B.1.

        `sharpness` is c, eta is `uniform` and eps is `normal`; the draws are exact as
        c -> inf, and hold no exact zeros before.
        """
        gate = tf.sigmoid(sharpness * (uniform - 1. + self.spike_probs))
        return gate * (self.loc + self.scale * normal)

    def concrete(self, sharpness, uniform, normal):
        """Draws with exact zeros and the gradient of a binary-concrete gate.

        Forward, the gate is `1[logits + logistic noise > 0]`, which is on with probability
        gamma exactly; backward, it is `sigmoid((logits + noise) * sharpness)`, the binary
        concrete at temperature `1 / sharpness` ([M17]). `uniform` must be above 0.
        """
        noisy = self.logits + tf.math.log(uniform) - tf.math.log1p(-uniform)
        soft = tf.sigmoid(noisy * sharpness)
        hard = tf.cast(noisy > 0., self.dtype)
        gate = hard + (soft - tf.stop_gradient(soft))  # soft - soft is 0 exactly.
        return gate * (self.loc + self.scale * normal)

    def _log_prob(self, x):
        on = tf.math.log_sigmoid(self.logits) + self.slab.log_prob(x)
        return tf.where(tf.equal(x, 0.), tf.math.log_sigmoid(-self.logits), on)

    def _cdf(self, x):
        step = tf.cast(x >= 0., self.dtype)
        return self.spike_probs * self.slab.cdf(x) + tf.sigmoid(-self.logits) * step

    def _mean(self):
        return self.spike_probs * self.loc

    def _variance(self):
        return self.spike_probs * (self.scale**2 + tf.sigmoid(-self.logits) * self.loc**2)

    def _stddev(self):
        # Not sqrt(variance): gamma underflows there, and the gradient of sqrt at 0 is infinite.
        spread = tf.sqrt(self.scale**2 + tf.sigmoid(-self.logits) * self.loc**2)
        return tf.exp(0.5 * tf.math.log_sigmoid(self.logits)) * spread

    def _mode(self):
        return tf.where(self.logits > 0., self.loc, tf.zeros_like(self.loc))

    def _entropy(self):
        on = self.slab.entropy() - tf.math.log_sigmoid(self.logits)
        off = tf.math.log_sigmoid(-self.logits)
        return self.spike_probs * on - tf.sigmoid(-self.logits) * off

    def moments(self, centre=0.):
        distance = self.loc - centre
        on = self.spike_probs
        return on, on * distance, on * (distance**2 + self.scale**2)

    def quadratic(self, centre=0.):
        off, on, linear, square = Normal(self.loc, self.scale).quadratic(centre)
        return off + self.log_prob_off, on + self.log_prob_on, linear, square

    def sharpened(self, slope):
        """Spikes h become sigmoid(slope (h - 1/2)), as in the code published with [T20]."""
        return SpikeAndSlab(slope * (self.spike_probs - 0.5), self.loc, self.scale)

    def vary(self, z, noise, likeness):
        slab = Normal(self.loc, self.scale).vary(z, noise, likeness)
        return tf.where(tf.equal(z, 0.), z, slab)

    def _default_event_space_bijector(self):
        return None  # The support is the whole line, but the atom has no smooth image.

    def _parameter_control_dependencies(self, is_init):
        if not (is_init and self.validate_args):
            return []
        message = "Argument `scale` must be positive."
        return [tf.debugging.assert_positive(self.scale, message=message)]


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
