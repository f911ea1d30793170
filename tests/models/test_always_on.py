"""The warning after `fit`: latents that are on for all observations."""
import warnings

import keras
import numpy as np
import pytest
import tensorflow as tf

import vsc_tf
from vsc_tf.models import always_on

ON, OFF = 20., -20.  # Log-odds that a few steps do not turn.


def make(kind=vsc_tf.VSC, bias=ON, **kwargs):
    if kind is vsc_tf.VSC:
        kwargs = {"posterior": vsc_tf.posteriors.SpikeAndSlab(spike_bias=bias),
                  "prior": vsc_tf.PseudoInputPrior(3), **kwargs}
    model = kind(4, **{"seed": 0, "recipe": None, "encoder": vsc_tf.networks.mlp(8),
                       "decoder": vsc_tf.networks.mlp(8), **kwargs})
    model.compile(optimizer="adam", run_eagerly=True)
    return model


def told(model, x, **kwargs):
    """The warnings about latents that a fit of one step gives."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.fit(x, **{"batch_size": 32, "steps_per_epoch": 1, "verbose": 0, **kwargs})
    assert int(model.optimizer.iterations.numpy()) >= 1
    return [str(w.message) for w in caught if "on for all observations" in str(w.message)]


@pytest.fixture
def at_once(monkeypatch):
    """Warnings from the first step on."""
    monkeypatch.setattr(always_on, "LEAST_STEPS", 1)


def test_a_run_that_ends_with_all_latents_on_is_told_of_at_its_own_line(rows):
    model = make()
    model.compile(optimizer="adam", jit_compile=False, steps_per_execution=50)
    with pytest.warns(UserWarning, match=(
            "4 of 4 latents are on for all observations, so they tell nothing about which "
            r"features an object has. Cure: .*Recipe\(sparsity_weight=...\) above 1; "
            "batch_size=32 in place of 16; or more epochs")) as caught:
        model.fit(rows, batch_size=16, steps_per_epoch=always_on.LEAST_STEPS, verbose=0)
    assert [w.filename for w in caught if "on for all observations" in str(w.message)] == [__file__]


def test_short_runs_are_silent(rows):
    assert told(make(), rows) == []


@pytest.mark.parametrize(("logits", "count"), [
    ([ON, OFF, ON, OFF], 2), ([OFF, OFF, OFF, ON], 1), ([OFF] * 4, 0)], ids=str)
def test_latents_are_counted(rows, at_once, logits, count):
    model = make()
    model.adapt(rows)
    bias = model.posterior.dense.bias
    bias.assign(tf.concat([logits, bias[4:]], axis=0))
    messages = told(model, rows)
    assert [message.split(" about")[0] for message in messages] == {
        2: ["2 of 4 latents are on for all observations, so they tell nothing"],
        1: ["1 of 4 latents is on for all observations, so it tells nothing"], 0: []}[count]


def test_rectified_normals_are_told_of_too(rows, at_once):
    model = make(posterior="rectified_normal")
    model.adapt(rows)
    bias = model.posterior.dense.bias
    bias.assign(tf.concat([[ON] * 4, bias[4:]], axis=0))
    assert len(told(model, rows)) == 1


@pytest.mark.parametrize("kind", [vsc_tf.VAE, vsc_tf.Autoencoder])
def test_dense_codes_are_no_matter(rows, at_once, kind):
    assert told(make(kind), rows) == []


def test_without_a_penalty_of_sparsity_one_is_the_cure(rows, at_once):
    message, = told(make(prior="fixed_sparse", penalties=[]), rows)
    assert r"penalties=['sparsity_price'] with Recipe(sparsity_weight=...);" in message


def test_a_scale_for_each_row_is_to_be_given_up(rows, at_once):
    message, = told(make(likelihood="learned_gaussian"), rows)
    assert "above 1; one learned scale for each column, likelihood='column_gaussian'; or" in message


def test_the_weight_in_use_is_named(rows, at_once):
    recipe = vsc_tf.Recipe(sparsity_weight=0.07, refine_end=0.)
    message, = told(make(recipe=recipe), rows)
    assert "above 0.07;" in message


def test_data_sets_are_not_read_again(rows, at_once):
    data = tf.data.Dataset.from_tensor_slices(rows).batch(32)
    assert told(make(), data.repeat()) == []
    assert len(told(make(), rows, shuffle=False)) == 1  # An array in any order is.


def test_a_model_on_several_devices_is_looked_at_too(rows, at_once):
    with tf.distribute.MirroredStrategy(["CPU:0"]).scope():
        model = make()
        model.compile(optimizer="adam", jit_compile=False)
    assert len(told(model, rows)) == 1


class At(keras.callbacks.Callback):
    """Calls `what(model)` after the first step."""

    def __init__(self, what):
        super().__init__()
        self.what = what

    def on_train_batch_end(self, batch, logs=None):
        self.what(self.model)


def interrupt(model):
    raise KeyboardInterrupt


def stop(model):
    model.stop_training = True


def test_training_that_was_stopped_is_not_told_of(rows, at_once):
    assert told(make(), rows, epochs=2, callbacks=[At(stop)]) == []
    model = make()
    with warnings.catch_warnings(), pytest.raises(KeyboardInterrupt):
        warnings.simplefilter("error")
        model.fit(rows, batch_size=32, verbose=0, callbacks=[At(interrupt)])


def test_five_thousand_rows_of_all_parts_are_looked_at(monkeypatch, at_once):
    seen = []
    monkeypatch.setattr(always_on, "warn", lambda model, x, batch_size: seen.append(x))
    x = np.linspace(0., 1., 6000, dtype="float32")[:, None]
    told(make(), x)
    assert seen[0].shape == (5000, 1) and (seen[0][0], seen[0][-1]) == (0., 1.)
    assert np.diff(seen[0], axis=0).max() < 0.001


def test_looking_changes_no_weight(rows, monkeypatch):
    weights = []
    for least, count in ((always_on.LEAST_STEPS, 0), (1, 1)):
        monkeypatch.setattr(always_on, "LEAST_STEPS", least)
        keras.utils.set_random_seed(1)
        model = make()
        for _ in range(2):  # The second fit goes on from what the first one has left.
            assert len(told(model, rows)) == count
        weights.append(model.get_weights())
    for ours, theirs in zip(*weights, strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize(("share", "expected"), [(0.98, False), (0.99, False), (1., True)])
def test_all_means_more_than_99_percent(share, expected):
    z = np.zeros([1000, 1])
    z[:round(1000 * share)] = -0.1
    assert always_on.always_on(z).tolist() == [expected]


def test_what_is_not_a_number_is_not_on():
    assert always_on.always_on(np.full([5, 2], np.nan)).tolist() == [False, False]


def test_larger_batches_are_a_cure_where_there_are_rows_for_them(rows, at_once):
    message, = told(make(), rows, batch_size=32)  # The usual number for so few.
    assert "batch_size" not in message
