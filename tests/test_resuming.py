"""A run that was interrupted, and goes on, is the run that it would have been: bit for bit."""
import keras
import numpy as np
import pytest

import vsc_tf
from vsc_tf import refinement
from vsc_tf.recipes import Recipe

EPOCHS = 4
MODELS = {
    "VSC": lambda **kwargs: vsc_tf.VSC(4, prior=vsc_tf.PseudoInputPrior(3), **kwargs),
    "rectified": lambda **kwargs: vsc_tf.LatentModel(
        4, "rectified_normal", vsc_tf.FixedSparsePrior(), **kwargs),
    "VAE": lambda **kwargs: vsc_tf.VAE(4, **kwargs)}
every = pytest.mark.parametrize("name", MODELS)


def small(name="VSC", **kwargs):
    keras.utils.set_random_seed(1)
    model = MODELS[name](seed=0, encoder=vsc_tf.networks.mlp(8),
                         decoder=vsc_tf.networks.mlp(8), **kwargs)
    model.compile(keras.optimizers.Adam(0.01), jit_compile=False)
    return model


def fit(model, rows, **kwargs):
    return model.fit(rows, **{"batch_size": 32, "epochs": EPOCHS, "verbose": 0, **kwargs}).history


class Stop(keras.callbacks.Callback):
    """Ends training after two epochs, as a user would."""

    def on_epoch_end(self, epoch, logs=None):
        self.model.stop_training = epoch == 1


class Crash(keras.callbacks.Callback):
    """Ends training in the third epoch, as a power cut would."""

    def on_train_batch_end(self, batch, logs=None):
        if int(self.model.optimizer.iterations) == 8:
            raise KeyboardInterrupt


def assert_same(ours, theirs):
    """All numbers of two models: weights, schedules, the run, the optimizer's state."""
    for a, b in zip(ours.weights, theirs.weights, strict=True):
        np.testing.assert_array_equal(a, b, err_msg=a.path)
    for a, b in zip(ours.optimizer.variables, theirs.optimizer.variables, strict=True):
        np.testing.assert_array_equal(a, b, err_msg=a.path)


@every
def test_stopped_saved_and_loaded_it_goes_on_as_it_would_have(name, rows, tmp_path):
    whole = small(name)
    logs = fit(whole, rows)
    model = small(name)
    fit(model, rows, callbacks=[Stop()])
    model.save(tmp_path / "model.keras")
    model = keras.models.load_model(tmp_path / "model.keras")
    later = fit(model, rows, initial_epoch=2)
    assert_same(model, whole)
    assert all(later[key] == values[2:] for key, values in logs.items())


def test_without_a_recipe_two_short_runs_are_one_long_one(rows, tmp_path):
    whole = small(recipe=None)
    fit(whole, rows)
    model = small(recipe=None)
    fit(model, rows, epochs=2)
    model.save(tmp_path / "model.keras")
    model = keras.models.load_model(tmp_path / "model.keras")
    fit(model, rows, initial_epoch=2)
    assert_same(model, whole)


def test_a_run_that_resumes_keeps_its_length_and_its_first_step(rows):
    model = small()
    fit(model, rows, epochs=2)
    fit(model, rows, epochs=3)
    knots = [row.numpy().tolist() for row in model.schedules.rows.values()]
    fit(model, rows, epochs=5, initial_epoch=3)
    assert (float(model.run.first), float(model.run.steps)) == (6., 9.)
    assert [row.numpy().tolist() for row in model.schedules.rows.values()] == knots


def test_a_model_that_had_no_run_begins_one_where_it_would_have(rows):
    """Files of earlier versions, and models that were trained without a recipe."""
    model = small(recipe=None)
    fit(model, rows, epochs=2)
    model.recipe = Recipe()
    fit(model, rows, epochs=6, initial_epoch=2)
    assert (float(model.run.first), float(model.run.steps)) == (0., 18.)


@every
def test_after_a_crash_a_backup_goes_on_as_it_would_have(name, rows, tmp_path):
    whole = small(name)
    fit(whole, rows)
    backup = keras.callbacks.BackupAndRestore
    with pytest.raises(KeyboardInterrupt):
        fit(small(name), rows, callbacks=[backup(tmp_path), Crash()])
    model = small(name)
    fit(model, rows, callbacks=[backup(tmp_path)])
    assert_same(model, whole)


def test_after_a_crash_latents_are_refined_at_the_same_steps(rows, tmp_path, monkeypatch):
    steps = []
    monkeypatch.setattr(refinement.callback, "rezero", lambda model, x: steps.append(
        int(model.optimizer.iterations)))
    recipe = Recipe(refine_begin=0., refine_every=1 / 4)  # Every third of 12 steps.
    fit(small(recipe=recipe), rows)
    whole, steps[:] = [*steps], []
    with pytest.raises(KeyboardInterrupt):
        fit(small(recipe=recipe), rows,
            callbacks=[keras.callbacks.BackupAndRestore(tmp_path), Crash()])
    fit(small(recipe=recipe), rows, callbacks=[keras.callbacks.BackupAndRestore(tmp_path)])
    assert whole == [3, 6, 9, 12] == steps


@every
def test_early_stopping_leaves_a_valid_model(name, rows, tmp_path):
    model = small(name)
    stopping = keras.callbacks.EarlyStopping(
        "loss", patience=1, min_delta=1e9, restore_best_weights=True)
    logs = fit(model, rows, epochs=30, callbacks=[stopping])
    assert len(logs["loss"]) < 5
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(again.encode(rows).z, model.encode(rows).z)
    assert np.isfinite(model.evaluate(rows, verbose=0)["loss"])
    assert float(model.run.steps) == 90.  # A later `initial_epoch` goes on in that run.
    assert np.isfinite(fit(again, rows, epochs=2)["loss"]).all()


def test_a_resumed_run_on_other_batches_is_another_run(rows):
    """The comparison above could fail."""
    first, second = small(), small()
    second.seed = 1
    for model in (first, second):
        fit(model, rows, epochs=1)
    with pytest.raises(AssertionError):
        assert_same(first, second)
