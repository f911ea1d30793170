"""The linear generator: its closed-form expectation against draws, and what it refuses."""
import keras
import numpy as np
import pytest
import tensorflow as tf

import vsc_tf
from tests.distributions.examples import EXAMPLES
from vsc_tf import distributions, likelihoods, penalties, posteriors, priors

J, SHAPE = 3, (2, 4)
X = np.random.default_rng(0).normal(size=(16, *SHAPE)).astype("float32")


def built(**kwargs):
    layer = likelihoods.LinearGaussian(scale=0.5, event_shape=SHAPE, **kwargs)
    layer.build((None, J))
    layer.head.kernel.assign(np.random.default_rng(1).normal(size=(J, 8)))
    return layer


@pytest.mark.parametrize("kind", EXAMPLES, ids=lambda kind: kind.__name__)
def test_expectation_agrees_with_draws(kind):
    layer, q = built(), kind(**{k: tf.constant(v, tf.float32) for k, v in EXAMPLES[kind].items()})
    z = q.sample(20_000, seed=[1, 2])
    drawn = tf.reshape(layer(tf.reshape(z, [-1, J])).log_prob(
        tf.tile(X[:4], [20_000, 1, 1])), [20_000, 4]).numpy().astype("float64")
    error = 5 * drawn.std(axis=0) / np.sqrt(20_000) + 1e-4 * abs(drawn[0])
    assert (abs(layer.expected_log_prob(q, X[:4]).numpy() - drawn.mean(axis=0)) <= error).all()


def test_expectation_of_a_laplace_spike_by_hand():
    layer, q = built(), distributions.ThresholdedLaplace([[0.5, -1., 2.]], 0.3, 0.2)
    g, m, s = np.exp(-0.2 / 0.3), np.array([0.5, -1., 2.]), 0.3
    phi = layer.head.atoms().numpy()
    error = (np.sum((X[0].ravel() - (g * m) @ phi)**2)
             + np.sum(np.sum(phi**2, axis=1) * (g * (m**2 + 2 * s**2) - g**2 * m**2)))
    expected = -error / (2 * 0.5**2) - 8 * np.log(0.5 * np.sqrt(2 * np.pi))
    np.testing.assert_allclose(layer.expected_log_prob(q, X[:1]), [expected], rtol=1e-5)


def model(posterior, objective="average", **kwargs):
    return vsc_tf.LatentModel(
        J, posterior, kwargs.pop("prior", "thresholded"), vsc_tf.networks.mlp(5),
        likelihood=likelihoods.LinearGaussian(0.5, event_shape=SHAPE), objective=objective,
        recipe=None, seed=0, **kwargs)


@pytest.mark.parametrize(("posterior", "objective", "draws"), [
    (posteriors.ThresholdedLaplace(), "average", False),
    (posteriors.ThresholdedNormal(), "average", False),
    (posteriors.ThresholdedLaplace(gradients="published"), "average", True),
    (posteriors.ThresholdedLaplace(gradients="subgradient"), "average", True),
    (posteriors.ThresholdedLaplace(), "best", True)])
def test_nothing_is_drawn_where_the_expectation_is_known_and_wanted(posterior, objective, draws):
    m = model(posterior, objective)
    m.adapt(X)
    seeds = ([0, 1], [2, 3])
    losses = [m.losses_and_terms(X, m.schedule_values(0), tf.constant(seed), True)[0].numpy()
              for seed in seeds]
    assert (losses[0] != losses[1]).any() == draws


def test_a_spike_and_slab_goes_by_its_relaxation():
    m = model(posteriors.SpikeAndSlab(relaxation="binary_concrete"), prior="fixed_sparse")
    m.adapt(X)
    losses = [m.losses_and_terms(X, m.schedule_values(0), tf.constant(seed), True)[0].numpy()
              for seed in ([0, 1], [2, 3])]
    assert (losses[0] != losses[1]).any()


def test_atoms_of_a_fixed_norm_have_it_whatever_their_weights():
    p = built(norm=3., fixed_norm=True)
    p.head.kernel.assign(7. * p.head.kernel)
    assert p.atoms().shape == (J, *SHAPE)
    np.testing.assert_allclose((p.atoms()**2).sum(axis=(1, 2)), np.full(J, 9.), rtol=1e-5)
    np.testing.assert_allclose(built()(tf.eye(J)).mean(), built().atoms(), rtol=1e-6)


def test_the_norm_penalty_is_that_of_the_dictionary():
    m = model(posteriors.ThresholdedLaplace(), penalties=[penalties.DecoderNorm(0.1)])
    m.adapt(X)
    _, terms = m.losses_and_terms(X, m.schedule_values(0), tf.constant([0, 1]), True)
    expected = (m.likelihood.atoms()**2).sum()
    np.testing.assert_allclose(terms[m.term_names.index("decoder_norm")], np.full(16, expected),
                               rtol=1e-5)


def test_a_decoder_beside_it_is_refused():
    with pytest.raises(ValueError, match="LinearGaussian is a decoder of its own.*Leave `decoder`"):
        vsc_tf.LatentModel(J, "thresholded_laplace", "thresholded",
                           decoder=vsc_tf.networks.mlp(3), likelihood="linear_gaussian")


def test_a_dictionary_wider_than_memory_is_refused_before_it_is_made():
    with pytest.raises(ValueError, match=r"atoms of 1,000,000 values takes .* GiB.*smaller"):
        likelihoods.Dictionary(10**6).build((None, 10**7))
    too_wide = vsc_tf.ThresholdedVSC(10**9, likelihood="linear_gaussian")
    with pytest.raises(ValueError, match="A posterior of 1,000,000,000 latents takes .*smaller"):
        too_wide.adapt(X)
    with pytest.raises(ValueError, match=r"reads codes of shape \(batch, latent_dim\)"):
        likelihoods.Dictionary(4).build((None, 3, 3))
    with pytest.raises(ValueError, match="`units` must be a positive integer"):
        likelihoods.Dictionary(0)


def test_what_is_no_bound_is_not_logged_as_one():
    names = {cost: model(posteriors.ThresholdedLaplace(), prior=priors.ThresholdedPrior(
        cost=cost)).term_names for cost in ("exact", "base")}
    assert "elbo" in names["exact"] and "elbo" not in names["base"]


def test_the_published_divergence_is_no_bound_where_thresholds_differ():
    """Of noise like the prior's it is 0, however low the threshold is."""
    q = distributions.ThresholdedLaplace(tf.zeros([1, 2]), 0.1, 0.02)
    prior = priors.ThresholdedPrior(alpha=0.1, cost="base", threshold_weight=1.)
    prior.bind(posteriors.ThresholdedLaplace(latent_dim=2))
    components = prior.components(None)
    assert float(prior.kl(q, components, None, None).kl[0]) == pytest.approx(0., abs=1e-6)
    assert float(tf.reduce_sum(q.kl_divergence(components))) > 2.


def test_saved_and_loaded_it_has_the_same_atoms(tmp_path):
    m = model(posteriors.GammaThresholdedLaplace())
    m.compile(optimizer="adam")
    m.fit(X, batch_size=8, verbose=0)
    m.save(tmp_path / "m.keras")
    again = keras.models.load_model(tmp_path / "m.keras")
    np.testing.assert_array_equal(again.likelihood.atoms(), m.likelihood.atoms())
    np.testing.assert_array_equal(again.encode(X).z, m.encode(X).z)
