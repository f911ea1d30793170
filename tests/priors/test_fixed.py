"""Priors of one component, and which posteriors each prior refuses."""
import math

import numpy as np
import pytest
import tensorflow as tf

import vsc_tf
from vsc_tf import distributions, posteriors, priors

LATENT = 3


def built(prior, posterior="rectified_normal"):
    """The prior beside a posterior, and its one component."""
    posterior = posteriors.get(posterior)
    posterior.latent_dim = LATENT
    prior.bind(posterior)
    prior.build((None, 5))
    return prior, prior.components(encode=None)


@pytest.mark.parametrize(("slab", "posterior", "family"), [
    (None, "rectified_normal", distributions.SpikeAndHalfNormal),
    (None, "spike_and_slab", distributions.SpikeAndSlab),
    (None, "normal", distributions.SpikeAndSlab),
    ("normal", "rectified_normal", distributions.SpikeAndSlab),
    ("half_normal", "rectified_normal", distributions.SpikeAndHalfNormal),
    ("exponential", "rectified_normal", distributions.SpikeAndExponential)])
def test_the_slab_is_the_posterior_s_unless_it_is_given(slab, posterior, family):
    prior, components = built(priors.FixedSparsePrior(slab=slab), posterior)
    assert type(components) is family
    assert prior.get_config()["slab"] == slab  # Not what was chosen: it follows the posterior.


@pytest.mark.parametrize("alpha", [0.01, 0.3, 0.9])
def test_alpha_is_the_probability_of_on(alpha):
    _, components = built(priors.FixedSparsePrior(alpha))
    np.testing.assert_allclose(components.spike_probs, np.full([1, LATENT], alpha), rtol=1e-5)


@pytest.mark.parametrize(("slab", "mean", "deviation"), [
    ("normal", 0., 2.), ("exponential", 2., 2.),
    ("half_normal", 2 * math.sqrt(2 / math.pi), 2 * math.sqrt(1 - 2 / math.pi))])
def test_scale_is_that_of_the_slab(slab, mean, deviation):
    _, components = built(priors.FixedSparsePrior(slab=slab, scale=2.))
    np.testing.assert_allclose(components.slab.mean() + tf.zeros([1, LATENT]),
                               np.full([1, LATENT], mean), rtol=1e-5)
    np.testing.assert_allclose(components.slab.stddev(), np.full([1, LATENT], deviation), rtol=1e-5)


def test_a_given_scale_is_kept_and_one_that_is_not_is_learned():
    given, _ = built(priors.FixedSparsePrior(scale=2.))
    learned, components = built(priors.FixedSparsePrior())
    assert not given.trainable_weights and len(learned.trainable_weights) == 1
    np.testing.assert_array_equal(components.scale, np.ones([1, LATENT]))
    learned.log_scale.assign([0., 1., -1.])
    np.testing.assert_allclose(learned.components(None).scale, np.exp([[0., 1., -1.]]), rtol=1e-6)


@pytest.mark.parametrize("scale", [None, 0.5])
def test_training_changes_a_learned_scale_only(scale, rows):
    model = vsc_tf.LatentModel(
        LATENT, "rectified_normal", priors.FixedSparsePrior(scale=scale), recipe=None, seed=0,
        encoder=vsc_tf.networks.mlp(6), decoder=vsc_tf.networks.mlp(6))
    model.adapt(rows)
    before = model.prior.log_scale.numpy()
    model.compile("adam", jit_compile=False)
    model.fit(rows, batch_size=32, verbose=0)
    assert (model.prior.log_scale.numpy() != before).all() == (scale is None)


def test_the_kl_is_that_of_the_one_component():
    prior, components = built(priors.FixedSparsePrior(0.2))
    q = distributions.RectifiedNormal(tf.random.stateless_normal([7, LATENT], [0, 1]), 0.5)
    z = q.sample(2, seed=[0, 1])
    cost = prior.kl(q, components, tf.zeros([7, 5]), z)
    np.testing.assert_allclose(
        cost.kl, tf.reduce_sum(q.kl_divergence(components), axis=-1), rtol=1e-6)
    np.testing.assert_array_equal(cost.price, np.zeros(7))
    np.testing.assert_array_equal(cost.weights, np.ones([7, 1]))
    np.testing.assert_array_equal(prior.choice(q, components, tf.zeros([7, 5])), np.zeros(7))
    np.testing.assert_allclose(prior.log_prob(z[0], components),
                               tf.reduce_sum(components.log_prob(z[0]), axis=-1), rtol=1e-5)


def test_a_latent_that_is_on_costs_its_log_probability():
    """Whatever the others do, and whatever the observation."""
    prior, components = built(priors.FixedSparsePrior(0.1), "spike_and_slab")
    q = distributions.SpikeAndSlab(tf.constant([[-60.] * 3, [60., -60., -60.], [60.] * 3]), 0., 1.)
    kl = prior.kl(q, components, None, q.mode()[tf.newaxis]).kl.numpy()
    np.testing.assert_allclose(kl, -np.log(0.9) * np.array([3, 2, 0])
                               - np.log(0.1) * np.array([0, 1, 3]), rtol=1e-4)


