"""Every model by the command: trained, killed and resumed, measured, drawn and exported."""
import dataclasses
import json

import keras
import numpy as np
import pytest
import tensorflow as tf

from trainers import fit
from trainers.presets import MODELS, PRESETS
from trainers.running import build, runs, training
from vsc_tf import callbacks

TINY = ["--steps", "6", "--steps-per-epoch", "2", "--latent-dim", "4", "--batch-size", "20",
        "--checkpoint-seconds", "0"]
pytestmark = pytest.mark.usefixtures("few_figures")
DENSE = [name for name in MODELS if name not in ("vsc", "thresholded")]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.savez("x.npz", x=np.random.default_rng(0).random((60, 5)), y=np.arange(60) % 3)
    return tmp_path


def train(name, model, *flags):
    return fit.main(["--dataset", "x.npz", "--run", name, "--model", model, *flags])


def variables(path):
    model = keras.models.load_model(path)
    return [np.asarray(v) for v in [*model.get_weights(), *model.optimizer.variables]]


@pytest.mark.parametrize("model", DENSE)
def test_trained_measured_drawn_and_exported(folder, capsys, model):
    assert train("whole", model, *TINY, "--hidden-units", "8") == 0
    out, run = capsys.readouterr().out, folder / "runs" / "whole"
    metrics = json.loads((run / "metrics.json").read_text())
    assert np.isfinite(list(metrics["test"].values())).all()
    assert metrics["codes"]["l0_mean"] == 4 and metrics["codes"]["active_units"] <= 4
    assert f"{model}: 4 latents" in out and ("elbo " in out) == (model != "autoencoder")
    figures = {path.stem for path in (run / "figures").iterdir()}
    assert figures == {"training", "reconstructions"} | (
        set() if model == "autoencoder" else {"generated"})
    trained = keras.models.load_model(run / runs.MODEL)
    served = tf.saved_model.load(str(folder / "saved_models" / f"x-{model}" / "1"))
    x = np.full((3, 5), 0.5, "float32")
    for key, value in served.signatures["encode"](x=tf.constant(x)).items():
        np.testing.assert_allclose(value, getattr(trained.encode(x), key), atol=1e-5)


def test_sparse_coding_is_trained_measured_drawn_and_exported(folder, capsys):
    assert train("linear", "thresholded", *TINY, "--hidden-units", "8",
                 "--likelihood", "linear_gaussian", "--likelihood-scale", "0.5", "--recipe", "none",
                 "--optimizer", "one_cycle") == 0
    out, run = capsys.readouterr().out, folder / "runs" / "linear"
    metrics = json.loads((run / "metrics.json").read_text())
    assert np.isfinite(list(metrics["test"].values())).all() and "elbo " in out
    assert {"atoms", "sparsity"} <= {path.stem for path in (run / "figures").iterdir()}
    trained = keras.models.load_model(run / runs.MODEL)
    assert trained.likelihood.atoms().shape == (4, 5)
    served = tf.saved_model.load(str(folder / "saved_models" / "x-thresholded" / "1"))
    x = np.full((3, 5), 0.5, "float32")
    for key, value in served.signatures["encode"](x=tf.constant(x)).items():
        np.testing.assert_allclose(value, getattr(trained.encode(x), key), atol=1e-5)


def test_thresholded_settings_reach_the_model():
    settings = dataclasses.replace(
        PRESETS["paper/fashion_mnist_j64"], samples=2, latent_dim=4, network="mlp", hidden_units=8)
    published = build.build_model(settings, (5, 5))
    assert published.posterior.gradients == "published" and published.prior.cost == "base"
    assert published.posterior.threshold == pytest.approx(0.52, abs=1e-3)
    assert published.likelihood.scale**2 == pytest.approx(3.92)
    assert published.optimizer.get_config()["beta_1"] == 0.5
    patches = build.build_model(dataclasses.replace(
        PRESETS["natural_patches"], latent_dim=4, atom_norm=3.), (16, 16))
    assert patches.posterior.threshold == pytest.approx(0.29, abs=1e-3)
    assert patches.likelihood.norm == 3. and patches.likelihood.fixed_norm
    assert patches.posterior.gradients == "exact"
    assert [layer.units for layer in patches.encoder.layers[1:]] == [512, 1024, 512, 256]
    assert float(patches.optimizer.dictionary_rate(0)) == 0.5


