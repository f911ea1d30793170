"""Moments off a logarithmic scale."""
import numpy as np
import pytest
import tensorflow as tf

import vsc_tf
from vsc_tf import log_scale
from vsc_tf.scaling import Scaling

RNG = np.random.default_rng(0)


def moments(loc, scale):
    return [float(value) for value in log_scale.moments(tf.constant(loc), tf.constant(scale))]


@pytest.mark.parametrize(("loc", "scale"), [
    (2., 0.5), (0.1, 0.5), (-1., 0.8), (0., 0.3), (6., 0.1)])
def test_moments_are_those_of_draws(loc, scale):
    y = RNG.normal(loc, scale, 400_000)
    x = np.sign(y) * np.expm1(np.abs(y))
    mean, deviation = moments(loc, scale)
    assert abs(mean - x.mean()) < 4. * x.std() / np.sqrt(len(x))
    error = np.std((x - x.mean())**2) / np.sqrt(len(x))
    assert abs(deviation**2 - x.var()) < 4. * error


def test_far_above_0_they_are_a_log_normal_s_and_negative_numbers_mirror_positive_ones():
    mean, deviation = moments(5., 1e-3)
    assert mean == pytest.approx(np.exp(5. + 5e-7) - 1., rel=1e-5)
    assert deviation == pytest.approx(np.exp(5.) * 1e-3, rel=1e-3)
    above, below = moments(0.7, 0.9), moments(-0.7, 0.9)
    assert below == [pytest.approx(-above[0], rel=1e-5), pytest.approx(above[1], rel=1e-5)]


def test_what_a_model_of_counts_decodes_is_the_mean_of_its_draws():
    counts = RNG.poisson(0.8, (300, 4)).astype("float32")
    model = vsc_tf.VSC(2, encoder=vsc_tf.networks.mlp(4), decoder=vsc_tf.networks.mlp(4))
    model.adapt(counts)
    assert model.scaling.method == "log1p"
    z = tf.zeros([1, 2])
    draws = model.scaling.inverse(model.likelihood(model.decoder_features(z)).sample(100_000))
    found = model.raw(z)
    error = draws.numpy().std(axis=(0, 1)) / np.sqrt(100_000)
    assert (np.abs(found["mean"][0] - draws.numpy().mean(axis=(0, 1))) < 4. * error).all()
    np.testing.assert_allclose(found["scale"][0], draws.numpy().std(axis=(0, 1)), rtol=0.03)


def test_other_scalings_move_and_stretch():
    scaling = Scaling("standardise")
    scaling.adapt(RNG.normal(3., 2., (50, 2)))
    loc, scale = tf.constant([[0.5, -1.]]), tf.constant([[0.1, 2.]])
    mean, deviation = scaling.raw_moments(loc, scale)
    np.testing.assert_array_equal(mean, scaling.inverse(loc))
    np.testing.assert_array_equal(deviation, scaling.inverse_scale(scale))
