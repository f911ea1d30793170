"""Variational auto-encoders with dense Normal codes, the rivals of sparse ones."""
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf
import tensorflow_probability as tfp

from vsc_tf import checks, objectives, schedules
from vsc_tf.distributions import mixture_log_prob, total_correlation
from vsc_tf.models.generative import GenerativeModel
from vsc_tf.models.posterior import NormalHead
from vsc_tf.priors import StandardPrior, VampPrior

tfd = tfp.distributions


class NormalCodes(NamedTuple):
    """Codes of n observations, each an array `[n, latent_dim]`.

    z: the posterior mean.
    loc, scale: mean and standard deviation of the posterior.
    """

    z: np.ndarray
    loc: np.ndarray
    scale: np.ndarray

    @property
    def mean(self):
        """E[z] under q(z|x)."""
        return self.loc


@keras.saving.register_keras_serializable(package="vsc_tf")
class VAE(GenerativeModel):
    """Variational auto-encoder with a Normal posterior.

    Maximises, per observation and in nats (Kingma and Welling, ICLR 2014),

        elbo = E_q[log p(x|z)] - KL(q(z|x) || p(z)),   q(z|x) = prod_j N(z_j; m_j, s_j^2)

    with p(z) = N(0, I) unless another prior is given. Encoder and decoder bodies, likelihood
    and scaling are those of `VSC`: of equal arguments the capacity is equal.

    Args:
        latent_dim: Positive integer J.
        encoder, decoder, likelihood, scaling, seed: As for `VSC`.
        prior: `StandardPrior` (the default) or `VampPrior` of `vsc_tf.priors`. The KL is in
            closed form to one component and by the draws of z to a mixture.
        samples: Positive integer L, draws of z per observation and step.

    Logged terms, in nats per observation: `loss`, `elbo`, `reconstruction`, `kl`.

    >>> x = np.random.default_rng(0).integers(0, 2, (64, 12)).astype("float32")
    >>> model = VAE(latent_dim=4, seed=0)
    >>> model.compile(optimizer="adam")
    >>> history = model.fit(x, batch_size=32, verbose=0)
    >>> model.encode(x).scale.shape
    (64, 4)
    """

    term_names = ("elbo", *objectives.VAETerms._fields)
    codes_type = NormalCodes
    family = tfd.Normal

    def __init__(self, latent_dim, encoder=None, decoder=None, likelihood="bernoulli",
                 prior=None, scaling="none", samples=1, seed=None, **kwargs):
        super().__init__(
            latent_dim, StandardPrior() if prior is None else prior, samples, encoder=encoder,
            decoder=decoder, likelihood=likelihood, scaling=scaling, seed=seed, **kwargs)
        self.head = NormalHead(self.latent_dim, dtype=self.dtype_policy, name="posterior")

    def components(self, training=False):
        """The prior's components: a `tfd.Normal` `[U, latent_dim]`, all of one weight."""
        return self.prior.components(
            lambda scaled: tfd.Normal(*self.head(self.encoder(scaled, training=training))),
            self.latent_dim)

    def losses_and_terms(self, x, values, seed, training):
        scaled = self.scaling(tf.cast(x, tf.float32))
        q = tfd.Normal(*self.head(self.encoder(scaled, training=training)))
        z = q.sample(self.samples, seed=seed)
        terms = self.batch_terms(
            self.terms(scaled, q, self.components(training), z, training), q, z)
        return self.objective(terms, **values), (terms.elbo, *terms)

    def terms(self, scaled, q, components, z, training=False):
        return objectives.VAETerms(
            self._log_likelihood(scaled, z, training), self._kl(q, z, components))

    def from_noise(self, q, uniform, normal):
        return q.loc + q.scale * normal

    def batch_terms(self, terms, q, z):
        """`terms` and those that only the whole batch has."""
        return terms

    def objective(self, terms):
        """What training minimises, `[batch]`; keywords are the values of the schedules."""
        return -terms.elbo

    def _kl(self, q, z, components):
        """KL(q(z|x) || p(z)), `[batch]`."""
        if components.batch_shape[0] == 1:
            return tf.reduce_sum(tfd.kl_divergence(q, components), axis=-1)
        log_prior = mixture_log_prob(tf.reshape(z, [-1, self.latent_dim]), components)
        log_prior = tf.reshape(log_prior, [tf.shape(z)[0], -1])
        return tf.reduce_mean(tf.reduce_sum(q.log_prob(z), axis=-1) - log_prior, axis=0)

    @tf.function(reduce_retracing=True)
    def encode_step(self, x):
        q = self.posterior(x)
        return q.loc, q.loc, q.scale


