"""Values that are rounded: how coarsely, and what a density around them is worth."""
import keras
import numpy as np
import pytest
import scipy.stats
import tensorflow as tf
from tensorflow_probability import distributions as tfd

import vsc_tf
from vsc_tf.likelihoods import ColumnGaussian, Columns, SharedGaussian
from vsc_tf.likelihoods.rounding import Rounded, rounded, steps

RNG = np.random.default_rng(0)


@pytest.mark.parametrize(("column", "step"), [
    ([1, 2, 3, 4, 5, 5], 1.), ([0, 1, 1, 0], 1.), ([0., .5, 1., 7.], .5), ([3, 3, 3], 0.),
    ([0, 10, 10, np.nan, 20], 10.), ([np.nan, np.nan], 0.),
    ([0, 0, 0, 0, 0, .1, .1001], .1),          # Most rows are far from another value.
    ([1, 1, 1, 1.0000001, 3, 3], 2.)])         # Of one number, computed in two ways.
def test_a_step_is_how_far_a_typical_value_is_from_the_next(column, step):
    assert steps(np.array(column)[:, None]) == pytest.approx([step], abs=1e-6)


def test_numbers_that_are_not_rounded_have_next_to_none():
    x = RNG.normal(size=(20_000, 2))
    x[:10_000, 1] = 0.  # Half of a column is 0.
    assert steps(x).max() < 1e-3
    # Every part of a large array has its say.
    assert steps(np.r_[np.zeros((20_000, 1)), RNG.integers(0, 9, (60_000, 1))]) == [1.]


def test_rounding_adds_to_a_variance_what_is_measured():
    step, scale = 0.5, 0.4
    x = np.round(RNG.normal(0.3, scale, 400_000) / step) * step
    assert x.std() == pytest.approx(float(rounded(scale, step)), rel=5e-3)


def test_its_density_is_the_mean_over_a_step_and_bounds_the_probability_of_a_value():
    step, p = 0.8, Rounded(0.3, rounded(0.5, 0.8), 0.8)
    normal = scipy.stats.norm(0.3, np.sqrt(0.25 + 0.64 / 12.))
    x = np.arange(-2., 3.)[:, None] * step
    within = np.linspace(-0.5, 0.5, 20_001)[1::2] * step
    np.testing.assert_allclose(
        p.log_prob(x.ravel()), normal.logpdf(x + within).mean(axis=1), rtol=1e-5)
    probability = normal.cdf(x + step / 2.) - normal.cdf(x - step / 2.)
    assert (p.log_prob(x).numpy() < np.log(probability / step)).all()
    np.testing.assert_array_equal(Rounded(0.3, 0.5, 0.).log_prob(x),
                                  tfd.Normal(0.3, 0.5).log_prob(x))


def test_it_is_a_distribution_of_tfp_s():
    p = Rounded(tf.zeros([3, 2]), tf.constant([1., 2.]), tf.constant([0., 4.]))
    assert (p.batch_shape, p.event_shape) == ((3, 2), ())
    again = p.copy(loc=tf.ones([3, 2]))
    np.testing.assert_allclose(again.log_prob(1.), p.log_prob(0.))
    np.testing.assert_allclose(p[0].stddev(), p.stddev()[0])


@pytest.mark.parametrize("probs", [[0.5, 0.5], [0.05, 0.95], [0.1, 0.2, 0.4, 0.2, 0.1],
                                   [0.001, 0.999]])
def test_to_know_a_rounded_value_is_worth_about_its_entropy(probs):
    values, probs = np.arange(len(probs)), np.array(probs)
    variance = probs @ values**2 - (probs @ values)**2
    x = np.repeat(values, (probs * 10_000).astype(int))[:, None] / np.sqrt(variance)
    layer = ColumnGaussian(event_shape=(1,))
    layer.build((None, 1))
    layer.find_steps(x)
    step = float(layer.step[0])

    def best(error):
        """Mean log density of a column told with errors of this variance, by the best scale."""
        scales = [float(rounded(scale, step)) for scale in np.geomspace(0.03, 2., 200).tolist()]
        return max(float(Rounded(0., scale, step).log_prob(0.)) - error / 2. / scale**2
                   for scale in scales)

    entropy = -np.sum(probs * np.log(probs))
    assert best(0.) - best(1.) == pytest.approx(entropy, rel=0.2, abs=0.01)


@pytest.mark.parametrize("layer", [
    ColumnGaussian(event_shape=(2,)), Columns(event_shape=(2,)),
    Columns([("gaussian", 1), ("bernoulli", 1)], event_shape=(2,)),
    SharedGaussian(event_shape=(2,))], ids=["columns", "table", "some", "shared"])
def test_likelihoods_take_the_steps_of_their_data(layer):
    layer.build((None, 3))
    x = np.c_[np.arange(8) % 4 / 2., np.arange(8) % 2].astype("float32")
    before = layer.step.numpy()
    layer.find_steps(x)
    wanted = {(2,): [.5, 1.], (1,): [.5]}[layer.step.shape]
    np.testing.assert_allclose(layer.step, wanted)
    np.testing.assert_array_equal(before, 0.)


def test_a_model_of_answers_keeps_its_steps_in_its_file(tmp_path):
    x = RNG.integers(1, 6, (64, 3)).astype("float32")
    model = vsc_tf.VSC(2, encoder=vsc_tf.networks.mlp(4), decoder=vsc_tf.networks.mlp(4))
    model.adapt(x)
    np.testing.assert_allclose(model.likelihood.step, 1. / x.std(axis=0), rtol=1e-4)
    model.save(tmp_path / "answers.keras")
    again = keras.models.load_model(tmp_path / "answers.keras")
    np.testing.assert_array_equal(again.likelihood.step, model.likelihood.step)


def test_counts_on_a_log_scale_are_not_rounded():
    model = vsc_tf.VSC(2, encoder=vsc_tf.networks.mlp(4), decoder=vsc_tf.networks.mlp(4))
    model.adapt(RNG.poisson(0.8, (64, 3)).astype("float32"))
    assert model.scaling.method == "log1p"
    np.testing.assert_array_equal(model.likelihood.step, 0.)
