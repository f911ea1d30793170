"""What Adam remembers where weights were set anew."""
import keras
import numpy as np
import pytest

import vsc_tf
from vsc_tf.refinement import callback, moments

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


def slots(model, name):
    return [v.numpy() for v in model.optimizer.variables if v.path.endswith(f"_{name}")]


def test_where_weights_are_what_they_were_nothing_changes(model):
    before = [v.numpy() for v in model.optimizer.variables]
    moments.renew(model, X)
    for now, then in zip(model.optimizer.variables, before, strict=True):
        np.testing.assert_array_equal(now.numpy(), then)


def test_second_moments_are_those_of_gradients_where_they_are_larger(model):
    known = slots(model, "velocity")
    kernel, bias = model.likelihood.head.get_weights()
    model.likelihood.head.set_weights([kernel + 30., bias])
    squares = moments._squares(model, X)
    moments.renew(model, X)
    share = 1. - 0.999**80  # Of a mean, after so many steps.
    wanted = [np.maximum(then, share * square) for then, square in zip(known, squares, strict=True)]
    of_prior = [w.path for w in model.prior.trainable_weights]
    larger = [square.mean() * share > 4. * then.mean() and weight.path not in of_prior
              for weight, then, square in zip(model.trainable_weights, known, squares, strict=True)]
    assert any(larger)
    for now, then, mean, momentum, is_larger in zip(
            slots(model, "velocity"), known, wanted, slots(model, "momentum"), larger, strict=True):
        np.testing.assert_allclose(now, mean if is_larger else then, rtol=1e-6)
        assert np.all(momentum == 0.) == is_larger


def test_squares_are_those_of_gradients(model):
    weight = model.likelihood.head.weights[1]  # By differences, of the same draws.
    step, before = int(model.optimizer.iterations), weight.numpy()

    def losses(k, shift):
        weight.assign(before + shift * np.eye(len(before))[k])
        seed = vsc_tf.randomness.seed_of(model.seed, step, vsc_tf.randomness.TRAIN)
        return float(np.mean(model.losses_and_terms(
            X[:500], model.schedule_values(step), seed, training=True)[0]))

    slopes = [(losses(k, 0.01) - losses(k, -0.01)) / 0.02 for k in range(len(before))]
    weight.assign(before)
    place = [w.path for w in model.trainable_weights].index(weight.path)
    np.testing.assert_allclose(moments._squares(model, X[:500])[place], np.square(slopes),
                               rtol=0.05, atol=1e-4)


def test_steps_after_a_change_are_no_longer_than_the_rate(model):
    kernel, bias = model.likelihood.head.get_weights()
    model.likelihood.head.set_weights([kernel + 30., bias])
    moments.renew(model, X)
    for _ in range(10):
        before = model.get_weights()
        model.train_on_batch(X[:500])
        moved = max(np.abs(now - then).max() for now, then in zip(
            model.get_weights(), before, strict=True) if now.dtype == np.float32 and now.ndim == 2)
        assert moved < 2e-3


@pytest.mark.parametrize("optimizer", ["sgd", "rmsprop"])
def test_other_optimizers_are_left_alone(trained, optimizer):
    model = keras.models.clone_model(trained[0])
    model.compile(optimizer, jit_compile=False)
    model.fit(X, batch_size=500, epochs=1, verbose=0)
    before = [v.numpy() for v in model.optimizer.variables]
    model.likelihood.head.set_weights([30. + w for w in model.likelihood.head.get_weights()])
    moments.renew(model, X)
    for now, then in zip(model.optimizer.variables, before, strict=True):
        np.testing.assert_array_equal(now.numpy(), then)


@pytest.mark.parametrize(("rise", "times"), [(0.5, 0), (30., 1)])
def test_the_callback_renews_them_if_the_loss_rises(model, monkeypatch, rise, times):
    losses, renewed = iter([1., 1. + rise]), []
    monkeypatch.setattr(callback, "last_loss", lambda *args: next(losses))
    monkeypatch.setattr(moments, "renew", lambda *args: renewed.append(args))
    for name in ("rezero", "split", "unmix", "separate", "regroup", "join"):
        monkeypatch.setattr(callback, name, lambda *args: None)
    made = callback.Rezero(X, begin=80, end=81, every=1)
    model.fit(X, batch_size=500, epochs=1, steps_per_epoch=1, callbacks=[made], verbose=0)
    assert len(renewed) == times
