"""Steps that a model takes aside where its weights were set anew."""
import keras
import numpy as np
import pytest
import tensorflow as tf

import vsc_tf
from vsc_tf import moments
from vsc_tf.refinement import callback, settling, weights

X = np.random.default_rng(0).normal(size=(2000, 6)).astype("float32")


@pytest.fixture(scope="module")
def trained():
    keras.utils.set_random_seed(0)
    made = vsc_tf.VSC(4, seed=0, prior=vsc_tf.PseudoInputPrior(4), recipe=None,
                      likelihood="shared_gaussian", encoder=vsc_tf.networks.mlp(8),
                      decoder=vsc_tf.networks.mlp(8))
    made.compile(keras.optimizers.Adam(1e-3), jit_compile=False)
    made.fit(X, batch_size=500, epochs=20, verbose=0)
    return made, [v.numpy() for v in (*made.variables, *made.optimizer.variables)]


@pytest.fixture
def model(trained):
    made, values = trained
    for variable, value in zip((*made.variables, *made.optimizer.variables), values, strict=True):
        variable.assign(value)
    return made


def set_anew(model):
    kernel, bias = model.likelihood.head.get_weights()
    model.likelihood.head.set_weights([kernel + 3., bias])


def slots(model):
    return moments.of(model.optimizer, model.trainable_weights)


def values_of(variables):
    return [variable.numpy() for variable in variables]


def test_its_first_step_goes_by_the_gradient_and_the_larger_square(model, monkeypatch):
    monkeypatch.setattr(settling, "STEPS", 1)
    set_anew(model)
    before, step = values_of(model.trainable_weights), int(model.optimizer.iterations)
    seed = vsc_tf.randomness.seed_of(model.seed, step, vsc_tf.randomness.TRAIN)
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(model.losses_and_terms(
            X[::4], model.schedule_values(step), seed, training=True)[0])
    gradients = [tf.convert_to_tensor(g).numpy() for g in tape.gradient(
        loss, model.trainable_weights, unconnected_gradients="zero")]
    known = [v / (1. - 0.999**step) for v in values_of(slots(model)[1])]
    settling.settle(model, X)
    assert any(np.any(g**2 > v) for g, v in zip(gradients, known, strict=True))
    assert any(np.any(g**2 < v) for g, v in zip(gradients, known, strict=True))
    for now, then, g, v in zip(values_of(model.trainable_weights), before, gradients, known,
                               strict=True):
        wanted = 1e-3 * 0.1 * g / (np.sqrt(np.maximum(g**2, v)) + model.optimizer.epsilon)
        np.testing.assert_allclose(then - now, wanted, rtol=0.02, atol=2e-7)


def test_training_does_not_undo_what_was_done(model):
    """As it does without: the loss rises further."""
    def after(steps):
        model.fit(X, batch_size=500, epochs=1, steps_per_epoch=steps, verbose=0)
        return weights.last_loss(model, X)

    start = values_of([*model.variables, *model.optimizer.variables])
    set_anew(model)
    changed, without = weights.last_loss(model, X), after(3)
    for variable, value in zip((*model.variables, *model.optimizer.variables), start, strict=True):
        variable.assign(value)
    set_anew(model)
    settling.settle(model, X)
    settled = weights.last_loss(model, X)
    assert settled < 0.9 * changed
    assert after(3) < settled + 0.1 * (changed - settled)
    assert after(3) < without


def test_adam_goes_on_with_moments_of_the_last_steps_where_they_are_larger(model):
    known = [values_of(each) for each in slots(model)]
    steps = int(model.optimizer.iterations)
    set_anew(model)
    settling.settle(model, X)
    first, second = (values_of(each) for each in slots(model))
    assert int(model.optimizer.iterations) == steps
    assert all(np.all(now >= 0.999999 * then) for now, then in zip(second, known[1], strict=True))
    assert any(np.any(now > 10. * then) for now, then in zip(second, known[1], strict=True))
    assert any(np.any(now != then) for now, then in zip(first, known[0], strict=True))
    # A first moment is a mean over the same steps as the second: |m| is at most its root.
    shares = 1. - 0.9**steps, 1. - 0.999**steps
    for m, v in zip(first, second, strict=True):
        assert np.all(np.abs(m) / shares[0] <= np.sqrt(v / shares[1]) * 1.001 + 1e-9)


