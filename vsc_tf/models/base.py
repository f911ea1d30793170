"""The one model class: its five choices, and the way from x to the loss."""
import random
from collections.abc import Sequence
from typing import Any, TypeAlias

import keras
import tensorflow as tf

from vsc_tf import checks, likelihoods, networks, objectives, posteriors, priors, recipes
from vsc_tf.datasets import Table
from vsc_tf.distributions import CodeDistribution
from vsc_tf.models import arguments
from vsc_tf.models.checked import Checked
from vsc_tf.models.coding import Coding
from vsc_tf.models.evidence import Evidence
from vsc_tf.models.fitting import Fitting
from vsc_tf.models.missing import Missing
from vsc_tf.models.named_columns import NamedColumns
from vsc_tf.models.noise import Noise
from vsc_tf.models.steps import SteppedModel
from vsc_tf.models.storing import Storing
from vsc_tf.scaling import Scaling
from vsc_tf.schedules import Values

Body: TypeAlias = keras.Model | None  # An encoder or decoder, or the default one.


@keras.saving.register_keras_serializable(package="vsc_tf")
class LatentModel(Checked, NamedColumns, Missing, Noise, Coding, Fitting, Evidence, Storing,
                  SteppedModel):
    """Variational auto-encoder of five choices: posterior, prior, likelihood, objective, networks.

        x -> scaling -> encoder -> posterior: q(z|x) -> a draw of z -> decoder -> likelihood

    `VSC`, `VAE` and the others are this class with defaults of their own.

    Args:
        latent_dim: Positive integer J, the most features there can be.
        posterior: Name or layer of `vsc_tf.posteriors`.
        prior: Name or layer of `vsc_tf.priors`.
        encoder: Keras model, observations `[batch, *shape]` to features; default
            `vsc_tf.networks.mlp()`. The posterior's layer is put on top.
        decoder: Keras model, codes `[batch, latent_dim]` to features, likewise.
        likelihood: Name or layer of `vsc_tf.likelihoods`; "auto" is what suits the first data
            (a DataFrame by the kinds of its columns, `datasets.describe`; an array by
            `likelihoods.suited_to`), or the Bernoulli if the model is built without any. What
            `describe` gave says the kinds beforehand.
        objective: Name or object of `vsc_tf.objectives`.
        penalties: Names or objects of `vsc_tf.penalties`.
        scaling: Name or layer of `vsc_tf.scaling`; undone by `decode`. "auto" goes with the
            likelihood: "log1p" with those of counts, "none" with others that are named.
        samples: Positive integer, draws of z per observation and step.
        recipe: Name or object of `vsc_tf.recipes`, or `None` for the plain objective.
        seed: Integer; all noise is a function of it and of the optimizer step.

    `fit` takes arrays `[n, *shape]`, DataFrames, whose names of columns it keeps, or batches, a
    `tf.data.Dataset` or `keras.utils.PyDataset`; no targets. NaN in rows `[n, columns]` is a
    missing value: it is left out of the likelihood and told to the encoder. Logged terms, in nats
    per observation: `loss`, `elbo`, `reconstruction` (E_q[log p(x|z)]) and `kl`; where the prior
    chooses a component `elbo_paper`, which leaves the price of choosing out, and `selection_kl`,
    that price; the penalties, before their weights; `l0`, the expected number of active latents,
    where codes can be 0.

    Raises:
        ValueError: An argument is not as said, or the KL divergence of the posterior from the
            prior is infinite.

    >>> import numpy as np
    >>> x = np.random.default_rng(0).integers(0, 2, (64, 12)).astype("float32")
    >>> model = LatentModel(4, posterior="rectified_normal", prior="fixed_sparse", seed=0)
    >>> model.compile(optimizer="adam")
    >>> history = model.fit(x, batch_size=32, verbose=0)
    >>> model.encode(x).z.shape
    (64, 4)
    """

    def __init__(self, latent_dim: int, posterior: str | posteriors.Posterior = "normal",
                 prior: str | priors.Prior = "standard", encoder: Body = None,
                 decoder: Body = None, likelihood: str | likelihoods.Likelihood | Table = "auto",
                 objective: str | objectives.Objective = "average", penalties: Sequence = (),
                 scaling: str | Scaling = "auto", samples: int = 1,
                 recipe: str | recipes.Recipe | None = "default", seed: int | None = None,
                 **kwargs: Any):
        latent_dim = checks.positive_integer("latent_dim", latent_dim)
        samples = checks.positive_integer("samples", samples)
        super().__init__(autocast=False, **kwargs)  # Raw observations do not fit bfloat16.
        self.latent_dim, self.samples = latent_dim, samples
        self.seed = random.randrange(2**31) if seed is None else checks.seed(seed)
        policy = self.dtype_policy
        table = likelihood if isinstance(likelihood, Table) else None
        if not isinstance(likelihood, Table) and likelihood != "auto":
            likelihood = likelihoods.get(likelihood, dtype=policy)
            decoder = arguments.decoder_for(likelihood, decoder, policy)
        self.encoder, self.decoder = (
            networks.mlp(name=name, dtype=policy) if body is None
            else arguments.checked_body(name, body)
            for name, body in (("encoder", encoder), ("decoder", decoder)))
        self._set_data_parts("auto" if table else likelihood, scaling)
        self.prior = priors.get(prior)
        self.posterior = posteriors.get(posterior, dtype=policy)
        self.posterior.latent_dim = latent_dim
        self.prior.bind(self.posterior)
        self.objective, self.recipe = objectives.get(objective), recipes.get(recipe)
        self.penalties = arguments.different(penalties)
        for part in (self.objective, *self.penalties):
            part.check(self.posterior)
        self.term_names = self._term_names()
        self.default_schedules = {
            name: schedule for part in (self.posterior, self.objective, *self.penalties)
            for name, schedule in part.schedules.items()}
        self.track()
        if table is not None:
            self.take_table(table)

    def _term_names(self) -> tuple[str, ...]:
        named = [("elbo", self.prior.is_prior and self.prior.is_bound),
                 ("elbo_paper", self.prior.chooses), ("reconstruction", True),
                 ("kl", self.prior.is_prior), ("selection_kl", self.prior.chooses),
                 *((penalty.name, True) for penalty in self.penalties),
                 ("l0", self.posterior.family.has_atom)]
        return tuple(name for name, is_there in named if is_there)

    def _set_data_parts(self, likelihood, scaling):
        """Likelihood and scaling; `None` until `choose` for what the data decide."""
        is_auto, self.chosen = isinstance(likelihood, str) and likelihood == "auto", ""
        self.likelihood = None if is_auto else likelihoods.get(likelihood, dtype=self.dtype_policy)
        if scaling == "auto" and not is_auto:
            scaling = self.likelihood.usual_scaling()
        self.scaling = None if scaling == "auto" else (
            scaling if isinstance(scaling, Scaling) else Scaling(scaling))

    def choose(self, choice: likelihoods.Choice) -> None:
        """Takes the likelihood, and the scaling, that were left to the data."""
        later = self._layers[2:]  # All but encoder and decoder.
        self._set_data_parts(choice.likelihood, self.scaling or choice.scaling)
        # Weights and what an optimizer keeps of them are in files by the order of the layers,
        # which is that of a model whose likelihood was given.
        for layer in later:
            self._layers.remove(layer)
            self._layers.append(layer)
        name = choice.likelihood if isinstance(choice.likelihood, str) else self.likelihood.name
        self.chosen = f"Likelihood {name}, scaling {self.scaling.method}: {choice.reason}."

    def build(self, input_shape: tuple) -> None:
        arguments.check_float32(self.dtype_policy)
        if self.likelihood is None:
            self.choose(likelihoods.UNSEEN)
        event_shape = tuple(input_shape[1:])
        if not event_shape or None in event_shape:
            raise ValueError(
                f"{type(self).__name__} expects observations of shape (batch, ...) with known "
                f"sizes. Received: input_shape={tuple(input_shape)}")
        self.event_shape = event_shape
        # Bodies are called, not only built: a body of the user's own may have no `build`.
        _build_once(self.scaling, (None, *event_shape))
        seen = self.scaling.compute_output_shape((None, *event_shape))
        features = self.encoder(keras.Input(seen[1:])).shape
        checks.room(f"A posterior of {self.latent_dim:,} latents",
                    self.posterior.outputs_per_latent * self.latent_dim * (features[-1] or 1),
                    "Give a smaller latent_dim, or an encoder with fewer units.")
        _build_once(self.posterior, features)
        _build_once(self.prior, seen)
        if self.likelihood.event_shape is None:
            self.likelihood.event_shape = event_shape
        _build_once(self.likelihood, self.decoder(keras.Input((self.latent_dim,))).shape)
        self.built = True

    def losses_and_terms(self, x: tf.Tensor, values: Values, seed: tf.Tensor,
                         training: bool) -> tuple[tf.Tensor, tuple[tf.Tensor, ...]]:
        scaled = self.scaling(x)

        def encode(inputs):
            q = self.posterior(self.encoder(inputs, training=training))
            return self.posterior.warmed_up(q, values) if training else q

        q, components = encode(scaled), self.prior.components(encode)
        z = self.posterior.draw(q, self.samples, seed, training, values)
        draws, terms = self.draws_and_terms(x, q, components, z, self.penalties, training)
        loss = self.objective.loss(draws, values)
        for penalty in self.penalties:
            loss += values[f"{penalty.name}_weight"] * terms[penalty.name]
        return loss, tuple(terms[name] for name in self.term_names)

    def draws_and_terms(self, x: tf.Tensor, q: CodeDistribution, components: CodeDistribution,
                        z: tf.Tensor, penalties: Sequence, training: bool = False
                        ) -> tuple[objectives.Draws, dict[str, tf.Tensor]]:
        """`objectives.Draws`, and every term `[batch]` by name, those that are not logged too."""
        scaled = self.scaling(x)
        cost = self.prior.kl(q, components, scaled, z)
        if (self.likelihood.reads_codes and self.objective.averages
                and not self.posterior.through_draws and not self.scaling.missing):
            target = self.likelihood.target(x, scaled)
            log_prob = self.likelihood.expected_log_prob(q, target)[tf.newaxis]
        else:
            log_prob = self.log_prob(x, z, training)
        draws = objectives.Draws(log_prob, cost.kl, cost.price)
        if self.objective.uses_log_weights:
            draws = draws._replace(log_weights=self.log_weights_of(
                x, q, components, z, draws.reconstruction))
        terms = objectives.averaged(draws)
        generator = self.likelihood.head if self.likelihood.reads_codes else self.decoder
        return draws, {
            **terms._asdict(), "elbo": terms.elbo, "elbo_paper": terms.elbo_paper,
            **{penalty.name: penalty(q, components, cost.weights, z, generator)
               for penalty in penalties},
            "l0": tf.reduce_sum(q.spike_probs, axis=-1)}

    def log_prob(self, x: tf.Tensor, z: tf.Tensor, training: bool = False) -> tf.Tensor:
        """log p(x|z) `[samples, batch]` in nats, of codes `z` `[samples, batch, latent_dim]`."""
        samples = tf.shape(z)[0]
        features = self.decoder_features(tf.reshape(z, [-1, self.latent_dim]), training)
        target = self.likelihood.target(x, self.scaling.values(x))
        tiled = tf.tile(target, tf.concat([[samples], [1] * len(self.event_shape)], axis=0))
        if self.scaling.missing:
            log_probs = self.likelihood.observed_log_prob(features, tiled)
        elif training and self.compiles_parts():
            log_probs = self.likelihood.fused_log_prob(features, tiled)
        else:
            log_probs = self.likelihood.log_prob(features, tiled)
        return tf.reshape(log_probs, [samples, -1])

    def log_weights_of(self, x: tf.Tensor, q: CodeDistribution, components: CodeDistribution,
                       z: tf.Tensor, log_prob: tf.Tensor | None = None) -> tf.Tensor:
        """log p(x|z) + log p(z) - log q(z|x) `[samples, batch]` of draws z of q.

        `log_prob` is the first of these where it is known already.
        """
        log_prior = self.prior.log_prob(tf.reshape(z, [-1, self.latent_dim]), components)
        return ((self.log_prob(x, z) if log_prob is None else log_prob)
                + tf.reshape(log_prior, tf.shape(z)[:-1]) - tf.reduce_sum(q.log_prob(z), axis=-1))

    def compile(self, optimizer: Any = "rmsprop", loss: Any = None, loss_weights: Any = None,
                metrics: Any = None, weighted_metrics: Any = None, **kwargs: Any) -> None:
        """`keras.Model.compile`, with an optimizer: loss and metrics are the model's own.

        Raises:
            ValueError: A loss or metrics are given; Keras would pass over the one, and fail with
                the others at the first step. Or the optimizer accumulates gradients over batches:
                a recipe would end at a part of its length.
        """
        given = {"loss": loss, "loss_weights": loss_weights, "metrics": metrics,
                 "weighted_metrics": weighted_metrics}
        extra = [name for name, value in given.items() if value]
        if extra:
            raise ValueError(
                f"{type(self).__name__} has a loss of its own and no targets; fit logs its terms: "
                f"loss, {', '.join(self.term_names)}. Received: {', '.join(extra)}. Leave "
                f"{'them' if len(extra) > 1 else 'it'} out: compile(optimizer='adam').")
        super().compile(optimizer, **kwargs)
        inner: Any = getattr(self.optimizer, "inner_optimizer", self.optimizer)
        if inner.gradient_accumulation_steps:
            raise ValueError("The optimizer must take a step for each batch. Received: "
                             f"gradient_accumulation_steps={inner.gradient_accumulation_steps}. "
                             "Leave it out, and fit with a batch_size so many times as large.")


def _build_once(layer, input_shape):
    """Builds a layer unless it came out of a file, where Keras has built it already."""
    if not layer.built:
        layer.build(input_shape)
