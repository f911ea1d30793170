"""Sparse coding without an encoder: codes by FISTA, a dictionary by turns with them."""
import warnings

import numpy as np
import tensorflow as tf
from numpy.typing import ArrayLike

from vsc_tf import checks

_AT_ONCE = 1000  # Observations, of which the memory that is taken is a multiple.


@tf.function(reduce_retracing=True, autograph=False)
def _solve(x: tf.Tensor, atoms: tf.Tensor, penalty: tf.Tensor, steps: tf.Tensor,
           tolerance: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """`fista` of tensors, all observations at once, and whether it came to its end."""
    gram, target = tf.matmul(atoms, atoms, transpose_b=True), tf.matmul(x, atoms, transpose_b=True)
    # The largest eigenvalue is at most the largest sum of absolute values in a row; by powers it
    # is nearer, and 1 % more is safe.
    rate = 1. / (1.01 * _largest_eigenvalue(gram) + 1e-12)

    def step(i, z, y, momentum, moves):
        moved = y - rate * (tf.matmul(y, gram) - target)
        new = tf.sign(moved) * tf.nn.relu(tf.abs(moved) - rate * penalty)
        # Momentum that leads uphill is started again ([OC15]), observation by observation.
        uphill = tf.reduce_sum((y - new) * (new - z), axis=-1, keepdims=True) > 0.
        momentum = tf.where(uphill, 1., momentum)
        after = 0.5 * (1. + tf.sqrt(1. + 4. * momentum**2))
        ahead = new + (momentum - 1.) / after * (new - z)
        moves = tf.reduce_max(tf.abs(new - z)) > tolerance * tf.reduce_max(tf.abs(new))
        return i + 1, new, ahead, after, moves

    zeros = tf.zeros_like(target)
    _, z, _, _, moves = tf.while_loop(
        lambda i, z, y, momentum, moves: (i < steps) & moves, step,
        (tf.constant(0), zeros, zeros, tf.ones_like(zeros[:, :1]), tf.constant(True)))
    return z, ~moves


def _largest_eigenvalue(matrix):
    vector = tf.ones_like(matrix[:, :1]) + 0.01 * tf.cast(
        tf.range(tf.shape(matrix)[0])[:, tf.newaxis], matrix.dtype)
    for _ in range(50):
        vector = tf.matmul(matrix, vector)
        vector /= tf.norm(vector) + 1e-30
    return tf.norm(tf.matmul(matrix, vector))


def fista(x: ArrayLike, atoms: ArrayLike, penalty: float, steps: int = 1000,
          tolerance: float = 1e-6) -> np.ndarray:
    """Codes that minimise |x - z Phi|^2 / 2 + penalty |z|_1, one for each observation.

    The most probable codes of a linear generator with noise of variance v under a Laplace prior
    of scale b, where penalty = v / b. By proximal gradient steps with momentum ([BT09]) that is
    started again where it leads uphill ([OC15]); all observations at once.

    Args:
        x: Observations `[n, *shape]`.
        atoms: Dictionary `[latent_dim, *shape]`.
        penalty: Positive number.
        steps: Positive integer, the most steps.
        tolerance: Number of at least 0: it ends once no code value changes by more than that share
            of the largest. A warning says so if it has not after `steps`.

    Returns:
        float32 `[n, latent_dim]`, with exact zeros.

    Raises:
        ValueError: Shapes do not match, values are not finite, or an argument is not as said.

    >>> fista([[3., 0.5]], np.eye(2), penalty=1.).tolist()  # Orthogonal atoms: a soft threshold.
    [[2.0, 0.0]]
    """
    penalty = checks.positive("penalty", penalty)
    steps = checks.positive_integer("steps", steps)
    tolerance = checks.non_negative("tolerance", tolerance)
    x, atoms = checks.observations(x), checks.observations(atoms, what="atoms")
    if x.shape[1:] != atoms.shape[1:]:
        raise ValueError("Arguments `x` and `atoms` must hold observations of one shape. Received: "
                         f"shapes {x.shape} and {atoms.shape}.")
    x, atoms = x.reshape(len(x), -1), atoms.reshape(len(atoms), -1)
    parts = [_codes(x[i:i + _AT_ONCE], atoms, penalty, steps, tolerance)
             for i in range(0, len(x), _AT_ONCE)]
    if tolerance > 0. and not all(finished for _, finished in parts):
        warnings.warn(f"FISTA stopped after {steps} steps while codes still changed by more than "
                      f"{tolerance:g} of the largest. Give more steps, or a larger tolerance.")
    return np.concatenate([z for z, _ in parts])


def _codes(x, atoms, penalty, steps, tolerance):
    z, finished = _solve(
        tf.constant(x), tf.constant(atoms), tf.constant(penalty, tf.float32),
        tf.constant(steps), tf.constant(tolerance, tf.float32))
    return z.numpy(), bool(finished)


def fit_dictionary(x: ArrayLike, latent_dim: int, penalty: float, steps: int = 3000,
                   batch_size: int = 100, learning_rate: float = 0.5, decay: float = 0.05,
                   norm: float = 1., seed: int = 0) -> np.ndarray:
    """A dictionary learned by turns: codes of a batch by FISTA, then a step on the atoms.

    The MAP rival of [F22]. Each step goes down |x - z Phi|^2 / 2, the mean over the batch, with the
    codes held fixed, and then every atom gets its norm again: where atoms may grow, as in [F22],
    codes shrink and cost nothing (of 256 atoms of patches 217 were never used).

    Args:
        x: Observations `[n, *shape]`.
        latent_dim: Positive integer, number of atoms.
        penalty: Positive number, see `fista`.
        steps, batch_size: Positive integers.
        learning_rate: Positive number, of the first step.
        decay: Number in (0, 1), what is left of it at the last; it falls exponentially.
        norm: Positive number, of every atom.
        seed: Integer, of the atoms at first and of the batches.

    Returns:
        Atoms `[latent_dim, *shape]`, float32.

    >>> x = np.random.default_rng(0).normal(size=(20, 4))
    >>> fit_dictionary(x, latent_dim=3, penalty=0.1, steps=2, batch_size=10).shape
    (3, 4)
    """
    latent_dim = checks.positive_integer("latent_dim", latent_dim)
    steps = checks.positive_integer("steps", steps)
    penalty = checks.positive("penalty", penalty)
    learning_rate = checks.positive("learning_rate", learning_rate)
    decay, norm = checks.probability("decay", decay), checks.positive("norm", norm)
    x = checks.observations(x, batch_size=batch_size)
    checks.room(f"A dictionary of {latent_dim:,} atoms", latent_dim * x[0].size,
                "Give a smaller latent_dim, or smaller patches.")
    rows, rng = x.reshape(len(x), -1), np.random.default_rng(checks.seed(seed))
    atoms = _of_norm(norm, rng.normal(size=(latent_dim, rows.shape[1])).astype("float32"))
    for step in range(steps):
        batch = rows[rng.choice(len(rows), batch_size, replace=False)]
        z, _ = _codes(batch, atoms, penalty, steps=200, tolerance=1e-4)
        slope = z.T @ (batch - z @ atoms) / batch_size
        atoms = _of_norm(norm, atoms + np.float32(learning_rate * decay**(step / steps)) * slope)
    return atoms.reshape(latent_dim, *x.shape[1:])


def _of_norm(norm, atoms):
    return np.float32(norm) * atoms / np.linalg.norm(atoms, axis=1, keepdims=True)
