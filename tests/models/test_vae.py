"""What the dense variational models compute: bounds, priors, losses."""
import keras
import numpy as np
import pytest
import tensorflow as tf
import tensorflow_probability as tfp

import vsc_tf

tfd = tfp.distributions

LATENT = 4


def make(kind, rows, **kwargs):
    """A model whose initial weights do not depend on its kind, wide awake: KLs of some nats."""
    keras.utils.set_random_seed(2)
    model = kind(LATENT, seed=1, encoder=vsc_tf.networks.mlp(16),
                 decoder=vsc_tf.networks.mlp(16), **kwargs)
    model.compile(optimizer=keras.optimizers.Adam(0.01), jit_compile=False)
    model.adapt(rows)
    kernel = model.posterior.dense.kernel
    kernel.assign(2. * kernel)
    return model


def losses_and_terms(model, rows, **values):
    values = {**model.schedule_values(0), **values}
    loss, terms = model.losses_and_terms(rows, values, tf.constant([0, 3]), training=True)
    return loss.numpy(), dict(zip(model.term_names, (t.numpy() for t in terms)))


def test_kl_to_the_standard_prior_is_the_formula_by_hand(rows):
    model = make(vsc_tf.VAE, rows)
    codes = model.encode(rows)
    m, s = codes.loc.astype("float64"), codes.scale.astype("float64")
    by_hand = 0.5 * (m**2 + s**2 - 1 - 2 * np.log(s)).sum(axis=1)
    _, terms = losses_and_terms(model, rows)
    np.testing.assert_allclose(terms["kl"], by_hand, rtol=1e-4)
    assert by_hand.mean() > 0.5


def test_code_is_the_posterior_mean(rows):
    model = make(vsc_tf.VAE, rows)
    codes, q = model.encode(rows), model.q(rows)
    assert isinstance(q, tfd.Normal)
    np.testing.assert_array_equal(codes.z, codes.loc)
    np.testing.assert_array_equal(codes.mean, codes.loc)
    np.testing.assert_allclose(codes.loc, q.loc, rtol=1e-5)
    np.testing.assert_allclose(codes.scale, q.scale, rtol=1e-5)


def test_reconstruction_term_is_the_mean_log_likelihood_of_draws(rows):
    model = make(vsc_tf.VAE, rows, samples=400)
    term = losses_and_terms(model, rows[:4])[1]["reconstruction"]
    draws = model.q(rows[:4]).sample(400, seed=[0, 5])
    logs = np.array([model.likelihood(model.decoder(z)).log_prob(rows[:4]) for z in draws])
    tolerance = 5 * np.sqrt(2 / 400) * logs.std(axis=0)  # Both sides are means of 400 draws.
    assert (np.abs(term - logs.mean(axis=0)) < tolerance).all()


@pytest.mark.parametrize("kind", [vsc_tf.VAE, vsc_tf.BetaVAE, vsc_tf.BetaTCVAE,
                                  vsc_tf.VampPriorVAE])
def test_elbo_is_the_bound_whatever_the_loss_weighs(kind, rows):
    terms = make(kind, rows).evaluate(rows, verbose=0)
    assert terms["elbo"] == pytest.approx(terms["reconstruction"] - terms["kl"], rel=1e-5)
    assert terms["elbo"] < 0 < terms["kl"]


def test_at_beta_1_all_losses_are_the_vaes(rows):
    loss, terms = losses_and_terms(make(vsc_tf.VAE, rows), rows)
    np.testing.assert_allclose(loss, -terms["elbo"])
    for kind in (vsc_tf.BetaVAE, vsc_tf.BetaTCVAE):
        theirs, _ = losses_and_terms(make(kind, rows, beta=1.), rows)
        np.testing.assert_allclose(theirs, loss, rtol=1e-6)


@pytest.mark.parametrize(("kind", "weighed"), [
    (vsc_tf.BetaVAE, "kl"), (vsc_tf.BetaTCVAE, "total_correlation")])
def test_beta_weighs_its_term_in_the_loss_and_leaves_the_bound(kind, weighed, rows):
    model = make(kind, rows, beta=5.)
    once, terms = losses_and_terms(make(kind, rows, beta=1.), rows)
    more, same = losses_and_terms(model, rows)
    np.testing.assert_allclose(more - once, 4 * terms[weighed], rtol=1e-3, atol=1e-4)
    np.testing.assert_array_equal(terms["elbo"], same["elbo"])
    report = model.evaluate(rows, verbose=0)  # With the beta it was made with.
    assert report["loss"] == pytest.approx(-report["elbo"] + 4 * report[weighed], rel=1e-4)


