"""Codes of variations: the formula, by hand, and the component that an observation belongs to."""
import numpy as np
import pytest
import tensorflow as tf

import vsc_tf


@pytest.fixture(params=["vsc", "vamp", "vae"])
def model(request, rows):
    parts = {"encoder": vsc_tf.networks.mlp(8), "decoder": vsc_tf.networks.mlp(8), "seed": 2}
    model = {
        "vsc": lambda: vsc_tf.VSC(
            4, prior=vsc_tf.PseudoInputPrior(3),
            posterior=vsc_tf.posteriors.SpikeAndSlab(spike_bias=0.), **parts),
        "vamp": lambda: vsc_tf.VampPriorVAE(4, 3, **parts),
        "vae": lambda: vsc_tf.VAE(4, **parts)}[request.param]()
    model.adapt(rows)
    return model


def test_codes_follow_the_formula(model, rows):
    noise = np.random.default_rng(0).normal(size=(96, 4)).astype("float32")
    z = model.encode(rows).z
    chosen = model.component_choice(rows).numpy()
    n, t = (part.numpy()[chosen] for part in (model.components().loc, model.components().scale))
    expected = np.where(z == 0., 0., n + 0.6 * (z - n) + 0.8 * t * noise)
    np.testing.assert_allclose(model.sample_like_step(rows, noise, 0.6), expected, atol=1e-5)


def test_a_pseudo_input_s_own_encoding_belongs_to_its_component(rows):
    model = vsc_tf.VampPriorVAE(4, 3, seed=0)
    model.adapt(rows)
    # Untrained, all encodings are alike beside their scale of 1: pull them apart.
    kernel = model.posterior.dense.kernel
    kernel.assign(30. * kernel)
    x = tf.convert_to_tensor(model.prior.pseudo_inputs)
    different = np.unique(x.numpy(), axis=0).shape[0]
    assert len(set(model.component_choice(x).numpy().tolist())) == different


def test_a_vsc_asks_its_selector(rows):
    model = vsc_tf.VSC(4, prior=vsc_tf.PseudoInputPrior(3), seed=0)
    model.adapt(rows)
    dense = model.prior.network.layers[-1]
    dense.kernel.assign(tf.zeros_like(dense.kernel))
    dense.bias.assign([0., 5., 0.])
    assert (model.component_choice(rows).numpy() == 1).all()


def test_it_works_inside_a_graph_for_any_batch(model, rows):
    signature = [tf.TensorSpec([None, 12]), tf.TensorSpec([None, 4])]
    step = tf.function(model.sample_like_step, input_signature=signature)
    noise = tf.zeros([96, 4])
    np.testing.assert_allclose(step(rows, noise), model.sample_like_step(rows, noise), atol=1e-6)
    assert step(rows[:7], noise[:7]).shape == (7, 4)