def test_killed_it_resumes_as_if_it_never_was(folder, monkeypatch):
    model = "vamp_vae"  # Of the dense ones it has the most parts.
    flags = [*TINY, "--hidden-units", "8"]
    monkeypatch.setattr(training, "finish", lambda *args: None)
    assert train("whole", model, *flags) == 0

    def killed(*args):
        raise SystemExit("killed")

    with monkeypatch.context() as patch, pytest.raises(SystemExit, match="killed"):
        patch.setattr(callbacks.StopOnNaN, "on_epoch_begin",
                      lambda self, epoch, logs=None: killed() if epoch == 1 else None)
        train("killed", model, *flags)
    assert fit.main(["--dataset", "x.npz", "--run", "killed", "--resume"]) == 0
    for a, b in zip(*(variables(folder / "runs" / name / runs.CHECKPOINT)
                      for name in ("whole", "killed")), strict=True):
        np.testing.assert_array_equal(a, b)
    assert runs.read_log(folder / "runs" / "killed") == runs.read_log(folder / "runs" / "whole")


def test_settings_reach_the_model():
    settings = dataclasses.replace(
        PRESETS["table"], beta=7., samples=2, pseudo_inputs=3, pseudo_start="random",
        hidden_units=8, latent_dim=4, likelihood="gaussian", scaling="min_max")
    tc, beta, vamp, vae, plain = (
        build.build_model(dataclasses.replace(settings, model=name), (5,))
        for name in ("beta_tcvae", "beta_vae", "vamp_vae", "vae", "autoencoder"))
    assert [type(m).__name__ for m in (tc, beta, vamp, vae, plain)] == [
        "BetaTCVAE", "BetaVAE", "VampPriorVAE", "VAE", "Autoencoder"]
    assert tc.beta == beta.beta == 7. and tc.samples == vamp.samples == vae.samples == 2
    assert (vamp.prior.count, vamp.prior.start) == (3, "random")
    assert {m.scaling.method for m in (tc, beta, vamp, vae, plain)} == {"min_max"}
    assert {m.encoder.layers[-1].units for m in (tc, beta, vamp, vae, plain)} == {8}


@pytest.mark.parametrize(("network", "preset", "shape", "kind"), [
    ("conv", "images", (9, 8), keras.layers.Conv2D),
    ("conv1d", "table", (21,), keras.layers.Conv1D),
    ("conv1d", "table", (21, 2), keras.layers.Conv1D)])
def test_convolutional_bodies(folder, capsys, monkeypatch, network, preset, shape, kind):
    monkeypatch.setattr(training, "finish", lambda *args: None)
    np.save("observations.npy", np.random.default_rng(0).random((60, *shape)).astype("float32"))
    assert fit.main(["--dataset", "observations.npy", "--preset", preset, "--run", "conv",
                     "--network", network, "--model", "autoencoder", *TINY]) == 0
    model = keras.models.load_model(folder / "runs" / "conv" / runs.CHECKPOINT)
    assert model.event_shape == shape
    assert sum(isinstance(layer, kind) for layer in model.encoder.layers) == 3
    assert "convolutional bodies" in capsys.readouterr().out


@pytest.mark.parametrize(("flags", "message"), [
    (["--gradients", "published"], "expected --gradients with --model thresholded only"),
    (["--optimizer", "one_cycle"], "expected --recipe none with --optimizer one_cycle"),
    (["--beta", "2"], "expected --beta with --model beta_vae or beta_tcvae only. "
                      "Received: --model vsc, which does not use it."),
    (["--model", "vae", "--alpha", "0.2"], "expected --alpha with --model vsc or thresholded only"),
    (["--model", "vae", "--pseudo-inputs", "9"], "with --model vsc or vamp_vae only"),
    (["--model", "autoencoder", "--samples", "2"],
     "expected --samples with --model vsc or thresholded or vae"),
    (["--model", "vamp_vae", "--slab-warmup", "0.5"], "expected --slab-warmup with --model vsc"),
    (["--recipe", "none", "--slab-ramp", "0.5"],
     "expected --recipe default or paper with --slab-ramp"),
    (["--network", "conv", "--hidden-units", "9"], "expected --hidden-units with --network mlp"),
    (["--network", "conv"], "`shape` must be that of an image"),
    (["--network", "conv1d", "--hidden-units", "9"], "expected --hidden-units with --network mlp"),
    (["--model", "beta_vae", "--beta", "-1"], "`beta` must be a finite number of at least 0"),
])
def test_what_a_model_does_not_use_is_refused(folder, capsys, flags, message):
    assert fit.main(["--dataset", "x.npz", *flags, "--batch-size", "20"]) == 2
    assert message in capsys.readouterr().err
    assert not (folder / "runs").exists()
