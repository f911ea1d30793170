"""Noise as a function of `[seed, optimizer step, stream]`, the same on any number of replicas."""
import tensorflow as tf
from tensorflow_probability import distributions as tfd

from vsc_tf import workers

# Streams: what the noise is for. Two uses of one stream at the same step would be correlated.
TRAIN, TEST, GENERATE, WEIGHTS, SCORE, MISSING, INPUT = range(7)


def seed_of(seed: int, step: tf.Tensor | int, stream: int) -> tf.Tensor:
    """A seed `[2]` for stateless draws: after a resume it is the same again."""
    pair = tf.stack([tf.constant(seed, tf.int32), tf.cast(step, tf.int32)])
    return tf.random.fold_in(pair, stream)


def rows_of_global_batch(rows: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """(rows of the global batch, index there of the first of this replica's `rows`).

    Replicas may hold different numbers of rows: the last batch of a pass is ragged. Workers hold
    equal ones.
    """
    team = workers.shared()
    if team.count > 1:
        return rows * team.count, rows * team.rank
    context = tf.distribute.get_replica_context()
    if context is None or context.num_replicas_in_sync == 1:
        return rows, tf.zeros([], rows.dtype)
    rank = context.replica_id_in_sync_group
    mine = tf.one_hot(rank, context.num_replicas_in_sync, rows, 0, dtype=rows.dtype)
    counts = context.all_reduce(tf.distribute.ReduceOp.SUM, mine)
    first = tf.reduce_sum(tf.where(tf.range(context.num_replicas_in_sync) < rank, counts, 0))
    return tf.reduce_sum(counts), first


def _for_rows(draw, shape: tf.Tensor) -> tf.Tensor:
    """This replica's rows of noise that is drawn for the global batch, the axis before the last."""
    shape = tf.convert_to_tensor(shape)
    total, first = rows_of_global_batch(shape[-2])
    of_all = draw(tf.concat([shape[:-2], [total], shape[-1:]], axis=0))
    return of_all[..., first:first + shape[-2], :]


def normal(shape: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Standard Normal draws `[..., batch, latent_dim]`."""
    return _for_rows(lambda shape: tf.random.stateless_normal(shape, seed), shape)


def uniform(shape: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Uniform draws in (0, 1) `[..., batch, latent_dim]`."""
    # From 1e-30 on: log(0) would be an infinite logistic draw.
    return _for_rows(lambda shape: tf.random.stateless_uniform(shape, seed, minval=1e-30), shape)


def gamma(concentration: tf.Tensor, rate: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Gamma draws `[batch, latent_dim]`, one for each pair of parameters, with their gradients.

    On a CPU without XLA each replica gets its rows of what one device would draw. With XLA or on a
    GPU TFP draws by another method: replicas then get draws of the right distribution, but not
    those of one device.
    """
    rows = tf.shape(concentration)[0]
    total, first = rows_of_global_batch(rows)
    # Each draw is made of the noise of its place, so other replicas' rows may be anything.
    of_all = tf.pad(concentration, [[first, total - first - rows], [0, 0]], constant_values=1.)
    draws = tfd.Gamma(of_all, 1.).sample(seed=seed)[first:first + rows]
    return tf.maximum(draws, 1e-30) / rate  # Small concentrations underflow; no draw is 0.
