"""Recipes: knots as shares of a run, the learning rate's shape, and what ends or begins a run."""
import dataclasses

import keras
import numpy as np
import pytest
import tensorflow as tf

import vsc_tf
from vsc_tf import callbacks, recipes, schedules
from vsc_tf.recipes import Recipe

RATE, STEPS = 0.01, 3  # Compiled rate; steps of an epoch: 96 rows in batches of 32.


def small(kind=vsc_tf.VSC, rate=RATE, **kwargs):
    if kind is vsc_tf.VSC:
        kwargs = {"prior": vsc_tf.PseudoInputPrior(3), **kwargs}
    model = kind(4, seed=0, encoder=vsc_tf.networks.mlp(8), decoder=vsc_tf.networks.mlp(8),
                 **kwargs)
    model.compile(keras.optimizers.Adam(rate), jit_compile=False)
    return model


def fit(model, rows, epochs=4, **kwargs):
    """The logs of each epoch: step, rate and all terms."""
    kwargs["callbacks"] = [callbacks.LogStep(), *kwargs.get("callbacks", [])]
    return model.fit(rows, batch_size=32, epochs=epochs, verbose=0, **kwargs).history


def rates(recipe, steps, first=0):
    """The factor on the rate at each step of a run."""
    begin, end, *values = recipe.rate(steps)
    return schedules.linear(tf.range(first, steps), begin, end, *values).numpy()


def row(model, name):
    return model.schedules.rows[name].numpy().tolist()


def test_knots_become_steps():
    recipe = Recipe(slab_warmup=0.1, slab_ramp=0.2, sparsity_warmup=0.5, sparsity_ramp=0.25,
                    sparsity_weight=2., final_sharpness=300., gate_penalty=0.4,
                    final_gate_penalty=0.1, gate_penalty_end=0.3, decay_begin=0.5)
    assert recipe.schedules(1000) == {
        "slab_weight": (100, 300, 0., 1.), "gate_sharpness": (0, 1000, None, 300.),
        "sparsity_weight": (500, 750, 0., 2.), "gate_penalty_weight": (0, 300, 0.4, 0.1)}
    assert recipe.rate(1000) == (500, 1000, 1.0, 0.05)


def test_without_a_warm_up_or_ramp_the_final_value_holds_from_the_first_step():
    knots = Recipe(sparsity_weight=0.1, sparsity_ramp=0., gate_penalty=0.003,
                   gate_penalty_end=0.).schedules(100)
    assert knots["slab_weight"] == (0, 0, 1., 1.)
    assert knots["sparsity_weight"] == (0, 0, 0.1, 0.1)
    assert knots["gate_penalty_weight"] == (0, 0, 0.003, 0.003)


@pytest.mark.parametrize("recipe", [Recipe(), recipes.PAPER], ids=["default", "paper"])
def test_shares_are_kept_whatever_the_length_of_the_run(recipe):
    short, long = recipe.schedules(270), recipe.schedules(27_000)
    for name, (begin, end, *values) in short.items():
        assert long[name][:2] == pytest.approx((100 * begin, 100 * end), abs=100)
        assert end <= 270 and list(long[name][2:]) == values
    assert recipe.rate(27_000)[0] == pytest.approx(100 * recipe.rate(270)[0], abs=100)


@pytest.mark.parametrize("epochs", [3, 9])
def test_fit_applies_the_schedules_to_its_own_length(epochs, rows):
    model, steps = small(), epochs * STEPS
    fit(model, rows, epochs)
    weight = np.float32(0.05)  # Of a Bernoulli.
    assert row(model, "sparsity_weight") == [0, round(4 / 9 * steps), 0., weight]
    assert row(model, "gate_sharpness") == [0, steps, 100., 100.]
    assert row(model, "slab_weight") == [0, 0, 1., 1.]
    assert float(model.schedule_values(steps)["sparsity_weight"]) == weight


@pytest.mark.parametrize(("recipe", "weight"), [(Recipe(), 0.15), (Recipe(sparsity_weight=2.), 2.)])
def test_the_price_goes_with_the_likelihood_unless_it_is_given(recipe, weight, rows):
    model = small(recipe=recipe, likelihood="column_gaussian")
    fit(model, rows, 1)
    assert row(model, "sparsity_weight")[3] == np.float32(weight)


