"""Callbacks: schedules inside the compiled step, broken losses, and the log's extra columns."""
import re
import types

import keras
import numpy as np
import pytest
import tensorflow as tf

import vsc_tf
from vsc_tf import callbacks, schedules

STEPS = 20


def make(**kwargs):
    return vsc_tf.VSC(**{
        "latent_dim": 4, "seed": 1, "prior": vsc_tf.PseudoInputPrior(5), "recipe": None,
        "posterior": vsc_tf.posteriors.SpikeAndSlab(spike_bias=1.),
        "encoder": vsc_tf.networks.mlp(8), "decoder": vsc_tf.networks.mlp(8), **kwargs})


def compiled(model, steps_per_execution=1, rate=0.01):
    model.compile(optimizer=keras.optimizers.Adam(rate), jit_compile=False,
                  steps_per_execution=steps_per_execution)
    return model


def all_four():
    return [callbacks.SlabWarmUp(4, 8), callbacks.GateSharpness(10, 50.0, 200.0),
            callbacks.SparsityRamp(8), callbacks.GatePenalty(0.5, steps=9)]


@pytest.fixture(scope="module")
def logs(rows):
    """Of a fit with all four schedules and one step to an epoch: each line is one step."""
    return compiled(make()).fit(rows, batch_size=96, epochs=STEPS, verbose=0, shuffle=False,
                                callbacks=all_four()).history


@pytest.mark.parametrize(("name", "at"), [
    pytest.param("slab_weight", {0: 0, 4: 0, 5: 0.125, 8: 0.5, 12: 1, 19: 1}, id="SlabWarmUp"),
    pytest.param("gate_sharpness", {0: 50, 4: 110, 5: 125, 10: 200, 19: 200}, id="GateSharpness"),
    pytest.param("sparsity_weight", {0: 0, 2: 0.25, 4: 0.5, 8: 1, 19: 1}, id="SparsityRamp"),
    pytest.param("gate_penalty_weight", {0: 0.5, 9: 0, 19: 0}, id="GatePenalty"),
])
def test_schedules_show_in_the_logs_with_exact_ends(logs, name, at):
    assert {step: logs[name][step] for step in at} == at


def test_penalties_enter_the_loss_with_their_scheduled_weights(logs):
    logs = {name: np.array(values) for name, values in logs.items()}
    expected = (-logs["elbo"] + logs["sparsity_weight"] * logs["sparsity"]
                + logs["gate_penalty_weight"] * logs["gate_penalty"])
    np.testing.assert_allclose(logs["loss"], expected, rtol=1e-5, atol=1e-4)
    assert logs["sparsity"].min() > 0.1 and logs["gate_penalty"].min() > 0.1  # Or all is 0.


def test_schedules_count_steps_when_several_run_in_one_execution(rows):
    model = compiled(make(), steps_per_execution=5)
    stream = tf.data.Dataset.from_tensor_slices(rows).batch(48).repeat()
    logs = model.fit(stream, epochs=4, steps_per_epoch=5, shuffle=False, verbose=0,
                     callbacks=all_four()).history
    assert int(model.optimizer.iterations) == STEPS
    # Keras shows the last step of each execution: steps 4, 9, 14 and 19.
    expected = {"slab_weight": [0, 0.625, 1, 1], "gate_sharpness": [110, 185, 200, 200],
                "sparsity_weight": [0.5, 1, 1, 1]}
    assert {name: logs[name] for name in expected} == expected
    assert logs["gate_penalty_weight"][1:] == [0, 0, 0]


