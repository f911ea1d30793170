"""What happens between steps and epochs.

Recipes set all of a model's schedules (`vsc_tf.recipes`); these callbacks are for those who want
one alone. They do not change anything while training: each puts `(begin, end, initial, final)`
into a weight of the model when training begins, and the compiled train step computes the value
from `optimizer.iterations`. So they work with any `steps_per_execution`, under XLA, and after a
resume; their values are among the logs.
"""
import math
import os
import pathlib
import time
from collections.abc import Sequence
from typing import Any

import keras

from vsc_tf import checks, schedules
from vsc_tf.refinement import Rezero


class Schedule(keras.callbacks.Callback):
    """Base: sets the model's schedule `name` when training begins.

    Args:
        schedule: `(begin, end, initial, final)`, see `vsc_tf.schedules`.
    """

    name = ""

    def __init__(self, schedule: schedules.Schedule):
        super().__init__()
        begin, end, initial, final = schedule
        kind = type(self).__name__
        self.schedule = (checks.steps(kind, begin), checks.steps(kind, end),
                         checks.non_negative("initial", initial),
                         checks.non_negative("final", final))

    def on_train_begin(self, logs: dict | None = None) -> None:
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

    def __init__(self, warmup_steps: int, ramp_steps: int):
        super().__init__(schedules.slab_warm_up(
            *(checks.steps(type(self).__name__, steps) for steps in (warmup_steps, ramp_steps))))


class GateSharpness(Schedule):
    """Sharpness of the relaxed gate, linear over `steps`; [T20] supplement B: 50 to 200."""

    name = "gate_sharpness"

    def __init__(self, steps: int, initial: float = 50., final: float = 200.):
        super().__init__(schedules.gate_sharpness(steps, initial, final))


class SparsityRamp(Schedule):
    """Weight of the sparsity term: 0, then linear to exactly `weight`.

    Ours, not in [T20]: features that move few pixels are found before latents are given up.

    Args:
        ramp_steps: Optimizer steps from 0 to `weight`.
        warmup_steps: Optimizer steps at 0 before that.
        weight: What it ends with; 1 in [T20].
    """

    name = "sparsity_weight"

    def __init__(self, ramp_steps: int, warmup_steps: int = 0, weight: float = 1.):
        ramp_steps, warmup_steps = (
            checks.steps(type(self).__name__, steps) for steps in (ramp_steps, warmup_steps))
        weight = checks.non_negative("weight", weight)
        super().__init__(schedules.sparsity_ramp(ramp_steps, warmup_steps, weight))


class GatePenalty(Schedule):
    """L2 penalty on the gates' logits, `weight * sum_j logits_j^2` nats per observation.

    Ours, not in [T20]: it keeps gates from saturating. A gate that is on, or off, for every
    observation early in training gets no gradient later, however useful it would be to switch.

    Args:
        weight: Of the penalty, nats.
        steps: Optimizer steps until it has changed to `final_weight`, linearly; `None` keeps
            `weight` to the end.
        final_weight: Of the penalty after that, nats.
    """

    name = "gate_penalty_weight"

    def __init__(self, weight: float = 0.003, steps: int | None = None, final_weight: float = 0.):
        weight = checks.non_negative("weight", weight)
        final_weight = checks.non_negative("final_weight", final_weight)
        super().__init__(
            schedules.constant(weight) if steps is None else (0, steps, weight, final_weight))


class StopOnNaN(keras.callbacks.Callback):
    """Stops training with a FloatingPointError at the first loss that is not finite.

    The message names the exact optimizer step and the term that broke first. Put it before
    callbacks that save the model: what they saved last is then still good.
    """

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        step, *means = self.model.failure.record.numpy()
        if step < 0:
            return
        terms = dict(zip(("loss", *self.model.term_names), means))
        broken = [name for name, mean in terms.items() if not math.isfinite(mean)
                  and not name.startswith(("loss", "elbo"))]  # Those are sums of the others.
        raise FloatingPointError(
            f"Training stopped at step {int(step)}: {', '.join(broken) or 'loss'} not finite. "
            "Try a smaller learning rate, a larger variance floor or another scaling.")


class ProgressBar(keras.callbacks.ProgbarLogger):
    """Keras's progress bar with the few numbers that fit a line; the logs keep them all.

    Args:
        names: Which logs to show, with their `val_` twins.
    """

    def __init__(self, names: Sequence[str] = ("loss", "elbo", "l0")):
        super().__init__()
        self.names = names

    def _shown(self, logs):
        return {name: logs[name] for name in logs or () if name.removeprefix("val_") in self.names}

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        super().on_train_batch_end(batch, self._shown(logs))

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        super().on_epoch_begin(epoch, logs)
        self._began = time.monotonic()

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        if self.verbose != 2:
            super().on_epoch_end(epoch, self._shown(logs))
            return
        # Keras's own line shows a negative number as -8.6464e+01.
        values = "".join(f" - {name}: {_plain(value)}" for name, value in self._shown(logs).items())
        steps, seconds = self.target or self.seen, time.monotonic() - self._began
        print(f"{steps}/{steps} - {seconds:.0f}s - {1000 * seconds / steps:.0f}ms/step{values}",
              flush=True)


def _plain(value: float) -> str:
    """A number with what digits matter: -86.46, 0.0314.

    >>> _plain(-86.4642), _plain(0.03141), _plain(12345.678)
    ('-86.46', '0.0314', '12345.68')
    """
    return f"{value:.2f}" if abs(value) >= 1. else f"{value:.4f}"


class LogStep(keras.callbacks.Callback):
    """Adds the optimizer step and the learning rate to the logs. Put it first."""

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
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

    def __init__(self, path: str | pathlib.Path, seconds: float = 30.):
        super().__init__()
        self.path, self.seconds = pathlib.Path(path), seconds

    def on_train_begin(self, logs: dict | None = None) -> None:
        self._last = time.monotonic()

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        if time.monotonic() - self._last >= self.seconds:
            save(self.model, self.path)
            self._last = time.monotonic()

    def on_train_end(self, logs: dict | None = None) -> None:
        save(self.model, self.path)


__all__ = ["Checkpoint", "GatePenalty", "GateSharpness", "LogStep", "ProgressBar", "Rezero",
           "Schedule", "SlabWarmUp", "SparsityRamp", "StopOnNaN", "save"]


def save(model: keras.Model, path: str | pathlib.Path) -> None:
    """`model.save(path)` through a file beside it that is renamed when it is whole."""
    path = pathlib.Path(path)
    beside = path.with_name(f".{path.stem}.partial{path.suffix}")
    model.save(beside)
    with open(beside, "rb+") as file:
        os.fsync(file.fileno())
    os.replace(beside, path)