@pytest.mark.parametrize("kind", [vsc_tf.VSC, vsc_tf.VAE, vsc_tf.Autoencoder])
def test_the_compiled_rate_is_multiplied_by_the_shape(kind, rows):
    logs = fit(small(kind), rows, 6)
    expected = RATE * rates(Recipe(), 6 * STEPS)[STEPS - 1::STEPS]  # At the last step of each.
    assert logs["step"] == [STEPS * (i + 1) for i in range(6)]
    np.testing.assert_allclose(logs["learning_rate"], expected, rtol=1e-5)
    assert expected[0] == RATE and expected[-1] < RATE / 2


class At(keras.callbacks.Callback):
    """Calls `change(model)` at the end of an epoch."""

    def __init__(self, epoch, change):
        super().__init__()
        self.epoch, self.change = epoch, change

    def on_epoch_end(self, epoch, logs=None):
        if epoch == self.epoch:
            self.change(self.model)


def halve(model):
    model.optimizer.learning_rate = 0.5 * float(model.optimizer.learning_rate)


def test_a_change_of_the_rate_in_mid_run_stays_as_a_factor(rows):
    plain = fit(small(), rows, 6)["learning_rate"]
    halved = fit(small(), rows, 6, callbacks=[At(1, halve)])["learning_rate"]
    np.testing.assert_allclose(halved[2:], 0.5 * np.array(plain[2:]), rtol=1e-5)
    assert halved[0] == plain[0]


def test_keras_s_own_callback_lowers_the_rate_for_good(rows):
    plateau = keras.callbacks.ReduceLROnPlateau(
        "kl", factor=0.1, patience=1, min_delta=1e9, mode="min")
    plain, lowered = (fit(small(), rows, 5, callbacks=more)["learning_rate"]
                      for more in ([], [plateau]))
    factors = np.array(lowered) / plain
    assert factors[0] == pytest.approx(1.) and factors[-1] == pytest.approx(1e-3, rel=1e-3)


def test_a_schedule_of_one_s_own_is_left_alone(rows):
    own = schedules.LinearDecay(1e-3, 1e-4, 6, 6)
    model = small(rate=own)
    logs = fit(model, rows)
    assert model.optimizer._learning_rate is own
    np.testing.assert_allclose(logs["learning_rate"], [1e-3, 1e-4, 1e-4, 1e-4], rtol=1e-5)
    assert row(model, "sparsity_weight")[1] == round(4 / 9 * 12)  # The rest is applied.


def test_a_second_fit_is_a_new_run(rows):
    model = small()
    first = fit(model, rows)
    second = fit(model, rows, 8)
    assert (float(model.run.first), float(model.run.steps)) == (12, 24)
    assert row(model, "sparsity_weight")[:2] == [12, 12 + round(4 / 9 * 24)]
    expected = RATE * rates(Recipe(), 24)[STEPS - 1::STEPS]
    np.testing.assert_allclose(second["learning_rate"], expected, rtol=1e-5)
    assert second["learning_rate"][0] > first["learning_rate"][-1]


def test_a_second_fit_of_a_saved_model_is_a_new_run_too(rows, tmp_path):
    model = small()
    fit(model, rows)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    assert fit(again, rows)["learning_rate"] == fit(model, rows)["learning_rate"]


@pytest.mark.parametrize("change", [
    lambda model: model.compile(keras.optimizers.Adam(0.04), jit_compile=False),
    lambda model: setattr(model.optimizer, "learning_rate", 0.04)], ids=["compiled", "set"])
def test_a_new_rate_between_runs_is_the_one_that_counts(change, rows):
    model = small()
    fit(model, rows)
    change(model)
    np.testing.assert_allclose(fit(model, rows)["learning_rate"],
                               0.04 * rates(Recipe(), 12)[STEPS - 1::STEPS], rtol=1e-5)


def test_without_a_recipe_rate_and_schedules_are_left_alone(rows):
    model = small(recipe=None)
    logs = fit(model, rows, callbacks=[callbacks.SparsityRamp(6, weight=0.5)])
    np.testing.assert_allclose(logs["learning_rate"], [RATE] * 4, rtol=1e-6)
    assert row(model, "sparsity_weight") == [0, 6, 0., 0.5]
    for name in {*model.schedules.rows} - {"sparsity_weight"}:
        assert row(model, name) == pytest.approx(model.default_schedules[name])
    assert float(model.run.steps) == 0.


def test_models_without_a_schedule_do_without_its_knot(rows):
    model = small(vsc_tf.VAE, recipe=Recipe(slab_warmup=0.5))
    fit(model, rows, 1)
    assert [*model.schedules.rows] == ["kl_weight"] and row(model, "kl_weight") == [0, 0, 1, 1]


