"""Distributions of any parameters that a network may give: finite, and true to each other."""
import inspect

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from tensorflow_probability import distributions as tfd

from tests.distributions import examples

PARAMETERS = {"logits": st.floats(-120., 120., width=32), "loc": st.floats(-1e3, 1e3, width=32),
              **{name: st.floats(np.float32(1e-6).item(), 1e3, width=32)
                 for name in ("scale", "threshold", "rate")},
              "concentration": st.floats(np.float32(0.1).item(), 1e3, width=32)}
NOISE = st.tuples(st.floats(1e-6, 1. - 1e-6), st.floats(-5., 5.))


def drawn(data, kind):
    names = [name for name in inspect.signature(kind).parameters if name in PARAMETERS]
    return kind(**{name: tf.constant([data.draw(PARAMETERS[name], name)], tf.float32)
                   for name in names})


@pytest.mark.parametrize("kind", examples.EXAMPLES, ids=lambda kind: kind.__name__)
@given(data=st.data(), noise=NOISE)
@settings(max_examples=25, deadline=None)
def test_draws_and_modes_are_finite_and_have_a_density(kind, data, noise):
    d = drawn(data, kind)
    uniform, normal = (tf.constant([value], tf.float32) for value in noise)
    for x in (d.from_noise(uniform, normal), d.mode(), d.mean()):
        assert x.shape == [1] and x.dtype == tf.float32 and np.isfinite(x).all()
    if kind.has_density:
        assert np.isfinite(d.log_prob(d.from_noise(uniform, normal))).all()


@pytest.mark.parametrize("kind", [kind for kind in examples.WITH_DENSITY
                                  if "logits" in inspect.signature(kind).parameters],
                         ids=lambda kind: kind.__name__)
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_the_density_at_zero_is_the_chance_to_be_off(kind, data):
    d = drawn(data, kind)
    expected = -np.logaddexp(0., np.asarray(d.logits, "float64"))  # log(1 - sigmoid(logits))
    np.testing.assert_allclose(d.log_prob(tf.zeros(1)), expected, rtol=1e-5, atol=1e-37)


@pytest.mark.parametrize(("q", "p"), examples.FEWER_PAIRS, ids=lambda kind: kind.__name__)
@given(data=st.data())
@settings(max_examples=15, deadline=None)
def test_divergences_are_never_below_zero_or_nan(q, p, data):
    divergence = tfd.kl_divergence(drawn(data, q), drawn(data, p)).numpy().item()
    assert divergence >= -1e-3  # Infinite where float32 holds no larger one.
    if q is p:
        same = drawn(data, q)
        # Of terms as large as (loc / scale)^2 float32 keeps seven digits.
        rounding = 1e-6 * float(tf.reduce_max((getattr(same, "loc", 0.) / same.scale)**2))
        assert abs(tfd.kl_divergence(same, same).numpy().item()) < 1e-3 + rounding
