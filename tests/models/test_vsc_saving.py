"""`.keras` files: everything comes back, in a fresh process too."""
import json
import pathlib
import subprocess
import sys

import keras
import numpy as np
import pytest

import vsc_tf

ROOT = pathlib.Path(__file__).parents[2]


def fitted(rows, **kwargs):
    model = vsc_tf.VSC(latent_dim=4, seed=5, encoder=vsc_tf.networks.mlp(16),
                       decoder=vsc_tf.networks.mlp([8, 16]), **kwargs)
    if model.recipe is None:
        rate = vsc_tf.schedules.LinearDecay(.01, .001, 2, 9)
        callbacks = [vsc_tf.callbacks.SlabWarmUp(1, 4), vsc_tf.callbacks.SparsityRamp(7)]
    else:
        rate, callbacks = 0.01, []
    model.compile(optimizer=keras.optimizers.Adam(rate), jit_compile=False)
    model.fit(rows, batch_size=32, verbose=0, callbacks=callbacks)
    return model


VARIANTS = [
    pytest.param({}, id="defaults"),
    pytest.param({"scaling": "standardise", "likelihood": vsc_tf.likelihoods.LearnedGaussian(
        0.01, mean_activation="sigmoid"), "recipe": None}, id="scaled"),
    pytest.param({
        "prior": vsc_tf.PseudoInputPrior(3, "nearest"), "recipe": None, "samples": 2, "alpha": 0.2,
        "posterior": vsc_tf.posteriors.SpikeAndSlab("relu_exp", relaxation="binary_concrete"),
        "objective": vsc_tf.objectives.Average(bound="elbo_paper"),
        "penalties": [vsc_tf.penalties.SparsityPrice(0.2)]}, id="other options"),
]


def comparable(model):
    """What a configuration says of a model; the bodies are Keras's own."""
    config = {name: value for name, value in model.get_config().items()
              if name not in ("encoder", "decoder")}
    return json.loads(json.dumps(config))  # Tuples become lists.


@pytest.mark.parametrize("kwargs", VARIANTS)
def test_a_loaded_model_is_the_same_and_goes_on_the_same(rows, tmp_path, kwargs):
    model = fitted(rows, **kwargs)
    model.save(tmp_path / "m.keras")
    loaded = keras.models.load_model(tmp_path / "m.keras")
    assert comparable(loaded) == comparable(model)
    np.testing.assert_array_equal(loaded.encode(rows).z, model.encode(rows).z)
    assert loaded.evaluate(rows, verbose=0) == model.evaluate(rows, verbose=0)
    for each in (model, loaded):  # Optimizer, schedules and noise go on from step 3.
        each.fit(rows, batch_size=32, shuffle=False, verbose=0)
        each.fit(rows, batch_size=32, verbose=0)  # In an order that follows from the step.
    for a, b in zip(model.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_loading_does_not_adapt_again(rows, tmp_path):
    model = fitted(rows, scaling="standardise", likelihood="gaussian")
    model.save(tmp_path / "m.keras")
    loaded = keras.models.load_model(tmp_path / "m.keras")
    before = loaded.scaling.offset.numpy()
    loaded.fit(rows[:32] * 0.5, batch_size=32, verbose=0)
    np.testing.assert_array_equal(loaded.scaling.offset.numpy(), before)


def test_a_fresh_process_loads_it(rows, tmp_path):
    model = fitted(rows)
    model.save(tmp_path / "m.keras")
    np.save(tmp_path / "x.npy", rows)
    script = ("import sys, numpy as np, keras, vsc_tf\n"
              "folder = sys.argv[1]\n"
              "model = keras.models.load_model(folder + '/m.keras')\n"
              "np.save(folder + '/z.npy', model.encode(np.load(folder + '/x.npy')).z)\n")
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], cwd=ROOT, check=True,
                   capture_output=True)
    np.testing.assert_array_equal(np.load(tmp_path / "z.npy"), model.encode(rows).z)
