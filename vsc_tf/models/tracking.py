"""Running means of the bound's terms, and where they first stopped being finite."""
import keras
import tensorflow as tf


@keras.saving.register_keras_serializable(package="vsc_tf")
class TermMeans(keras.metrics.Metric):
    """Means over observations of several terms at once.

    One vector in place of a `keras.metrics.Mean` each: a train step then updates two variables,
    not twenty. `result()` is a dict, which Keras merges into the logs.
    """

    def __init__(self, names, **kwargs):
        super().__init__(**kwargs)
        self.names = tuple(names)
        self.total = self.add_variable((len(self.names),), "zeros", name="total")
        self.count = self.add_variable((), "zeros", name="count")

    def update_state(self, values, sample_weight=None):
        """`values`: float32 `[terms, batch]`."""
        self.total.assign_add(tf.reduce_sum(values, axis=1))
        self.count.assign_add(tf.cast(tf.shape(values)[1], tf.float32))

    def result(self):
        means = tf.math.divide_no_nan(self.total.value, self.count.value)
        return dict(zip(self.names, tf.unstack(means, num=len(self.names))))

    def get_config(self):
        return {**super().get_config(), "names": self.names}


class Failure(keras.layers.Layer):
    """The first optimizer step whose terms were not finite, and those terms.

    It is kept inside the compiled step, so that the step is known exactly even where Keras
    looks at the logs only every `steps_per_execution` steps.
    """

    def __init__(self, terms, **kwargs):
        super().__init__(**kwargs)
        self.record = self.add_weight(
            shape=(1 + terms,), initializer=keras.initializers.Constant(-1.), trainable=False,
            dtype="float32", name="record")
        self.built = True

    def reset(self):
        self.record.assign(tf.fill(self.record.shape, -1.))

    def update(self, step, means):
        """Keeps `[step, *means]` of the first step at which `means` holds a NaN or infinity."""
        is_first = self.record[0] < 0.
        broke = tf.logical_not(tf.reduce_all(tf.math.is_finite(means)))
        now = tf.concat([[tf.cast(step, tf.float32)], means], axis=0)
        self.record.assign(tf.where(is_first & broke, now, self.record.value))
