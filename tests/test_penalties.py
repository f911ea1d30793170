"""What is paid beside the bound, against formulas by hand."""
import math

import keras
import numpy as np
import pytest
import tensorflow as tf

from vsc_tf import distributions, penalties, posteriors
from vsc_tf.distributions import SpikeAndSlab
from vsc_tf.penalties import DecoderNorm, GatePenalty, SparsityKL, SparsityPrice, TotalCorrelation


def of_each(penalty, logits):
    """A sparsity penalty of each component: observation u is all of component u."""
    components = SpikeAndSlab(logits, tf.zeros_like(logits), tf.ones_like(logits))
    weights = tf.eye(logits.shape[0], dtype=logits.dtype)
    return penalty(None, components, weights, None, None)


def sparsity_kl(logits, alpha):
    return of_each(SparsityKL(alpha), logits)


def sparsity_price(logits, alpha):
    return of_each(SparsityPrice(alpha), logits)


def sparsity_by_hand(logits, alpha):
    """J KL(mean of spikes || alpha) in float64."""
    h = np.mean(1 / (1 + np.exp(-np.asarray(logits, "float64"))), axis=-1)
    kl = h * np.log(h / alpha) + (1 - h) * np.log((1 - h) / (1 - alpha))
    return np.shape(logits)[-1] * kl


