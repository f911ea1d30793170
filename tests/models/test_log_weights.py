"""Importance weights, against models whose likelihood is known."""
import keras
import numpy as np
import pytest
import tensorflow as tf

import vsc_tf
from tests.linear import LATENT, linear_model
from vsc_tf.distributions import mixture_sample


@pytest.fixture(scope="module")
def linear():
    model, x, log_p = linear_model()
    return model, x, log_p, model.posterior.dense.get_weights()


def test_with_the_true_posterior_every_draw_gives_the_likelihood(linear):
    model, x, log_p, exact = linear
    model.posterior.dense.set_weights(exact)
    weights = model.log_weights(x, samples=7)
    assert weights.shape == (7, 40) and weights.dtype == np.float32
    np.testing.assert_allclose(weights, np.broadcast_to(log_p, (7, 40)), atol=1e-3)
    np.testing.assert_allclose(model.log_likelihood(x, samples=7), log_p, atol=1e-3)


def test_with_another_posterior_the_estimate_still_finds_the_likelihood(linear):
    model, x, log_p, (kernel, bias) = linear
    wider = bias + np.r_[0.1 * np.ones(LATENT), np.full(LATENT, 0.8)]
    model.posterior.dense.set_weights([0.9 * kernel, wider])
    samples = 4000
    weights = np.exp(model.log_weights(x, samples) - log_p)  # Their mean is 1.
    error = weights.std(axis=0) / np.sqrt(samples)
    assert (np.abs(weights.mean(axis=0) - 1) < 5 * error + 1e-3).all()
    elbo = model.evaluate(x, verbose=0)["elbo"]
    assert elbo < log_p.mean() - 0.1  # A bound, and here a loose one.
    few, many = (model.log_likelihood(x, k).mean() for k in (1, 50))
    assert few < many < log_p.mean() + 0.05


def small(kind, rows, **kwargs):
    keras.utils.set_random_seed(1)
    model = kind(LATENT, seed=1, encoder=vsc_tf.networks.mlp(8), decoder=vsc_tf.networks.mlp(8),
                 recipe=None, **kwargs)
    model.compile(optimizer=keras.optimizers.Adam(0.02), jit_compile=False)
    model.fit(tf.data.Dataset.from_tensors(rows).repeat(80), verbose=0)
    return model


@pytest.fixture(scope="module")
def vsc(rows):
    return small(vsc_tf.VSC, rows, alpha=0.5, prior=vsc_tf.PseudoInputPrior(3))


@pytest.mark.parametrize("kind", [vsc_tf.VSC, vsc_tf.VAE, vsc_tf.VampPriorVAE])
def test_draws_from_posterior_and_from_prior_agree_on_the_likelihood(kind, rows, vsc):
    """log p(x) = log E_p(z)[p(x|z)]: needs every density right, the atom at 0 too."""
    model = vsc if kind is vsc_tf.VSC else small(kind, rows)
    x, samples = rows[:8], 20_000
    z = mixture_sample(samples, model.components(), [3, 1])
    p = model.likelihood(model.decoder(z))
    log_p = np.stack([p.log_prob(row) for row in x], axis=1).astype("float64")
    ours = np.exp(model.log_weights(x, 2000).astype("float64"))
    theirs = np.exp(log_p)
    error = np.hypot(ours.std(axis=0) / np.sqrt(2000), theirs.std(axis=0) / np.sqrt(samples))
    assert (np.abs(ours.mean(axis=0) - theirs.mean(axis=0)) < 5 * error).all()
    assert (error < 0.2 * theirs.mean(axis=0)).all()  # The test could fail.


def test_mean_log_weight_is_at_least_the_elbo_of_a_vsc(rows, vsc):
    means = vsc.log_weights(rows, 400).mean(axis=1)

    @tf.function
    def elbo(i):
        return tf.reduce_mean(vsc.losses_and_terms(
            rows, dict.fromkeys(vsc.default_schedules, 1.), tf.stack([i, 2]),
            training=False)[1][0])

    elbos = np.array([elbo(i) for i in tf.range(200)])
    error = np.hypot(means.std() / np.sqrt(400), elbos.std() / np.sqrt(200))
    assert means.mean() > elbos.mean() - 5 * error


def test_with_one_component_the_mean_log_weight_is_the_elbo(rows):
    """Nothing is selected then, and the mixture is the component."""
    model = small(vsc_tf.VSC, rows, alpha=0.5, prior=vsc_tf.PseudoInputPrior(1))
    model.samples = 1000  # For the evaluation; it was trained with one.
    x = rows[:10]
    terms = model.evaluate(x, verbose=0)
    weights = model.log_weights(x, 1000)
    error = weights.mean(axis=1).std() / np.sqrt(1000)
    assert terms["selection_kl"] == pytest.approx(0, abs=1e-5) and terms["kl"] > 0.01
    assert weights.mean() == pytest.approx(terms["elbo"], abs=float(5 * np.sqrt(2) * error))


def test_likelihood_is_the_mean_weight_and_repeats_with_its_seed(rows, vsc):
    weights = vsc.log_weights(rows, 5, seed=3, batch_size=40)
    np.testing.assert_array_equal(weights, vsc.log_weights(rows, 5, seed=3, batch_size=40))
    assert not np.isclose(weights, vsc.log_weights(rows, 5, seed=4, batch_size=40)).all()
    assert np.unique(weights[:, :40] - weights[:, 40:80]).size > 100  # Batches draw their own.
    np.testing.assert_allclose(vsc.log_likelihood(rows, 5, seed=3, batch_size=40),
                               np.log(np.exp(weights.astype("float64")).mean(axis=0)))


def test_bad_arguments(rows, vsc):
    for name in ("samples", "batch_size"):
        with pytest.raises(ValueError, match=rf"`{name}` must be a positive integer"):
            vsc.log_weights(rows, **{name: 0})
    with pytest.raises(ValueError, match=r"shape \[n, 12\]"):
        vsc.log_likelihood(rows[:, 1:])
    with pytest.raises(ValueError, match=r"no weights yet"):
        vsc_tf.VAE(2).log_likelihood(rows)
