"""Posteriors: what every one promises, and how each begins."""
import inspect

import keras
import numpy as np
import pytest
import tensorflow as tf

from vsc_tf import posteriors

BATCH, FEATURES, LATENT = 5, 8, 3

EXAMPLES = {  # Class -> examples of it, one for each way to begin or to draw.
    posteriors.SpikeAndSlab: [
        {}, {"start": "half_spaces"}, {"spike_activation": "relu_exp", "spike_bias": -0.5},
        {"relaxation": "binary_concrete", "sharpness": 3.}],
    posteriors.RectifiedNormal: [{}, {"start": "half_spaces"}],
    posteriors.ThresholdedNormal: [
        {"gradients": name, "threshold": 0.1} for name in posteriors.GRADIENTS],
    posteriors.ThresholdedLaplace: [{"gradients": name} for name in posteriors.GRADIENTS],
    posteriors.GammaThresholdedNormal: [
        {"gradients": name, "threshold": 0.1} for name in ("subgradient", "exact")],
    posteriors.GammaThresholdedLaplace: [{"gradients": name} for name in posteriors.GRADIENTS],
    posteriors.Normal: [{}],
    posteriors.Deterministic: [{}],
}
CASES = [(kind, arguments) for kind, examples in EXAMPLES.items() for arguments in examples]


@pytest.fixture(params=CASES, ids=lambda case: "-".join(
    [case[0].__name__, *case[1], str(case[1].get("gradients", ""))]).rstrip("-"))
def posterior(request):
    kind, arguments = request.param
    return kind(latent_dim=LATENT, **arguments)


@pytest.fixture
def features():
    return np.random.default_rng(0).normal(0, 2, [BATCH, FEATURES]).astype("float32")


def values(posterior, **others):
    """The posterior's schedules at their start, or at other values."""
    return {name: tf.constant(others.get(name, schedule[2]), tf.float32)
            for name, schedule in posterior.schedules.items()}


def test_every_posterior_has_an_example_and_a_name():
    public = {value for name in posteriors.__all__ if inspect.isclass(
        value := getattr(posteriors, name)) and issubclass(value, posteriors.Posterior)}
    public -= {posteriors.Posterior, posteriors.Thresholded}
    assert public == {*EXAMPLES} == {*posteriors.POSTERIORS.values()}


def test_gives_its_family_of_the_right_shape(posterior, features):
    q = posterior(features)
    assert isinstance(q, posterior.family)
    assert q.batch_shape == [BATCH, LATENT] and q.dtype == tf.float32


def test_under_bfloat16_parameters_are_float32(features):
    for kind, arguments in CASES:
        layer = kind(latent_dim=LATENT, dtype="mixed_bfloat16", **arguments)
        assert layer(features).dtype == tf.float32
        assert layer.dense.compute_dtype == "bfloat16"


def test_codes_are_the_fields_of_their_type(posterior, features):
    q = posterior(features)
    codes = posterior.codes_type(*(field.numpy() for field in posterior.codes(q)))
    assert codes._fields[0] == "z"
    np.testing.assert_array_equal(codes.z, q.mode())
    for name in codes._fields[1:]:
        np.testing.assert_array_equal(getattr(codes, name), getattr(q, name))
    np.testing.assert_allclose(codes.mean, q.mean(), rtol=1e-5, atol=1e-6)
    if q.has_atom:
        np.testing.assert_array_equal(codes.z == 0., codes.spike_probs < 0.5)


def test_draws_outside_of_training_are_exact(posterior, features):
    q = posterior(features)
    z = posterior.draw(q, 4000, tf.constant([1, 2]), False, values(posterior)).numpy()
    assert z.shape == (4000, BATCH, LATENT)
    on, first, second = ((z != 0.), z, z**2)
    for terms, expected in ((on, q.spike_probs), (first, q.mean()),
                            (second, q.variance() + q.mean()**2)):
        error = 5 * terms.std(axis=0) / np.sqrt(4000) + 1e-3
        assert (abs(terms.mean(axis=0) - np.asarray(expected)) <= error).all()
    again = posterior.draw(q, 4000, tf.constant([1, 2]), False, values(posterior))
    np.testing.assert_array_equal(again, z)


