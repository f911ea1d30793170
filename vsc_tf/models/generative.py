"""What every model with a posterior and a prior shares: generation and importance weights."""
import keras
import numpy as np
import tensorflow as tf

from vsc_tf import checks
from vsc_tf.distributions import mixture_log_prob, mixture_sample, pairwise_log_prob
from vsc_tf.models.base import LatentModel, build_once

GENERATE, WEIGHTS, SCORE = 2, 3, 4  # Streams of random numbers, next to those of base.py.
SCORE_DRAWS = 10  # Draws of z in a score: the decoder's work grows with them.


class GenerativeModel(LatentModel):
    """A `LatentModel` with q(z|x) of one `family` and a prior made of components of it.

    The prior is p(z) = (1/U) sum_u p_u(z). A subclass defines `family`, the layer `head` that
    turns encoder features into the family's parameters, `components`, `terms` and
    `from_noise`; this class gives it `posterior`, `score`, `generate`, `log_weights` and
    `log_likelihood`.

    Args:
        latent_dim: Positive integer J.
        prior: Keras layer of `vsc_tf.priors`.
        samples: Positive integer L, draws of z per observation and step.
    """

    family = None  # Class of q(z|x) and of the prior's components.

    def __init__(self, latent_dim, prior, samples=1, **kwargs):
        samples = checks.positive_integer("samples", samples)
        super().__init__(latent_dim, **kwargs)
        self.prior, self.samples = prior, samples

    def build_code(self, features_shape):
        self.head.build(features_shape)
        build_once(self.prior, (None, *self.event_shape))

    def start_from(self, x):
        if getattr(self.prior, "start", None) == "data":
            rng = np.random.default_rng([self.seed, 0])
            rows = rng.choice(len(x), self.prior.count, replace=len(x) < self.prior.count)
            self.prior.start_from(self.scaling(x[np.sort(rows)]))

    def posterior(self, x):
        """q(z|x) for raw observations `[n, *shape]`: of class `family`, `[n, latent_dim]`."""
        scaled = self.scaling(tf.cast(x, tf.float32))
        return self.family(*self.head(self.encoder(scaled)))

    def components(self):
        """The prior's components, of class `family`: `[U, latent_dim]`."""
        raise NotImplementedError

    def terms(self, scaled, q, components, z, training=False):
        """The bound's terms of each observation at the draws `z` `[L, batch, J]` of `q`."""
        raise NotImplementedError

    def from_noise(self, q, uniform, normal):
        """Exact draws of `q` that this noise makes, see `SpikeAndSlab.from_noise`."""
        raise NotImplementedError

    @tf.function(reduce_retracing=True)
    def score_step(self, x):
        q, components = self.posterior(x), self.components()
        uniform_seed, normal_seed = tf.unstack(tf.random.split(self._seed(0, SCORE)))
        shape = (SCORE_DRAWS, 1, self.latent_dim)  # One noise for all observations.
        z = self.from_noise(q, tf.random.stateless_uniform(shape, uniform_seed),
                            tf.random.stateless_normal(shape, normal_seed))
        terms = self.terms(self.scaling(x), q, components, z)
        return {name: getattr(terms, name) for name in self.term_names if hasattr(terms, name)}

    def generate(self, n, seed=0):
        """Means of p(x|z) for `n` codes drawn from the prior, `[n, *shape]` in raw units."""
        checks.positive_integer("n", n)
        return self.decode(mixture_sample(n, self.components(), self._seed(seed, GENERATE)))

    def component_choice(self, x):
        """Index `[batch]` of the prior's component that each raw observation belongs to.

        The one whose density is highest at the code `z`; a VSC asks its selector instead.
        """
        z = self.encode_step(x)[0]
        return tf.argmax(pairwise_log_prob(z, self.components()), axis=-1)

    @tf.function(reduce_retracing=True, autograph=False)
    def sample_like_step(self, x, noise, likeness=0.9):
        """Codes `[n, latent_dim]` of variations of raw observations `x` `[n, *shape]`.

        Where z(x) is 0 it stays exactly 0, and what is on moves within the slab N(n, t^2) of
        the component p_u that x belongs to (`component_choice`), with rho = `likeness`:

            z'_j = n_j + rho (z_j - n_j) + sqrt(1 - rho^2) t_j noise_j

        At rho = 0 that is a draw of the component; at any rho it is one if z is, correlated
        with z by rho (Neal, Regression and Classification Using Gaussian Process Priors, 1998);
        at rho = 1 it is z. A function of its arguments alone, for graphs and SavedModels.

        Args:
            x: Float tensor `[n, *shape]`.
            noise: Float tensor `[n, latent_dim]`, standard Normal draws.
            likeness: Float in [0, 1].
        """
        x, likeness = tf.cast(x, tf.float32), tf.cast(likeness, tf.float32)
        z, components = self.encode_step(x)[0], self.components()
        loc, scale = (tf.gather(part, self.component_choice(x))
                      for part in (components.loc, components.scale))
        moved = loc + likeness * (z - loc) + tf.sqrt(1. - likeness**2) * scale * noise
        return tf.where(tf.equal(z, 0.), z, moved)

    def log_weights(self, x, samples=100, seed=0, batch_size=500):
        """Logarithms of importance weights, `[samples, n]` in nats.

            log w_ki = log p(x_i|z_ki) + log p(z_ki) - log q(z_ki|x_i),   z_ki ~ q(z|x_i)

        with exact draws, the posterior without warm-up and the mixture prior
        p(z) = (1/U) sum_u p_u(z) (Burda, Grosse and Salakhutdinov, ICLR 2016). The mean of
        log w_k over draws is an evidence lower bound; `log_likelihood` is tighter. Densities
        are those of the scaled observations, as in `evaluate`.

        Args:
            x: Raw observations `[n, *shape]`.
            samples: Positive integer K, draws for each observation. Memory does not grow with
                it: they are made one after another.
            seed: Integer; the same seed and `batch_size` give the same draws.
            batch_size: Positive integer, observations at a time.

        Raises:
            ValueError: As `encode` does, or `samples` or `batch_size` is no positive integer.
        """
        checks.positive_integer("samples", samples)
        checks.positive_integer("batch_size", batch_size)
        x = self.check(x)
        seeds = tf.random.split(self._seed(seed, WEIGHTS), -(-len(x) // batch_size))
        parts = [self.log_weights_step(tf.constant(x[i * batch_size:(i + 1) * batch_size]),
                                       tf.random.split(each, samples))
                 for i, each in enumerate(seeds)]
        return np.concatenate([part.numpy() for part in parts], axis=1)

    @tf.function(reduce_retracing=True)
    def log_weights_step(self, x, seeds):
        q, components = self.posterior(x), self.components()
        scaled = self.scaling(x)

        def one_draw(seed):
            z = q.sample(seed=seed)
            return (self._log_likelihood(scaled, z[tf.newaxis], training=False)
                    + mixture_log_prob(z, components) - tf.reduce_sum(q.log_prob(z), axis=-1))

        return tf.map_fn(one_draw, seeds, fn_output_signature=tf.float32, parallel_iterations=1)

    def log_likelihood(self, x, samples=100, seed=0, batch_size=500):
        """Importance-weighted estimate of log p(x), `[n]` in nats; larger is better.

            log (1/K) sum_k w_ki

        with the weights of `log_weights`, whose arguments these are. In expectation it is a
        lower bound that grows with K = `samples` towards log p(x_i).
        """
        log_weights = self.log_weights(x, samples, seed, batch_size).astype("float64")
        return np.logaddexp.reduce(log_weights, axis=0) - np.log(samples)

    def get_config(self):
        return {**super().get_config(), "samples": self.samples,
                "prior": keras.saving.serialize_keras_object(self.prior)}
