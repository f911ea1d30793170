"""Models of every kind, with weights but no training: gates are on for about half the rows."""
import pytest

import vsc_tf

KINDS = {
    "vsc": lambda **kwargs: vsc_tf.VSC(
        6, posterior=vsc_tf.posteriors.SpikeAndSlab(spike_bias=0.),
        prior=vsc_tf.PseudoInputPrior(5), **kwargs),
    "vae": lambda **kwargs: vsc_tf.VAE(6, **kwargs),
    "vamp": lambda **kwargs: vsc_tf.VampPriorVAE(6, 5, **kwargs),
    "autoencoder": lambda **kwargs: vsc_tf.Autoencoder(6, **kwargs),
}


@pytest.fixture(scope="session")
def made(rows):
    """Name of a kind -> a model with weights; scaled, so that raw units are seen to be used."""
    models = {}

    def make(name):
        if name not in models:
            models[name] = KINDS[name](
                encoder=vsc_tf.networks.mlp(16), decoder=vsc_tf.networks.mlp(16),
                likelihood="gaussian", scaling="standardise", seed=1)
            models[name].adapt(rows)
        return models[name]

    return make


@pytest.fixture
def vsc(made):
    return made("vsc")


@pytest.fixture(params=KINDS)
def model(made, request):
    return made(request.param)
