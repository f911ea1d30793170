"""What VSC's own tests show of it, shown of each dense model: files, dtypes, XLA, data."""
import pathlib
import subprocess
import sys

import keras
import numpy as np
import pytest

import vsc_tf

ROOT = pathlib.Path(__file__).parents[2]
KINDS = {"autoencoder": (vsc_tf.Autoencoder, {}), "vae": (vsc_tf.VAE, {"samples": 2}),
         "beta_vae": (vsc_tf.BetaVAE, {"beta": 2.}), "beta_tcvae": (vsc_tf.BetaTCVAE, {"beta": 3.}),
         "vamp_vae": (vsc_tf.VampPriorVAE, {"count": 5})}
each = pytest.mark.parametrize("name", KINDS)
some = pytest.mark.parametrize("name", ["autoencoder", "beta_tcvae", "vamp_vae"])


def make(name, jit_compile=False, **kwargs):
    kind, own = KINDS[name]
    model = kind(4, **{"seed": 1, "encoder": vsc_tf.networks.mlp(16),
                       "decoder": vsc_tf.networks.mlp(16), "recipe": None, **own, **kwargs})
    model.compile(optimizer=keras.optimizers.Adam(0.01), jit_compile=jit_compile)
    return model


@some
def test_a_loaded_model_goes_on_the_same(name, rows, tmp_path):
    model = make(name, scaling="standardise", likelihood="learned_gaussian")
    model.fit(rows, batch_size=32, verbose=0)
    model.save(tmp_path / "m.keras")
    loaded = keras.models.load_model(tmp_path / "m.keras")
    assert loaded.evaluate(rows, verbose=0) == model.evaluate(rows, verbose=0)
    for one in (model, loaded):
        one.fit(rows, batch_size=32, shuffle=False, verbose=0)
    for a, b in zip(model.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_fresh_process_loads_them_all(rows, tmp_path):
    codes = {}
    for name in KINDS:
        model = make(name)
        model.adapt(rows)
        model.save(tmp_path / f"{name}.keras")
        codes[name] = model.encode(rows).z
    np.save(tmp_path / "x.npy", rows)
    script = ("import sys, pathlib, numpy as np, keras, vsc_tf\n"
              "folder = pathlib.Path(sys.argv[1])\n"
              "x = np.load(folder / 'x.npy')\n"
              "for path in folder.glob('*.keras'):\n"
              "    np.save(path.with_suffix('.npy'), keras.models.load_model(path).encode(x).z)\n")
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], cwd=ROOT, check=True,
                   capture_output=True)
    for name, z in codes.items():
        np.testing.assert_array_equal(np.load(tmp_path / f"{name}.npy"), z)


@some
def test_xla_and_bfloat16_train_and_codes_stay_float32(name, rows):
    model = make(name, jit_compile=True, dtype="mixed_bfloat16", encoder=None, decoder=None)
    history = model.fit(rows, batch_size=32, epochs=4, verbose=0).history["loss"]
    assert np.isfinite(history).all() and history[-1] < history[0]
    assert model.encoder.layers[-1].compute_dtype == "bfloat16"
    assert model.encode(rows).z.dtype == np.float32


@each
def test_schedules_of_vsc_are_refused_by_name(name, rows):
    with pytest.raises(ValueError, match=r"SlabWarmUp needs a model with a schedule 'slab_weight'"):
        make(name).fit(rows, batch_size=48, verbose=0,
                       callbacks=[vsc_tf.callbacks.SlabWarmUp(1, 2)])


@some
def test_a_loss_that_breaks_names_its_step_and_term(name, rows):
    model = make(name)
    model.adapt(rows)
    model.likelihood.head.bias.assign(np.full(12, np.nan))
    with pytest.raises(FloatingPointError, match="stopped at step 0: reconstruction not finite"):
        model.fit(rows, batch_size=48, verbose=0, callbacks=[vsc_tf.callbacks.StopOnNaN()])
