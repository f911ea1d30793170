"""From decoder features to a TFP distribution of the observation, p(x|z).

Each likelihood is a Keras layer that owns the last dense layer of the decoder. Features of
rank 2 are mapped to all values at once; features with the data's own leading dimensions (a
feature map `[batch, height, width, features]` for images with or without a channel dimension)
are mapped point by point.
"""
import math

import keras
import tensorflow as tf
import tensorflow_probability as tfp

tfd = tfp.distributions


def _check_shape(event_shape):
    if not isinstance(event_shape, (tuple, list)) or not event_shape or any(
            isinstance(size, bool) or not isinstance(size, int) or size < 1
            for size in event_shape):
        raise ValueError("Argument `event_shape` must be a tuple of positive integers, the shape "
                         f"of one observation. Received: event_shape={event_shape!r}")


class Likelihood(keras.layers.Layer):
    """Base: a dense head with `params_per_value` outputs per observed value.

    Args:
        event_shape: Tuple of integers, shape of one observation; set by the model that owns
            the layer if left out.

    Input: decoder features, float `[..., features]`.
    Output: `tfd.Independent` of batch shape `[...]` and event shape `event_shape`; a layer of
    this kind can be used in subclassed models only.
    """

    params_per_value = 1
    unit_interval = False  # Whether observations must lie in [0, 1].

    def __init__(self, event_shape=None, **kwargs):
        if event_shape is not None:
            _check_shape(event_shape)
        super().__init__(**kwargs)
        self.event_shape = None if event_shape is None else tuple(event_shape)

    def build(self, input_shape):
        if self.event_shape is None:
            raise ValueError(f"{type(self).__name__} must know the shape of one observation. "
                             "Received: event_shape=None. Give event_shape=(...).")
        leading = tuple(input_shape[1:-1])
        if not leading:
            values = math.prod(self.event_shape)
        elif leading == self.event_shape:  # Images without a channel dimension.
            values = 1
        elif leading == self.event_shape[:-1]:
            values = self.event_shape[-1]
        else:
            raise ValueError(
                f"Decoder features must have shape (batch, features) or (batch, "
                f"*{self.event_shape[:-1]}, features). Received: {tuple(input_shape)}. End the "
                "decoder with keras.layers.Flatten() or resize its feature map.")
        self.head = keras.layers.Dense(
            self.params_per_value * values, dtype=self.dtype_policy, name="head")
        self.head.build(input_shape)

    def call(self, features):
        return self.distribution(self.head(features))

    def distribution(self, outputs):
        """p(x|z) from what the dense head made of the features."""
        outputs = tf.cast(outputs, tf.float32)
        shape = tf.concat([tf.shape(outputs)[:1], self.event_shape], axis=0)
        params = [tf.reshape(value, shape)
                  for value in tf.split(outputs, self.params_per_value, axis=-1)]
        return tfd.Independent(self.per_value(*params), len(self.event_shape))

    def per_value(self, *params):
        """The distribution of single values, from `params_per_value` float32 tensors."""
        raise NotImplementedError

    def fused_log_prob(self, features, x):
        """`self(features).log_prob(x)`, `[batch]` in nats, and its gradient, in one XLA pass.

        An observation's density depends on its own outputs alone, so value and slope come out
        of one pass over them, where a plain graph takes some twenty. The first gradient only.
        """
        if len(self.weights) > len(self.head.weights):  # Of a subclass; they need theirs too.
            return self(features).log_prob(x)

        @tf.function(jit_compile=True, autograph=False)
        def value_and_slope(outputs, x):
            with tf.GradientTape() as tape:
                tape.watch(outputs)
                value = self.distribution(outputs).log_prob(x)
            return value, tape.gradient(value, outputs)

        @tf.custom_gradient
        def log_prob(outputs):
            value, slope = value_and_slope(outputs, x)

            def gradient(upstream):
                rows = tf.reshape(upstream, [-1] + [1] * (slope.shape.rank - 1))
                return tf.cast(rows, slope.dtype) * slope

            return value, gradient

        return log_prob(self.head(features))

    def get_config(self):
        return {**super().get_config(), "event_shape": self.event_shape}


@keras.saving.register_keras_serializable(package="vsc_tf")
class Bernoulli(Likelihood):
    """p(x|z) = prod_i Bernoulli(x_i; sigmoid(logits_i(z))), for values in [0, 1].

    Values strictly between 0 and 1 give the usual cross entropy, which is a bound on nothing
    for grey images; use `ContinuousBernoulli` where the normalised density matters.

    >>> Bernoulli(event_shape=(28, 28))(tf.zeros([2, 512])).mean().shape
    TensorShape([2, 28, 28])
    """

    unit_interval = True

    def per_value(self, logits):
        return tfd.Bernoulli(logits, dtype=tf.float32)


