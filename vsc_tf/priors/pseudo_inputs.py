"""Priors made of the encodings of trainable inputs."""
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from vsc_tf import checks
from vsc_tf.distributions import CodeDistribution, pairwise_kl, pairwise_log_prob
from vsc_tf.posteriors import Posterior
from vsc_tf.priors import selectors
from vsc_tf.priors.base import Encode, Prior, PriorKL


class PseudoInputs(Prior):
    """Base: p_u(z) = q(z|x_u), the encodings of `count` trainable inputs x_u.

    Args:
        count: Positive integer, number of pseudo-inputs U.
        start: "data": `adapt` puts training observations in; "random": near 0.
    """

    def __init__(self, count: int, start: str, **kwargs: Any):
        count = checks.positive_integer("count", count)
        checks.one_of("start", start, ("data", "random"))
        super().__init__(**kwargs)
        self.count, self.start = count, start

    def family_for(self, posterior: Posterior) -> type[CodeDistribution]:
        return posterior.family

    def build(self, input_shape: tuple) -> None:
        event_shape = tuple(input_shape[1:])
        if not event_shape or None in event_shape:
            raise ValueError(f"Layer {self.name!r} expects inputs of known shape (batch, ...). "
                             f"Received: input_shape={tuple(input_shape)}")
        self.pseudo_inputs = self.add_weight(
            name="pseudo_inputs", shape=(self.count, *event_shape),
            initializer=keras.initializers.RandomNormal(stddev=0.05))

    def adapt(self, x: np.ndarray, scaling: Callable, seed: int) -> None:
        """With `start="data"`, puts rows of the observations in, as the encoder sees them."""
        if self.start == "random":
            return
        expected = tuple(self.pseudo_inputs.shape[1:])
        found = tuple(scaling(x[:1]).shape[1:])
        if found != expected:
            raise ValueError(f"Pseudo-inputs must start from observations of shape {expected}. "
                             f"Received: shape {found}")
        rows = np.random.default_rng([seed % 2**32, 0]).choice(
            len(x), self.count, replace=len(x) < self.count)
        self.pseudo_inputs.assign(scaling(x[np.sort(rows)]))

    def components(self, encode: Encode) -> CodeDistribution:
        return encode(tf.convert_to_tensor(self.pseudo_inputs))

    def get_config(self) -> dict:
        return {**super().get_config(), "count": self.count, "start": self.start}


@keras.saving.register_keras_serializable(package="vsc_tf")
class VampPrior(PseudoInputs):
    """Mixture of the encodings of U trainable pseudo-inputs, p(z) = (1/U) sum_u q(z|x_u).

    [TW18] eq. 9. Unlike `PseudoInputPrior` all components weigh the same for every observation.

    Args:
        count: Positive integer, number of pseudo-inputs U ([TW18]: up to 500).
        start: "data": the model's `adapt` puts training observations in; "random": near 0.
        selector: `None`: the KL divergence to the mixture is estimated by the draws of z, as in
            [TW18]. "optimal": its closed-form upper bound -log (1/U) sum_u exp(-KL_u), which has
            no noise; see `PseudoInputPrior`.

    >>> from vsc_tf import distributions, posteriors
    >>> prior = VampPrior(count=2)
    >>> prior.bind(posteriors.Normal(latent_dim=3))
    >>> prior.build((None, 3))
    >>> prior.components(lambda x: distributions.Normal(x, 1.)).loc.shape
    TensorShape([2, 3])
    """

    def __init__(self, count: int = 64, start: str = "data", selector: str | None = None,
                 **kwargs: Any):
        if selector is not None:
            checks.one_of("selector", selector, ("optimal",))
        super().__init__(count, start, **kwargs)
        self.selector = selector
        self.chooses = selector is not None

    def bind(self, posterior: Posterior) -> None:
        super().bind(posterior)
        if self.count > 1 and self.selector is None:
            posterior.check_draws("VampPrior without selector='optimal'")

    def kl(self, q: CodeDistribution, components: CodeDistribution, x: tf.Tensor,
           z: tf.Tensor) -> PriorKL:
        if self.count == 1:
            return super().kl(q, components, x, z)  # In closed form.
        if self.selector is not None:
            table = pairwise_kl(q, components)
            weights, price = selectors.select(self.selector, table, None)
            return PriorKL(tf.reduce_sum(weights * table, axis=-1), price, weights)
        flat = tf.reshape(z, [-1, self.latent_dim])
        log_prior = tf.reshape(self.log_prob(flat, components), tf.shape(z)[:-1])
        kl = tf.reduce_sum(q.log_prob(z), axis=-1) - log_prior
        even = tf.fill([tf.shape(z)[1], self.count], 1. / self.count)
        return PriorKL(kl, tf.zeros_like(kl[0]), even)

    def choice(self, q: CodeDistribution, components: CodeDistribution, x: tf.Tensor) -> tf.Tensor:
        """The component whose density is highest at the code."""
        return tf.argmax(pairwise_log_prob(q.mode(), components), axis=-1)

    def get_config(self) -> dict:
        return {**super().get_config(), "selector": self.selector}


