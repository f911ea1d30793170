"""What a model keeps of its training: schedules, the run it is in, running means, a failure.

Files keep these by name, so that one with more or other schedules than the version that wrote a
file reads it all the same.
"""
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import ArrayLike

from vsc_tf import schedules
from vsc_tf.named_weights import NamedWeights
from vsc_tf.schedules import Schedule, Values


class Kept(NamedWeights):
    """Base: a layer of numbers that training does not change by gradients."""

    def __init__(self, **kwargs: Any):
        super().__init__(**kwargs)
        self.built = True

    def keep(self, name: str, value: ArrayLike) -> keras.Variable:
        """Adds a weight of that name and value."""
        value = np.asarray(value, "float32")
        return self.add_weight(
            name=name, shape=value.shape, trainable=False, dtype="float32", autocast=False,
            initializer=keras.initializers.Constant(value), aggregation="only_first_replica")


class Schedules(Kept):
    """Named schedules, each `(begin, end, initial, final)` in a weight of its own.

    Args:
        defaults: Name -> (begin, end, initial, final); see `vsc_tf.schedules.linear`.
    """

    def __init__(self, defaults: dict[str, Schedule], **kwargs: Any):
        super().__init__(**kwargs)
        self.rows = {name: self.keep(name, schedule) for name, schedule in defaults.items()}

    def values(self, step: tf.Tensor) -> Values:
        """Name -> value at an optimizer step, float32 scalars."""
        return {name: schedules.linear(step, *tf.unstack(tf.convert_to_tensor(row)))
                for name, row in self.rows.items()}

    def final_values(self) -> Values:
        """Name -> value that the schedule ends with."""
        return {name: tf.convert_to_tensor(row)[3] for name, row in self.rows.items()}

    def get_config(self) -> dict:
        rows = {name: row.numpy().tolist() for name, row in self.rows.items()}
        return {**super().get_config(), "defaults": rows}


class Rate:
    """The learning rate that a run began with, and the one that the step before left behind.

    They go with the optimizer's own: where the weights of an earlier epoch are set again, that one
    stays. So a file has them, but as this is no layer, `get_weights` has not. 0: no rate is shaped.
    """

    def __init__(self) -> None:
        kwargs = {"trainable": False, "dtype": "float32", "autocast": False,
                  "aggregation": "only_first_replica"}
        self.compiled = keras.Variable(0., name="compiled_rate", **kwargs)
        self.last = keras.Variable(0., name="last_rate", **kwargs)


class Run(Kept):
    """The run of a recipe that a model is in: where it began, how long it is, its rate and noise.

    Written once when a run begins and restored with the model, so a resumed run goes on as it
    would have. `steps` is 0 before the first run.
    """

    def __init__(self, **kwargs: Any):
        super().__init__(**kwargs)
        self.adapted = self.keep("adapted", 0.)  # Whether the model was fitted to its data.
        self.first, self.steps = self.keep("first", 0.), self.keep("steps", 0.)
        self.rate = Rate()
        self.factor = self.keep("factor", schedules.constant(1.))
        self.noise = self.keep("noise", 0.)  # On scaled values, a standard deviation.

    def begin(self, first: int, steps: int, factor: Schedule, rate: float | None,
              noise: float) -> None:
        """Starts a run of so many steps at optimizer step `first`.

        Args:
            factor: (begin, end, initial, final) of the factor on the rate, from `first` on.
            rate: The compiled learning rate; `None` if that is a schedule of the user's own.
            noise: Standard deviation of noise on scaled observations.
        """
        begin, end, *values = factor
        self.first.assign(first)
        self.steps.assign(steps)
        self.noise.assign(noise)
        self.factor.assign((first + begin, first + end, *values))
        if rate is not None and rate == float(self.rate.last.numpy()):
            rate = float(self.rate.compiled.numpy())  # The run before left it so.
        self.rate.compiled.assign(rate or 0.)
        self.rate.last.assign(0.)

    def forget_rate(self) -> None:
        """Takes the rate anew when the next run begins: the optimizer is another one."""
        self.rate.compiled.assign(0.)
        self.rate.last.assign(0.)

    def learning_rate(self, step: tf.Tensor, now: tf.Tensor) -> tf.Tensor:
        """The compiled rate times the recipe's factor at an optimizer step.

        Args:
            step: The optimizer step.
            now: The optimizer's present rate. If it is not what the step before left, somebody
                (`keras.callbacks.ReduceLROnPlateau`) has changed it, and the compiled rate
                changes by as much.
        """
        last = tf.convert_to_tensor(self.rate.last)
        changed = tf.where(last > 0., tf.math.divide_no_nan(now, last), 1.)
        compiled = tf.convert_to_tensor(self.rate.compiled) * changed
        factor = schedules.linear(step, *tf.unstack(tf.convert_to_tensor(self.factor)))
        is_shaped = compiled > 0.
        rate = tf.where(is_shaped, compiled * factor, now)
        self.rate.compiled.assign(compiled)
        self.rate.last.assign(tf.where(is_shaped, rate, 0.))
        return rate

    def _own(self) -> list[keras.Variable]:
        return [*super()._own(), self.rate.compiled, self.rate.last]


