"""One tiny model of each class, exported once."""
import pathlib
from typing import NamedTuple

import keras
import numpy as np
import pytest

import vsc_tf
from vsc_tf import serving

SHAPE, LATENT = (4, 3), 5


class Served(NamedTuple):
    """A model, observations in its raw units, and its export."""

    model: keras.Model
    x: np.ndarray
    path: pathlib.Path


def parts(likelihood, scaling):
    return {"likelihood": likelihood, "scaling": scaling, "seed": 3,
            "encoder": vsc_tf.networks.mlp(8), "decoder": vsc_tf.networks.mlp(8)}


MODELS = {
    # Gates start at even odds: about half the latents are off.
    "VSC": lambda: vsc_tf.VSC(LATENT, posterior=vsc_tf.posteriors.SpikeAndSlab(spike_bias=0.),
                              prior=vsc_tf.PseudoInputPrior(4),
                              **parts("learned_gaussian", "standardise")),
    "Autoencoder": lambda: vsc_tf.Autoencoder(LATENT, **parts("gaussian", "unit_norm")),
    "VAE": lambda: vsc_tf.VAE(LATENT, **parts("bernoulli", "min_max")),
    "BetaVAE": lambda: vsc_tf.BetaVAE(LATENT, **parts("continuous_bernoulli", "min_max")),
    "BetaTCVAE": lambda: vsc_tf.BetaTCVAE(LATENT, **parts("gaussian", "none")),
    "VampPriorVAE": lambda: vsc_tf.VampPriorVAE(LATENT, 4, **parts("gaussian", "unit_norm")),
}


@pytest.fixture(scope="session")
def served(tmp_path_factory):
    """Name of a model class -> its `Served`, made when first asked for."""
    x = np.random.default_rng(0).normal(20., 5., (40, *SHAPE)).astype("float32")
    made = {}

    def make(name):
        if name not in made:
            keras.utils.set_random_seed(0)
            model = MODELS[name]()
            model.adapt(x)
            made[name] = Served(model, x, serving.export(
                model, tmp_path_factory.mktemp("served") / name.lower(),
                about={"training_data": {"name": "normal"}}))
        return made[name]

    return make


@pytest.fixture(params=MODELS)
def each(request, served):
    """A `Served` of every model class."""
    return served(request.param)


@pytest.fixture
def vsc(served):
    return served("VSC")
