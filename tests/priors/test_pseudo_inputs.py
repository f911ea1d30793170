"""Priors made of pseudo-inputs: how they start, what their components are, how they are kept."""
import keras
import numpy as np
import pytest
import tensorflow as tf

import vsc_tf
from vsc_tf import distributions, posteriors
from vsc_tf.priors import SELECTORS, PseudoInputPrior, VampPrior

COUNT, FEATURES = 4, 5


@pytest.fixture
def x():
    return np.random.default_rng(0).normal(0, 1, [6, FEATURES]).astype(np.float32)


def make(kind=PseudoInputPrior, **kwargs):
    prior = kind(COUNT, **kwargs)
    prior.bind(posteriors.SpikeAndSlab(relaxation="binary_concrete", latent_dim=3))
    prior.build((None, FEATURES))
    return prior


@pytest.mark.parametrize("kind", [PseudoInputPrior, VampPrior])
def test_they_start_from_observations_as_the_encoder_sees_them(kind, x):
    prior = make(kind)
    prior.adapt(x, lambda raw: 2. * raw, seed=3)
    found = prior.pseudo_inputs.numpy()
    rows = [np.flatnonzero((2. * x == start).all(axis=1)) for start in found]
    assert all(len(row) == 1 for row in rows)
    assert len(np.unique(rows)) == COUNT  # None twice while there are enough.
    again, other = make(kind), make(kind)
    again.adapt(x, lambda raw: 2. * raw, seed=3)
    np.testing.assert_array_equal(again.pseudo_inputs, found)
    other.adapt(x, lambda raw: 2. * raw, seed=4)
    assert not np.array_equal(other.pseudo_inputs, found)


def test_of_too_few_observations_some_are_taken_more_than_once(x):
    prior = make()
    prior.adapt(x[:2], lambda raw: raw, seed=0)
    for start in prior.pseudo_inputs.numpy():
        assert (x[:2] == start).all(axis=1).any()


@pytest.mark.parametrize("shape", [(6, FEATURES + 1), (6, FEATURES, 1), (FEATURES,)])
def test_observations_of_other_shapes_are_refused(shape):
    with pytest.raises(ValueError, match=r"observations of shape \(5,\). Received: shape "):
        make().adapt(np.zeros(shape, "float32"), lambda raw: raw, seed=0)


def test_a_random_start_is_small_and_differs_and_is_kept(x):
    prior = PseudoInputPrior(50, start="random")
    prior.build((None, 40))
    values = prior.pseudo_inputs.numpy()
    assert abs(values).max() < 0.5 and values.std() == pytest.approx(0.05, rel=0.1)
    prior.adapt(np.ones([60, 40], "float32"), lambda raw: raw, seed=0)
    np.testing.assert_array_equal(prior.pseudo_inputs, values)


def test_sharpen_spikes_is_off_by_default_and_follows_the_formula():
    logits = tf.constant([[-3.0, 0.0, 0.2, 120.0]])

    def components(**kwargs):
        return make(**kwargs).components(
            lambda x: distributions.SpikeAndSlab(logits, tf.ones([1, 4]), tf.ones([1, 4])))

    np.testing.assert_array_equal(components().logits, logits)
    h = 1 / (1 + np.exp(-logits.numpy().astype("float64")))
    sharpened = components(sharpen_spikes=True)
    np.testing.assert_allclose(
        sharpened.spike_probs, 1 / (1 + np.exp(-10 * (h - 0.5))), rtol=1e-5)
    np.testing.assert_array_equal(sharpened.loc, tf.ones([1, 4]))


def test_sharpen_spikes_is_refused_without_gates():
    with pytest.raises(ValueError, match="`sharpen_spikes` .*Received: Normal. Leave it out"):
        PseudoInputPrior(2, sharpen_spikes=True).bind(posteriors.Normal(latent_dim=3))


def test_a_vamp_prior_with_the_optimal_selector_has_no_noise(x):
    q, p = (distributions.Normal(v, tf.ones_like(v)) for v in (
        tf.constant(x[:, :3]), tf.constant(x[:4, 2:])))
    prior = make(VampPrior, selector="optimal")
    found = prior.kl(q, p, x, z=None)
    table = distributions.pairwise_kl(q, p)
    np.testing.assert_allclose(
        found.kl + found.price, -tf.math.log(tf.reduce_mean(tf.exp(-table), axis=-1)), rtol=1e-5)


@pytest.mark.parametrize(("arguments", "message"), [
    ({"count": 0}, "`count` must be a positive integer.*Received: count=0"),
    ({"count": -2}, "`count` must be a positive integer.*Received: count=-2"),
    ({"count": 2.0}, "`count` must be a positive integer.*Received: count=2.0"),
    ({"count": True}, "`count` must be a positive integer.*Received: count=True"),
    ({"count": "3"}, "`count` must be a positive integer.*Received: count='3'"),
    ({"selector": "argmax"}, "`selector` must be one of.*'nearest'.*Received: selector='argmax'"),
    ({"selector": None}, "`selector` must be one of.*Received: selector=None"),
    ({"start": "zeros"}, r"`start` must be one of \('data', 'random'\). Received: start='zeros'"),
])
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        PseudoInputPrior(**arguments)


@pytest.mark.parametrize("shape", [(None,), (None, None, 3)])
def test_unknown_shapes_are_named(shape):
    with pytest.raises(ValueError, match=r"inputs of known shape \(batch, ...\). Received: "):
        PseudoInputPrior(2).build(shape)


@pytest.mark.parametrize("selector", SELECTORS)
def test_a_model_s_file_keeps_them(selector, x, tmp_path):
    prior = PseudoInputPrior(COUNT, selector, start="random", sharpen_spikes=True)
    model = vsc_tf.VSC(3, prior=prior, likelihood="gaussian", seed=0,
                       encoder=vsc_tf.networks.mlp(4), decoder=vsc_tf.networks.mlp(4))
    model.adapt(x)
    prior.pseudo_inputs.assign(x[:COUNT])
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras").prior
    table = np.random.default_rng(1).uniform(0, 50, [6, COUNT]).astype(np.float32)
    for ours, theirs in zip(again.weights_of(x, table), prior.weights_of(x, table), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    np.testing.assert_array_equal(again.pseudo_inputs, x[:COUNT])
    assert again.get_config() == prior.get_config()
    assert (again.start, again.sharpen_spikes) == ("random", True)


def test_relaxed_draws_have_no_density_to_estimate_a_kl_by():
    # Training would find out: their "KL" falls without limit.
    with pytest.raises(ValueError, match="VampPrior without selector='optimal' needs the density "
                                         "of draws.*Received: relaxation='sigmoid'"):
        VampPrior(2).bind(posteriors.SpikeAndSlab(latent_dim=3))
    VampPrior(1).bind(posteriors.SpikeAndSlab(latent_dim=3))  # In closed form, as the next one.
    VampPrior(2, selector="optimal").bind(posteriors.SpikeAndSlab(latent_dim=3))


def test_they_start_from_observations_with_any_seed(x):
    prior = make()
    prior.adapt(x, lambda raw: raw, seed=-1)
    assert np.isin(prior.pseudo_inputs.numpy(), x).all()
