"""Log-variances: themselves where they are usual, bounded where they are not."""
import numpy as np
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from vsc_tf import log_variances


@settings(deadline=None)
@given(st.floats(-30, 30, width=32))
def test_usual_ones_stay(v):
    found = log_variances.bounded(tf.constant(v))
    np.testing.assert_allclose(found, v, rtol=0, atol=1e-30)  # The smallest floats become 0.


def test_beyond_them_the_slope_falls_from_one():
    v = tf.constant([30.001, 36., 66., -36.])
    with tf.GradientTape() as tape:
        tape.watch(v)
        found = log_variances.bounded(v)
    np.testing.assert_allclose(found, [30.001, 33., 30. + 6. - 36. / 42., -33.], rtol=1e-5)
    np.testing.assert_allclose(tape.gradient(found, v), [1., 0.25, (6. / 42.)**2, 0.25], rtol=1e-3)


@settings(deadline=None)
@given(st.floats(-2.**127, 2.**127, width=32))
def test_none_is_infinite_and_gradients_are_finite(v):
    v = tf.constant(v)
    with tf.GradientTape() as tape:
        tape.watch(v)
        found = log_variances.bounded(v)
    assert abs(found) <= log_variances.MOST + 1e-5 and 0. < tf.exp(found) < np.inf
    assert -1e-6 <= tape.gradient(found, v) <= 1. + 1e-6


def test_they_never_fall():
    v = np.linspace(-100, 100, 400, dtype="float32")
    assert (np.diff(log_variances.bounded(tf.constant(v))) >= -1e-5).all()
