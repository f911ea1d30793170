"""Run by test_training.py as each of the workers, or alone: trains, and keeps the weights.

Then worker 1 kills itself while they train on, and the chief says what became of that.

    TF_CONFIG=... python tests/workers/train.py weights.npz kind ...
"""
import os
import signal
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import keras
import numpy as np
import tensorflow as tf

import vsc_tf

STEPS = 80


def observations():
    """200 rows of 20 values: five blocks of four, each on or off as one."""
    on = np.random.default_rng(0).integers(0, 2, (200, 5))
    return np.repeat(on, 4, axis=1).astype("float32")


def model_of(kind):
    parts = {"seed": 1, "encoder": vsc_tf.networks.mlp(16), "decoder": vsc_tf.networks.mlp(16)}
    if kind == "batches":
        return vsc_tf.VAE(6, samples=3, objective="iwae", **parts)
    return vsc_tf.VSC(6, samples=2, **parts)


def fitted(kind):
    """A model after `STEPS` steps, of an array or of batches with weights."""
    # Each worker begins with weights of its own; those of the chief are taken.
    keras.utils.set_random_seed(vsc_tf.workers.current().rank)
    x, model = observations(), model_of(kind)
    model.compile(optimizer=keras.optimizers.Adam(0.003), jit_compile=False,
                  steps_per_execution=5)
    plan = {"epochs": 4, "steps_per_epoch": STEPS // 4, "verbose": 0, "validation_data": x}
    if kind == "batches":
        data = tf.data.Dataset.from_tensor_slices((x, x[:, 0], np.arange(200.) % 3))
        model.fit(data.batch(40, drop_remainder=True).repeat(), **plan)
    else:
        model.fit(x, batch_size=40, **plan)
    return model


class Killed(keras.callbacks.Callback):
    """Ends the process as kill -9 does, once both have begun."""

    def on_epoch_end(self, epoch, logs=None):
        if epoch == 1:
            os.kill(os.getpid(), signal.SIGKILL)


def lose_the_other(model):
    """Trains on until worker 1 is gone."""
    killed = [] if vsc_tf.workers.current().is_chief else [Killed()]
    try:
        model.fit(observations(), batch_size=40, epochs=1000, verbose=0, callbacks=killed)
    except vsc_tf.workers.WorkerLost as error:
        print(error)


def main(path, *kinds):
    if "TF_CONFIG" in os.environ:
        vsc_tf.workers.connect()
    found = {}
    for kind in kinds:
        model = fitted(kind)
        # Those that are trained alone: the knots of schedules are large, and would hide them.
        found[kind] = np.concatenate([np.ravel(w) for w in model.trainable_weights])
        found[f"{kind} logs"] = np.array(list(model.history.history.values()))
    np.savez(path, **found)
    if vsc_tf.workers.current().count > 1:
        lose_the_other(model)


if __name__ == "__main__":
    main(*sys.argv[1:])