def test_it_is_the_same_each_time(model):
    start, made = values_of([*model.variables, *model.optimizer.variables]), []
    for _ in range(2):
        for variable, value in zip((*model.variables, *model.optimizer.variables), start,
                                   strict=True):
            variable.assign(value)
        set_anew(model)
        settling.settle(model, X)
        made.append(values_of(model.variables))
    for a, b in zip(*made, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(("rate", "is_lower"), [(0.3, True), (2., True), (8., True), (1e5, False)])
def test_steps_that_do_not_lower_the_loss_are_undone(model, rate, is_lower):
    """With a rate of 2 a quarter of it is low enough, with 8 a sixteenth, with 1e5 none is."""
    set_anew(model)
    changed, before = weights.last_loss(model, X), values_of(model.trainable_weights)
    model.optimizer.learning_rate = rate
    settling.settle(model, X)
    assert (weights.last_loss(model, X) < changed) == is_lower
    if not is_lower:
        for now, then in zip(values_of(model.trainable_weights), before, strict=True):
            np.testing.assert_array_equal(now, then)


@pytest.mark.parametrize("optimizer", ["sgd", "adamax"])
def test_optimizers_without_such_moments_are_left_alone(trained, optimizer):
    model = keras.models.clone_model(trained[0])
    model.compile(optimizer, jit_compile=False)
    model.fit(X, batch_size=500, epochs=1, verbose=0)
    set_anew(model)
    before = values_of([*model.variables, *model.optimizer.variables])
    settling.settle(model, X)
    for now, then in zip((*model.variables, *model.optimizer.variables), before, strict=True):
        np.testing.assert_array_equal(now.numpy(), then)


def test_weights_that_are_frozen_stay(trained):
    model = keras.models.clone_model(trained[0])
    model.encoder.trainable = False
    model.compile("adam", jit_compile=False)
    model.fit(X, batch_size=500, epochs=1, verbose=0)
    before = values_of(model.encoder.weights)
    settling.settle(model, X)
    for now, then in zip(values_of(model.encoder.weights), before, strict=True):
        np.testing.assert_array_equal(now, then)


@pytest.mark.parametrize(("rise", "times"), [(0.5, 0), (30., 1)])
def test_the_callback_lets_it_settle_if_the_loss_rises(model, monkeypatch, rise, times):
    losses, settled = iter([1., 1. + rise]), []
    monkeypatch.setattr(callback, "last_loss", lambda *args: next(losses))
    monkeypatch.setattr(callback, "settle", lambda *args: settled.append(args))
    for name in ("rezero", "split", "unmix", "separate", "regroup", "join"):
        monkeypatch.setattr(callback, name, lambda *args: None)
    made = callback.Rezero(X, begin=80, end=81, every=1)
    model.fit(X, batch_size=500, epochs=1, steps_per_epoch=1, callbacks=[made], verbose=0)
    assert len(settled) == times


@pytest.mark.parametrize("share", [1e-9, 1.])  # Of the steps that are taken aside.
def test_latents_are_separated_anew_only_if_the_loss_does_not_stay_higher(
        trained, monkeypatch, share):
    def separate(model, x):
        set_anew(model)
        return x

    monkeypatch.setattr(settling, "SHARES", (share,))
    found = []
    for of_features in (lambda model, x: None, separate):
        monkeypatch.setattr(callback, "separate", of_features)
        made, values = trained
        for variable, value in zip((*made.variables, *made.optimizer.variables), values,
                                   strict=True):
            variable.assign(value)
        made.optimizer.learning_rate = 0.1  # It lowers the loss again within 50 steps.
        made.fit(X, batch_size=500, epochs=1, steps_per_epoch=1, verbose=0,
                 callbacks=[callback.Rezero(X, begin=81, end=99, every=1)])
        found.append(values_of([*made.weights, *made.optimizer.variables]))
    same = [np.array_equal(a, b) for a, b in zip(*found, strict=True)]
    assert all(same) == (share < 1.)
