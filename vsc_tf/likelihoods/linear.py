"""The linear generator of sparse coding: a dictionary, and a Normal about what it makes."""
import math
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from vsc_tf import checks
from vsc_tf.distributions import CodeDistribution
from vsc_tf.likelihoods.gaussian import FixedGaussian

WEIGHT = "dictionary"  # Name of the weight, by which `optimizers.AdamAndSGD` knows it.


@keras.saving.register_keras_serializable(package="vsc_tf")
class Dictionary(keras.layers.Layer):
    """Phi z, a sum of atoms: the columns of Phi, each as long as an observation ([F22]).

    Codes could shrink for free while atoms grow: either all atoms keep their norm, or
    `penalties.DecoderNorm` makes their squares dear.

    Args:
        units: Positive integer, number of observed values.
        norm: Positive number, about what norms of atoms start from. They should be such that
            codes of the prior's scale make observations: the prior is what values cost by.
        fixed_norm: Whether every atom has exactly that norm, whatever its weights.

    Input: codes `[batch, latent_dim]`. Output: `[batch, units]`.

    >>> Dictionary(5, fixed_norm=True)(tf.ones([2, 3])).shape
    TensorShape([2, 5])
    """

    def __init__(self, units: int, norm: float = 1., fixed_norm: bool = False, **kwargs: Any):
        super().__init__(**kwargs)
        self.units = checks.positive_integer("units", units)
        self.norm, self.fixed_norm = checks.positive("norm", norm), fixed_norm

    def build(self, input_shape: tuple) -> None:
        if len(input_shape) != 2 or input_shape[-1] is None:
            raise ValueError(f"A Dictionary reads codes of shape (batch, latent_dim). Received: "
                             f"input_shape={tuple(input_shape)}. Flatten them first.")
        checks.room(f"A dictionary of {input_shape[-1]:,} atoms of {self.units:,} values",
                    input_shape[-1] * self.units, "Give a smaller latent_dim, or smaller patches.")
        norm = 1. if self.fixed_norm else self.norm  # Steps on weights turn atoms as far then.
        self.kernel = self.add_weight(
            name=WEIGHT, shape=(input_shape[-1], self.units),
            initializer=keras.initializers.RandomNormal(stddev=norm * self.units**-0.5))

    def atoms(self) -> tf.Tensor:
        """The atoms `[latent_dim, units]`, float32."""
        atoms = tf.cast(tf.convert_to_tensor(self.kernel), tf.float32)
        return self.norm * tf.math.l2_normalize(atoms, axis=-1) if self.fixed_norm else atoms

    def call(self, z: tf.Tensor) -> tf.Tensor:
        return tf.matmul(z, tf.cast(self.atoms(), z.dtype))

    def get_config(self) -> dict:
        return {**super().get_config(), "units": self.units, "norm": self.norm,
                "fixed_norm": self.fixed_norm}


@keras.saving.register_keras_serializable(package="vsc_tf")
class LinearGaussian(FixedGaussian):
    """p(x|z) = Normal(x; Phi z, scale^2 I) with a `Dictionary` Phi: the model of sparse coding.

    It is the whole decoder, so the model's `decoder` is left out. For codes whose values are
    independent under q the expected error is in closed form,

        E|x - Phi z|^2 = |x - Phi E[z]|^2 + sum_j |phi_j|^2 Var[z_j]

    so with the objective "average" nothing is drawn, and gradients have no noise of draws, unless
    the posterior asks for its draws' (`Thresholded` with gradients other than "exact",
    `SpikeAndSlab`).

    [F22] minimise the mean over D values of the squared error plus w times the KL: in nats that
    is a scale of sqrt(w D / 2), 1.13 for patches of 16 x 16 and w = 0.01.

    Args:
        scale: Positive float, in units of the scaled observations.
        norm, fixed_norm: About what norms of atoms start from, and whether they keep it, see
            `Dictionary`.
        event_shape: Tuple, shape of one observation; set by the model.

    >>> p = LinearGaussian(scale=0.5, event_shape=(4, 4))
    >>> p(tf.zeros([1, 8])).stddev().numpy().max().item(), p.atoms().shape
    (0.5, (8, 4, 4))
    """

    reads_codes = True

    def __init__(self, scale: float = 1., norm: float = 1., fixed_norm: bool = False,
                 **kwargs: Any):
        kwargs.pop("mean_activation", None)  # Of a configuration: it is linear.
        super().__init__(scale, **kwargs)
        self.norm, self.fixed_norm = checks.positive("norm", norm), fixed_norm

    def build(self, input_shape: tuple) -> None:
        self.check_shape()
        self.head = Dictionary(math.prod(self.event_shape), self.norm, self.fixed_norm,
                               dtype=self.dtype_policy, name="head")
        self.head.build(input_shape)

    def atoms(self) -> np.ndarray:
        """The atoms, one for each latent, `[latent_dim, *event_shape]`: see `plots.atoms`."""
        return self.head.atoms().numpy().reshape(-1, *self.event_shape)

    def expected_log_prob(self, q: CodeDistribution, x: tf.Tensor) -> tf.Tensor:
        values, atoms = self.head.units, self.head.atoms()
        x = tf.reshape(x, [-1, values])
        error = tf.reduce_sum((x - tf.matmul(q.mean(), atoms))**2, axis=-1)
        error += tf.linalg.matvec(q.variance(), tf.reduce_sum(atoms**2, axis=-1))
        peak = values * (math.log(self.scale) + 0.5 * math.log(2 * math.pi))
        return -0.5 * error / self.scale**2 - peak

    def get_config(self) -> dict:
        return {**super().get_config(), "norm": self.norm, "fixed_norm": self.fixed_norm}