@keras.saving.register_keras_serializable(package="vsc_tf")
class BetaVAE(VAE):
    """`VAE` whose KL weighs beta in the loss: beta * KL - E_q[log p(x|z)].

    Higgins et al., beta-VAE: Learning Basic Visual Concepts with a Constrained Variational
    Framework, ICLR 2017, eq. 4. `elbo` stays the bound, whatever beta.

    Args:
        latent_dim: Positive integer J.
        beta: Number of at least 0, weight of the KL; 1 is a `VAE`. It is a schedule, too:
            `set_schedule("beta", (0, 5000, 0., 4.))` raises it from 0 over 5,000 steps.
        **kwargs: Arguments of `VAE`.

    Logged: the terms of `VAE`, and `beta`.

    >>> BetaVAE(latent_dim=4, beta=2.).get_config()["beta"]
    2.0
    """

    default_schedules = {"beta": schedules.constant(4.)}

    def __init__(self, latent_dim, beta=4., **kwargs):
        checks.non_negative("beta", beta)
        super().__init__(latent_dim, **kwargs)
        self.beta = beta

    def build(self, input_shape):
        super().build(input_shape)
        self.set_schedule("beta", schedules.constant(self.beta))

    def objective(self, terms, beta):
        return objectives.beta_loss(terms, beta)

    def get_config(self):
        return {**super().get_config(), "beta": self.beta}


@keras.saving.register_keras_serializable(package="vsc_tf")
class BetaTCVAE(BetaVAE):
    """`VAE` whose total correlation weighs beta in the loss, -elbo + (beta - 1) * TC.

    Chen, Li, Grosse and Duvenaud, Isolating Sources of Disentanglement in Variational
    Autoencoders, NeurIPS 2018: TC = KL(q(z) || prod_j q(z_j)) says how far the latents depend
    on each other over the data. It is estimated within each batch, see
    `vsc_tf.distributions.total_correlation`, so batches should be large.

    Args:
        latent_dim: Positive integer J.
        beta: Number of at least 0, weight of the total correlation; 1 is a `VAE`. A schedule,
            too, as for `BetaVAE`.
        **kwargs: Arguments of `VAE`.

    Logged: the terms of `BetaVAE`, and `total_correlation` in nats; that one and `loss` depend
    on the batch size.

    >>> "total_correlation" in BetaTCVAE(latent_dim=4, beta=6.).term_names
    True
    """

    term_names = ("elbo", *objectives.TotalCorrelationTerms._fields)

    def batch_terms(self, terms, q, z):
        values = total_correlation(tf.reshape(z, [-1, self.latent_dim]), q)
        return objectives.TotalCorrelationTerms(
            *terms, tf.reduce_mean(tf.reshape(values, [self.samples, -1]), axis=0))

    def objective(self, terms, beta):
        return objectives.beta_tc_loss(terms, beta)


@keras.saving.register_keras_serializable(package="vsc_tf")
class VampPriorVAE(VAE):
    """`VAE` with the mixture prior of Tomczak and Welling, VAE with a VampPrior, AISTATS 2018.

    Args:
        latent_dim: Positive integer J.
        count: Positive integer, number of pseudo-inputs.
        start: What they start from, "data" or "random"; see `vsc_tf.priors.VampPrior`.
        **kwargs: Arguments of `VAE` other than `prior`.

    Logged: the terms of `VAE`; `kl` is an estimate by the draws of z.

    >>> VampPriorVAE(latent_dim=4, count=10).prior.count
    10
    """

    def __init__(self, latent_dim, count=64, start="data", **kwargs):
        super().__init__(latent_dim, prior=VampPrior(count, start), **kwargs)

    def get_config(self):
        config = super().get_config()
        del config["prior"]
        return {**config, "count": self.prior.count, "start": self.prior.start}
