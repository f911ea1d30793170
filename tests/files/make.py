"""Makes the files of one version, which every later version has to load.

    python tests/files/make.py tests/files/0.1

Run once for each released format, with the version that writes it, and commit the result: a file
made later, by another version, shows nothing. Beside each `.keras` file there is a `.npz` with
observations and what the version that wrote it made of them.
"""
import pathlib
import shutil
import sys

import keras
import numpy as np

import vsc_tf
from trainers import fit
from vsc_tf import callbacks, likelihoods, networks, priors, schedules

SMALL = ["--latent-dim", "4", "--hidden-units", "6", "--batch-size", "500",
         "--steps", "8", "--steps-per-epoch", "4", "--dtype", "float32", "--seed", "1"]


def observations():
    """64 rows of 10 numbers: two features that are on for half of the rows, and noise."""
    rng = np.random.default_rng(0)
    on = np.repeat(rng.integers(0, 2, (64, 2)), 5, axis=1)
    return (on * rng.normal(1., .3, (64, 10)) + rng.normal(0., .05, (64, 10))).astype("float32")


def bodies():
    return {"encoder": networks.mlp(6, name="encoder"), "decoder": networks.mlp(6, name="decoder"),
            "scaling": "standardise", "likelihood": likelihoods.LearnedGaussian(1e-3), "seed": 3}


def models():
    """Name -> (model, callbacks)."""
    rezero = callbacks.Rezero(observations(), begin=2, end=6, every=2)
    return {
        "vsc": (vsc_tf.VSC(  # As the command's preset for tables has it.
            4, prior=priors.PseudoInputPrior(3), spike_bias=3., sparsity="price", **bodies()),
            [callbacks.SlabWarmUp(1, 4), callbacks.SparsityRamp(4, 0, .05),
             callbacks.GatePenalty(.003, 6, .0005), rezero]),
        "vsc_paper": (vsc_tf.VSC(
            4, alpha=.01, prior=priors.PseudoInputPrior(3, "paper", "random", sharpen_spikes=True),
            spike_activation="relu_exp", bound="elbo_paper", samples=2, **bodies()),
            [callbacks.GateSharpness(8)]),
        "vsc_concrete": (vsc_tf.VSC(
            4, prior=priors.PseudoInputPrior(3, "nearest"), relaxation="binary_concrete",
            sharpness=3., **bodies()), []),
        "vae": (vsc_tf.VAE(4, samples=2, **bodies()), []),
        "beta_vae": (vsc_tf.BetaVAE(4, beta=2.5, **bodies()), []),
        "beta_tcvae": (vsc_tf.BetaTCVAE(4, beta=6., **bodies()), []),
        "vamp_vae": (vsc_tf.VampPriorVAE(4, 3, **bodies()), []),
        "autoencoder": (vsc_tf.Autoencoder(4, **bodies()), [])}


def keep(model, path):
    """The model's file, and what it makes of some observations."""
    callbacks.save(model, path)
    x = observations()
    made = {f"code/{name}": values for name, values in model.encode(x)._asdict().items()}
    made |= {f"term/{name}": np.float32(value)
             for name, value in model.evaluate(x, verbose=0).items()}
    np.savez(path.with_suffix(".npz"), x=x, decoded=model.decode(model.encode(x).z), **made)


def main(folder):
    folder.mkdir(parents=True)
    for name, (model, extra) in models().items():
        keras.utils.set_random_seed(0)
        rate = schedules.LinearDecay(1e-2, 1e-3, 4, 8)
        model.compile(optimizer=keras.optimizers.Adam(rate))
        model.fit(observations(), batch_size=16, epochs=2, verbose=0, callbacks=extra)
        keep(model, folder / f"{name}.keras")
    run(folder, "smiley", "--pseudo-inputs", "3")
    run(folder, "smiley-vae", "--model", "vae")
    callbacks.Checkpoint.on_epoch_end = stop  # From here on, runs end with their first epoch.
    run(folder, "smiley-stopped", "--pseudo-inputs", "3")
    shutil.rmtree(folder / "exports")


def run(folder, name, *flags):
    """A run folder, with what a later version reads of it."""
    fit.main([*SMALL, *flags, "--run", name, "--output", str(folder),
              "--export", str(folder / "exports")])
    for path in (folder / name).iterdir():
        if path.is_dir():
            shutil.rmtree(path)


def stop(checkpoint, epoch, logs=None):
    callbacks.save(checkpoint.model, checkpoint.path)
    raise KeyboardInterrupt


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
