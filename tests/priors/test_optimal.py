"""The selector "optimal": the smallest price of a mixture prior, in closed form."""
import math

import numpy as np
import pytest
import tensorflow as tf

import vsc_tf
from vsc_tf import distributions, posteriors, priors
from vsc_tf.distributions import pairwise_kl
from vsc_tf.priors import selectors

BATCH, COUNT, LATENT = 7, 5, 3


def table(seed=0, spread=10.):
    return tf.random.stateless_uniform([BATCH, COUNT], [seed, 1]) * spread


def total(selector, kl, scores=None):
    """KL term and price together, `[BATCH]`."""
    weights, price = selectors.select(selector, kl, scores)
    return (tf.reduce_sum(weights * kl, axis=-1) + price).numpy()


def log_mean_exp(kl):
    """-log (1/U) sum_u exp(-KL_u) in float64."""
    return -np.log(np.mean(np.exp(-kl.numpy().astype("float64")), axis=-1))


@pytest.mark.parametrize("spread", [0., 1., 30., 500.])
def test_weights_are_a_softmax_and_the_total_its_normaliser(spread):
    kl = table(spread=spread)
    weights, price = selectors.select("optimal", kl, None)
    np.testing.assert_allclose(weights, tf.nn.softmax(-kl), rtol=1e-6)
    np.testing.assert_allclose(tf.reduce_sum(weights, axis=-1), np.ones(BATCH), rtol=1e-5)
    np.testing.assert_allclose(total("optimal", kl), log_mean_exp(kl), rtol=1e-5, atol=1e-5)
    assert (price <= math.log(COUNT) + 1e-5).numpy().all() and (price >= -1e-6).numpy().all()


def test_equal_components_cost_nothing_to_choose_and_far_ones_log_u():
    _, even = selectors.select("optimal", tf.fill([1, COUNT], 3.), None)
    _, certain = selectors.select("optimal", tf.constant([[0., *[1e4] * (COUNT - 1)]]), None)
    assert float(even[0]) == pytest.approx(0., abs=1e-6)
    assert float(certain[0]) == pytest.approx(math.log(COUNT))


@pytest.mark.parametrize("selector", [s for s in selectors.SELECTORS if s != "optimal"])
def test_no_other_selector_comes_out_smaller(selector):
    for seed in range(20):
        kl = table(seed, spread=float(1 + seed))
        scores = 3. * tf.random.stateless_normal([BATCH, COUNT], [seed, 2])
        for given in (scores, -kl, 0.5 * scores - kl):  # At random, well and nearly well.
            assert (total(selector, kl, given) >= total("optimal", kl) - 1e-4).all()


def test_the_gradient_is_that_of_the_normaliser():
    kl = table()
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(kl)
        weights, price = selectors.select("optimal", kl, None)
        ours = tf.reduce_sum(weights * kl, axis=-1) + price
        expected = -tf.reduce_logsumexp(-kl, axis=-1)
    np.testing.assert_allclose(tape.gradient(ours, kl), tape.gradient(expected, kl), atol=1e-5)


@pytest.mark.parametrize("kind", [posteriors.Normal, posteriors.RectifiedNormal,
                                  posteriors.SpikeAndSlab], ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("prior", [
    lambda: priors.PseudoInputPrior(COUNT, "optimal", start="random"),
    lambda: priors.VampPrior(COUNT, "random", selector="optimal")], ids=["pseudo", "vamp"])
def test_is_an_upper_bound_on_the_divergence_to_the_mixture(kind, prior):
    posterior, prior = kind(latent_dim=LATENT), prior()
    prior.bind(posterior)
    prior.build((None, 4))
    prior.pseudo_inputs.assign(tf.random.stateless_normal([COUNT, 4], [3, 4]))
    components = prior.components(posterior)
    x = tf.random.stateless_normal([BATCH, 4], [5, 6])
    q = posterior(x)
    n = 20_000
    z = q.sample(n, seed=[7, 8])
    cost = prior.kl(q, components, x, z[:1])
    assert prior.chooses and cost.kl.shape == cost.price.shape == (BATCH,)
    np.testing.assert_allclose(cost.weights, tf.nn.softmax(-pairwise_kl(q, components)), rtol=1e-5)
    log_prior = distributions.mixture_log_prob(tf.reshape(z, [-1, LATENT]), components)
    terms = (tf.reduce_sum(q.log_prob(z), axis=-1) - tf.reshape(log_prior, [n, BATCH])).numpy()
    error = 5 * terms.std(axis=0) / math.sqrt(n)
    bound = (cost.kl + cost.price).numpy()
    assert (bound >= terms.mean(axis=0) - error - 1e-4).all()
    assert (bound - terms.mean(axis=0)).mean() < math.log(COUNT)  # And not far above.


def test_with_one_component_it_is_the_divergence():
    kl = table()[:, :1]
    np.testing.assert_allclose(total("optimal", kl), kl[:, 0], rtol=1e-6)


def test_a_vamp_prior_trains_with_it(rows):
    model = vsc_tf.VAE(LATENT, prior=priors.VampPrior(4, selector="optimal"), seed=0,
                       encoder=vsc_tf.networks.mlp(8), decoder=vsc_tf.networks.mlp(8))
    model.compile("adam", jit_compile=False)
    logs = model.fit(rows, batch_size=32, epochs=30, verbose=0).history
    assert logs["loss"][-1] < logs["loss"][0] - 1.
    assert {"elbo_paper", "selection_kl"} <= set(logs)
    np.testing.assert_allclose(
        logs["elbo"], np.array(logs["elbo_paper"]) - logs["selection_kl"], rtol=1e-4)
    np.testing.assert_array_equal(model.score(rows)["elbo"], model.score(rows)["elbo"])
    assert model.component_choice(rows).shape == (len(rows),)


def test_without_it_a_vamp_prior_has_no_choice(rows):
    model = vsc_tf.VAE(LATENT, prior=priors.VampPrior(4), seed=0)
    assert not model.prior.chooses and "selection_kl" not in model.term_names
    with pytest.raises(ValueError, match=r"`selector` must be one of \('optimal',\)"):
        priors.VampPrior(4, selector="soft")
