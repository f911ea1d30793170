"""What happens between steps and epochs.

The schedules do not change anything while training: each puts `(begin, end, initial, final)`
into a weight of the model when training begins, and the compiled train step computes the value
from `optimizer.iterations`. So they work with any `steps_per_execution`, under XLA, and after a
resume; their values are among the logs.
"""
import math
import os
import pathlib
import time

import keras

from vsc_tf import schedules


class Schedule(keras.callbacks.Callback):
    """Base: sets the model's schedule `name` when training begins.

    Args:
        schedule: Function of `vsc_tf.schedules`.
        *steps: Its numbers of optimizer steps.
        **values: Its values, if it takes any.
    """

    name = None

    def __init__(self, schedule, *steps, **values):
        super().__init__()
        for count in steps:
            if isinstance(count, bool) or not isinstance(count, int) or count < 0:
                raise ValueError(f"{type(self).__name__} counts in optimizer steps, whole "
                                 f"numbers of at least 0. Received: {count!r}")
        for name, value in values.items():
            if (isinstance(value, bool) or not isinstance(value, (int, float))
                    or not 0 <= value < math.inf):
                raise ValueError(f"Argument `{name}` of {type(self).__name__} must be a number "
                                 f"of at least 0. Received: {name}={value!r}")
        self.schedule = schedule(*steps, **values)

    def on_train_begin(self, logs=None):
        if self.name not in getattr(self.model, "default_schedules", {}):
            raise ValueError(f"{type(self).__name__} needs a model with a schedule "
                             f"{self.name!r}. Received: {type(self.model).__name__}")
        self.model.set_schedule(self.name, self.schedule)


class SlabWarmUp(Schedule):
    """lambda of [T20] eq. 7: exactly 0, then linear to exactly 1.

    Args:
        warmup_steps: Optimizer steps at 0, where every slab is a standard Normal.
        ramp_steps: Optimizer steps from 0 to 1.

    >>> SlabWarmUp(15_000, 5_000).schedule  # From step, to step, first value, last value.
    (15000, 20000, 0.0, 1.0)
    """

    name = "slab_weight"

    def __init__(self, warmup_steps, ramp_steps):
        super().__init__(schedules.slab_warm_up, warmup_steps, ramp_steps)


class GateSharpness(Schedule):
    """Sharpness of the relaxed gate, linear over `steps`; [T20] supplement B: 50 to 200."""

    name = "gate_sharpness"

    def __init__(self, steps, initial=50., final=200.):
        super().__init__(schedules.gate_sharpness, steps, initial=initial, final=final)


class SparsityRamp(Schedule):
    """Weight of the sparsity term, 0 to 1 over `steps` optimizer steps."""

    name = "sparsity_weight"

    def __init__(self, steps):
        super().__init__(schedules.sparsity_ramp, steps)


class GatePenalty(Schedule):
    """L2 penalty on the gates' logits, from `weight` (nats) to 0 over `steps` optimizer steps.

    Ours, not in [T20]: it keeps gates from saturating before the decoder knows what the
    feature is for. A gate that is on or off for everything early gets no gradient later.
    """

    name = "gate_penalty_weight"

    def __init__(self, steps, weight=0.003):
        super().__init__(schedules.gate_penalty, steps, weight=weight)


class StopOnNaN(keras.callbacks.Callback):
    """Stops training with a FloatingPointError at the first loss that is not finite.

    The message names the exact optimizer step and the term that broke first. Put it before
    callbacks that save the model: what they saved last is then still good.
    """

    def on_train_batch_end(self, batch, logs=None):
        step, *means = self.model.failure.record.numpy()
        if step < 0:
            return
        terms = dict(zip(("loss", *self.model.term_names), means))
        broken = [name for name, mean in terms.items() if not math.isfinite(mean)
                  and not name.startswith(("loss", "elbo"))]  # Those are sums of the others.
        raise FloatingPointError(
            f"Training stopped at step {int(step)}: {', '.join(broken) or 'loss'} not finite. "
            "Try a smaller learning rate, a larger variance floor or another scaling.")


class LogStep(keras.callbacks.Callback):
    """Adds the optimizer step and the learning rate to the logs. Put it first."""

    def on_epoch_end(self, epoch, logs=None):
        logs["step"] = int(self.model.optimizer.iterations)
        logs["learning_rate"] = float(self.model.optimizer.learning_rate)


class Checkpoint(keras.callbacks.Callback):
    """Saves model and optimizer to one `.keras` file, whole or not at all.

    The file is written beside and renamed, so a process killed while saving leaves the one
    before. `model.save` keeps the optimizer's state; all noise follows from its step.

    Args:
        path: Where the file goes.
        seconds: At most one save in so many seconds, at the end of an epoch; 0 for each epoch.
    """

    def __init__(self, path, seconds=30.):
        super().__init__()
        self.path, self.seconds = pathlib.Path(path), seconds

    def on_train_begin(self, logs=None):
        self._last = time.monotonic()

    def on_epoch_end(self, epoch, logs=None):
        if time.monotonic() - self._last >= self.seconds:
            save(self.model, self.path)
            self._last = time.monotonic()

    def on_train_end(self, logs=None):
        save(self.model, self.path)


def save(model, path):
    """`model.save(path)` through a file beside it that is renamed when it is whole."""
    path = pathlib.Path(path)
    beside = path.with_name(f".{path.stem}.partial{path.suffix}")
    model.save(beside)
    with open(beside, "rb+") as file:
        os.fsync(file.fileno())
    os.replace(beside, path)
