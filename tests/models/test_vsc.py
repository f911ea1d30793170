"""What a VSC computes: codes, terms of the bound, generation."""
import keras
import numpy as np
import pytest
import tensorflow as tf
import tensorflow_probability as tfp

import vsc_tf
from vsc_tf import posteriors
from vsc_tf.distributions import SpikeAndSlab


def make(rows, **kwargs):
    """The plain objective of 0.1, with gates that start open."""
    arguments = {"latent_dim": 5, "seed": 1, "prior": vsc_tf.PseudoInputPrior(7),
                 "posterior": posteriors.SpikeAndSlab(spike_bias=1.), "recipe": None,
                 "encoder": vsc_tf.networks.mlp(16), "decoder": vsc_tf.networks.mlp(16), **kwargs}
    model = vsc_tf.VSC(**arguments)
    model.compile(optimizer="adam", jit_compile=False)
    model.adapt(rows)
    return model


@pytest.fixture(scope="module")
def model(rows):
    keras.utils.set_random_seed(3)
    trained = make(rows)
    trained.fit(rows, batch_size=32, epochs=40, verbose=0)
    return trained


def test_codes_are_exact_zeros_or_the_slab_mean(model, rows):
    codes = model.encode(rows, batch_size=40)
    on = codes.spike_probs > 0.5
    assert codes.z.shape == (96, 5) and on.any() and (~on).any()
    np.testing.assert_array_equal(codes.z, np.where(on, codes.loc, 0.))


def test_posterior_is_the_distribution_that_encode_reports(model, rows):
    q, codes = model.q(rows[:9]), model.encode(rows[:9])
    assert isinstance(q, SpikeAndSlab)
    for name in ("spike_probs", "loc", "scale"):
        np.testing.assert_allclose(getattr(q, name), getattr(codes, name), rtol=1e-5)


def test_reconstruct_is_the_decoded_code_in_any_batch_size(model, rows):
    expected = model.decode(model.encode(rows).z)
    np.testing.assert_allclose(model.reconstruct(rows, batch_size=7), expected, rtol=1e-4)
    np.testing.assert_allclose(model(rows), expected, rtol=1e-4)


def test_generate_repeats_with_its_seed_and_differs_with_another(model):
    first = model.generate(6, seed=1)
    assert first.shape == (6, 12) and first.min() >= 0 and first.max() <= 1
    np.testing.assert_array_equal(first, model.generate(6, seed=1))
    assert not np.array_equal(first, model.generate(6, seed=2))


def test_terms_add_up_with_the_signs_of_the_bound(model, rows):
    terms = model.evaluate(rows, verbose=0)
    elbo = terms["reconstruction"] - terms["kl"] - terms["selection_kl"]
    assert terms["elbo"] == pytest.approx(elbo, rel=1e-5)
    assert terms["elbo_paper"] == pytest.approx(elbo + terms["selection_kl"], rel=1e-5)
    assert terms["loss"] == pytest.approx(-elbo + terms["sparsity"], rel=1e-5)
    assert 0 <= terms["selection_kl"] <= np.log(7) and terms["kl"] > 0 and terms["sparsity"] > 0


def test_terms_match_a_naive_computation(model, rows):
    x = tf.constant(rows[:8])
    q, p = model.q(x), model.components()
    table = tf.reduce_sum(tfp.distributions.kl_divergence(
        SpikeAndSlab(*(a[:, None] for a in (q.logits, q.loc, q.scale))), p),
        axis=-1)
    weights = tf.nn.softmax(model.prior.network(x)).numpy()
    h = p.spike_probs.numpy().astype("float64").mean(axis=1)
    sparsity = 5 * (h * np.log(h / 0.05) + (1 - h) * np.log((1 - h) / 0.95))
    terms = model.evaluate(rows[:8], verbose=0)
    assert terms["kl"] == pytest.approx((weights * table.numpy()).sum(axis=1).mean(), rel=1e-4)
    assert terms["sparsity"] == pytest.approx((weights @ sparsity).mean(), rel=1e-4)
    assert terms["l0"] == pytest.approx(q.spike_probs.numpy().sum(axis=1).mean(), rel=1e-5)
    priced = make(rows, penalties=["sparsity_price"])
    for part in ("encoder", "decoder", "posterior", "prior"):
        getattr(priced, part).set_weights(getattr(model, part).get_weights())
    price = (weights * np.log(19) * 5 * h).sum(axis=1).mean()  # alpha is 0.05.
    assert priced.evaluate(rows[:8], verbose=0)["sparsity"] == pytest.approx(price, rel=1e-4)


def test_reconstruction_term_is_the_mean_log_likelihood_of_exact_draws(rows):
    model = make(rows, samples=400)
    term = model.evaluate(rows[:4], verbose=0)["reconstruction"]
    draws = model.q(rows[:4]).sample(400, seed=[0, 5])
    log_prob = tf.function(lambda z: model.likelihood(model.decoder(z)).log_prob(rows[:4]))
    means = np.mean([log_prob(z) for z in draws], axis=1)
    error = means.std() / np.sqrt(400)
    assert term == pytest.approx(means.mean(), abs=float(5 * np.sqrt(2) * error))


