"""What posteriors, priors and generation ask of the distribution of one code value."""
from collections.abc import Sequence
from typing import Any, TypeAlias

import tensorflow as tf
from tensorflow_probability import distributions as tfd

_Base: Any = object  # For type checkers: a subclass has a TFP distribution's methods.
TensorLike: TypeAlias = tf.Tensor | float
Moments = tuple[tf.Tensor, tf.Tensor, tf.Tensor]  # Of `CodeDistribution.moments`.
Quadratic = tuple[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]  # Of its `quadratic`.


class CodeDistribution(_Base):
    """Mixin for a TFP distribution of single code values z, `batch_shape = [..., latent_dim]`.

    A code is *on* where it is not 0. Densities are with respect to Lebesgue measure plus, where
    `has_atom`, a unit atom at 0. Beside TFP's own `sample`, `log_prob`, `mean`, `variance`,
    `entropy` and `mode` (the deterministic code, with exact zeros) a subclass has

        log p(z) = off                             at z = 0, where `has_atom`
                 = on + linear z + square z^2      elsewhere

    as `quadratic`, and the moments of its own draws. From these come the KL divergence of every
    pair of such distributions and `pairwise_kl`. A family with another density does without
    `quadratic` and defines `expected_log_prob`, or registers its KL with TFP (`tfd.RegisterKL`);
    `pairwise_kl` then goes through the components one after another.

    The defaults here are those of a dense distribution, whose draws are never exactly 0.
    """

    has_atom = False   # Whether z is exactly 0 with some probability.
    one_sided = False  # Whether z is never negative.
    has_density = True  # False for a point mass: every KL divergence from it is infinite.
    is_component = True  # Whether KL divergences to it are known, so that it can be a prior's.
    thresholds: Any = None  # The distribution of its thresholds, where these are drawn.

    @property
    def log_prob_on(self) -> tf.Tensor:
        """Log probability that z is not 0."""
        return tf.zeros(self.batch_shape_tensor(), self.dtype)

    @property
    def log_prob_off(self) -> tf.Tensor:
        """Log probability that z is exactly 0."""
        return tf.fill(self.batch_shape_tensor(), tf.constant(-float("inf"), self.dtype))

    @property
    def spike_probs(self) -> tf.Tensor:
        """Probability that z is not 0."""
        return tf.exp(self.log_prob_on)

    @property
    def log_odds(self) -> tf.Tensor:
        """log P(z is not 0) - log P(z is 0)."""
        return self.log_prob_on - self.log_prob_off

    @property
    def slab_mean(self) -> tf.Tensor:
        """Mean of z where it is on."""
        return self.mean()

    def from_noise(self, uniform: tf.Tensor, normal: tf.Tensor) -> tf.Tensor:
        """The exact draws that this noise makes.

        Args:
            uniform: Float tensor of draws in (0, 1).
            normal: Float tensor of standard Normal draws, independent of `uniform`.

        Both broadcast with `batch_shape`; a family uses either or both.
        """
        raise NotImplementedError(f"{type(self).__name__} must define `from_noise`.")

    def moments(self, centre: TensorLike = 0.) -> Moments:
        """P(z is on), E[z - centre; z is on] and E[(z - centre)^2; z is on]."""
        distance = self.mean() - centre
        return tf.ones_like(distance), distance, distance**2 + self.variance()

    def quadratic(self, centre: TensorLike = 0.) -> Quadratic:
        """`(off, on, linear, square)` of the log density in `z - centre`; off is 0 if dense."""
        raise NotImplementedError(f"{type(self).__name__} has no quadratic log density.")

    def absolute_moment(self, centre: TensorLike = 0.) -> tf.Tensor:
        """E[|z - centre|; z is on], for divergences from families whose density has a kink."""
        raise NotImplementedError(f"{type(self).__name__} has no absolute moment.")

    def expected_log_prob(self, q: "CodeDistribution") -> tf.Tensor:
        """E_q[log p(z)] in nats, not summed, where p is this distribution."""
        on, first, second = q.moments()
        off_value, on_value, linear, square = self.quadratic()
        return (1. - on) * off_value + on * on_value + first * linear + second * square

    @staticmethod
    def about_zero(alpha: float, scale: float | None, shape: Sequence[int]) -> "CodeDistribution":
        """Thresholded noise about 0 that is on with probability alpha, for such families only."""
        raise NotImplementedError("This family has no threshold.")

    @property
    def centre(self) -> tf.Tensor:
        """About what value a table over `[count, latent_dim]` rounds least, `[latent_dim]`."""
        return tf.reduce_mean(self.slab_mean, axis=0)

    def sharpened(self, slope: float) -> "CodeDistribution":
        """The same with on-probabilities pushed to 0 and 1; for families with gates only."""
        raise NotImplementedError(f"{type(self).__name__} has no gates to sharpen.")

    def vary(self, z: tf.Tensor, noise: tf.Tensor, likeness: tf.Tensor) -> tf.Tensor:
        """Moves what is on in `z` within the slab of this distribution.

        Draws of the slab correlated with z by `likeness`, in the scale in which the slab is a
        standard Normal ([N98]): at 1 it is z, at 0 any draw. What is off stays off.
        """
        raise NotImplementedError(f"{type(self).__name__} must define `vary`.")


def moved(normal: tf.Tensor, noise: tf.Tensor, likeness: tf.Tensor) -> tf.Tensor:
    """A standard Normal value correlated with `normal` by `likeness`."""
    return likeness * normal + tf.sqrt(1. - likeness**2) * noise


def soft_thresholded(loc: tf.Tensor, noise: tf.Tensor, threshold: tf.Tensor) -> tf.Tensor:
    """0 where |noise| <= threshold, else loc + sign(noise) (|noise| - threshold)."""
    beyond = tf.abs(noise) - threshold
    return tf.where(beyond > 0., loc + tf.sign(noise) * beyond, tf.zeros_like(beyond))


@tfd.RegisterKL(CodeDistribution, CodeDistribution)
def _kl_by_moments(q: CodeDistribution, p: CodeDistribution, name: str | None = None) -> tf.Tensor:
    """KL(q || p) = -H(q) - E_q[log p(z)] in nats, not summed."""
    with tf.name_scope(name or "kl_by_moments"):
        return -q.entropy() - p.expected_log_prob(q)


def dtype_of(*values: Any) -> tf.DType:
    """The first floating dtype among parameters; float32 if they are plain numbers."""
    return next((tf.as_dtype(value.dtype) for value in values
                 if hasattr(value, "dtype") and tf.as_dtype(value.dtype).is_floating), tf.float32)


def parameters(distribution: tfd.Distribution) -> dict[str, tf.Tensor]:
    """The distribution's parameters by name, each of the full batch shape."""
    names = type(distribution).parameter_properties()
    values = {name: getattr(distribution, name) for name in names}
    if all(value.shape == distribution.batch_shape for value in values.values()):
        return values
    shape = distribution.batch_shape_tensor()
    return {name: tf.broadcast_to(value, shape) for name, value in values.items()}


def filled(distribution: tfd.Distribution) -> tfd.Distribution:
    """The same distribution with every parameter of its full batch shape."""
    return type(distribution)(**parameters(distribution))


def take(distribution: tfd.Distribution, indices: tf.Tensor) -> tfd.Distribution:
    """The distributions at `indices` of the first batch dimension, as one."""
    return type(distribution)(**{name: tf.gather(value, indices)
                                 for name, value in parameters(distribution).items()})