def test_slab_warm_up_makes_every_slab_standard_while_it_lasts(rows):
    # Slabs 1e-3 wide cost thousands of nats of KL, unless lambda = 0 makes them N(0, 1).
    kl = {}
    for name, used in (("with", [callbacks.SlabWarmUp(1, 0)]), ("without", [])):
        keras.utils.set_random_seed(0)  # The same weights for both.
        model = make()
        model.adapt(rows)
        bias = model.posterior.dense.bias
        bias.assign(tf.concat([bias[:8], tf.fill([4], np.float32(2 * np.log(1e-3)))], axis=0))
        compiled(model, rate=0.0).run_eagerly = True
        kl[name] = model.fit(rows, batch_size=96, epochs=2, verbose=0, callbacks=used).history["kl"]
    assert kl["with"][0] < 10
    assert kl["with"][1] == pytest.approx(kl["without"][1], rel=1e-4)
    assert kl["without"][0] > 1000


def test_schedules_go_on_from_the_optimizer_step(rows):
    model = compiled(make())
    model.run_eagerly = True
    for begin in (0, 3):  # The second fit with its own callback object, as after a resume.
        logs = model.fit(rows, batch_size=96, epochs=begin + 3, initial_epoch=begin, verbose=0,
                         callbacks=[callbacks.SparsityRamp(5)]).history
    assert logs["sparsity_weight"] == pytest.approx([0.6, 0.8, 1.0])


@pytest.mark.parametrize("callback", all_four(), ids=lambda c: type(c).__name__)
def test_a_model_without_the_schedule_is_named(callback):
    callback.set_model(keras.Sequential([keras.layers.Dense(1)]))
    with pytest.raises(ValueError, match=f"{type(callback).__name__} needs a model with a schedule "
                                         f"'{callback.name}'. Received: Sequential"):
        callback.on_train_begin()


@pytest.mark.parametrize("make_one", [
    lambda v: callbacks.SlabWarmUp(v, 5), lambda v: callbacks.SlabWarmUp(5, v),
    callbacks.GateSharpness, callbacks.SparsityRamp,
    lambda v: callbacks.GatePenalty(steps=v)])
@pytest.mark.parametrize("steps", [-1, 1.5, 2e4, True, "10"], ids=repr)
def test_bad_steps_are_named(make_one, steps):
    with pytest.raises(ValueError, match="counts in optimizer steps, whole numbers of at least 0. "
                                         "Received: "):
        make_one(steps)


@pytest.mark.parametrize(("callback", "arguments", "name"), [
    (callbacks.GateSharpness, {"steps": 10}, "initial"),
    (callbacks.GateSharpness, {"steps": 10}, "final"),
    (callbacks.SparsityRamp, {"ramp_steps": 10}, "weight"),
    (callbacks.GatePenalty, {}, "weight"), (callbacks.GatePenalty, {"steps": 10}, "weight"),
    (callbacks.GatePenalty, {"steps": 10}, "final_weight")])
@pytest.mark.parametrize("value", [-0.1, float("nan"), float("inf"), "1", None, True], ids=repr)
def test_bad_values_are_named(callback, arguments, name, value):
    with pytest.raises(ValueError, match=f"`{name}` must be a finite number of at least 0. "
                                         f"Received: {name}={value!r}"):
        callback(**arguments, **{name: value})


def test_callbacks_hold_the_schedules_they_are_named_after():
    assert [c.schedule for c in all_four()] == [
        schedules.slab_warm_up(4, 8), schedules.gate_sharpness(10, 50.0, 200.0),
        schedules.sparsity_ramp(8), (0, 9, 0.5, 0.0)]
    assert callbacks.GatePenalty(0.5).schedule == schedules.constant(0.5)
    assert {c.name for c in all_four()} == set(make().default_schedules) - {"kl_weight"}


class Finite(keras.layers.Layer):
    """Puts 0 in the place of what is not finite: an encoder that survives bad data."""

    def call(self, x):
        return tf.where(tf.math.is_finite(x), x, tf.zeros_like(x))


