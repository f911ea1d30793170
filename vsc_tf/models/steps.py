"""Training steps of which nothing is left to chance: what a resumed run needs to be the same."""
from typing import Any

import keras
import tensorflow as tf

from vsc_tf import moments, randomness, workers
from vsc_tf.models.tracking import Failure, Run, Schedules, TermMeans
from vsc_tf.schedules import Schedule, Values


class SteppedModel(keras.Model):
    """Training and test step, with noise and schedules that are functions of the optimizer step.

    All noise comes from `[seed, optimizer step, stream]` and is drawn for the global batch; all
    schedules are functions of the step kept in weights: a resumed run is the same run, and one
    on several replicas the same as on one.

    A subclass defines `losses_and_terms`, has `seed`, `term_names` and `default_schedules`, and
    calls `track` once it knows them.
    """

    seed: int
    term_names: tuple[str, ...]
    default_schedules: dict[str, Schedule]  # Name -> (begin, end, initial, final).

    def track(self) -> None:
        """Adds what is kept of training."""
        self.means = TermMeans(("loss", *self.term_names), name="means")
        self.failure = Failure(1 + len(self.term_names), name="failure")
        self.schedules = Schedules(self.default_schedules, name="schedules")
        self.run = Run(name="run")

    def losses_and_terms(self, x: tf.Tensor, values: Values, seed: tf.Tensor,
                         training: bool) -> tuple[tf.Tensor, tuple[tf.Tensor, ...]]:
        """What is minimised, `[batch]`, and the terms that `term_names` names, each `[batch]`.

        Args:
            x: Raw observations `[batch, *shape]`.
            values: Name -> value of each schedule.
            seed: Integer tensor `[2]`, for stateless draws.
            training: Whether draws may be relaxed.
        """
        raise NotImplementedError

    def with_noise(self, x: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        """What is trained on in place of `x`."""
        return x

    def set_schedule(self, name: str, schedule: tuple) -> None:
        """Sets `(begin, end, initial, final)` of a named schedule, e.g. "sparsity_weight"."""
        if name not in self.schedules.rows:
            raise ValueError(f"{type(self).__name__} has no schedule of that name. Received: "
                             f"{name!r}. It has {', '.join(self.schedules.rows) or 'none'}.")
        self.schedules.rows[name].assign(schedule)

    def schedule_values(self, step: int | tf.Tensor) -> Values:
        """Name -> value at an optimizer step, float32 scalars."""
        return self.schedules.values(step)

    def train_step(self, data: Any) -> dict[str, tf.Tensor]:
        x, weights = _observations_and_weights(data)
        step = tf.cast(tf.convert_to_tensor(self.optimizer.iterations), tf.int32)
        values = self.schedules.values(step)
        seed = randomness.seed_of(self.seed, step, randomness.TRAIN)
        with workers.sharing():
            x = self.with_noise(x, randomness.seed_of(self.seed, step, randomness.INPUT))
            with tf.GradientTape() as tape:
                losses, terms = self.losses_and_terms(x, values, seed, training=True)
                total = _share_of_global_mean(losses, weights)
                if self.losses:  # Regularisers of the user's own layers.
                    own = tf.add_n([tf.cast(value, tf.float32) for value in self.losses])
                    total += own / _replicas()
                total = self.optimizer.scale_loss(total)
            gradients = tape.gradient(total, self.trainable_weights)
            gradients, sums = _over_workers(gradients, _sums(losses, terms, weights))
        self._set_learning_rate(step)
        self._update(gradients)
        self.means.update_state(sums)
        self.failure.update(step, tf.math.divide_no_nan(sums[:-2], sums[-2]))
        return {**self.get_metrics_result(), **values}

    def test_step(self, data: Any) -> dict[str, tf.Tensor]:
        x, weights = _observations_and_weights(data)
        # The running count is 0 when an evaluation starts: it tells the batches apart.
        batch = tf.cast(tf.convert_to_tensor(self.means.rows), tf.int32)
        seed = tf.random.fold_in(randomness.seed_of(self.seed, 0, randomness.TEST), batch)
        losses, terms = self.losses_and_terms(
            x, self.schedules.final_values(), seed, training=False)
        self.means.update_state(_sums(losses, terms, weights))
        return self.get_metrics_result()

    @tf.function(reduce_retracing=True, autograph=False)
    def last_losses(self, x: tf.Tensor) -> tf.Tensor:
        """What is minimised, with the last values of all schedules, `[batch]`.

        The same noise each time, so that two sets of weights can be told apart.
        """
        seed = randomness.seed_of(self.seed, 0, randomness.TEST)
        return self.losses_and_terms(x, self.schedules.final_values(), seed, training=False)[0]

    def _set_learning_rate(self, step: tf.Tensor) -> None:
        """The compiled rate times the recipe's factor; a schedule of the user's own is left."""
        rate = self.optimizer.learning_rate
        if isinstance(rate, keras.Variable):
            rate.assign(self.run.learning_rate(step, tf.convert_to_tensor(rate)))

    def _update(self, gradients: list) -> None:
        """One optimizer step: XLA goes over each weight once, Adam in a plain graph ten times."""
        weights, most = self.trainable_weights, self.recipe.gradient_clip if self.recipe else 0.
        if not self.optimizer.built:
            self.optimizer.build(weights)

        def apply(gradients):
            if most:
                gradients = moments.clip(gradients, self.optimizer, weights, most)
            self.optimizer.apply(gradients, weights)

        if self.compiles_parts():
            apply = tf.function(apply, jit_compile=True, autograph=False)
        apply(gradients)

    def compiles_parts(self) -> bool:
        """Whether XLA compiles what goes through many numbers: on a CPU, in a plain graph.

        There the matrix products are fastest outside of XLA (`benchmarks/speed.py`), which does
        not use a CPU's bfloat16 instructions, and the rest is fastest inside.
        """
        return not (self.jit_compile or self.run_eagerly or tf.distribute.has_strategy()
                    or tf.config.list_logical_devices("GPU"))


def _observations_and_weights(data: Any) -> tuple[tf.Tensor, tf.Tensor | None]:
    """x and weights `[batch]` of a batch. What has weight 0 becomes a copy of what counts most:
    numbers that overflow would reach the gradients all the same, as 0 * inf."""
    x, _, weights = keras.utils.unpack_x_y_sample_weight(data)
    if weights is None:
        return x, None
    weights = tf.cast(tf.reshape(weights, [-1]), tf.float32)
    rows = tf.where(weights > 0., tf.range(tf.size(weights)),
                    tf.argmax(weights, output_type=tf.int32))
    return tf.gather(x, rows), weights


def _replicas() -> int:
    if workers.shared().count > 1:
        return workers.shared().count
    context = tf.distribute.get_replica_context()
    return 1 if context is None else context.num_replicas_in_sync


def _share_of_global_mean(losses: tf.Tensor, weights: tf.Tensor | None) -> tf.Tensor:
    """What this replica adds to the mean over the global batch: gradients are summed."""
    if weights is not None:
        total = workers.sum_over(_over_replicas(tf.reduce_sum(weights)), workers.shared())
        return tf.math.divide_no_nan(tf.reduce_sum(losses * weights), total)
    if _replicas() == 1:
        return tf.reduce_mean(losses)
    total, _ = randomness.rows_of_global_batch(tf.shape(losses)[0])
    return tf.reduce_sum(losses) / tf.cast(total, tf.float32)


def _sums(losses: tf.Tensor, terms: tuple[tf.Tensor, ...],
          weights: tf.Tensor | None) -> tf.Tensor:
    """Sums over the global batch: of losses and terms times their weights, of weights, of rows."""
    rows = tf.ones_like(losses)
    counted = tf.stack([losses, *terms, rows])
    if weights is not None:
        counted *= weights
    return _over_replicas(tf.reduce_sum(tf.concat([counted, rows[tf.newaxis]], axis=0), axis=1))


def _over_workers(gradients: list, sums: tf.Tensor) -> tuple[list, tf.Tensor]:
    """Gradients and sums of all workers, in one go: what a collective costs is mostly its start."""
    team = workers.shared()
    if team.count == 1:
        return gradients, sums
    found = [tf.convert_to_tensor(g) for g in gradients if g is not None]
    flat = tf.concat([tf.reshape(tensor, [-1]) for tensor in (*found, sums)], axis=0)
    parts = iter(tf.split(workers.sum_over(flat, team), [
        tensor.shape.num_elements() for tensor in (*found, sums)]))
    reduced = [None if g is None else tf.reshape(next(parts), g.shape) for g in gradients]
    return reduced, next(parts)


def _over_replicas(sums: tf.Tensor) -> tf.Tensor:
    if workers.shared().count > 1 or _replicas() == 1:
        return sums
    return tf.distribute.get_replica_context().all_reduce(tf.distribute.ReduceOp.SUM, sums)
