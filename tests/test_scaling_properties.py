"""Scaling of any numbers: there and back, row by row, whatever their size."""
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from vsc_tf.scaling import METHODS, Scaling

# Squares of more overflow, and of less than TINY underflow.
NUMBERS = st.floats(-2.**60, 2.**60, width=32, allow_subnormal=False)
TINY = 1e-18
X = arrays.arrays(np.float32, st.tuples(st.integers(1, 6), st.integers(1, 4)), elements=NUMBERS)


@pytest.mark.parametrize("method", METHODS)
@given(x=X, data=st.data())
@settings(max_examples=25, deadline=None)
def test_there_and_back_row_by_row(method, x, data):
    scaling = Scaling(method)
    scaling.adapt(x)
    scaled = scaling(x).numpy()
    assert scaled.shape == x.shape and scaled.dtype == np.float32 and np.isfinite(scaled).all()
    size = np.abs(x).max(axis=None if method in ("unit_norm", "centre") else 0, keepdims=True)
    back = scaling.inverse(scaled, like=x).numpy()
    # The last digit of a logarithm of up to 41.6 is 3.8e-6, and exp makes it a relative error.
    precision = 2e-5 if method == "log1p" else 4e-6
    assert (np.abs(back - x) <= precision * size + TINY).all()
    order = data.draw(st.permutations(range(len(x))))
    # Of one number, the last digit of the logarithm depends on the place in an array.
    width = float(scaling.width) if method == "log1p" else 0.
    digit = 4e-6 / width if width else 0.
    np.testing.assert_allclose(scaling(x[order]).numpy(), scaled[order], rtol=1e-6, atol=digit)


@pytest.mark.parametrize("method", METHODS)
@given(x=X)
@settings(max_examples=25, deadline=None)
def test_a_weight_of_two_is_a_row_twice(method, x):
    weighted, twice = Scaling(method), Scaling(method)
    weights = 1 + np.arange(len(x)) % 2
    weighted.adapt(x, weights)
    twice.adapt(np.repeat(x, weights, axis=0))
    for a, b in zip(weighted.get_weights(), twice.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6 * np.abs(x).max())
