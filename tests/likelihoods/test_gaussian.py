"""Normal likelihoods, against float64 formulas."""
import numpy as np
import pytest
import tensorflow as tf

from vsc_tf.likelihoods import ColumnGaussian, FixedGaussian, LearnedGaussian, SharedGaussian
from vsc_tf.scaling import Scaling


def normal_log_prob(x, loc, variance):
    return -0.5 * (np.log(2 * np.pi * variance) + (x - loc) ** 2 / variance)


@pytest.mark.parametrize("scale", [0.1, 1.0, 3])
def test_fixed_gaussian_log_prob_matches_its_formula(given, scale, rng):
    loc, x = rng.normal(size=6), rng.normal(size=6)
    d = given(FixedGaussian(scale), loc)
    expected = normal_log_prob(x, loc, scale**2).sum()
    assert float(d.log_prob(x[None])[0]) == pytest.approx(expected, rel=1e-5)
    np.testing.assert_allclose(d.mean()[0], loc, rtol=1e-6)


@pytest.mark.parametrize("v", [-1e4, -2.0, 0.0, 3.0, 1e4])
def test_column_gaussian_has_a_bounded_scale_for_each_value(given, v, rng):
    loc, x = rng.normal(size=6), rng.normal(size=6)
    layer = ColumnGaussian(scale=0.7, low=0.1, high=3.0)
    np.testing.assert_allclose(given(layer, loc).stddev(), np.full([1, 6], 0.7), rtol=1e-5)
    layer.log_scale.assign([v] + [0.0] * 5)
    scale = 0.1 * 30.0 ** np.r_[1 / (1 + np.exp(-v)) if v > -1e3 else 0.0, np.full(5, 0.5)]
    d = layer(tf.ones([1, 1]))
    np.testing.assert_allclose(
        d.log_prob(x[None])[0], normal_log_prob(x, loc, scale**2).sum(), rtol=1e-4)


def test_shared_gaussian_has_one_bounded_scale(given, rng):
    loc, x = rng.normal(size=6), rng.normal(size=6)
    layer = SharedGaussian(scale=0.7, low=0.1, high=3.0)
    np.testing.assert_allclose(given(layer, loc).stddev(), np.full([1, 6], 0.7), rtol=1e-5)
    assert layer.log_scale.shape == (1,)
    layer.log_scale.assign([0.4])
    scale = 0.1 * 30.0 ** (1 / (1 + np.exp(-0.4)))
    np.testing.assert_allclose(layer(tf.ones([1, 1])).log_prob(x[None])[0],
                               normal_log_prob(x, loc, scale**2).sum(), rtol=1e-4)


def test_shared_gaussian_goes_with_images(rng):
    layer = SharedGaussian(event_shape=(4, 3, 2))
    d = layer(tf.constant(rng.normal(size=(5, 4, 3, 2)), tf.float32))
    assert (d.batch_shape, d.event_shape) == ((5,), (4, 3, 2))
    assert layer.log_scale.shape == (1, 1, 1)


@pytest.mark.parametrize("scale", [0.03, 2.0, 5.0])
def test_column_gaussian_starts_between_its_bounds(scale):
    with pytest.raises(ValueError, match="`scale` must lie between `low` and `high`. Received: "
                                         f"scale={scale}, low=0.03"):
        ColumnGaussian(scale)


def test_learned_gaussian_log_prob_matches_its_formula(given, rng):
    loc, log_variance, x = (rng.normal(size=6) for _ in range(3))
    d = given(LearnedGaussian(variance_floor=0.01), loc, log_variance)
    expected = normal_log_prob(x, loc, 0.01 + np.exp(log_variance)).sum()
    assert float(d.log_prob(x[None])[0]) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("layer", [FixedGaussian(mean_activation="sigmoid"),
                                   LearnedGaussian(mean_activation="sigmoid")],
                         ids=lambda layer: type(layer).__name__)
def test_mean_activation_is_applied_to_the_mean_only(given, layer, rng):
    loc, log_variance = np.array([-2.0, 0.0, 3.0]), np.array([-1.0, 0.5, 2.0])
    d = given(layer, *(loc, log_variance)[:layer.params_per_value])
    np.testing.assert_allclose(d.mean()[0], 1 / (1 + np.exp(-loc)), rtol=1e-6)
    variance = 1e-6 + np.exp(log_variance) if layer.params_per_value == 2 else np.ones(3)
    np.testing.assert_allclose(d.variance()[0], variance, rtol=1e-5)


@pytest.mark.parametrize("floor", [1e-6, 1e-3])
def test_variance_floor_bounds_the_density_of_values_that_never_change(floor):
    # A head that has learned a constant pixel perfectly and drives its variance to 0.
    log_variance = tf.constant([[-1e4, -100.0, -20.0]])
    layer = LearnedGaussian(floor, event_shape=(3,))
    layer.build((None, 3))
    layer.head.set_weights([np.c_[np.zeros([3, 3]), np.eye(3)], np.zeros(6)])
    with tf.GradientTape() as tape:
        tape.watch(log_variance)
        log_prob = layer(log_variance).log_prob(tf.zeros([1, 3]))
    highest = 3 * normal_log_prob(0.0, 0.0, floor)
    assert highest - 0.01 < float(log_prob[0]) <= highest + 1e-4
    assert np.isfinite(tape.gradient(log_prob, log_variance)).all()


@pytest.mark.parametrize(("layer", "scale"), [
    (FixedGaussian(0.5), 0.5), (LearnedGaussian(0.01), np.sqrt(0.01 + np.exp(0.5)))],
    ids=["fixed", "learned"])
def test_mean_and_scale_come_in_raw_units(given, layer, scale):
    scaling = Scaling("standardise")
    scaling.build((None, 3))
    x = 20. + 5. * np.random.default_rng(0).normal(size=(50, 3)).astype("float32")
    scaling.adapt(x)
    loc, log_variance = np.array([-1., 0., 2.]), np.full(3, 0.5)
    raw = layer.raw(given(layer, *(loc, log_variance)[:layer.params_per_value]), scaling)
    np.testing.assert_allclose(raw["mean"][0], x.mean(0) + x.std(0) * loc, rtol=1e-5)
    np.testing.assert_allclose(raw["scale"][0], x.std(0) * scale, rtol=1e-5)


@pytest.mark.parametrize("value", [0, -1.0, True, "1", None, float("nan"), float("inf")])
def test_bad_scales_and_floors_are_named(value):
    with pytest.raises(ValueError, match="`scale` must be a positive number.*Received: scale="):
        FixedGaussian(value)
    with pytest.raises(ValueError, match="`variance_floor` must be a positive number"):
        LearnedGaussian(value)


def test_unknown_mean_activation_is_named():
    with pytest.raises(ValueError, match="activation function.*zigmoid"):
        FixedGaussian(mean_activation="zigmoid")