def test_draws_while_training_have_gradients_and_the_same_shape(posterior, features):
    with tf.GradientTape() as tape:
        q = posterior(features)
        z = posterior.draw(q, 2, tf.constant([1, 2]), True, values(posterior))
        loss = tf.reduce_sum(z**2)
    assert z.shape == (2, BATCH, LATENT)
    gradient = tape.gradient(loss, posterior.dense.kernel).numpy()
    assert np.isfinite(gradient).all() and (gradient != 0.).any()


def test_at_full_weight_nothing_is_warmed_up(posterior, features):
    q = posterior(features)
    warm = posterior.warmed_up(q, values(posterior))
    np.testing.assert_allclose(warm.mean(), q.mean(), rtol=1e-6)
    np.testing.assert_allclose(warm.variance(), q.variance(), rtol=1e-5)


def test_seen_by_the_decoder_the_code_is_itself(posterior, features):
    z = posterior(features).mode()
    np.testing.assert_array_equal(posterior.decoder_input(z), z)


def test_biases_survive_a_keras_round_trip(posterior, features, tmp_path):
    posterior(features)
    posterior.dense.bias.assign_add(tf.ones_like(posterior.dense.bias))
    again = type(posterior).from_config(posterior.get_config())
    again(features)
    again.set_weights(posterior.get_weights())
    np.testing.assert_array_equal(again(features).mode(), posterior(features).mode())
    assert again.get_config() == posterior.get_config()


def test_open_rectified_codes_are_on_and_half_spaces_are_not(features):
    opened, halved = (posteriors.RectifiedNormal(start, latent_dim=LATENT)(0. * features)
                      for start in ("open", "half_spaces"))
    np.testing.assert_array_equal(opened.loc, np.ones([BATCH, LATENT]))
    np.testing.assert_array_equal(halved.loc, np.zeros([BATCH, LATENT]))
    np.testing.assert_array_equal(opened.scale, halved.scale)


def test_open_gates_start_from_the_bias(features):
    q = posteriors.SpikeAndSlab(spike_bias=2.5, latent_dim=LATENT)(0. * features)
    np.testing.assert_array_equal(q.logits, np.full([BATCH, LATENT], 2.5))
    np.testing.assert_array_equal(q.loc, np.zeros([BATCH, LATENT]))
    np.testing.assert_array_equal(q.scale, np.ones([BATCH, LATENT]))


def test_half_spaces_are_decided_by_half_of_the_features(features):
    many = np.random.default_rng(0).normal(size=[2000, FEATURES]).astype("float32")
    opened, halved = (posteriors.SpikeAndSlab(start=start, latent_dim=20)(many)
                      for start in ("open", "half_spaces"))
    share = (halved.logits.numpy() > 0.).mean(axis=0)
    assert (np.abs(share - 0.5) < 0.05).all()  # Random signs about 0.
    spread = halved.logits.numpy().std() / opened.logits.numpy().std()
    assert spread == pytest.approx(posteriors.spike_and_slab.HALF_SPACE_SLOPE, rel=0.3)
    np.testing.assert_allclose(halved.loc.numpy().std(), opened.loc.numpy().std(), rtol=0.3)


def test_warm_up_goes_from_a_standard_slab_to_the_posterior_s_own(features):
    layer = posteriors.SpikeAndSlab(latent_dim=LATENT)
    q = layer(features)
    start, half = (layer.warmed_up(q, values(layer, slab_weight=w)) for w in (0., 0.5))
    np.testing.assert_array_equal(start.loc, np.zeros([BATCH, LATENT]))
    np.testing.assert_array_equal(start.scale, np.ones([BATCH, LATENT]))
    np.testing.assert_allclose(half.loc, 0.5 * q.loc)
    np.testing.assert_allclose(half.scale, np.sqrt(0.5 * q.scale**2 + 0.5), rtol=1e-6)
    np.testing.assert_array_equal(half.logits, q.logits)


