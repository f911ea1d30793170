"""How long a run will take and how much memory it needs, said once it can be known."""
import resource
import time
from collections.abc import Callable

import keras
import tensorflow as tf

from ..durations import duration

MEASURED = 3.   # Seconds of steps from which the rest is estimated.
LONG = 60.      # Seconds from which on a run is worth a line.


class Estimate(keras.callbacks.Callback):
    """Says after the first steps how long the others will take, if that is long.

    The first call, in which the step is traced, does not count; what is done at the ends of epochs
    (validation, pictures, checkpoints) comes on top.

    Args:
        steps: Optimizer steps of the whole run.
        say: Takes the line.
    """

    def __init__(self, steps: int, say: Callable[[str], None] = print) -> None:
        super().__init__()
        self.steps, self.say = steps, say
        self._first: tuple[int, float] | None = None
        self._is_said = False

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        if self._is_said:
            return
        step, now = int(self.model.optimizer.iterations), time.monotonic()
        if self._first is None:
            self._first = step, now
            return
        first, began = self._first
        if now - began < MEASURED:
            return
        self._is_said = True
        rate = (step - first) / (now - began)
        if (left := (self.steps - step) / rate) >= LONG:
            self.say(f"\n{'Time':<10}about {duration(left)} for the other {self.steps - step:,} "
                     f"steps, {rate:,.1f} a second; {memory()}")


def memory() -> str:
    """The most memory this process has had so far, of a GPU too: a step needs no more later."""
    gib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20  # It is in KiB.
    text = f"memory {gib:.1f} GiB so far"
    if tf.config.list_logical_devices("GPU"):
        peak = tf.config.experimental.get_memory_info("GPU:0")["peak"] / 2**30
        text += f", {peak:.1f} GiB of the GPU"
    return text