def test_beta_tc_loss_is_chens_decomposition_in_expectation(rows):
    """-log p(x|z) + index-code MI + beta TC + dimension-wise KL, each by minibatch weights."""
    beta, x = 6., rows[:16]
    model = make(vsc_tf.BetaTCVAE, rows, beta=beta)
    q = model.q(x)

    @tf.function
    def difference(i):
        z = q.sample(seed=tf.stack([7, i]))
        table = tfd.Normal(q.loc, q.scale).log_prob(z[:, None])
        log_qz = tf.reduce_logsumexp(tf.reduce_sum(table, -1), 1) - np.log(16)
        log_qzj = tf.reduce_sum(tf.reduce_logsumexp(table, 1) - np.log(16), -1)
        log_qzx = tf.reduce_sum(q.log_prob(z), -1)
        log_pz = tf.reduce_sum(tfd.Normal(0., 1.).log_prob(z), -1)
        theirs = (log_qzx - log_qz) + beta * (log_qz - log_qzj) + (log_qzj - log_pz)
        theirs -= model.likelihood(model.decoder(z)).log_prob(x)
        loss, _ = model.losses_and_terms(
            x, model.schedule_values(0), tf.stack([8, i]), training=True)
        return tf.reduce_mean(theirs - loss)

    differences = [float(difference(tf.constant(i))) for i in range(80)]
    assert abs(np.mean(differences)) < 5 * np.std(differences) / np.sqrt(80)


@pytest.mark.parametrize(("kind", "name", "start"), [
    (vsc_tf.BetaVAE, "kl_weight", 3.), (vsc_tf.BetaTCVAE, "total_correlation_weight", 2.)])
def test_beta_is_a_schedule(kind, name, start, rows):
    model = make(kind, rows, beta=3.)
    assert model.fit(rows, batch_size=48, verbose=0).history[name] == [start]
    model.set_schedule(name, (0, 4, 0., 2.))
    history = model.fit(rows, batch_size=48, epochs=2, verbose=0).history[name]
    assert history == [1.5, 2.]  # At steps 3 and 5, the last of each epoch.


def test_a_schedule_that_a_model_does_not_have_is_named(rows):
    with pytest.raises(ValueError, match="BetaVAE has no schedule .*'beta'. It has kl_weight"):
        make(vsc_tf.BetaVAE, rows).set_schedule("beta", (0, 4, 0., 2.))


def test_kl_to_a_vamp_prior_of_equal_components_is_that_to_one(rows):
    model = make(vsc_tf.VampPriorVAE, rows, count=3, samples=2000)
    model.prior.pseudo_inputs.assign(np.repeat(rows[:1], 3, axis=0))
    x = rows[:6]
    kl = losses_and_terms(model, x)[1]["kl"]
    one = tfd.Normal(*(part[:1] for part in (model.components().loc, model.components().scale)))
    q = model.q(x)
    exact = tf.reduce_sum(tfd.kl_divergence(q, one), -1).numpy()
    draws = q.sample(2000, seed=[1, 1])
    spread = tf.math.reduce_std(tf.reduce_sum(q.log_prob(draws) - one.log_prob(draws), -1), 0)
    assert (np.abs(kl - exact) < 5 * spread.numpy() / np.sqrt(2000) + 1e-4).all()
    assert exact.max() > 1


def test_a_vamp_prior_of_one_component_has_its_closed_form(rows):
    model = make(vsc_tf.VampPriorVAE, rows, count=1)
    q, p = model.encode(rows), model.components()
    t, n = p.scale.numpy(), p.loc.numpy()
    by_hand = np.log(t / q.scale) + (q.scale**2 + (q.loc - n)**2) / (2 * t**2) - 0.5
    kl = losses_and_terms(model, rows)[1]["kl"]
    np.testing.assert_allclose(kl, by_hand.sum(axis=1), rtol=1e-3, atol=1e-4)


def test_vamp_pseudo_inputs_start_from_scaled_rows_and_are_trained(rows):
    model = make(vsc_tf.VampPriorVAE, 50. * rows, count=5, scaling="standardise",
                 likelihood="gaussian")
    before = model.prior.pseudo_inputs.numpy()
    scaled = (rows - rows.mean(0)) / rows.std(0)
    for start in before:
        assert np.isclose(scaled, start, atol=1e-4).all(axis=1).any()
    model.fit(50. * rows, batch_size=48, verbose=0)
    assert not np.array_equal(model.prior.pseudo_inputs.numpy(), before)


def test_vamp_prior_beats_the_standard_one_where_codes_are_in_clusters(rows):
    """Eight patterns: a mixture can have a component for each and pay log 8 = 2.1 nats."""
    elbos = []
    for kind in (vsc_tf.VAE, vsc_tf.VampPriorVAE):
        keras.utils.set_random_seed(0)
        model = kind(2, seed=1, encoder=vsc_tf.networks.mlp(32), decoder=vsc_tf.networks.mlp(32),
                     recipe=None)
        model.compile(optimizer=keras.optimizers.Adam(0.01), jit_compile=False)
        model.fit(tf.data.Dataset.from_tensors(rows).repeat(400), verbose=0)
        elbos.append(model.evaluate(rows, verbose=0)["elbo"])
    assert elbos[1] > elbos[0] + 0.2 and elbos[1] > -3.5
