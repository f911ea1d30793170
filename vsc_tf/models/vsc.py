"""The Variational Sparse Coding model."""
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

from vsc_tf import checks, objectives, schedules
from vsc_tf.distributions import SpikeAndSlab, pairwise_kl
from vsc_tf.models.generative import GenerativeModel
from vsc_tf.models.posterior import SpikeAndSlabHead
from vsc_tf.models.rezero import find_moves
from vsc_tf.models.split import find_splits
from vsc_tf.priors import PseudoInputPrior

RELAXATIONS = ("sigmoid", "binary_concrete")


def warmed_up(logits, loc, scale, slab_weight):
    """Parameters of q_lambda, [T20] eq. 7: slab N(lambda m, lambda s^2 + (1 - lambda)).

    The spike is not warmed up.

    >>> [float(v) for v in warmed_up(tf.constant(2.), tf.constant(3.), tf.constant(0.1), 0.)]
    [2.0, 0.0, 1.0]
    """
    return logits, slab_weight * loc, tf.sqrt(slab_weight * scale**2 + (1. - slab_weight))


class Codes(NamedTuple):
    """Codes of n observations, each an array `[n, latent_dim]`.

    z: the posterior's slab mean where the latent is on (spike_probs > 1/2), else exactly 0.
    spike_probs: probability that the latent is on.
    loc, scale: mean and standard deviation of the slab.
    """

    z: np.ndarray
    spike_probs: np.ndarray
    loc: np.ndarray
    scale: np.ndarray

    @property
    def mean(self):
        """E[z] under q(z|x)."""
        return self.spike_probs * self.loc