def test_a_vsc_takes_its_start_and_its_penalty_from_the_recipe():
    paper, ours = small(recipe="paper"), small()
    assert (paper.posterior.spike_bias, ours.posterior.spike_bias) == (0., 3.)
    assert type(paper.penalties[0]).__name__ == "SparsityKL"
    assert type(ours.penalties[0]).__name__ == "SparsityPrice"
    assert small(recipe=None).posterior.spike_bias == 0.


def unknown_length(rows):
    batches = tf.data.Dataset.from_tensor_slices(rows).filter(lambda x: True).batch(32)
    return batches.repeat()


def test_an_unknown_length_needs_steps_per_epoch(rows):
    with pytest.raises(ValueError, match="needs the number of steps.*Give steps_per_epoch"):
        small().fit(unknown_length(rows), epochs=2, verbose=0)
    model = small()
    model.fit(unknown_length(rows), epochs=2, steps_per_epoch=5, verbose=0)
    assert float(model.run.steps) == 10.
    small(recipe=None).fit(unknown_length(rows).take(3), epochs=1, verbose=0)


@pytest.mark.parametrize("name", [
    "decay_begin", "decay_end", "slab_warmup", "slab_ramp", "sparsity_warmup", "sparsity_ramp",
    "gate_penalty_end", "refine_begin", "refine_end", "refine_every"])
@pytest.mark.parametrize("value", [-0.1, 1.5, "0.5", None, True, float("nan")])
def test_shares_outside_of_the_run_are_refused_by_name(name, value):
    with pytest.raises(ValueError, match=f"`{name}` must be a number from 0 to 1. Received"):
        Recipe(**{name: value})


@pytest.mark.parametrize(("knobs", "message"), [
    ({"learning_rate": 0.}, "`learning_rate` must be a positive number"),
    ({"final_learning_rate": -1}, "`final_learning_rate` must be a finite number of at least 0"),
    ({"gradient_clip": -1}, "`gradient_clip` must be a finite number of at least 0"),
    ({"noise": -0.1}, "`noise` must be a finite number of at least 0. Received"),
    ({"sparsity_weight": -1}, "`sparsity_weight` must be a finite number of at least 0"),
    ({"gate_penalty": "1"}, "`gate_penalty` must be a finite number of at least 0"),
    ({"final_gate_penalty": -1}, "`final_gate_penalty` must be a finite number of at least 0"),
    ({"final_sharpness": 0.}, "`final_sharpness` must be a positive number"),
    ({"spike_bias": float("inf")}, "`spike_bias` must be a finite number"),
    ({"sparsity": "l1"}, r"`sparsity` must be one of \('kl', 'price'\)"),
    ({"decay_begin": 0.9, "decay_end": 0.5}, "`decay_end` of a recipe must not be before"),
    ({"refine_begin": 0.9, "refine_end": 0.5}, "`refine_end` of a recipe must not be before"),
    ({"refine_every": 0.}, "`refine_every` must be a positive number"),
    ({"slab_warmup": 0.8, "slab_ramp": 0.3}, "`slab_warmup` and `slab_ramp` .*at most 1"),
    ({"sparsity_warmup": 0.8, "sparsity_ramp": 0.3}, "`sparsity_warmup` and .*at most 1")])
def test_bad_knobs_are_refused_by_name(knobs, message):
    with pytest.raises(ValueError, match=message):
        Recipe(**knobs)


def test_every_knob_is_described_and_kept():
    for knob in dataclasses.fields(Recipe):
        assert knob.name in Recipe.__doc__
    recipe = Recipe(learning_rate=0.7, sparsity="kl", final_sharpness=9.)
    assert Recipe.from_config(recipe.get_config()) == recipe


def test_get_takes_a_name_an_object_or_none():
    assert recipes.get("default") == Recipe() and recipes.get("paper") is recipes.PAPER
    assert recipes.get("none") is None and recipes.get(None) is None
    for wrong in ("usual", 3, {}):
        with pytest.raises(ValueError, match=r"`recipe` must be a Recipe, None or one of \['def"):
            recipes.get(wrong)


@pytest.mark.parametrize("back", [False, True])
def test_weights_of_an_earlier_epoch_do_not_take_the_rate_along(back):
    model, rows, kept = small(), np.random.default_rng(0).normal(size=(96, 5)), []
    fit(model, rows, callbacks=[keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: kept.append(model.get_weights()))])
    if back:
        model.set_weights(kept[1])
    again = fit(model, rows)
    assert float(model.run.rate.compiled) == pytest.approx(RATE)
    assert again["learning_rate"][0] == pytest.approx(RATE)
