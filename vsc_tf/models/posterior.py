"""From encoder features to the parameters of a posterior."""
import keras
import numpy as np
import tensorflow as tf

from vsc_tf import checks

SPIKE_ACTIVATIONS = ("logits", "relu_exp")
SURE = 3.  # Log-odds of a gate set anew, where it is off: 95 %, and still with a gradient.


def relu_exp_logits(v):
    """Log-odds of [T20]'s gate, log gamma = -relu(-v).

    For v >= 0 the paper's gamma is exactly 1, its log-odds infinite and its gradient 0. Here
    log gamma is at most -2^-24, the last float32 below 0 of any effect, so log-odds end at
    16.6; the gradient there is 0 as in the paper. Dimensions that get there never come back.

    >>> [round(float(v), 3) for v in relu_exp_logits(tf.constant([-1., 2.]))]
    [-0.541, 16.636]
    """
    r = tf.maximum(tf.nn.relu(-v), 2.**-24)
    return -r - tf.math.log(-tf.math.expm1(-r))


class SpikeAndSlabHead(keras.layers.Layer):
    """Dense layer from features to `(logits, loc, scale)`, each float32 `[batch, latent_dim]`.

    Args:
        latent_dim: Positive integer.
        spike_activation: "logits": the layer's output is the log-odds of the spike.
            "relu_exp": the paper's gate, see `relu_exp_logits`.
        spike_bias: Float, what the gates' biases start from. Above 0, every latent is used at
            first and can be given up.
    """

    def __init__(self, latent_dim, spike_activation="logits", spike_bias=1., **kwargs):
        checks.one_of("spike_activation", spike_activation, SPIKE_ACTIVATIONS)
        super().__init__(**kwargs)
        self.latent_dim, self.spike_activation = latent_dim, spike_activation
        self.spike_bias = spike_bias
        self.dense = keras.layers.Dense(
            3 * latent_dim, bias_initializer=self._initial_bias, dtype=self.dtype_policy,
            name="dense")

    def _initial_bias(self, shape, dtype=None):
        return tf.cast(tf.repeat([self.spike_bias, 0., 0.], self.latent_dim), dtype or "float32")

    def build(self, input_shape):
        self.dense.build(input_shape)

    def move(self, shifts, turned, bounds, gate_of):
        """Subtracts `shifts` from the slab means and changes the sign of `turned` logits.

        Where a bound is not 0 the logits become SURE * (loc / bound - 1), with the new slab mean;
        elsewhere those of latent `gate_of`. All are arrays `[latent_dim]`; it is done for all
        observations, in the weights.
        """
        kernel, bias = (weight.numpy() for weight in self.dense.weights)
        (v, loc, _), (v_bias, loc_bias, _) = (np.split(a, 3, axis=-1) for a in (kernel, bias))
        loc_bias -= shifts  # Views: kernel and bias change.
        for of_v, of_loc, at_zero in ((v, loc, 0.), (v_bias, loc_bias, -SURE)):
            slope = SURE / np.where(bounds == 0., 1., bounds)
            kept = np.where(turned, -of_v, of_v)[..., gate_of]
            of_v[...] = np.where(bounds == 0., kept, slope * of_loc + at_zero)
        self.dense.set_weights([kernel, bias])

    def split(self, splits, copies):
        """Latents `copies` get the slabs of those that are split, and each pair the two gates.

        Args:
            splits: `vsc_tf.models.split.Split`s.
            copies: A latent for each of them.
        """
        kernel, bias = (weight.numpy() for weight in self.dense.weights)
        for weight in (kernel, bias):
            v, loc, rho = np.split(weight, 3, axis=-1)  # Views: the weight changes.
            gates = v.copy()
            for (latent, first, second), copy in zip(splits, copies, strict=True):
                v[..., latent], v[..., copy] = gates[..., first], gates[..., second]
                for slab in (loc, rho):
                    slab[..., copy] = slab[..., latent]
        self.dense.set_weights([kernel, bias])

    def call(self, features):
        outputs = tf.cast(self.dense(features), tf.float32)
        v, loc, log_variance = tf.split(outputs, 3, axis=-1)
        logits = relu_exp_logits(v) if self.spike_activation == "relu_exp" else v
        return logits, loc, tf.exp(0.5 * log_variance)


class NormalHead(keras.layers.Layer):
    """Dense layer from features to `(loc, scale)`, each float32 `[batch, latent_dim]`.

    Args:
        latent_dim: Positive integer.
    """

    def __init__(self, latent_dim, **kwargs):
        super().__init__(**kwargs)
        self.latent_dim = latent_dim
        self.dense = keras.layers.Dense(2 * latent_dim, dtype=self.dtype_policy, name="dense")

    def build(self, input_shape):
        self.dense.build(input_shape)

    def call(self, features):
        loc, log_variance = tf.split(tf.cast(self.dense(features), tf.float32), 2, axis=-1)
        return loc, tf.exp(0.5 * log_variance)