@pytest.mark.parametrize("relaxation", ["sigmoid", "binary_concrete"])
def test_draws_are_exact_outside_training_and_only_there_sure_to_be(rows, relaxation):
    model = make(rows, posterior=posteriors.SpikeAndSlab(relaxation=relaxation))
    q, seed = model.q(rows), tf.constant([1, 2])
    values = {"gate_sharpness": 5.}
    exact = model.posterior.draw(q, 1, seed, False, values).numpy()
    assert exact.shape == (1, 96, 5)
    rate = (exact != 0).mean()
    expected = q.spike_probs.numpy()
    error = np.sqrt((expected * (1 - expected)).mean() / exact.size)
    assert rate == pytest.approx(expected.mean(), abs=float(5 * error))
    relaxed = model.posterior.draw(q, 1, seed, True, values).numpy()
    assert (relaxed == 0).any() == (relaxation == "binary_concrete")


def test_warm_up_moves_the_slab_from_the_standard_normal_to_its_own():
    logits, loc, scale = (tf.constant([v]) for v in ([1., -2.], [3., 0.5], [0.1, 2.]))
    cold, half, warm = (posteriors.SpikeAndSlab().warmed_up(
        SpikeAndSlab(logits, loc, scale), {"slab_weight": weight}) for weight in (0., 0.5, 1.))
    np.testing.assert_array_equal(cold.loc, tf.zeros_like(loc))
    np.testing.assert_array_equal(cold.scale, tf.ones_like(scale))
    np.testing.assert_allclose(half.scale**2, 0.5 * scale**2 + 0.5, rtol=1e-5)
    np.testing.assert_allclose(half.loc, 0.5 * loc)
    np.testing.assert_array_equal(warm.loc, loc)
    np.testing.assert_allclose(warm.scale, scale, rtol=1e-6)
    np.testing.assert_array_equal(cold.logits, logits)  # The spike is not warmed up.


def test_at_no_slab_weight_the_slabs_cost_nothing(rows):
    """lambda = 0 makes every slab N(0, 1), so the KL is that of the spikes alone."""
    model = make(rows)
    values = {"slab_weight": 0., "gate_sharpness": 100., "sparsity_weight": 1.,
              "gate_penalty_weight": 0., "kl_weight": 1.}
    _, terms = model.losses_and_terms(rows, values, tf.constant([0, 1]), training=True)
    g, h = model.q(rows).spike_probs[:, None], model.components().spike_probs
    spikes = tf.reduce_sum(g * tf.math.log(g / h) + (1 - g) * tf.math.log((1 - g) / (1 - h)), -1)
    weights = tf.nn.softmax(model.prior.network(rows))
    kl = terms[model.term_names.index("kl")]
    np.testing.assert_allclose(kl, tf.reduce_sum(weights * spikes, -1), atol=1e-4)


def test_relu_exp_is_the_papers_gate():
    v = tf.Variable([-100., -3., -0.5, 0.5, 4.])
    with tf.GradientTape() as tape:
        q = posteriors.SpikeAndSlab("relu_exp").distribution(v, v, v)
        log_gamma = q.log_prob_on
    np.testing.assert_allclose(log_gamma, [-100., -3., -0.5, 0., 0.], atol=1e-6)
    np.testing.assert_allclose(tape.gradient(log_gamma, v), [1., 1., 1., 0., 0.], atol=1e-4)


@pytest.mark.parametrize(("likelihood", "scaling"), [
    (likelihood, scaling)
    for likelihood in ("bernoulli", "continuous_bernoulli", "gaussian", "learned_gaussian")
    for scaling in ("none", "min_max", "unit_norm", "standardise")
    # Standardised values leave [0, 1], which is refused: see test_vsc_fit.
    if not (scaling == "standardise" and "bernoulli" in likelihood)])
def test_every_likelihood_and_scaling_trains_and_decodes_to_raw_units(rows, likelihood, scaling):
    raw = rows if scaling != "min_max" else 100. + 50. * rows
    model = make(raw, likelihood=likelihood, scaling=scaling)
    history = model.fit(raw, batch_size=32, verbose=0)
    assert np.isfinite(history.history["loss"]).all()
    decoded = model.decode(model.encode(raw).z)
    assert decoded.shape == raw.shape and np.isfinite(decoded).all()
    if scaling == "min_max":
        assert abs(decoded.mean() - raw.mean()) < 30.


@pytest.mark.parametrize("selector", vsc_tf.priors.SELECTORS)
def test_every_selector_trains(rows, selector):
    model = make(rows, prior=vsc_tf.PseudoInputPrior(3, selector, sharpen_spikes=True))
    before = model.prior.pseudo_inputs.numpy()
    terms = model.fit(rows, batch_size=48, verbose=0).history
    assert np.isfinite(terms["loss"]).all() and terms["kl"][0] > 0
    assert not np.array_equal(before, model.prior.pseudo_inputs.numpy())  # They are trained.


def test_own_networks_images_and_feature_maps():
    images = np.random.default_rng(0).random((20, 8, 8, 3)).astype("float32")
    layers = keras.layers
    encoder = keras.Sequential([layers.Conv2D(4, 3, 2, activation="relu"), layers.Flatten()])
    decoder = keras.Sequential([
        layers.Dense(4 * 4 * 4), layers.Reshape((4, 4, 4)),
        layers.Conv2DTranspose(6, 3, 2, padding="same", activation="relu")])
    model = make(images, encoder=encoder, decoder=decoder, likelihood="continuous_bernoulli")
    model.fit(images, batch_size=10, verbose=0)
    assert model.reconstruct(images).shape == images.shape
    assert model.likelihood.head.units == 3  # Point by point, not 8 * 8 * 3 at once.


def test_gates_start_from_their_bias(rows):
    for bias in (-2., 3.):
        logits = make(rows, posterior=posteriors.SpikeAndSlab(spike_bias=bias)).q(rows).logits
        assert np.mean(logits) == pytest.approx(bias, abs=1.)  # The kernel adds its own.
