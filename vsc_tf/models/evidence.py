"""What a model with a prior can say of observations it was not trained on, and make up itself."""
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import ArrayLike

from vsc_tf import checks, randomness
from vsc_tf.distributions import CodeDistribution, mixture_sample, take
from vsc_tf.models.data import in_batches
from vsc_tf.models.reach import check_weights, in_reach, name_rows, or_nan

SCORE_DRAWS = 10  # Draws of z in a score: the decoder's work grows with them.

_Base: Any = object  # For type checkers: the rest is in `LatentModel`.


class Evidence(_Base):
    """Mixin of `LatentModel`: `score`, `generate`, `log_weights`, `log_likelihood`.

    All but `score` need a prior.
    """

    def components(self) -> CodeDistribution:
        """The prior's components, of batch shape `[U, latent_dim]`."""
        return self.prior.components(lambda scaled: self.posterior(self.encoder(scaled)))

    def check_prior(self, cure: str = "Train a model with a prior.") -> None:
        """A ValueError for a model without a prior."""
        if not self.prior.is_prior:
            raise ValueError(f"This needs a model with a prior. Received: {type(self).__name__} "
                             f"with NoPrior. {cure}")

    def score(self, x: ArrayLike, batch_size: int | None = 500) -> dict[str, np.ndarray]:
        """Terms of every observation, a dict of arrays `[n]` in nats.

        Its names are the logged ones but for `loss` and what only a whole batch has. Nothing
        is left to chance: the draws of z are made of the same noise for every observation, so
        a score depends neither on the rest of `x` nor on `batch_size`. A row that is too far
        from the training data to compute with has NaN, and a `UserWarning` names it. Where
        values can be missing, `cells` says how many of each row were there, and counted.
        """
        rows = self.check(x)
        self.check_target(rows)
        check_weights(self)
        terms = in_batches(self.score_step, batch_size, rows)
        name_rows(terms, "score")
        return terms

    @tf.function(reduce_retracing=True, autograph=False)
    def score_step(self, x: tf.Tensor) -> dict[str, tf.Tensor]:
        """`score` of one batch, as tensors."""
        seed = randomness.seed_of(self.seed, 0, randomness.SCORE)
        uniform_seed, normal_seed = tf.unstack(tf.random.split(seed))
        shape = (SCORE_DRAWS, 1, self.latent_dim)  # One noise for all observations.
        q = self.q(x)
        z = q.from_noise(tf.random.stateless_uniform(shape, uniform_seed),
                         tf.random.stateless_normal(shape, normal_seed))
        z = tf.broadcast_to(z, tf.concat([[SCORE_DRAWS], q.batch_shape_tensor()], axis=0))
        penalties = [penalty for penalty in self.penalties if penalty.per_observation]
        _, terms = self.draws_and_terms(x, q, self.components(), z, penalties)
        good = in_reach(self.scaling(x))
        found = {name: or_nan(good, terms[name]) for name in self.term_names if name in terms}
        return found | ({"cells": self.cells(x)} if self.scaling.missing else {})

    def generate(self, n: int, seed: int = 0) -> np.ndarray:
        """Means of p(x|z) for `n` codes drawn from the prior, `[n, *shape]` in raw units."""
        n, seed = checks.positive_integer("n", n), checks.seed(seed)
        self.check_prior()
        noise = randomness.seed_of(self.seed, seed, randomness.GENERATE)
        return self.decode(mixture_sample(n, self.components(), noise))

    def component_choice(self, x: tf.Tensor) -> tf.Tensor:
        """Index `[batch]` of the prior's component that each raw observation belongs to."""
        return self.prior.choice(self.q(x), self.components(), self.scaling(x))

    @tf.function(reduce_retracing=True, autograph=False)
    def sample_like_step(self, x: tf.Tensor, noise: tf.Tensor,
                         likeness: tf.Tensor | float = 0.9) -> tf.Tensor:
        """Codes `[n, latent_dim]` of variations of raw observations `x` `[n, *shape]`.

        Where z(x) is 0 it stays exactly 0, and what is on moves within the slab of the component
        p_u that x belongs to (`component_choice`). For a slab N(n, t^2), with rho = `likeness`:

            z'_j = n_j + rho (z_j - n_j) + sqrt(1 - rho^2) t_j noise_j

        At rho = 0 that is a draw of the component; at any rho it is one if z is, correlated
        with z by rho ([N98]); at rho = 1 it is z. Other slabs are moved so in the scale in which
        they are Normal. A function of its arguments alone, for graphs and SavedModels.

        Args:
            x: Float tensor `[n, *shape]`.
            noise: Float tensor `[n, latent_dim]`, standard Normal draws.
            likeness: Float in [0, 1].
        """
        x, likeness = tf.cast(x, tf.float32), tf.cast(likeness, tf.float32)
        component = take(self.components(), self.component_choice(x))
        z = self.encode_step(x)[0]
        return tf.where(tf.equal(z, 0.), z, component.vary(z, noise, likeness))

    def log_weights(self, x: ArrayLike, samples: int = 100, seed: int = 0,
                    batch_size: int | None = 500) -> np.ndarray:
        """Logarithms of importance weights, `[samples, n]` in nats.

            log w_ki = log p(x_i|z_ki) + log p(z_ki) - log q(z_ki|x_i),   z_ki ~ q(z|x_i)

        with exact draws, the posterior without warm-up and the mixture prior
        p(z) = (1/U) sum_u p_u(z) ([BGS16]). The mean of log w_k over draws is an evidence lower
        bound; `log_likelihood` is tighter. Densities are those of the likelihood's targets, as
        in `evaluate`.

        Args:
            x: Raw observations `[n, *shape]`.
            samples: Positive integer K, draws for each observation. Memory does not grow with
                it: they are made one after another.
            seed: Integer; the same seed and `batch_size` give the same draws.
            batch_size: Positive integer, observations at a time.

        Raises:
            ValueError: As `encode` does, or `samples` or `batch_size` is no positive integer.
        """
        log_weights = self._log_weights(x, samples, seed, batch_size)
        name_rows(log_weights.T, "weights")
        return log_weights

    def _log_weights(self, x, samples, seed, batch_size):
        samples = checks.positive_integer("samples", samples)
        batch_size = checks.batch_size(batch_size)
        self.check_prior()
        rows, seed = self.check(x), checks.seed(seed)
        check_weights(self)
        self.check_target(rows)
        noise = randomness.seed_of(self.seed, seed, randomness.WEIGHTS)
        seeds = tf.random.split(noise, -(-len(rows) // batch_size))
        parts = [self.log_weights_step(tf.constant(rows[i * batch_size:(i + 1) * batch_size]),
                                       tf.random.split(each, samples))
                 for i, each in enumerate(seeds)]
        return np.concatenate([part.numpy() for part in parts], axis=1)

    @tf.function(reduce_retracing=True, autograph=False)
    def log_weights_step(self, x: tf.Tensor, seeds: tf.Tensor) -> tf.Tensor:
        """`log_weights` of one batch, one draw for each of `seeds`."""
        good = in_reach(self.scaling(x))
        q, components = self.q(x), self.components()

        def one_draw(seed):
            z = q.sample(1, seed=seed)
            return or_nan(good, self.log_weights_of(x, q, components, z)[0])

        return tf.map_fn(one_draw, seeds, fn_output_signature=tf.float32, parallel_iterations=1)

    def log_likelihood(self, x: ArrayLike, samples: int = 100, seed: int = 0,
                       batch_size: int | None = 500) -> np.ndarray:
        """Importance-weighted estimate of log p(x), `[n]` in nats; larger is better.

            log (1/K) sum_k w_ki

        with the weights of `log_weights`, whose arguments these are. In expectation it is a
        lower bound that grows with K = `samples` towards log p(x_i).
        """
        log_weights = self._log_weights(x, samples, seed, batch_size).astype("float64")
        with np.errstate(invalid="ignore"):
            found = np.logaddexp.reduce(log_weights, axis=0) - np.log(samples)
        name_rows(found, "likelihood")
        return found
