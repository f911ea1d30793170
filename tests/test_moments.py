"""Gradients that are far longer than Adam knows them."""
import keras
import numpy as np
import pytest
import tensorflow as tf

import vsc_tf
from vsc_tf import moments, optimizers

X = np.random.default_rng(0).normal(size=(32, 6)).astype("float32")


def stepped(optimizer, length=2., steps=10):
    """A weight and its optimizer after steps by gradients of a length, [0.6, 0.8] times it."""
    weight = keras.Variable([0., 0.])
    optimizer.build([weight])
    for _ in range(steps):
        optimizer.apply([tf.constant([0.6, 0.8]) * length], [weight])
    return optimizer, weight


@pytest.mark.parametrize(("length", "wanted"), [(1., 1.), (9.9, 9.9), (10.1, 10.), (1e6, 10.)])
def test_a_gradient_is_at_most_so_many_times_as_long_as_they_were(length, wanted):
    optimizer, weight = stepped(keras.optimizers.Adam())
    gradient, = moments.clip([tf.constant([0.8, -0.6]) * length], optimizer, [weight], 5.)
    np.testing.assert_allclose(gradient, np.array([0.8, -0.6]) * wanted, rtol=1e-4)


@pytest.mark.parametrize("optimizer", [
    keras.optimizers.SGD(), optimizers.AdamAndSGD(), keras.optimizers.Adamax(),
    keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam())], ids=lambda each: each.name)
def test_gradients_whose_length_an_optimizer_does_not_know_are_left_alone(optimizer):
    optimizer, weight = stepped(optimizer)
    gradient, = moments.clip([tf.constant([1e6, 0.])], optimizer, [weight], 5.)
    np.testing.assert_array_equal(gradient, [1e6, 0.])


def test_the_first_gradient_is_left_alone():
    optimizer, weight = stepped(keras.optimizers.Adam(), steps=0)
    gradient, = moments.clip([tf.constant([1e6, 0.])], optimizer, [weight], 5.)
    np.testing.assert_array_equal(gradient, [1e6, 0.])


def test_a_first_gradient_of_zeros_stays_zero():
    # Of a batch whose observations all have a weight of 0.
    optimizer, weight = stepped(keras.optimizers.Adam(), steps=0)
    gradient, = moments.clip([tf.zeros(2)], optimizer, [weight], 5.)
    np.testing.assert_array_equal(gradient, [0., 0.])


@pytest.mark.parametrize("most", [5., 0.])
def test_one_observation_does_not_make_adam_s_next_steps_short(most):
    keras.utils.set_random_seed(0)
    m = vsc_tf.VSC(3, likelihood="shared_gaussian", seed=0, scaling="none",
                   encoder=vsc_tf.networks.mlp(4), decoder=vsc_tf.networks.mlp(4),
                   recipe=vsc_tf.Recipe(gradient_clip=most))
    m.compile("adam")
    m.fit(X, batch_size=32, epochs=20, verbose=0)

    def square():
        _, second = moments.of(m.optimizer, m.trainable_weights)
        return sum(float(tf.reduce_sum(v)) for v in second)

    before, strange = square(), X.copy()
    strange[0] = 1e5
    m.train_on_batch(strange)
    steps = int(m.optimizer.iterations) - 1
    longest = 0.999 + 0.001 * 5.**2 / (1. - 0.999**steps)  # Of squares, once it is shortened.
    if most:
        assert square() / before == pytest.approx(longest, rel=1e-3)
    else:
        assert square() / before > 100. * longest