@keras.saving.register_keras_serializable(package="vsc_tf")
class ContinuousBernoulli(Likelihood):
    """p(x|z) = prod_i C(p_i) p_i^x_i (1 - p_i)^(1 - x_i) on [0, 1], properly normalised.

    Loaiza-Ganem and Cunningham, The continuous Bernoulli, NeurIPS 2019.

    >>> p = ContinuousBernoulli(event_shape=(3,))(tf.zeros([1, 8]))
    >>> abs(p.log_prob([[0.2, 0.5, 0.9]]).numpy().round(3)).item()  # Uniform on [0, 1].
    0.0
    """

    unit_interval = True

    def per_value(self, logits):
        return tfd.ContinuousBernoulli(logits)


def _check_positive(name, value, unit):
    if (isinstance(value, bool) or not isinstance(value, (int, float))
            or not 0 < value < float("inf")):
        raise ValueError(f"Argument `{name}` must be a positive number, {unit}. "
                         f"Received: {name}={value!r}")


@keras.saving.register_keras_serializable(package="vsc_tf")
class FixedGaussian(Likelihood):
    """p(x|z) = prod_i Normal(x_i; loc_i(z), scale), one scale for all values.

    Args:
        scale: Positive float, in units of the scaled observations.
        mean_activation: Name of a Keras activation for the mean; the code published with
            [T20] uses "sigmoid".

    >>> FixedGaussian(scale=0.5, event_shape=(3,))(tf.zeros([1, 8])).stddev().numpy().tolist()
    [[0.5, 0.5, 0.5]]
    """

    def __init__(self, scale=1., mean_activation="linear", **kwargs):
        _check_positive("scale", scale, "the standard deviation")
        super().__init__(**kwargs)
        self.scale = scale
        self.mean_activation = keras.activations.get(mean_activation)

    def per_value(self, loc):
        return tfd.Normal(self.mean_activation(loc), self.scale)

    def get_config(self):
        return {**super().get_config(), "scale": self.scale,
                "mean_activation": keras.activations.serialize(self.mean_activation)}


@keras.saving.register_keras_serializable(package="vsc_tf")
class LearnedGaussian(Likelihood):
    """p(x|z) = prod_i Normal(x_i; loc_i(z), sqrt(floor + exp(log_variance_i(z)))).

    [T20] supplement A.1: mean and log-variance heads per feature. Without a floor, a value
    that never changes (the border of an image) gives an infinite density.

    Args:
        variance_floor: Positive float added to every variance, in squared units of the scaled
            observations; 1e-6 in the code published with [T20].
        mean_activation: Name of a Keras activation for the mean; the published code uses
            "sigmoid".

    >>> p = LearnedGaussian(variance_floor=1e-4, event_shape=(3,))(tf.zeros([1, 8]))
    >>> round(float(p.variance()[0, 0]), 4)
    1.0001
    """

    params_per_value = 2

    def __init__(self, variance_floor=1e-6, mean_activation="linear", **kwargs):
        _check_positive("variance_floor", variance_floor, "the smallest variance")
        super().__init__(**kwargs)
        self.variance_floor = variance_floor
        self.mean_activation = keras.activations.get(mean_activation)

    def per_value(self, loc, log_variance):
        scale = tf.sqrt(self.variance_floor + tf.exp(log_variance))
        return tfd.Normal(self.mean_activation(loc), scale)

    def get_config(self):
        return {**super().get_config(), "variance_floor": self.variance_floor,
                "mean_activation": keras.activations.serialize(self.mean_activation)}


LIKELIHOODS = {
    "bernoulli": Bernoulli, "continuous_bernoulli": ContinuousBernoulli,
    "gaussian": FixedGaussian, "learned_gaussian": LearnedGaussian}


def get(identifier, dtype=None):
    """A likelihood layer from its name, or the layer itself, as `keras.losses.get` does.

    `dtype` is the dtype policy of a layer made from a name; default Keras's global one.

    >>> get("bernoulli").params_per_value
    1
    """
    if isinstance(identifier, Likelihood):
        return identifier
    if not isinstance(identifier, str) or identifier not in LIKELIHOODS:
        raise ValueError("Argument `likelihood` must be a vsc_tf.likelihoods layer or one of "
                         f"{sorted(LIKELIHOODS)}. Received: likelihood={identifier!r}")
    return LIKELIHOODS[identifier](dtype=dtype)
