"""Schedules at both ends, between, beyond, and inside a traced function."""
import keras
import numpy as np
import pytest
import tensorflow as tf

from vsc_tf import schedules
from vsc_tf.schedules import LinearDecay, linear


def values(steps, *schedule):
    return [float(linear(step, *schedule)) for step in steps]


def test_linear_before_at_between_and_after():
    assert values([0, 9, 10, 11, 15, 19, 20, 21, 10**6], 10, 20, 2.0, 4.0) == pytest.approx(
        [2, 2, 2, 2.2, 3, 3.8, 4, 4, 4], rel=1e-6)


@pytest.mark.parametrize("schedule", [
    pytest.param((10, 17, 0.0, 1.0), id="up"),
    pytest.param((10, 17, 1e-3, 0.0), id="down"),
    pytest.param((3, 3 + 9999, 50.0, 200.0), id="sharpness"),
    pytest.param((0, 3, 0.1, 0.7), id="inexact-in-binary"),
    pytest.param((7, 7, 5.0, 6.0), id="jump"),
])
def test_both_ends_are_exact(schedule):
    begin, end, initial, final = schedule
    before, after = np.float32(initial), np.float32(final)
    assert linear(max(begin - 1, 0), *schedule).numpy() == (before if begin else initial)
    if begin < end:
        assert linear(begin, *schedule).numpy() == before
        assert linear(end - 1, *schedule).numpy() != after
    assert linear(end, *schedule).numpy() == after
    assert linear(end + 1, *schedule).numpy() == after


def test_begin_equal_to_end_jumps_at_that_step():
    assert values([0, 6, 7, 8], 7, 7, 5.0, 6.0) == [5, 5, 6, 6]
    assert values([0, 1], 0, 0, 5.0, 6.0) == [6, 6]


@pytest.mark.parametrize("step", [2**31 - 1, 2**40, np.int64(2**62), 1e30])
def test_huge_steps_give_the_final_value(step):
    assert float(linear(step, 10, 200_000, 0.0, 1.0)) == 1.0
    assert float(linear(step, 10, 10, 0.0, 1.0)) == 1.0


def test_steps_are_told_apart_up_to_two_to_the_24():
    end = 2**24
    assert values([end - 1, end], end, end, 0.0, 1.0) == [0, 1]


def test_linear_never_leaves_its_range_and_never_turns():
    ramp = linear(tf.range(3000), 100, 2900, 0.0, 0.1).numpy()
    assert ramp.dtype == np.float32
    assert ramp.min() == 0 and ramp.max() == np.float32(0.1)
    assert (np.diff(ramp) >= 0).all()


def test_linear_is_the_same_inside_a_function_whatever_the_dtype_of_the_step():
    traced = tf.function(lambda step: linear(step, 10, 20, 0.0, 1.0))
    for dtype in (tf.int32, tf.int64, tf.float32):
        for step in (0, 10, 13, 20, 25):
            assert float(traced(tf.constant(step, dtype))) == float(linear(step, 10, 20, 0.0, 1.0))


def test_many_schedules_at_once_broadcast():
    columns = np.transpose([(0, 10, 0.0, 1.0), (5, 5, 3.0, 4.0), (10, 20, 1.0, 0.0)])
    np.testing.assert_allclose(linear(5, *columns), [0.5, 4, 1])


def test_slab_warm_up_is_exactly_zero_then_linear_then_exactly_one():
    warm_up = schedules.slab_warm_up(15, 5)
    assert values([0, 14, 15], *warm_up) == [0, 0, 0]
    assert values([16, 18], *warm_up) == pytest.approx([0.2, 0.6])
    assert values([20, 21, 70], *warm_up) == [1, 1, 1]


def test_slab_warm_up_without_a_ramp_jumps():
    assert values([0, 14, 15], *schedules.slab_warm_up(15, 0)) == [0, 0, 1]
    assert values([0], *schedules.slab_warm_up(0, 0)) == [1]


@pytest.mark.parametrize(("schedule", "expected"), [  # At steps 0, 50, 100 and 101.
    pytest.param(schedules.gate_sharpness(100), [50, 125, 200, 200], id="gate_sharpness"),
    pytest.param(schedules.gate_sharpness(100, 10.0, 20.0), [10, 15, 20, 20], id="own-values"),
    pytest.param(schedules.sparsity_ramp(100), [0, 0.5, 1, 1], id="sparsity_ramp"),
    pytest.param(schedules.sparsity_ramp(50, 50), [0, 0, 1, 1], id="sparsity_ramp-later"),
    pytest.param(schedules.constant(3.0), [3, 3, 3, 3], id="constant"),
])
def test_named_schedules(schedule, expected):
    assert values([0, 50, 100, 101], *schedule) == expected


@pytest.mark.parametrize("begin", [20, 60], ids=["drop", "ramp"])
def test_learning_rate_has_both_ends_and_the_middle(begin):
    rate = LinearDecay(1e-3, 1e-4, begin, 60)
    for step, expected in ((0, 1e-3), (begin - 1, 1e-3), (60, 1e-4), (10**6, 1e-4)):
        assert float(rate(step)) == np.float32(expected)
    middle = 0.5 * (begin + 60)
    if begin < 60:
        assert float(rate(middle)) == pytest.approx(5.5e-4)


def test_learning_rate_survives_keras_serialisation():
    rate = LinearDecay(1e-3, 1e-4, 5, 9)
    restored = keras.optimizers.schedules.deserialize(keras.optimizers.schedules.serialize(rate))
    assert isinstance(restored, LinearDecay)
    assert restored.get_config() == rate.get_config()
    assert [float(restored(s)) for s in range(12)] == [float(rate(s)) for s in range(12)]


def test_learning_rate_is_what_the_optimizer_uses_and_keeps():
    optimizer = keras.optimizers.SGD(LinearDecay(1.0, 0.25, 2, 2))
    weight = keras.Variable(10.0)
    seen = [10.0]
    for _ in range(4):
        optimizer.apply([tf.constant(1.0)], [weight])
        seen.append(float(weight))
    assert seen == [10, 9, 8, 7.75, 7.5]  # Steps 0 and 1 at the first rate.
    restored = keras.optimizers.SGD.from_config(optimizer.get_config())
    restored.build([weight])
    assert float(restored.learning_rate) == 1.0


def test_one_cycle_rises_to_its_peak_falls_to_nothing_and_stays_there():
    rate = schedules.OneCycle(2.0, steps=200, rise=0.1, start=0.25)
    found = [float(rate(step)) for step in range(0, 260, 10)]
    assert found[0] == 0.5 and found[2] == 2.0 and found[20] == pytest.approx(0., abs=1e-6)
    assert found[:3] == sorted(found[:3]) and found[2:21] == sorted(found[2:21], reverse=True)
    assert found[11] == pytest.approx(1.0, rel=1e-5) and found[21:] == [found[20]] * 5
