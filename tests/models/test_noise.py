"""Noise on what few observations are trained on."""
from contextlib import nullcontext

import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

import vsc_tf
import vsc_tf.sklearn
from vsc_tf import recipes
from vsc_tf.randomness import seed_of


def table(rows, seed=0):
    """Rows of eight columns in unequal units, of two sources and noise."""
    rng = np.random.default_rng(seed)
    loadings = np.random.default_rng(9).normal(size=(2, 8))
    x = rng.normal(size=(rows, 2)) @ loadings + rng.normal(0., 0.5, (rows, 8))
    return (x * 10.**np.arange(-3, 5) + 7.).astype("float32")


def make(recipe="default", **kwargs):
    keras.utils.set_random_seed(0)
    model = vsc_tf.VAE(4, encoder=vsc_tf.networks.mlp(64), decoder=vsc_tf.networks.mlp(64),
                       recipe=recipe, seed=0, **kwargs)
    model.compile(keras.optimizers.Adam(0.003))
    return model


def trained(x, epochs=1, recipe="default", **kwargs):
    model = make(recipe, **kwargs)
    model.fit(x, epochs=epochs, verbose=0)
    return model


def added(model, x, seed):
    """What is added to scaled values."""
    seeds = seed_of(0, seed, 0)
    return (model.scaling.values(model.with_noise(tf.constant(x), seeds))
            - model.scaling.values(x)).numpy()


def test_how_much_goes_by_the_number_of_observations():
    noise = recipes.Recipe().noise_for
    assert noise(20) == noise(1000) == 0.5 and noise(5000) == noise(10**6) == noise(None) == 0.
    assert noise(round(np.sqrt(1000 * 5000))) == pytest.approx(0.25, abs=1e-3)  # Halfway in logs.
    given = recipes.Recipe(noise=0.1).noise_for
    assert given(20) == given(None) == 0.1
    assert recipes.PAPER.noise_for(20) == 0.
    few, many = trained(table(60)), trained(table(60), recipe=vsc_tf.Recipe(noise=0.))
    assert (few.noise, many.noise) == (0.5, 0.)
    few.fit(tf.data.Dataset.from_tensor_slices(table(64)).batch(32), verbose=0)
    assert few.noise == 0.  # The next run, on batches.


def test_parts_of_a_run_get_none_unless_their_number_is_said():
    x, encoder = table(90), vsc_tf.sklearn.VSCEncoder(4, total_steps=6, hidden_units=8)
    assert encoder.fit(x).model_.noise == 0.5
    assert encoder.partial_fit(x).model_.noise == 0.5  # That run goes on.
    parts = vsc_tf.sklearn.VSCEncoder(4, total_steps=6, hidden_units=8)
    assert parts.partial_fit(x).model_.noise == parts.partial_fit(x).model_.noise == 0.


def test_a_number_of_observations_is_a_number():
    model = make()
    with pytest.raises(ValueError, match="`count` must be a positive integer. Received: count=0"):
        model.start_run(6, count=0)


def test_it_is_normal_and_of_the_width_of_each_column():
    x = table(4000)
    model = trained(x[:100])
    noise = added(model, x, 1)
    assert noise.shape == x.shape
    error = 0.5 / np.sqrt(len(x))
    np.testing.assert_allclose(noise.mean(axis=0), 0., atol=4 * error)
    np.testing.assert_allclose(noise.std(axis=0), 0.5, atol=4 * error / np.sqrt(2))
    np.testing.assert_allclose(np.corrcoef(noise.T), np.eye(8), atol=4 / np.sqrt(len(x)))
    next_step = added(model, x, 2)
    assert abs(np.corrcoef(noise.ravel(), next_step.ravel())[0, 1]) < 4 / np.sqrt(noise.size)


def test_only_numbers_get_it_and_what_is_missing_stays_missing():
    rng = np.random.default_rng(0)
    x = pd.DataFrame({"size": rng.normal(5., 2., 90), "smokes": rng.integers(0, 2, 90),
                      "visits": rng.poisson(2., 90), "never": 3.})
    x.loc[4, "size"] = np.nan
    model = trained(x)
    rows = model.arranged(x).astype("float32")
    noisy = model.with_noise(tf.constant(rows), seed_of(0, 0, 0)).numpy()
    assert np.isnan(noisy[4, 0]) and np.isnan(noisy).sum() == 1
    assert (np.delete(noisy[:, 0], 4) != np.delete(rows[:, 0], 4)).all()
    np.testing.assert_allclose(noisy[:, 1:], rows[:, 1:], rtol=1e-6)


@pytest.mark.parametrize("kwargs", [
    {"likelihood": "bernoulli"}, {"likelihood": "gaussian", "scaling": "none"},
    {"likelihood": "poisson"}])
def test_other_likelihoods_and_values_of_unknown_width_get_none(kwargs):
    x = np.random.default_rng(0).integers(0, 2, (64, 5)).astype("float32")
    model = trained(x, **kwargs)
    assert model.noise == 0.5
    np.testing.assert_array_equal(model.with_noise(tf.constant(x), seed_of(0, 0, 0)), x)


def test_few_observations_are_not_learned_by_heart():
    def draw(rows, seed):
        rng, loadings = np.random.default_rng(seed), np.random.default_rng(9).normal(size=(3, 40))
        return rng.normal(size=(rows, 3)) @ loadings + rng.normal(size=(rows, 40))

    few, others = draw(100, 0), draw(1000, 1)
    bounds = [trained(few, 300, recipe).evaluate(others, verbose=0)["elbo"]
              for recipe in ("default", vsc_tf.Recipe(noise=0.))]
    assert bounds[0] > bounds[1] + 8.


def test_evaluation_is_of_clean_observations():
    x = table(100)
    model = trained(x)
    before = model.evaluate(x, verbose=0)
    model.noise = 0.
    assert model.evaluate(x, verbose=0) == before


class Stop(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        self.model.stop_training = epoch == 1


def test_a_resumed_run_has_the_same_noise(tmp_path):
    x = table(96)
    whole, part = trained(x, 4), make()
    part.fit(x, epochs=4, callbacks=[Stop()], verbose=0)
    part.save(tmp_path / "part.keras")
    resumed = keras.models.load_model(tmp_path / "part.keras")
    resumed.fit(x, epochs=4, initial_epoch=2, verbose=0)
    assert resumed.noise == 0.5
    for ours, theirs in zip(resumed.get_weights(), whole.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_noise_is_drawn_for_the_whole_batch_of_a_team(monkeypatch):
    # Each of two workers adds the noise of its own rows.
    model, seen = make(recipe=vsc_tf.Recipe(noise=0.3)), []
    x = table(32)
    model.prepare(x)
    model.start_run(4)
    model.begin_noise()
    monkeypatch.setattr("vsc_tf.workers.sharing", lambda: seen.append("sharing") or nullcontext())
    monkeypatch.setattr(type(model), "with_noise", lambda self, x, seed: seen.append("noise") or x)
    model.run_eagerly = True
    model.train_on_batch(x)
    assert seen[:2] == ["sharing", "noise"]
