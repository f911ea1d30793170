"""Likelihoods of values between 0 and 1, against float64 formulas."""
import numpy as np
import pytest
import tensorflow as tf

from vsc_tf.likelihoods import Bernoulli, ContinuousBernoulli


def test_bernoulli_log_prob_is_minus_the_cross_entropy(given, rng):
    logits = np.array([-100.0, -3.0, 0.0, 2.0, 100.0])
    d = given(Bernoulli(), logits)
    for x in (np.array([0, 0, 1, 1, 1.0]), np.array([1, 1, 0, 0, 0.0]), rng.uniform(size=5)):
        log_on, log_off = -np.logaddexp(0, -logits), -np.logaddexp(0, logits)
        expected = np.sum(x * log_on + (1 - x) * log_off)
        assert float(d.log_prob(x[None])[0]) == pytest.approx(expected, rel=1e-5)
    np.testing.assert_allclose(d.mean()[0], 1 / (1 + np.exp(-logits)), rtol=1e-5, atol=1e-37)


LOGITS = [-50.0, -3.0, -0.1, -1e-3, 0.0, 1e-3, 0.05, 0.3, 2.0, 50.0]


@pytest.mark.parametrize("logit", LOGITS)
def test_continuous_bernoulli_integrates_to_one(given, logit):
    d = given(ContinuousBernoulli(), np.array([logit]))
    x = np.linspace(0, 1, 20_001, dtype=np.float32)[:, None]
    density = np.exp(d.log_prob(x).numpy().astype("float64"))
    # Trapezoid rule: h^2 / 12 times the slope's change, 50^2 at most: 5e-7; float32 logs: 1e-5.
    assert np.trapezoid(density, dx=1 / 20_000) == pytest.approx(1, abs=5e-5)


@pytest.mark.parametrize("logit", LOGITS)
def test_continuous_bernoulli_log_prob_matches_its_formula(given, logit):
    d = given(ContinuousBernoulli(), np.array([logit]))
    x = np.array([[0.0], [0.2], [0.9], [1.0]])
    # p^x (1-p)^(1-x) = exp(logit x) / (1 + exp(logit)); its integral over [0, 1] is
    # (exp(logit) - 1) / logit / (1 + exp(logit)), so C p^x (1-p)^(1-x) is as follows.
    log_norm = np.log(np.expm1(logit) / logit) if logit else 0.0
    np.testing.assert_allclose(
        d.log_prob(x), (logit * x - log_norm)[:, 0], rtol=1e-5, atol=2e-5)


def test_continuous_bernoulli_has_finite_gradients_everywhere():
    logits = tf.constant([[-120.0, -1.0, -1e-6, 0.0, 1e-6, 1.0, 120.0]])
    layer = ContinuousBernoulli(event_shape=(7,))
    layer.build((None, 7))
    layer.head.set_weights([np.eye(7), np.zeros(7)])
    for x in (0.0, 0.3, 1.0):
        with tf.GradientTape() as tape:
            tape.watch(logits)
            log_prob = layer(logits).log_prob(tf.fill([1, 7], x))
        assert np.isfinite(log_prob).all()
        assert np.isfinite(tape.gradient(log_prob, logits)).all()


@pytest.mark.parametrize("layer", [Bernoulli(), ContinuousBernoulli()],
                         ids=lambda layer: type(layer).__name__)
def test_values_outside_the_unit_interval_are_refused_by_name(layer):
    layer.check(np.array([[0., 0.5, 1.]]))
    for value in (-0.1, 1.1):
        with pytest.raises(ValueError, match=f"{type(layer).__name__} .*between 0"):
            layer.check(np.array([[0.5, value]]))
