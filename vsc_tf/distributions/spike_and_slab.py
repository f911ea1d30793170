"""Spike-and-slab distribution and its closed-form KL divergence."""
import math

import tensorflow as tf
import tensorflow_probability as tfp

tfd = tfp.distributions


class SpikeAndSlab(tfd.AutoCompositeTensorDistribution):
    """Exact zero with probability `1 - gamma`, otherwise a Normal draw.

    With `gamma = sigmoid(logits)`,

        p(x) = gamma * Normal(x; loc, scale) + (1 - gamma) * delta(x)

    one latent dimension of the recognition function in [1]. Densities are in nats, with
    respect to Lebesgue measure plus a unit atom at 0: `log_prob(0)` is `log(1 - gamma)`,
    and `mode` is the slab mean where the slab's peak is higher than the atom, else 0.

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

    [1]: Tonolini, Jensen and Murray-Smith. Variational Sparse Coding. UAI 2019.
    """

    def __init__(self, logits, loc, scale, validate_args=False, allow_nan_stats=True,
                 name="SpikeAndSlab"):
        parameters = dict(locals())
        dtype = next((tf.as_dtype(a.dtype) for a in (logits, loc, scale)
                      if hasattr(a, "dtype") and tf.as_dtype(a.dtype).is_floating), tf.float32)
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
                           doc="Probability of a non-zero draw, gamma in [1].")

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

    def from_noise(self, uniform, normal):
        """The exact draws that this noise makes: `loc + scale * normal`, or 0.

        Args:
            uniform: Float tensor of draws in (0, 1); below gamma the draw is not zero.
            normal: Float tensor of standard Normal draws.

        Both broadcast with `batch_shape`.
        """
        slab = self.loc + self.scale * normal
        return tf.where(uniform < self.spike_probs, slab, tf.zeros_like(slab))

    def relaxed_sample(self, sharpness, n=1, seed=None):
        """Differentiable draws `S(c (eta - 1 + gamma)) (loc + scale eps)`, [1] supplement B.1.

        `sharpness` is c; the draws are exact as c -> inf, and hold no exact zeros before.
        Returns a float tensor of shape `[n] + batch_shape`.
        """
        uniform, normal = self._noise(n, seed, "relaxed")
        gate = tf.sigmoid(sharpness * (uniform - 1. + self.spike_probs))
        return gate * (self.loc + self.scale * normal)

    def concrete_sample(self, sharpness, n=1, seed=None):
        """Draws with exact zeros and the gradient of a binary-concrete gate.

        Forward, the gate is `1[logits + logistic noise > 0]`, which is on with probability
        gamma exactly; backward, it is `sigmoid((logits + noise) * sharpness)`, the binary
        concrete at temperature `1 / sharpness` (Maddison et al., ICLR 2017).
        Returns a float tensor of shape `[n] + batch_shape`.
        """
        uniform, normal = self._noise(n, seed, "concrete")
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
        peak = tf.math.log_sigmoid(self.logits) - tf.math.log(self.scale)
        is_on = peak - 0.5 * math.log(2 * math.pi) > tf.math.log_sigmoid(-self.logits)
        return tf.where(is_on, self.loc, tf.zeros_like(self.loc))

    def _entropy(self):
        on = self.slab.entropy() - tf.math.log_sigmoid(self.logits)
        off = tf.math.log_sigmoid(-self.logits)
        return self.spike_probs * on - tf.sigmoid(-self.logits) * off

    def _default_event_space_bijector(self):
        return None  # The support is the whole line, but the atom has no smooth image.

    def _parameter_control_dependencies(self, is_init):
        if not (is_init and self.validate_args):
            return []
        message = "Argument `scale` must be positive."
        return [tf.debugging.assert_positive(self.scale, message=message)]


@tfd.RegisterKL(SpikeAndSlab, SpikeAndSlab)
def _kl_spike_and_slab(q, p, name=None):
    """KL(q || p) in nats, [1] Eq. 6 with the squares its print lacks.

    Returns a float tensor of shape `broadcast(q.batch_shape, p.batch_shape)`, not summed.
    """
    with tf.name_scope(name or "kl_spike_and_slab"):
        log_on = tf.math.log_sigmoid(q.logits) - tf.math.log_sigmoid(p.logits)
        log_off = tf.math.log_sigmoid(-q.logits) - tf.math.log_sigmoid(-p.logits)
        slab = tfd.kl_divergence(q.slab, p.slab)
        return tf.sigmoid(q.logits) * (log_on + slab) + tf.sigmoid(-q.logits) * log_off