def test_the_standard_prior_is_a_standard_normal_that_nothing_changes():
    prior, components = built(priors.StandardPrior(), "normal")
    assert not prior.weights
    np.testing.assert_array_equal(components.loc, np.zeros([1, LATENT]))
    np.testing.assert_array_equal(components.scale, np.ones([1, LATENT]))
    q = distributions.Normal(tf.constant([[1., 0., -2.]]), tf.constant([[0.5, 1., 2.]]))
    expected = 0.5 * (q.loc**2 + q.scale**2 - 1.) - tf.math.log(q.scale)
    np.testing.assert_allclose(prior.kl(q, components, None, q.loc[tf.newaxis]).kl,
                               tf.reduce_sum(expected, axis=-1), rtol=1e-6)


def test_without_a_prior_codes_cost_nothing():
    prior, components = built(priors.NoPrior(), "deterministic")
    cost = prior.kl(distributions.Point(tf.ones([4, LATENT])), components, None,
                    tf.ones([2, 4, LATENT]))
    assert components is None and not prior.is_prior
    np.testing.assert_array_equal(cost.kl, np.zeros(4))
    np.testing.assert_array_equal(cost.price, np.zeros(4))
    assert cost.weights.shape == (4, 1)


NO_ATOM = ("A {} posterior is infinitely far from this prior: a code is exactly 0 with some "
           "probability, and under this prior 0 has none. Received: prior={} with {} components. "
           "Use a prior with an atom at 0, such as FixedSparsePrior or PseudoInputPrior.")
ONE_SIDED = ("A {} posterior is infinitely far from this prior: a code can be negative, and under "
             "this prior a code never is. Received: prior={} with {} components. "
             r"Use FixedSparsePrior\(slab='normal'\).")
POINT = ("A {} posterior is infinitely far from this prior: a code puts all its mass on one point, "
         "which no prior does. Received: prior={} with {} components. Use prior='none'.")
LEFT_OUT = ("NoPrior is for posteriors.Deterministic only: without a prior, the KL divergence of "
            "codes that are drawn would be left out. Received: {}. Use StandardPrior")
REFUSED = [
    ("spike_and_slab", priors.StandardPrior(), NO_ATOM,
     ("SpikeAndSlab", "StandardPrior", "Normal")),
    ("rectified_normal", priors.StandardPrior(), NO_ATOM,
     ("RectifiedNormal", "StandardPrior", "Normal")),
    *((posterior, priors.FixedSparsePrior(slab=slab), ONE_SIDED, (name, "FixedSparsePrior", family))
      for posterior, name in (("spike_and_slab", "SpikeAndSlab"), ("normal", "Normal"))
      for slab, family in (("half_normal", "SpikeAndHalfNormal"),
                           ("exponential", "SpikeAndExponential"))),
    *(("deterministic", prior, POINT, ("Point", type(prior).__name__, family))
      for prior, family in (
          (priors.StandardPrior(), "Normal"), (priors.FixedSparsePrior(), "SpikeAndSlab"),
          (priors.VampPrior(), "Point"), (priors.PseudoInputPrior(), "Point"))),
    *((posterior, priors.NoPrior(), LEFT_OUT, (name,)) for posterior, name in (
        ("spike_and_slab", "SpikeAndSlab"), ("rectified_normal", "RectifiedNormal"),
        ("normal", "Normal")))]


@pytest.mark.parametrize(
    ("posterior", "prior", "message", "names"), REFUSED,
    ids=[f"{case[0]}-{'-'.join(case[3][1:]) or 'none'}" for case in REFUSED])
def test_a_prior_to_which_the_kl_is_infinite_is_refused_by_the_model(
        posterior, prior, message, names):
    with pytest.raises(ValueError, match=message.format(*names)):
        vsc_tf.LatentModel(LATENT, posterior, prior)


@pytest.mark.parametrize("posterior", ["rectified_normal", "normal"])
def test_spikes_are_sharpened_beside_gates_only(posterior):
    with pytest.raises(ValueError, match="`sharpen_spikes` is for posteriors with gates of their "
                                         "own.*Received: .*Normal. Leave it out"):
        vsc_tf.LatentModel(LATENT, posterior, priors.PseudoInputPrior(sharpen_spikes=True))
    vsc_tf.LatentModel(LATENT, "spike_and_slab", priors.PseudoInputPrior(sharpen_spikes=True))


@pytest.mark.parametrize("kind", [vsc_tf.VAE, vsc_tf.BetaVAE, vsc_tf.BetaTCVAE])
def test_thin_models_refuse_as_the_one_they_are(kind):
    with pytest.raises(ValueError, match="A RectifiedNormal posterior is infinitely far"):
        kind(LATENT, posterior="rectified_normal")
    with pytest.raises(ValueError, match="A SpikeAndSlab posterior is infinitely far"):
        vsc_tf.VSC(LATENT, prior="standard")


@pytest.mark.parametrize(("arguments", "message"), [
    ({"alpha": 0}, "`alpha` must be a number between 0 and 1"),
    ({"alpha": 1.}, "`alpha` must be a number between 0 and 1"),
    ({"slab": "laplace"}, r"`slab` must be one of \('normal', 'half_normal', 'exponential'\)"),
    ({"scale": 0.}, "`scale` must be a positive number"),
    ({"scale": "1"}, "`scale` must be a positive number")])
def test_bad_arguments_are_refused_by_name(arguments, message):
    with pytest.raises(ValueError, match=message):
        priors.FixedSparsePrior(**arguments)
