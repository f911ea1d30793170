"""The command adds nothing but data and size: a script of a few lines gives the same weights."""
import keras
import numpy as np
import pytest

import vsc_tf
from trainers import fit


@pytest.mark.usefixtures("few_figures")
def test_the_command_and_a_script_give_the_same_weights(tmp_path):
    file = tmp_path / "rows.npy"
    np.save(file, np.random.default_rng(0).normal(size=(625, 9)))
    flags = ["--dataset", str(file), "--latent-dim", "6", "--hidden-units", "8", "--seed", "3",
             "--batch-size", "100", "--steps", "12", "--steps-per-epoch", "4",
             "--refine-every", str(1 / 3), "--run", "r", "--output", str(tmp_path / "runs"),
             "--export", str(tmp_path / "exports"), "--no-jit-compile"]
    assert fit.main(flags) == 0
    command = keras.models.load_model(tmp_path / "runs" / "r" / "model.keras")

    keras.utils.set_random_seed(3)
    data = vsc_tf.datasets.load(file, seed=3)
    bodies = {name: vsc_tf.networks.mlp(8, name) for name in ("encoder", "decoder")}
    script = vsc_tf.VSC(6, seed=3, recipe=vsc_tf.Recipe(refine_every=1 / 3), **bodies)
    script.compile(optimizer="adam", jit_compile=False)
    script.fit(data.train.x, batch_size=100, epochs=3, steps_per_epoch=4, verbose=0)

    for ours, theirs in zip(script.get_weights(), command.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)