@pytest.mark.parametrize(("relaxation", "zeros"), [("sigmoid", False), ("binary_concrete", True)])
def test_relaxed_draws_hold_zeros_only_where_the_gate_is_hard(features, relaxation, zeros):
    layer = posteriors.SpikeAndSlab(
        relaxation=relaxation, spike_bias=0., sharpness=20., latent_dim=LATENT)
    z = layer.draw(layer(features), 50, tf.constant([1, 2]), True, values(layer)).numpy()
    assert (z == 0.).any() == zeros


@pytest.mark.parametrize(("relaxation", "sharpness"), [("sigmoid", 100.), ("binary_concrete", 2.)])
def test_each_relaxation_has_its_usual_sharpness(relaxation, sharpness):
    layer = posteriors.SpikeAndSlab(relaxation=relaxation)
    assert layer.sharpness == sharpness == layer.schedules["gate_sharpness"][2]
    assert posteriors.SpikeAndSlab(relaxation=relaxation, sharpness=7).sharpness == 7.


def test_gates_of_the_paper_cannot_be_set_anew():
    assert posteriors.SpikeAndSlab().can_be_refined
    assert not posteriors.SpikeAndSlab("relu_exp").can_be_refined
    assert not posteriors.RectifiedNormal().can_be_refined


def test_the_decoder_reads_codes_from_their_zero(features):
    layer = posteriors.SpikeAndSlab(latent_dim=LATENT)
    layer(features)
    layer.zero.assign([0., 2., -1.])
    np.testing.assert_array_equal(layer.decoder_input(tf.zeros([1, 3])), [[0., 2., -1.]])


def test_a_certain_code_repeats_itself(features):
    layer = posteriors.Deterministic(latent_dim=LATENT)
    q = layer(features)
    z = layer.draw(q, 3, tf.constant([1, 2]), True, {})
    np.testing.assert_array_equal(z, np.repeat(q.loc.numpy()[None], 3, axis=0))


@pytest.mark.parametrize(("kind", "arguments", "message"), [
    (posteriors.SpikeAndSlab, {"spike_activation": "sigmoid"},
     r"`spike_activation` must be one of \('logits', 'relu_exp'\)"),
    (posteriors.SpikeAndSlab, {"start": "closed"}, r"`start` must be one of .*Received: start="),
    (posteriors.SpikeAndSlab, {"relaxation": "gumbel"}, r"`relaxation` must be one of .*gumbel"),
    (posteriors.SpikeAndSlab, {"spike_bias": "3"}, "`spike_bias` must be a finite number"),
    (posteriors.SpikeAndSlab, {"sharpness": 0.}, "`sharpness` must be a positive number"),
    (posteriors.RectifiedNormal, {"start": "closed"}, r"`start` must be one of .*'half_spaces'"),
    (posteriors.ThresholdedNormal, {"threshold": 0.}, "`threshold` must be a positive number"),
    (posteriors.ThresholdedLaplace, {"scale": -1}, "`scale` must be a positive number"),
    (posteriors.GammaThresholdedLaplace, {"gradients": "straight"},
     r"`gradients` must be one of \('published', 'subgradient', 'exact'\).*straight"),
    (posteriors.Normal, {"latent_dim": 0}, "`latent_dim` must be a positive integer"),
    (posteriors.Deterministic, {"latent_dim": 2.5}, "`latent_dim` must be a positive integer")])
def test_bad_arguments_are_refused_by_name(kind, arguments, message):
    with pytest.raises(ValueError, match=message):
        kind(**arguments)


@pytest.mark.parametrize("kind", EXAMPLES, ids=lambda kind: kind.__name__)
def test_without_a_number_of_latents_there_are_no_weights(kind, features):
    with pytest.raises(ValueError, match=f"{kind.__name__} must know the number of latents"):
        kind()(features)


def test_get_takes_a_name_or_a_layer():
    layer = posteriors.Normal()
    assert posteriors.get(layer) is layer
    assert isinstance(posteriors.get("rectified_normal"), posteriors.RectifiedNormal)
    with pytest.raises(ValueError, match=(
            r"`posterior` must be a vsc_tf.posteriors Posterior or one of \['deterministic'.*"
            "Received: posterior='laplace'")):
        posteriors.get("laplace")
    with pytest.raises(ValueError, match="`posterior` must be"):
        posteriors.get(keras.layers.Dense(2))
