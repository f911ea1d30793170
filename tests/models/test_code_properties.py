"""Codes of any rows: one for each, in order, whatever the batches; no bad row spoils another."""
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from vsc_tf import VSC, networks

ROWS = arrays.arrays(np.float32, st.tuples(st.integers(1, 9), st.just(4)),
                     elements=st.floats(-1e3, 1e3, width=32, allow_subnormal=False))


@pytest.fixture(scope="module")
def model():
    made = VSC(3, encoder=networks.mlp(6), decoder=networks.mlp(6), seed=0,
               likelihood="learned_gaussian", scaling="standardise")
    made.adapt(np.random.default_rng(0).normal(size=(50, 4)) * [1, 9, 1e3, .1])
    return made


@given(x=ROWS, batch_size=st.integers(1, 5), data=st.data())
@settings(max_examples=40, deadline=None)
def test_codes_are_of_their_rows(model, x, batch_size, data):
    codes = model.encode(x)
    order = data.draw(st.permutations(range(len(x))))
    for name, mine, other in zip(codes._fields, codes, model.encode(x[order], batch_size)):
        assert mine.shape == (len(x), 3), name
        np.testing.assert_allclose(other, mine[order], rtol=2e-4, atol=1e-4, err_msg=name)
    assert model.decode(codes.z, batch_size).shape == x.shape
    # Where no hidden unit is on, `loc` is the head's bias, which is 0 in a new model: on, but 0.
    np.testing.assert_array_equal(codes.z, np.where(codes.spike_probs > 0.5, codes.loc, 0.))


@given(x=ROWS, bad=st.integers(0, 8))
@settings(max_examples=20, deadline=None)
def test_a_bad_row_is_the_only_one(model, x, bad):
    bad %= len(x)
    alone = model.encode(x).z
    x = x.copy()
    x[bad, 0] = -3.4e38
    with pytest.warns(UserWarning, match=rf"\b{bad}\b"):
        z = model.encode(x).z
    assert np.isnan(z[bad]).all()
    np.testing.assert_allclose(np.delete(z, bad, 0), np.delete(alone, bad, 0), rtol=1e-4, atol=1e-5)
