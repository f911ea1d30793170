"""Run by test_replicas.py, in a process whose CPU is two devices: prints a line for each case."""
import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import keras
import numpy as np
import tensorflow as tf

import vsc_tf
from vsc_tf.models.steps import SteppedModel
from vsc_tf.refinement import callback

KINDS = {
    "vsc": lambda **parts: vsc_tf.VSC(6, samples=2, **parts),
    "iwae": lambda **parts: vsc_tf.VAE(6, samples=3, objective="iwae", scaling="standardise",
                                       likelihood="column_gaussian", **parts)}  # With noise.

SteppedModel.compiles_parts = lambda self: False  # As in tests/conftest.py: it takes long.
SETTLED = 6, 12  # Steps after which a model settles: after each look last bits would grow.
settle = callback.settle


def settle_twice(model, x):
    if int(model.optimizer.iterations.numpy()) in SETTLED:
        return settle(model, x)
    return False


def observations():
    """200 rows: with batches of 45 the last one has 20, and no batch is even."""
    on = np.random.default_rng(0).integers(0, 2, (200, 5))
    return np.repeat(on, 4, axis=1).astype("float32")


def trained(kind, strategy, inside, form):
    """Weights and logs after 20 steps, made in the strategy's scope, fitted inside or outside."""
    keras.utils.set_random_seed(0)
    x = observations()
    data = x if form == "array" else tf.data.Dataset.from_tensor_slices(x).batch(45)
    with strategy.scope():
        model = KINDS[kind](seed=1, encoder=vsc_tf.networks.mlp(16),
                            decoder=vsc_tf.networks.mlp(16))
        model.compile(optimizer=keras.optimizers.Adam(0.005), jit_compile=False)
        if inside:
            model.fit(data, validation_data=x, epochs=4, batch_size=45, verbose=0)
    if not inside:
        model.fit(data, validation_data=x, epochs=4, batch_size=45, verbose=0)
    weights = np.concatenate([weight.ravel() for weight in model.get_weights()])
    return weights, np.array(list(model.history.history.values()))


def main(kind, form, *places):
    callback.RISE, callback.settle = -np.inf, settle_twice
    cpu, = tf.config.list_physical_devices("CPU")
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
    one, logs = trained(kind, tf.distribute.get_strategy(), True, form)
    two = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    for place in places:
        weights, theirs = trained(kind, two, place == "inside", form)
        print("difference", np.linalg.norm(weights - one) / np.linalg.norm(one),
              np.abs(theirs - logs).max())


if __name__ == "__main__":
    main(*sys.argv[1:])