@pytest.mark.parametrize("steps_per_execution", [1, 5])
def test_stop_on_nan_names_the_step_and_the_term(rows, steps_per_execution):
    # Batch 7 is NaN, but encoder and selector do not see it: only the reconstruction breaks.
    # Of streams `fit` looks at the first 5,000 rows before it starts; this one is further on.
    encoder = keras.Sequential([Finite(), keras.layers.Flatten(), keras.layers.Dense(4)])
    model = make(encoder=encoder, prior=vsc_tf.PseudoInputPrior(5, selector="nearest"))
    model.adapt(rows)
    batches = np.stack([np.resize(rows, [1000, *rows.shape[1:]])] * STEPS)
    batches[7] = np.nan
    stream = tf.data.Dataset.from_tensor_slices(batches).repeat()
    compiled(model, steps_per_execution)
    with pytest.raises(FloatingPointError, match="stopped at step 7: reconstruction not finite"):
        model.fit(stream, epochs=2, steps_per_epoch=10, shuffle=False, verbose=0,
                  callbacks=[callbacks.StopOnNaN()])
    assert int(model.optimizer.iterations) == {1: 8, 5: 10}[steps_per_execution]


@pytest.mark.parametrize(("broken", "message"), [
    ({"kl": np.nan, "elbo": np.nan, "loss": np.nan}, "step 3: kl not finite"),
    ({"reconstruction": -np.inf, "elbo": -np.inf, "elbo_paper": -np.inf, "loss": np.inf},
     "step 3: reconstruction not finite"),
    ({"kl": np.inf, "sparsity": np.nan, "loss": np.nan}, "step 3: kl, sparsity not finite"),
    ({"loss": np.nan}, "step 3: loss not finite"),
], ids=["kl", "reconstruction", "two-terms", "loss-alone"])
def test_stop_on_nan_leaves_sums_of_broken_terms_out(broken, message):
    names = make().term_names
    record = np.array([3.0, *(broken.get(name, 1.0) for name in ("loss", *names))], "float32")
    callback = callbacks.StopOnNaN()
    callback.set_model(types.SimpleNamespace(
        failure=types.SimpleNamespace(record=tf.constant(record)), term_names=names))
    with pytest.raises(FloatingPointError, match=f"{message}. Try a smaller learning rate"):
        callback.on_train_batch_end(3)


def test_stop_on_nan_lets_finite_losses_pass(rows):
    model = compiled(make())
    model.run_eagerly = True
    model.fit(rows, batch_size=48, verbose=0, callbacks=[callbacks.StopOnNaN()])
    assert model.failure.record.numpy()[0] == -1


def test_log_step_adds_step_and_learning_rate(rows):
    model = compiled(make(), rate=schedules.LinearDecay(1e-2, 1e-3, 4, 4))
    model.run_eagerly = True
    logs = model.fit(rows, batch_size=48, epochs=3, verbose=0,
                     callbacks=[callbacks.LogStep()]).history
    assert logs["step"] == [2, 4, 6]
    assert logs["learning_rate"] == pytest.approx([1e-2, 1e-3, 1e-3])


def test_progress_bar_shows_the_few_and_keeps_the_rest_for_others(rows, capsys):
    seen = []
    model = vsc_tf.VSC(2, seed=0, prior=vsc_tf.PseudoInputPrior(3), recipe=None)
    model.compile(jit_compile=False)
    model.fit(rows, validation_data=rows, verbose=2, callbacks=[
        vsc_tf.callbacks.ProgressBar(("kl", "reconstruction")),
        keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: seen.extend(logs))])
    shown = capsys.readouterr().out
    assert " kl: " in shown and " val_kl: " in shown and "elbo" not in shown
    assert re.search(r"^3/3 - \d+s - \d+ms/step - ", shown, re.MULTILINE)
    assert re.search(r" reconstruction: -\d\.\d\d ", shown)  # Not -7.6464e+00.
    assert {"kl", "elbo", "val_elbo"} <= set(seen)


def test_gate_penalty_stays_or_changes_to_its_final_weight():
    assert callbacks.GatePenalty(0.5).schedule == schedules.constant(0.5)
    assert callbacks.GatePenalty(0.5, 9).schedule == (0, 9, 0.5, 0.)
    assert callbacks.GatePenalty(0.5, 9, 0.1).schedule == (0, 9, 0.5, 0.1)
