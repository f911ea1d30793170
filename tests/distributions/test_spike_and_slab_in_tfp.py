"""SpikeAndSlab as one TFP distribution among others: functions, XLA, slices, copies."""
import numpy as np
import pytest
import tensorflow as tf
import tensorflow_probability as tfp

from vsc_tf.distributions import SpikeAndSlab

tfd = tfp.distributions


@pytest.fixture
def d():
    return SpikeAndSlab(tf.reshape(tf.range(12.0) - 6.0, [4, 3]), 0.5, tf.ones([3]))


def parameters(distribution):
    return [t.numpy() for t in (distribution.logits, distribution.loc, distribution.scale)]


def test_crosses_a_function_boundary_as_argument_and_as_result(d):
    @tf.function
    def shifted(distribution, x):
        return distribution.copy(loc=distribution.loc + 1.0), distribution.log_prob(x)

    result, log_prob = shifted(d, 0.25)
    assert isinstance(result, SpikeAndSlab)
    np.testing.assert_array_equal(result.loc, d.loc + 1.0)
    np.testing.assert_array_equal(result.logits, d.logits)
    np.testing.assert_allclose(log_prob, d.log_prob(0.25), rtol=1e-6)
    shifted(SpikeAndSlab(tf.zeros([4, 3]), 2.0, tf.ones([3])), 0.25)
    assert shifted.experimental_get_tracing_count() == 1  # Other values, the same trace.


def test_is_a_nest_of_its_three_tensors(d):
    leaves = tf.nest.flatten(d, expand_composites=True)
    assert len(leaves) == 3
    again = tf.nest.pack_sequence_as(d, leaves, expand_composites=True)
    for ours, theirs in zip(parameters(again), parameters(d)):
        np.testing.assert_array_equal(ours, theirs)


def test_works_when_compiled_by_xla(d):
    @tf.function(jit_compile=True)
    def compiled(distribution, x):
        draws = distribution.sample(500, seed=[1, 2])
        made_inside = SpikeAndSlab(distribution.logits, 0.0, 2.0)
        return (distribution.log_prob(x), distribution.kl_divergence(made_inside), draws,
                distribution.relaxed_sample(50.0, seed=[1, 2]),
                distribution.concrete_sample(2.0, seed=[1, 2]))

    log_prob, kl, draws, *relaxed = compiled(d, 0.25)
    np.testing.assert_allclose(log_prob, d.log_prob(0.25), rtol=1e-5)
    np.testing.assert_allclose(
        kl, d.kl_divergence(SpikeAndSlab(d.logits, 0.0, 2.0)), rtol=1e-4, atol=1e-5)
    assert all(np.isfinite(t).all() for t in relaxed)
    gamma = d.spike_probs.numpy()  # XLA draws other numbers: compare frequencies.
    standard_error = np.sqrt(gamma * (1 - gamma) / 500)
    assert (abs(np.mean(draws.numpy() != 0, axis=0) - gamma) <= 5 * standard_error + 1e-3).all()


def test_independent_sums_over_latents(d):
    p = SpikeAndSlab(0.0, 1.0, tf.fill([3], 2.0))
    joint_q, joint_p = tfd.Independent(d, 1), tfd.Independent(p, 1)
    assert joint_q.batch_shape == [4] and joint_q.event_shape == [3]
    z = joint_q.sample(2, seed=[0, 1])
    assert z.shape == [2, 4, 3]
    np.testing.assert_allclose(
        joint_q.log_prob(z), tf.reduce_sum(d.log_prob(z), axis=-1), rtol=1e-6)
    np.testing.assert_allclose(
        tfd.kl_divergence(joint_q, joint_p), tf.reduce_sum(d.kl_divergence(p), axis=-1),
        rtol=1e-6)
    np.testing.assert_allclose(joint_q.entropy(), tf.reduce_sum(d.entropy(), axis=-1), rtol=1e-6)


def test_slices_like_a_tensor_of_its_batch_shape(d):
    assert d[..., 0].batch_shape == [4]
    assert d[1:3].batch_shape == [2, 3]
    assert d[tf.newaxis].batch_shape == [1, 4, 3]
    # Vector and scalar instructions round the sigmoid differently in the last bit.
    np.testing.assert_allclose(d[..., 0].mean(), d.mean()[..., 0], rtol=1e-6)
    np.testing.assert_allclose(d[2, 1].log_prob(0.3), d.log_prob(0.3)[2, 1], rtol=1e-6)


def test_copy_changes_what_it_is_told_and_keeps_the_rest(d):
    wider = d.copy(scale=2.0)
    np.testing.assert_array_equal(wider.logits, d.logits)
    np.testing.assert_array_equal(wider.loc, d.loc)
    assert float(wider.scale) == 2.0
    assert wider.batch_shape == [4, 3]


def test_shapes_are_known_statically_and_as_tensors(d):
    assert d.batch_shape == [4, 3] and d.event_shape == []
    assert d.batch_shape_tensor().numpy().tolist() == [4, 3]
    assert d.event_shape_tensor().numpy().tolist() == []
    assert d.sample([5, 2], seed=[0, 1]).shape == [5, 2, 4, 3]


@pytest.mark.parametrize("scale", [0.0, -1.0, [1.0, -1e-3]])
def test_validate_args_names_the_scale(scale):
    with pytest.raises(tf.errors.InvalidArgumentError, match="Argument `scale` must be positive"):
        SpikeAndSlab(0.0, 0.0, scale, validate_args=True)


def test_without_validate_args_nothing_is_asserted():
    assert np.isnan(SpikeAndSlab(0.0, 0.0, -1.0).entropy())


def test_trainable_parameters_can_be_made_by_tfp():
    properties = SpikeAndSlab.parameter_properties()
    assert set(properties) == {"logits", "loc", "scale"}
    bijector = properties["scale"].default_constraining_bijector_fn()
    assert float(bijector(-5.0)) > 0
