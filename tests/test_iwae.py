"""The importance-weighted objective, on a model whose likelihood is known."""
import keras
import numpy as np
import pytest
import tensorflow as tf

import vsc_tf
from tests.linear import LATENT, linear_model
from vsc_tf import objectives, posteriors

REPEATS = 200


@pytest.fixture(scope="module")
def linear():
    """Its posterior is wider than the true one and its means are off, so the bound is loose."""
    return linear_model(widened=0.8, shrunk=0.8, objective="iwae")


def losses(linear, objective, samples, repeats=REPEATS):
    """What the objective makes of the observations, `[repeats, 40]`, by fresh draws each time."""
    model, x, _ = linear
    model.objective, model.samples = objectives.get(objective), samples

    @tf.function
    def of(seed):
        values = dict.fromkeys(model.objective.schedules, tf.constant(1.))
        return model.losses_and_terms(x, values, seed, training=True)[0]

    return np.stack([of(tf.constant([i, samples])).numpy() for i in range(repeats)])


def mean_and_error(values):
    """The mean over all observations and its standard error over repeats."""
    means = values.mean(axis=1)
    return means.mean(), means.std() / np.sqrt(len(means))


@pytest.fixture(scope="module")
def bounds(linear):
    """K -> (mean bound, its standard error)."""
    return {k: mean_and_error(-losses(linear, "iwae", k)) for k in (1, 5, 50)}


def test_the_bound_rises_with_the_number_of_draws(bounds):
    for few, many in ((1, 5), (5, 50)):
        error = np.hypot(bounds[few][1], bounds[many][1])
        assert bounds[many][0] > bounds[few][0] + 5 * error


def test_the_bound_rises_towards_the_likelihood_and_never_passes_it(bounds, linear):
    log_p = linear[2].mean()
    for k, (bound, error) in bounds.items():
        assert bound < log_p + 5 * error, k
    assert bounds[1][0] < log_p - 0.3  # It was loose.
    assert bounds[50][0] > log_p - 0.1 * (log_p - bounds[1][0])


def test_with_one_draw_it_is_the_average_in_expectation(bounds, linear):
    """Not draw by draw: there the average has its KL in closed form."""
    average, error = mean_and_error(-losses(linear, "average", 1))
    assert bounds[1][0] == pytest.approx(average, abs=5 * np.hypot(error, bounds[1][1]))
    many, error_of_many = mean_and_error(-losses(linear, "average", 50))
    assert many == pytest.approx(average, abs=5 * np.hypot(error, error_of_many))


def test_other_objectives_with_several_draws_are_no_bounds_and_say_so(linear):
    best, error = mean_and_error(-losses(linear, "best", 50))
    assert best > mean_and_error(-losses(linear, "average", 50))[0] + 5 * error
    assert "bounds nothing" in objectives.Best.__doc__
    assert "bounds nothing" in objectives.SoftmaxWeighted.__doc__


def test_training_follows_it_and_the_logs_keep_the_bound(rows):
    model = vsc_tf.VAE(3, objective="iwae", samples=8, seed=0, recipe=None,
                       encoder=vsc_tf.networks.mlp(8), decoder=vsc_tf.networks.mlp(8))
    model.compile(keras.optimizers.Adam(0.01), jit_compile=False)
    logs = model.fit(rows, batch_size=32, epochs=20, verbose=0).history
    assert logs["loss"][-1] < logs["loss"][0] - 1.
    assert (np.array(logs["loss"]) < -np.array(logs["elbo"])).all()  # A tighter bound.


def test_an_evaluation_and_a_score_go_through(linear):
    model, x, log_p = linear
    model.objective, model.samples = objectives.ImportanceWeighted(), 50
    logs = model.evaluate(x, verbose=0)
    assert -logs["loss"] > logs["elbo"] + 0.3
    assert -logs["loss"] == pytest.approx(log_p.mean(), abs=0.2)
    assert model.score(x)["elbo"].mean() == pytest.approx(logs["elbo"], abs=0.5)


@pytest.mark.parametrize("posterior", ["spike_and_slab", "rectified_normal"])
def test_posteriors_with_an_atom_are_refused(posterior):
    name = type(posteriors.get(posterior)).__name__
    with pytest.raises(ValueError, match=(
            "The objective 'iwae' needs a posterior with a density and without an atom at 0: with "
            f"one, the importance weights jump.*Received: posterior={name}. Use objective="
            "'average' to train, and `log_likelihood` to evaluate")):
        vsc_tf.LatentModel(LATENT, posterior, "fixed_sparse", objective="iwae")


def test_a_certain_code_is_refused():
    with pytest.raises(ValueError, match="'iwae' needs a posterior with a density and without an "
                                         "atom.*Received: posterior=Deterministic"):
        vsc_tf.Autoencoder(LATENT, objective="iwae")
