"""Schedules as closed-form functions of the step, so that resumed runs are unchanged."""
import math
from typing import Any

import keras
import tensorflow as tf

Schedule = tuple[float, float, float, float]  # (begin, end, initial, final); see `linear`.
Values = dict[str, tf.Tensor]  # Name -> value of each schedule, at one step.


def linear(step: tf.Tensor | float, begin: tf.Tensor | float, end: tf.Tensor | float,
           initial: tf.Tensor | float, final: tf.Tensor | float) -> tf.Tensor:
    """`initial` until `begin`, `final` from `end` on, linear in between.

    Both end values are exact, with no accumulated rounding. Steps are exact up to 2^24 (16.7
    million), the limit of integers in float32.

    Args:
        step: Integer or float tensor, the number of optimizer steps taken.
        begin, end: Steps. With `begin == end` the value jumps at that step.
        initial, final: Values at the two ends.

    Returns:
        A float32 tensor of the broadcast shape.

    >>> [linear(step, 10, 20, 0., 1.).numpy().item() for step in (0, 10, 15, 20, 99)]
    [0.0, 0.0, 0.5, 1.0, 1.0]
    """
    step, begin, end, initial, final = (
        tf.cast(value, tf.float32) for value in (step, begin, end, initial, final))
    fraction = (step - begin) / tf.maximum(end - begin, 1.)
    between = initial + (final - initial) * tf.clip_by_value(fraction, 0., 1.)
    return tf.where(step >= end, final, between)


def slab_warm_up(warmup_steps: int, ramp_steps: int) -> Schedule:
    """(begin, end, initial, final) of lambda in [T20] eq. 7: exactly 0, linear, exactly 1."""
    return (warmup_steps, warmup_steps + ramp_steps, 0., 1.)


def gate_sharpness(steps: int, initial: float = 50., final: float = 200.) -> Schedule:
    """(begin, end, initial, final) of c in the relaxed gate; 50 to 200 in [T20] supplement B."""
    return (0, steps, initial, final)


def sparsity_ramp(ramp_steps: int, warmup_steps: int = 0, weight: float = 1.) -> Schedule:
    """(begin, end, initial, final) of the sparsity term's weight: 0, linear, exactly `weight`."""
    return (warmup_steps, warmup_steps + ramp_steps, 0., weight)


def constant(value: float) -> Schedule:
    """(begin, end, initial, final) of a value that never changes.

    >>> linear(7, *constant(3.)).numpy().item()
    3.0
    """
    return (0, 0, value, value)


@keras.saving.register_keras_serializable(package="vsc_tf")
class OneCycle(keras.optimizers.schedules.LearningRateSchedule):
    """Learning rate that rises to `peak` along a cosine, then falls to 0 along another.

    Args:
        peak: Positive number.
        steps: Positive integer, optimizer steps of the whole run.
        rise: Share of the run until the peak; 0.05 in [F22].
        start: Share of the peak that it starts from.

    >>> rate = OneCycle(1e-3, steps=1000)
    >>> [round(1e3 * float(rate(step)), 3) for step in (0, 50, 525, 1000)]
    [0.04, 1.0, 0.5, 0.0]
    """

    def __init__(self, peak: float, steps: int, rise: float = 0.05, start: float = 0.04) -> None:
        self.peak, self.steps, self.rise, self.start = peak, steps, rise, start

    def __call__(self, step: tf.Tensor | float) -> tf.Tensor:
        share = tf.clip_by_value(tf.cast(step, tf.float32) / self.steps, 0., 1.)
        up = 0.5 - 0.5 * tf.cos(math.pi * share / self.rise)
        down = 0.5 + 0.5 * tf.cos(math.pi * (share - self.rise) / (1. - self.rise))
        rising = self.start + (1. - self.start) * up
        return self.peak * tf.where(share < self.rise, rising, down)

    def get_config(self) -> dict[str, Any]:
        """Keras configuration of the schedule."""
        return {"peak": self.peak, "steps": self.steps, "rise": self.rise, "start": self.start}


@keras.saving.register_keras_serializable(package="vsc_tf")
class LinearDecay(keras.optimizers.schedules.LearningRateSchedule):
    """Learning rate `initial` until step `begin`, then linear to `final` at step `end`.

    With `begin == end` it drops in one step, as in the code published with [T20].

    >>> rate = LinearDecay(1e-3, 1e-4, 20_000, 20_000)
    >>> [round(float(rate(step)), 6) for step in (0, 19_999, 20_000)]
    [0.001, 0.001, 0.0001]
    """

    def __init__(self, initial: float, final: float, begin: int, end: int) -> None:
        self.initial, self.final, self.begin, self.end = initial, final, begin, end

    def __call__(self, step: tf.Tensor | float) -> tf.Tensor:
        return linear(step, self.begin, self.end, self.initial, self.final)

    def get_config(self) -> dict[str, Any]:
        """Keras configuration of the schedule."""
        return {"initial": self.initial, "final": self.final, "begin": self.begin,
                "end": self.end}