@keras.saving.register_keras_serializable(package="vsc_tf")
class PseudoInputPrior(PseudoInputs):
    """Mixture of the encodings of U trainable pseudo-inputs, one chosen for each observation.

    Component u is q(z|x_u), the encoder at pseudo-input x_u; a selector gives each observation
    weights w(x) on the components, and the KL term of the bound is
    sum_u w_u KL(q(z|x) || q(z|x_u)), [T20] section 3.3. Choosing costs KL(w || uniform).

    Args:
        count: Positive integer, number of pseudo-inputs U.
        selector: How w(x) is made.
            "soft": softmax of a dense layer on x.
            "hard": one-hot of its largest entry, with the gradient of the softmax.
            "nearest": one-hot of the component with the smallest KL; no selector network.
            "optimal": softmax(-KL_u), no network either. It minimises the KL term and the price
            of the choice together, at -log (1/U) sum_u exp(-KL_u): no other selector comes out
            smaller, and it is an upper bound on the KL divergence to the mixture.
            "paper": [T20]'s S(60 (u - 1/2)) of the softmax u, renormalised. Differs from the
            paper, whose weights do not sum to one: then the KL term can be negative without
            limit, and training finds that out.
        start: "data": the model's `adapt` puts training observations in; "random": near 0.
        sharpen_spikes: If `True`, spikes of the components are h <- S(10 (h - 1/2)), as in
            the code published with [T20]; for spike-and-slab posteriors.

    >>> PseudoInputPrior(count=2, selector="nearest").get_config()["count"]
    2
    """

    chooses = True

    def __init__(self, count: int = 64, selector: str = "soft", start: str = "data",
                 sharpen_spikes: bool = False, **kwargs: Any):
        checks.one_of("selector", selector, selectors.SELECTORS)
        super().__init__(count, start, **kwargs)
        self.selector, self.sharpen_spikes = selector, sharpen_spikes

    def bind(self, posterior: Posterior) -> None:
        super().bind(posterior)
        if self.sharpen_spikes and posterior.family.sharpened is CodeDistribution.sharpened:
            raise ValueError(
                "Argument `sharpen_spikes` is for posteriors with gates of their own, such as "
                f"posteriors.SpikeAndSlab. Received: {type(posterior).__name__}. Leave it out.")

    def build(self, input_shape: tuple) -> None:
        super().build(input_shape)
        is_networked = self.selector in selectors.NETWORKED
        self.network = selectors.network(self.count, input_shape) if is_networked else None

    def components(self, encode: Encode) -> CodeDistribution:
        components = super().components(encode)
        return components.sharpened(10.) if self.sharpen_spikes else components

    def kl(self, q: CodeDistribution, components: CodeDistribution, x: tf.Tensor,
           z: tf.Tensor) -> PriorKL:
        table = pairwise_kl(q, components)
        weights, price = self.weights_of(x, table)
        return PriorKL(tf.reduce_sum(weights * table, axis=-1), price, weights)

    def weights_of(self, x: tf.Tensor, table: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Weights `[batch, U]` and their price `[batch]`, given the table of KL divergences."""
        scores = None if self.network is None else tf.cast(self.network(x), tf.float32)
        return selectors.select(self.selector, table, scores)

    def get_config(self) -> dict:
        return {**super().get_config(), "selector": self.selector,
                "sharpen_spikes": self.sharpen_spikes}
