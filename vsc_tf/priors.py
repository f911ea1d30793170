"""Priors over codes: Keras layers that own their weights."""
import keras
import tensorflow as tf
import tensorflow_probability as tfp

from vsc_tf import checks, objectives

tfd = tfp.distributions

SELECTORS = ("soft", "hard", "nearest", "paper")


@keras.saving.register_keras_serializable(package="vsc_tf")
class StandardPrior(keras.layers.Layer):
    """The standard Normal N(0, I): a prior of one component that is not trained.

    >>> StandardPrior().components(encode=None, latent_dim=3).loc.shape
    TensorShape([1, 3])
    """

    def build(self, input_shape):
        """There are no weights."""

    def components(self, encode, latent_dim):
        """`tfd.Normal` of batch shape `[1, latent_dim]`; `encode` is not used."""
        return tfd.Normal(tf.zeros([1, latent_dim]), tf.ones([1, latent_dim]))


class PseudoInputs(keras.layers.Layer):
    """Base of priors made of the encodings of `count` trainable inputs; see those."""

    def __init__(self, count, start, **kwargs):
        count = checks.positive_integer("count", count)
        checks.one_of("start", start, ("data", "random"))
        super().__init__(autocast=False, **kwargs)
        self.count, self.start = count, start

    def build(self, input_shape):
        event_shape = tuple(input_shape[1:])
        if not event_shape or None in event_shape:
            raise ValueError(f"Layer {self.name!r} expects inputs of known shape (batch, ...). "
                             f"Received: input_shape={tuple(input_shape)}")
        self.pseudo_inputs = self.add_weight(
            name="pseudo_inputs", shape=(self.count, *event_shape),
            initializer=keras.initializers.RandomNormal(stddev=0.05))

    def start_from(self, x):
        """Puts `count` observations `[count, *shape]` (scaled as the encoder sees them) in."""
        expected = tuple(self.pseudo_inputs.shape)
        if tuple(x.shape) != expected:
            raise ValueError(f"Pseudo-inputs must start from observations of shape {expected}. "
                             f"Received: shape {tuple(x.shape)}")
        self.pseudo_inputs.assign(x)

    def get_config(self):
        return {**super().get_config(), "count": self.count, "start": self.start}


@keras.saving.register_keras_serializable(package="vsc_tf")
class VampPrior(PseudoInputs):
    """Mixture of the encodings of U trainable pseudo-inputs, p(z) = (1/U) sum_u q(z|x_u).

    Tomczak and Welling, VAE with a VampPrior, AISTATS 2018, eq. 9. Unlike `PseudoInputPrior`
    it chooses nothing: all components weigh the same for every observation.

    Args:
        count: Positive integer, number of pseudo-inputs U (there up to 500).
        start: "data": the model's `adapt` puts training observations in; "random": near 0.

    >>> prior = VampPrior(count=2)
    >>> prior.build((None, 3))
    >>> prior.components(lambda x: tfd.Normal(x, 1.), latent_dim=3).loc.shape
    TensorShape([2, 3])
    """

    def __init__(self, count=64, start="data", **kwargs):
        super().__init__(count, start, **kwargs)

    def components(self, encode, latent_dim):
        """`encode` (scaled observations to q(z|x)) at the pseudo-inputs: `[U, latent_dim]`."""
        return encode(tf.convert_to_tensor(self.pseudo_inputs))


@keras.saving.register_keras_serializable(package="vsc_tf")
class PseudoInputPrior(PseudoInputs):
    """Mixture of the encodings of U trainable pseudo-inputs, one chosen per observation.

    Component u is q(z|x_u), the encoder at pseudo-input x_u; a selector gives each
    observation weights w(x) on the components, and the KL term of the bound is
    sum_u w_u KL(q(z|x) || q(z|x_u)), [T20] section 3.3.

    Args:
        count: Positive integer, number of pseudo-inputs U.
        selector: How w(x) is made.
            "soft": softmax of a dense layer on x.
            "hard": one-hot of its largest entry, with the gradient of the softmax.
            "nearest": one-hot of the component with the smallest KL; no selector network.
            "paper": [T20]'s S(60 (u - 1/2)) of the softmax u, renormalised. Differs from the
            paper, whose weights do not sum to one: then the KL term can be negative without
            limit, and training finds that out.
        start: "data": the model's `adapt` puts training observations in; "random": near 0.
        sharpen_spikes: If `True`, spikes of the components are h <- S(10 (h - 1/2)), as in
            the code published with [T20].

    Call: `(x, kl)`, the observations `[batch, *shape]` and the table `[batch, U]` of KL
    divergences; returns weights `[batch, U]` and their `selection_kl` `[batch]` in nats.

    >>> prior = PseudoInputPrior(count=2, selector="nearest")
    >>> weights, selection_kl = prior(tf.zeros([1, 5]), kl=tf.constant([[7., 3.]]))
    >>> weights.numpy().tolist(), round(float(selection_kl[0]), 3)
    ([[0.0, 1.0]], 0.693)
    """

    def __init__(self, count=64, selector="soft", start="data", sharpen_spikes=False, **kwargs):
        checks.one_of("selector", selector, SELECTORS)
        super().__init__(count, start, **kwargs)
        self.selector, self.sharpen_spikes = selector, sharpen_spikes

    def build(self, input_shape):
        super().build(input_shape)
        self.network = None
        if self.selector != "nearest":
            self.network = keras.Sequential(
                [keras.layers.Flatten(), keras.layers.Dense(self.count, dtype="float32")],
                name="selector")
            self.network.dtype_policy = "float32"  # Otherwise it rounds what it hands on.
            self.network.build(input_shape)

    def component_logits(self, logits):
        """Log-odds of the components' spikes, given the encoder's at the pseudo-inputs."""
        return 10. * (tf.sigmoid(logits) - 0.5) if self.sharpen_spikes else logits

    def call(self, x, kl):
        if self.selector == "nearest":
            return self._one_hot(-kl)
        scores = tf.cast(self.network(x), tf.float32)
        if self.selector == "hard":
            soft = tf.nn.softmax(scores)
            one_hot, selection_kl = self._one_hot(scores)
            return one_hot + (soft - tf.stop_gradient(soft)), selection_kl
        if self.selector == "paper":
            scores = tf.math.log_sigmoid(60. * (tf.nn.softmax(scores) - 0.5))
        log_weights = tf.nn.log_softmax(scores)
        return tf.exp(log_weights), objectives.kl_to_uniform(log_weights)

    def _one_hot(self, scores):
        """Certain choices: KL to the uniform choice is log U whatever is chosen."""
        weights = tf.one_hot(tf.argmax(scores, axis=-1), self.count)
        return weights, tf.fill(tf.shape(scores)[:1], tf.math.log(float(self.count)))

    def get_config(self):
        return {**super().get_config(), "selector": self.selector,
                "sharpen_spikes": self.sharpen_spikes}
