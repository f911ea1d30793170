"""Training steps of which nothing is left to chance: what a resumed run needs to be the same."""
import keras
import tensorflow as tf

from vsc_tf import schedules

TRAIN, TEST = 0, 1  # Streams of random numbers; models/generative.py has three more.


class SteppedModel(keras.Model):
    """Training and test step, with noise and schedules that are functions of the optimizer step.

    All noise comes from `[seed, optimizer step, stream]`, and all schedules are functions of
    the step kept as `(begin, end, initial, final)` in a weight: a resumed run is the same run.

    A subclass defines `losses_and_terms`, `term_names` and `default_schedules`, and has the
    attributes `seed` and, of `models/tracking.py`, `means` and `failure`.
    """

    default_schedules = {}  # Name -> (begin, end, initial, final); see vsc_tf.schedules.
    term_names = ()

    def losses_and_terms(self, x, values, seed, training):
        """What is minimised, `[batch]`, and the terms that `term_names` names, each `[batch]`.

        Args:
            x: Raw observations `[batch, *shape]`.
            values: Name -> value of each schedule.
            seed: Integer tensor `[2]`, for stateless draws.
            training: Boolean.
        """
        raise NotImplementedError

    def build_schedules(self):
        """Adds the weight that keeps the schedules, at `default_schedules`."""
        self.schedules = self.add_weight(
            name="schedules", shape=(len(self.default_schedules), 4), trainable=False,
            dtype="float32", initializer="zeros")
        for name, schedule in self.default_schedules.items():
            self.set_schedule(name, schedule)

    def set_schedule(self, name, schedule):
        """Sets `(begin, end, initial, final)` of a named schedule, e.g. "slab_weight"."""
        row = list(self.default_schedules).index(name)
        rows = self.schedules.numpy()
        rows[row] = schedule
        self.schedules.assign(rows)

    def schedule_values(self, step):
        """Name -> value at an optimizer step, float32 scalars."""
        columns = tf.unstack(tf.convert_to_tensor(self.schedules), num=4, axis=1)
        return self._named(schedules.linear(step, *columns))

    def _named(self, values):
        names = list(self.default_schedules)
        return dict(zip(names, tf.unstack(values, num=len(names))))

    def train_step(self, data):
        x = keras.utils.unpack_x_y_sample_weight(data)[0]
        step = tf.cast(self.optimizer.iterations, tf.int32)
        values = self.schedule_values(step)
        with tf.GradientTape() as tape:
            losses, terms = self.losses_and_terms(x, values, self._seed(step, TRAIN), training=True)
            total = tf.reduce_mean(losses)
            if self.losses:  # Regularisers of the user's own layers.
                total += tf.add_n([tf.cast(value, tf.float32) for value in self.losses])
            total = self.optimizer.scale_loss(total)
        self._update(tape.gradient(total, self.trainable_weights))
        stacked = tf.stack([losses, *terms])
        self.means.update_state(stacked)
        self.failure.update(step, tf.reduce_mean(stacked, axis=1))
        return {**self.get_metrics_result(), **values}

    def _update(self, gradients):
        """One optimizer step: XLA goes over each weight once, Adam in a plain graph ten times."""
        def apply(gradients):
            self.optimizer.apply(gradients, self.trainable_weights)

        if self._compiles_parts():
            apply = tf.function(apply, jit_compile=True, autograph=False)
        apply(gradients)

    def _compiles_parts(self):
        """Whether XLA compiles what goes through many numbers: on a CPU, in a plain graph.

        There the matrix products are fastest outside of XLA (`benchmarks/speed.py`), which does
        not use a CPU's bfloat16 instructions, and the rest is fastest inside.
        """
        return not (self.jit_compile or self.run_eagerly or tf.distribute.has_strategy()
                    or tf.config.list_logical_devices("GPU"))

    def test_step(self, data):
        x = keras.utils.unpack_x_y_sample_weight(data)[0]
        final = self._named(self.schedules[:, 3])
        # The running count is 0 when an evaluation starts: it tells the batches apart.
        batch = tf.cast(self.means.count, tf.int32)
        seed = tf.random.fold_in(self._seed(0, TEST), batch)
        losses, terms = self.losses_and_terms(x, final, seed, training=False)
        self.means.update_state(tf.stack([losses, *terms]))
        return self.get_metrics_result()

    def _seed(self, step, stream):
        seed = tf.stack([tf.constant(self.seed, tf.int32), tf.cast(step, tf.int32)])
        return tf.random.fold_in(seed, stream)
