"""What all distributions of the library have in common."""
import inspect

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_probability as tfp

from vsc_tf import distributions

tfd = tfp.distributions

EXAMPLES = {  # Class -> parameters of batch shape [4, 3].
    distributions.SpikeAndSlab: {
        "logits": tf.reshape(tf.range(12.0) / 4 - 1.5, [4, 3]), "loc": tf.constant(0.5),
        "scale": tf.constant([1.0, 2.0, 0.1])},
}


@pytest.fixture(params=EXAMPLES, ids=lambda kind: kind.__name__)
def d(request):
    return request.param(**EXAMPLES[request.param])


def test_every_distribution_has_an_example():
    assert set(EXAMPLES) == {value for name in distributions.__all__ if inspect.isclass(
        value := getattr(distributions, name))}


def test_parameter_properties_name_the_parameters_of_the_constructor(d):
    properties = type(d).parameter_properties()
    assert set(properties) == set(EXAMPLES[type(d)])
    assert set(properties) <= set(inspect.signature(type(d)).parameters)


def test_draws_have_finite_density_and_the_distribution_s_dtype_and_shape(d):
    z = d.sample(7, seed=[0, 1])
    assert z.shape == [7, 4, 3] and z.dtype == d.dtype
    assert d.log_prob(z).shape == [7, 4, 3]
    assert np.isfinite(d.log_prob(z)).all()
    np.testing.assert_allclose(d.prob(z), np.exp(d.log_prob(z)), rtol=1e-5)


def test_moments_agree_with_each_other(d):
    assert d.mean().shape == d.variance().shape == [4, 3]
    np.testing.assert_allclose(d.stddev() ** 2, d.variance(), rtol=1e-5)


def test_divergence_to_itself_is_zero_and_to_others_positive(d):
    np.testing.assert_allclose(d.kl_divergence(d), np.zeros([4, 3]), atol=1e-6)
    other = type(d)(**{name: value + 0.5 for name, value in EXAMPLES[type(d)].items()})
    assert float(tf.reduce_min(d.kl_divergence(other))) > 0


def test_batch_can_be_sliced_copied_and_made_independent(d):
    np.testing.assert_allclose(d[1:3].mean(), d.mean()[1:3], rtol=1e-6)
    np.testing.assert_allclose(d.copy().mean(), d.mean())
    assert tfd.Independent(d, 1).log_prob(d.sample(seed=[0, 1])).shape == [4]


def test_crosses_function_boundaries(d):
    passed = tf.function(lambda x: x)(d)
    assert type(passed) is type(d)
    np.testing.assert_array_equal(passed.sample(seed=[0, 1]), d.sample(seed=[0, 1]))


def test_is_the_same_for_the_same_seed(d):
    np.testing.assert_array_equal(d.sample(5, seed=[2, 3]), d.sample(5, seed=[2, 3]))
    assert not np.array_equal(d.sample(5, seed=[2, 3]), d.sample(5, seed=[2, 4]))