@pytest.mark.parametrize("alpha", [0.01, 0.3, 0.99])
def test_sparsity_matches_the_formula_by_hand(alpha):
    logits = np.random.default_rng(0).normal(-1, 3, [20, 13])
    expected = sparsity_by_hand(logits, alpha)
    np.testing.assert_allclose(sparsity_kl(tf.constant(logits), alpha), expected, rtol=1e-10)
    np.testing.assert_allclose(
        sparsity_kl(tf.constant(logits, tf.float32), alpha), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("alpha", [0.01, 0.05, 0.5, 0.9])
def test_sparsity_is_zero_where_the_mean_spike_is_alpha(alpha):
    all_alike = tf.fill([1, 60], math.log(alpha / (1 - alpha)))
    assert float(sparsity_kl(all_alike, alpha)[0]) == pytest.approx(0, abs=60 * 1e-6)


def test_sparsity_looks_at_the_mean_spike_only():
    # Half on, half off: the mean spike is 1/2, whatever each latent does.
    logits = tf.constant([[40.0] * 5 + [-40.0] * 5, [0.0] * 10])
    np.testing.assert_allclose(sparsity_kl(logits, 0.5), [0.0, 0.0], atol=1e-5)
    np.testing.assert_allclose(*(sparsity_kl(logits, 0.1)[i] for i in range(2)), rtol=1e-5)


def test_sparsity_is_never_negative():
    rng = np.random.default_rng(1)
    logits = rng.normal(0, 1, [5000, 6]) * rng.uniform(0, 40, [5000, 1])
    for alpha in (0.01, 0.5, 0.99):
        values = sparsity_kl(tf.constant(logits, tf.float32), alpha)
        assert float(tf.reduce_min(values)) >= -6 * 1e-6  # Rounding, times 6 latents.


def test_sparsity_draws_the_mean_spike_towards_alpha():
    logits = tf.constant([[0.0, 0.0], [-6.0, -6.0]])  # Mean spikes 0.5 and 0.0025.
    with tf.GradientTape() as tape:
        tape.watch(logits)
        value = sparsity_kl(logits, 0.1)
    gradient = tape.gradient(value, logits).numpy()
    assert (gradient[0] > 0).all() and (gradient[1] < 0).all()  # Descent: down, up.


@pytest.mark.parametrize("logit", [-120.0, -40.0, 40.0, 120.0])
@pytest.mark.parametrize("alpha", [1e-6, 0.05, 0.999])
def test_sparsity_of_saturated_gates_is_finite_with_its_gradient(logit, alpha):
    logits = tf.fill([2, 5], logit)
    with tf.GradientTape() as tape:
        tape.watch(logits)
        value = sparsity_kl(logits, alpha)
    # All on or all off: J log(1 / alpha) or J log(1 / (1 - alpha)).
    limit = -5 * (math.log(alpha) if logit > 0 else math.log1p(-alpha))
    np.testing.assert_allclose(value, [limit, limit], rtol=1e-4, atol=1e-5)
    assert np.isfinite(tape.gradient(value, logits)).all()


@pytest.mark.parametrize("alpha", [0.01, 0.3, 0.49])
def test_price_is_the_same_for_each_active_latent(alpha):
    logits = np.random.default_rng(0).normal(-1, 3, [20, 13])
    spikes = 1 / (1 + np.exp(-logits))
    expected = (spikes * np.log((1 - alpha) / alpha)).sum(axis=-1)
    np.testing.assert_allclose(sparsity_price(tf.constant(logits), alpha), expected, rtol=1e-10)


def test_price_is_what_gates_cost_by_the_kl_of_each_latent_up_to_a_constant():
    # sum_j KL(Bernoulli(h_j) || Bernoulli(alpha)) for gates that are on or off.
    n, alpha = np.arange(14), 0.2
    logits = np.where(np.arange(13) < n[:, None], 60.0, -60.0)
    kl = n * np.log(1 / alpha) + (13 - n) * np.log(1 / (1 - alpha))
    np.testing.assert_allclose(
        sparsity_price(tf.constant(logits), alpha), kl - kl[0], atol=1e-6)


def test_price_never_pays_for_an_active_latent():
    logits = tf.constant([[-6.0, -6.0, -6.0, 2.0]])  # Here the KL to alpha does.
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(logits)
        price, kl = sparsity_price(logits, 0.4), sparsity_kl(logits, 0.4)
    assert (tape.gradient(price, logits).numpy() > 0).all()
    assert (tape.gradient(kl, logits).numpy() < 0).any()


@pytest.mark.parametrize("penalty", [SparsityKL(0.1), SparsityPrice(0.1)],
                         ids=lambda penalty: type(penalty).__name__)
def test_sparsity_is_that_of_the_components_by_their_weights(penalty):
    logits = tf.constant(np.random.default_rng(0).normal(-1, 3, [3, 7]), tf.float32)
    weights = tf.constant([[0.2, 0.3, 0.5], [1., 0., 0.]])
    components = SpikeAndSlab(logits, tf.zeros([3, 7]), tf.ones([3, 7]))
    np.testing.assert_allclose(penalty(None, components, weights, None, None),
                               tf.linalg.matvec(weights, of_each(penalty, logits)), rtol=1e-5)


def test_gate_penalty_is_the_sum_of_squared_log_odds():
    q = SpikeAndSlab(tf.constant([[1., -2., 3.], [0., 0., 5.]]), tf.zeros([2, 3]), 1.)
    np.testing.assert_allclose(GatePenalty()(q, None, None, None, None), [14., 25.])


def test_total_correlation_is_the_mean_over_draws_of_its_estimate():
    rng = np.random.default_rng(0)
    q = distributions.Normal(*(tf.constant(v, tf.float32) for v in (
        rng.normal(size=(8, 3)), rng.uniform(0.1, 1., (8, 3)))))
    z = q.sample(2, seed=[0, 1])
    expected = tf.reshape(distributions.total_correlation(tf.reshape(z, [-1, 3]), q), [2, 8])
    np.testing.assert_allclose(TotalCorrelation(4.)(q, None, None, z, None),
                               tf.reduce_mean(expected, axis=0), rtol=1e-5)


def test_decoder_norm_is_the_sum_of_squares_of_what_is_trained():
    decoder = keras.Sequential([keras.layers.Dense(2), keras.layers.Dense(3, trainable=False)])
    decoder.build((None, 2))
    decoder.layers[0].set_weights([np.array([[1., 2.], [3., 4.]]), np.array([5., 0.])])
    value = DecoderNorm()(None, None, None, tf.zeros([1, 4, 2]), decoder)
    np.testing.assert_allclose(value, [55.] * 4)


def test_weights_are_schedules_named_after_the_penalty():
    for penalty, name in ((SparsityKL(weight=2.), "sparsity"),
                          (SparsityPrice(weight=2.), "sparsity"), (GatePenalty(2.), "gate_penalty"),
                          (DecoderNorm(2.), "decoder_norm"),
                          (TotalCorrelation(2.), "total_correlation")):
        assert penalty.schedules == {f"{name}_weight": (0, 0, 2., 2.)}


@pytest.mark.parametrize("penalty", [SparsityKL(), SparsityPrice(), GatePenalty()],
                         ids=lambda penalty: type(penalty).__name__)
def test_penalties_of_switches_are_refused_for_codes_that_are_always_on(penalty):
    penalty.check(posteriors.RectifiedNormal())
    with pytest.raises(ValueError, match=f"{type(penalty).__name__} is for codes that can be "
                                         "exactly 0. Received: posterior=Normal.*Leave it out"):
        penalty.check(posteriors.Normal())


def test_total_correlation_needs_a_density():
    with pytest.raises(ValueError, match="a density. Received: posterior=Deterministic"):
        TotalCorrelation().check(posteriors.Deterministic())


@pytest.mark.parametrize(("make", "message"), [
    (lambda: SparsityKL(0.), "`alpha` must be a number between 0 and 1, both excluded"),
    (lambda: SparsityPrice(0.5), "`alpha` .*under 1/2.*Received: alpha=0.5"),
    (lambda: GatePenalty(-1.), "`weight` must be a finite number of at least 0"),
    (lambda: TotalCorrelation(-1.5), "`weight` .*at least -1.*Received: weight=-1.5")])
def test_bad_arguments_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(("name", "kind"), penalties.PENALTIES.items())
def test_get_makes_a_penalty_by_name_and_passes_objects_through(name, kind):
    made = penalties.get(name)
    assert type(made) is kind and penalties.get(made) is made
    assert type(made).from_config(made.get_config()).get_config() == made.get_config()


def test_the_norm_of_a_frozen_decoder_is_no_penalty():
    decoder = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3)])
    decoder.trainable = False
    value = DecoderNorm()(None, None, None, tf.zeros([1, 4, 2]), decoder)
    np.testing.assert_array_equal(value, np.zeros(4))


def test_total_correlation_is_of_draws_that_have_a_density():
    with pytest.raises(ValueError, match="TotalCorrelation needs the density of draws.*"
                                         "Use SpikeAndSlab.relaxation='binary_concrete'"):
        TotalCorrelation().check(posteriors.SpikeAndSlab(latent_dim=3))
    TotalCorrelation().check(posteriors.SpikeAndSlab(relaxation="binary_concrete", latent_dim=3))
