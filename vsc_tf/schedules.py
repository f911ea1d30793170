"""Schedules as closed forms of the optimizer step, so that a resumed run is the same run."""
import keras
import tensorflow as tf

Schedule = tuple[float, float, float, float]  # (begin, end, initial, final); see `linear`.


def linear(step, begin, end, initial, final):
    """`initial` until `begin`, `final` from `end` on, a straight line between.

    Both ends are exact, not the result of accumulated increments. Steps are exact up to
    2^24 = 16.7 million, where float32 stops counting.

    Args:
        step: Integer or float tensor, the number of optimizer steps taken.
        begin, end: Steps. With `begin == end` the value jumps at that step.
        initial, final: Values at the two ends.

    Returns a float32 tensor of the broadcast shape.

    >>> [linear(step, 10, 20, 0., 1.).numpy().item() for step in (0, 10, 15, 20, 99)]
    [0.0, 0.0, 0.5, 1.0, 1.0]
    """
    step, begin, end, initial, final = (
        tf.cast(value, tf.float32) for value in (step, begin, end, initial, final))
    fraction = (step - begin) / tf.maximum(end - begin, 1.)
    between = initial + (final - initial) * tf.clip_by_value(fraction, 0., 1.)
    return tf.where(step >= end, final, between)


def slab_warm_up(warmup_steps, ramp_steps):
    """(begin, end, initial, final) of lambda in [T20] eq. 7: exactly 0, linear, exactly 1."""
    return (warmup_steps, warmup_steps + ramp_steps, 0., 1.)


def gate_sharpness(steps, initial=50., final=200.):
    """(begin, end, initial, final) of c in the relaxed gate, [T20] supplement B: 50 to 200."""
    return (0, steps, initial, final)


def sparsity_ramp(ramp_steps, warmup_steps=0, weight=1.):
    """(begin, end, initial, final) of the sparsity term's weight: 0, linear, exactly `weight`."""
    return (warmup_steps, warmup_steps + ramp_steps, 0., weight)


def constant(value):
    """(begin, end, initial, final) of a value that never changes.

    >>> linear(7, *constant(3.)).numpy().item()
    3.0
    """
    return (0, 0, value, value)


@keras.saving.register_keras_serializable(package="vsc_tf")
class LinearDecay(keras.optimizers.schedules.LearningRateSchedule):
    """Learning rate `initial` until step `begin`, then linear to `final` at step `end`.

    With `begin == end` it drops at once, as the rates published with [T20] do.

    >>> rate = LinearDecay(1e-3, 1e-4, 20_000, 20_000)
    >>> [round(float(rate(step)), 6) for step in (0, 19_999, 20_000)]
    [0.001, 0.001, 0.0001]
    """

    def __init__(self, initial, final, begin, end):
        self.initial, self.final, self.begin, self.end = initial, final, begin, end

    def __call__(self, step):
        return linear(step, self.begin, self.end, self.initial, self.final)

    def get_config(self):
        return {"initial": self.initial, "final": self.final, "begin": self.begin,
                "end": self.end}