@keras.saving.register_keras_serializable(package="vsc_tf")
class VSC(GenerativeModel):
    """Variational auto-encoder whose codes hold exact zeros ([T20]).

    Maximises, per observation and in nats ([T20] eq. 4),

        E_q[log p(x|z)] - sum_u w_u KL(q(z|x) || q(z|x_u)) - KL(w || uniform)
            - J * sum_u w_u KL(mean spike of component u || alpha)

    with q a product of spike-and-slabs, x_u trainable pseudo-inputs and w(x) the weights of a
    selector. Differs from the paper: gates are logits (see `spike_activation`), the weights
    sum to one, the price of the selection, KL(w || uniform), is paid (`bound`), and the last
    term can be the same price for each active latent (`sparsity`).

    Args:
        latent_dim: Positive integer J, the most features there can be.
        alpha: Float in (0, 1), the share of features the prior has active; sets `sparsity`.
        encoder: Keras model, observations `[batch, *shape]` to features; default
            `vsc_tf.networks.mlp()`. The posterior's layer is put on top.
        decoder: Keras model, codes `[batch, latent_dim]` to features, likewise.
        likelihood: Name or layer of `vsc_tf.likelihoods`: "bernoulli",
            "continuous_bernoulli", "gaussian", "learned_gaussian".
        prior: A `PseudoInputPrior`; default with 64 pseudo-inputs and the "soft" selector.
        scaling: Name or layer of `vsc_tf.scaling`; undone by `decode`.
        spike_activation: "logits", or "relu_exp" for [T20]'s log gamma = -relu(-v).
        spike_bias: Float, what the biases of the gates start from; above 0, every latent is
            used at first.
        relaxation: Draws while training: "sigmoid" ([T20] supplement B) or
            "binary_concrete" (exact zeros forward, straight-through gradient). Evaluation,
            codes and generation are always exact.
        sharpness: Positive float, c of the sigmoid gate or 1/temperature of the concrete one;
            default 100 and 2.
        samples: Positive integer L, draws of z per observation and step.
        bound: "elbo", or "elbo_paper", which leaves KL(w || uniform) out.
        sparsity: "kl", the last term above, or "price": log((1 - alpha) / alpha) nats for each
            active latent of the component, for which alpha is under 1/2.
        seed: Integer; all noise is a function of it and of the optimizer step.

    `fit` takes arrays `[n, *shape]` or a `tf.data.Dataset`; no targets. Logged terms, in nats
    per observation: `loss`, `elbo`, `elbo_paper`, `reconstruction`, `kl`, `selection_kl`,
    `sparsity`, `gate_penalty` (before its weight); `l0` is a number of latents.

    >>> import numpy as np
    >>> x = np.random.default_rng(0).integers(0, 2, (64, 12)).astype("float32")
    >>> model = VSC(latent_dim=4, seed=0)
    >>> model.compile(optimizer="adam")
    >>> history = model.fit(x, batch_size=32, verbose=0)
    >>> model.encode(x).z.shape
    (64, 4)
    """

    default_schedules = {
        "slab_weight": schedules.constant(1.), "gate_sharpness": schedules.constant(100.),
        "sparsity_weight": schedules.constant(1.), "gate_penalty_weight": schedules.constant(0.)}
    term_names = ("elbo", "elbo_paper", *objectives.Terms._fields)
    codes_type = Codes
    family = SpikeAndSlab

    def __init__(self, latent_dim, alpha=0.05, encoder=None, decoder=None,
                 likelihood="bernoulli", prior=None, scaling="none", spike_activation="logits",
                 spike_bias=1., relaxation="sigmoid", sharpness=None, samples=1, bound="elbo",
                 sparsity="kl", seed=None, **kwargs):
        checks.probability("alpha", alpha)
        checks.one_of("relaxation", relaxation, RELAXATIONS)
        checks.one_of("bound", bound, objectives.BOUNDS)
        checks.one_of("sparsity", sparsity, tuple(objectives.SPARSITIES))
        if sparsity == "price" and alpha >= 0.5:
            raise ValueError("With sparsity='price' alpha must be under 1/2, or active latents "
                             f"would be rewarded. Received: alpha={alpha}")
        super().__init__(
            latent_dim, PseudoInputPrior() if prior is None else prior, samples, encoder=encoder,
            decoder=decoder, likelihood=likelihood, scaling=scaling, seed=seed, **kwargs)
        self.alpha, self.relaxation, self.bound, self.sparsity = alpha, relaxation, bound, sparsity
        self.spike_activation, self.spike_bias = spike_activation, spike_bias
        self.sharpness = sharpness or (100. if relaxation == "sigmoid" else 2.)
        self.head = SpikeAndSlabHead(self.latent_dim, spike_activation, spike_bias,
                                     dtype=self.dtype_policy, name="posterior")

    def build(self, input_shape):
        super().build(input_shape)
        self.zero = self.add_weight(name="zero", shape=(self.latent_dim,), trainable=False,
                                    dtype="float32", autocast=False, initializer="zeros")
        self.set_schedule("gate_sharpness", schedules.constant(self.sharpness))

    def components(self):
        """The prior's components q(z|x_u): a `SpikeAndSlab` `[U, latent_dim]`."""
        features = self.encoder(tf.convert_to_tensor(self.prior.pseudo_inputs))
        return self._component(*self.head(features))

    def _component(self, logits, loc, scale):
        return SpikeAndSlab(self.prior.component_logits(logits), loc, scale)

    def component_choice(self, x):
        """Index `[batch]` of the component that the selector weighs most for each raw `x`."""
        weights, _ = self.prior(self.scaling(x), pairwise_kl(self.posterior(x), self.components()))
        return tf.argmax(weights, axis=-1)

    def losses_and_terms(self, x, values, seed, training):
        scaled = self.scaling(tf.cast(x, tf.float32))
        pseudo_inputs = tf.convert_to_tensor(self.prior.pseudo_inputs)
        q, p = (self.head(self.encoder(inputs, training=training))
                for inputs in (scaled, pseudo_inputs))
        if training:  # The components are encodings too, so both are warmed up.
            q, p = (warmed_up(*params, values["slab_weight"]) for params in (q, p))
        q, p = SpikeAndSlab(*q), self._component(*p)
        z = self._draw(q, values["gate_sharpness"], seed, training)
        terms = self.terms(scaled, q, p, z, training)
        losses = objectives.loss(
            terms, self.bound, values["sparsity_weight"], values["gate_penalty_weight"])
        return losses, (terms.elbo, terms.elbo_paper, *terms)

    def terms(self, scaled, q, components, z, training=False):
        kl = pairwise_kl(q, components)
        weights, selection_kl = self.prior(scaled, kl)
        return objectives.Terms(
            reconstruction=self._log_likelihood(scaled, z, training),
            kl=tf.reduce_sum(weights * kl, axis=-1),
            selection_kl=selection_kl,
            sparsity=tf.linalg.matvec(
                weights, objectives.SPARSITIES[self.sparsity](components.logits, self.alpha)),
            gate_penalty=tf.reduce_sum(q.logits**2, axis=-1),
            l0=tf.reduce_sum(q.spike_probs, axis=-1))

    def from_noise(self, q, uniform, normal):
        return q.from_noise(uniform, normal)

    def _draw(self, q, sharpness, seed, training):
        """`samples` draws of z, `[samples, batch, latent_dim]`: relaxed only while training."""
        if not training:
            return q.sample(self.samples, seed=seed)
        draw = q.relaxed_sample if self.relaxation == "sigmoid" else q.concrete_sample
        return draw(sharpness, self.samples, seed=seed)

    def decoder_features(self, z, training=False):
        return self.decoder(z + self.zero, training=training)

    def rezero(self, x):
        """Puts the zero of latents that are on without their feature where "missing" is.

        A latent that is on for all observations often tells a missing feature by a value of
        its own, far from those of the feature that is there. Off, it would be read as one of
        the latter: training cannot get out of that. So the latent's zero is moved, z <- z - a,
        and the decoder reads z + a: the same function, but now off says what that value said,
        and the sparsity term can switch the latent off there. A latent that is on exactly when
        its feature is missing has its gate turned besides, and one with nothing to say where
        another latent is off gets the gate of that one. Ours, not in [T20].

        Args:
            x: Raw observations `[n, *shape]`, some thousands of the training set.

        Returns the `Moves` that were made; `vsc_tf.models.rezero.find_moves` says which.

        Raises:
            ValueError: The gates are no logits.
        """
        self._check_gates()
        codes = self.encode(x)
        moves = find_moves(codes.z, codes.loc, codes.scale)
        self.head.move(*moves)
        self.zero.assign_add(moves.shifts)
        return moves

    def split(self, x):
        """Makes two latents of one that is on for either of two features.

        The bound asks for few active latents, not for what each says. If others tell the two
        apart that is seen without labels (`vsc_tf.models.split.find_splits`). A latent that is
        never on becomes a copy, in its slab and its column of the decoder, and each gets the
        gate of one feature, and so is on for all of it. Where both are there the decoder reads
        twice as much: training has to follow. Nothing is split where no latent is left, or the
        decoder does not begin with a dense layer. Ours, not in [T20]. Takes and raises what
        `rezero` does; returns the `Split`s.
        """
        self._check_gates()
        z = self.encode(x).z
        unused = np.flatnonzero(~z.any(axis=0) & (self.zero.numpy() == 0.))
        kernel = next(iter(self.decoder.weights), None)
        if kernel is None or len(kernel.shape) != 2 or kernel.shape[0] != self.latent_dim:
            return []
        splits = find_splits(z != 0.)[:len(unused)]
        copies = unused[:len(splits)]
        self.head.split(splits, copies)
        values = kernel.numpy()
        values[copies] = values[[split.latent for split in splits]]
        kernel.assign(values)
        return splits

    def _check_gates(self):
        if self.spike_activation != "logits":
            raise ValueError("Gates can be set anew only if they are logits. Received a model "
                             f"with spike_activation={self.spike_activation!r}")

    @tf.function(reduce_retracing=True)
    def encode_step(self, x):
        q = self.posterior(x)
        z = tf.where(q.logits > 0., q.loc, tf.zeros_like(q.loc))
        return z, q.spike_probs, q.loc, q.scale

    def get_config(self):
        names = ("alpha", "spike_activation", "spike_bias", "relaxation", "sharpness", "bound",
                 "sparsity")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}