@keras.saving.register_keras_serializable(package="vsc_tf")
class TermMeans(keras.metrics.Metric):
    """Means over observations of several terms at once, weighted where these have weights.

    One vector in place of a `keras.metrics.Mean` each: a train step then updates two variables,
    not twenty. `result()` is a dict, which Keras merges into the logs.
    """

    def __init__(self, names: Sequence[str], **kwargs: Any):
        super().__init__(**kwargs)
        self.names = tuple(names)
        self.total = self.add_variable((len(self.names),), "zeros", name="total",
                                       aggregation="only_first_replica")
        self.count = self.add_variable((), "zeros", name="count",
                                       aggregation="only_first_replica")
        self.rows = self.add_variable((), "zeros", name="rows", aggregation="only_first_replica")

    def update_state(self, values: tf.Tensor, sample_weight: Any = None) -> None:
        """`values`: sums of terms, of weights and of observations, float32 `[terms + 2]`."""
        self.total.assign_add(values[:-2])
        self.count.assign_add(values[-2])
        self.rows.assign_add(values[-1])

    def result(self) -> dict[str, tf.Tensor]:
        means = tf.math.divide_no_nan(
            tf.convert_to_tensor(self.total), tf.convert_to_tensor(self.count))
        return dict(zip(self.names, tf.unstack(means, num=len(self.names))))

    def save_own_variables(self, store: Any) -> None:
        """Nothing: it is about the present epoch."""

    def load_own_variables(self, store: Any) -> None:
        """Nothing, see `save_own_variables`."""

    def get_config(self) -> dict:
        return {**super().get_config(), "names": self.names}


class Failure(keras.layers.Layer):
    """The first optimizer step whose terms were not finite, and those terms.

    It is kept inside the compiled step, so that the step is known exactly even where Keras
    looks at the logs only every `steps_per_execution` steps. Not kept in files.
    """

    def __init__(self, terms: int, **kwargs: Any):
        super().__init__(**kwargs)
        self.terms = terms
        self.record = self.add_weight(
            shape=(1 + terms,), initializer=keras.initializers.Constant(-1.), trainable=False,
            dtype="float32", name="record", aggregation="only_first_replica")
        self.built = True

    def happened(self) -> bool:
        """Whether a step since `reset` had terms that were not finite."""
        return bool(self.record[0] >= 0.)

    def reset(self) -> None:
        """Forgets a failure."""
        self.record.assign(tf.fill(self.record.shape, -1.))

    def update(self, step: tf.Tensor, means: tf.Tensor) -> None:
        """Keeps `[step, *means]` of the first step at which `means` holds a NaN or infinity."""
        record = tf.convert_to_tensor(self.record)
        is_first = record[0] < 0.
        broke = tf.logical_not(tf.reduce_all(tf.math.is_finite(means)))
        now = tf.concat([[tf.cast(step, tf.float32)], means], axis=0)
        self.record.assign(tf.where(is_first & broke, now, record))

    def save_own_variables(self, store: Any) -> None:
        """Nothing: it is about the present run."""

    def load_own_variables(self, store: Any) -> None:
        """Nothing, see `save_own_variables`."""

    def get_config(self) -> dict:
        return {**super().get_config(), "terms": self.terms}
