"""Plain steps on dictionaries, Adam on everything else."""
import keras
import numpy as np
import pytest
import tensorflow as tf

import vsc_tf
from vsc_tf import optimizers, schedules

X = np.random.default_rng(0).normal(size=(32, 6)).astype("float32")


def model(optimizer):
    m = vsc_tf.ThresholdedVSC(3, likelihood="linear_gaussian", encoder=vsc_tf.networks.mlp(4),
                              recipe=None, seed=0)
    m.compile(optimizer)
    m.adapt(X)
    return m


def test_a_dictionary_takes_the_gradient_as_it_is_and_the_rest_what_adam_makes_of_it():
    keras.utils.set_random_seed(0)
    m = model(optimizers.AdamAndSGD(1e-3, dictionary_rate=0.25))
    before = {w.path: w.numpy() for w in m.trainable_weights}
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(m.losses_and_terms(X, m.schedule_values(0), tf.constant([0, 0]),
                                                 True)[0])
    gradients = dict(zip(before, tape.gradient(loss, m.trainable_weights), strict=True))
    m.fit(X, batch_size=32, epochs=1, verbose=0)
    for weight in m.trainable_weights:
        moved, gradient = weight.numpy() - before[weight.path], gradients[weight.path].numpy()
        if weight.name == "dictionary":
            np.testing.assert_allclose(moved, -0.25 * gradient, rtol=1e-3, atol=1e-6)
        else:  # The first step of Adam is the rate, whatever the gradient's size.
            np.testing.assert_allclose(moved, -1e-3 * np.sign(gradient), atol=1e-4)


def test_rates_may_be_schedules_and_survive_a_file(tmp_path):
    falling = keras.optimizers.schedules.ExponentialDecay(0.5, 1, 0.5, staircase=True)
    m = model(optimizers.AdamAndSGD(schedules.OneCycle(1e-3, 10), falling))
    m.fit(X, batch_size=16, epochs=2, verbose=0)
    m.save(tmp_path / "m.keras")
    again = keras.models.load_model(tmp_path / "m.keras")
    assert again.optimizer.get_config() == m.optimizer.get_config()
    assert float(again.optimizer.dictionary_rate(4)) == pytest.approx(0.5**5)
    fits = [one.fit(X, batch_size=16, epochs=3, initial_epoch=2, verbose=0).history
            for one in (m, again)]
    assert fits[0] == fits[1]


def test_a_dictionary_s_rate_is_positive_and_begins_as_given():
    assert float(optimizers.one_cycle(1e-3, 300, dictionary_rate=0.005).dictionary_rate(0)) == (
        pytest.approx(0.005))
    with pytest.raises(ValueError, match="dictionary_rate"):
        optimizers.one_cycle(1e-3, 300, dictionary_rate=0.)
