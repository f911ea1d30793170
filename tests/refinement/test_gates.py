"""Gates that are learned: what they tell, and what they are not led by."""
import numpy as np

from vsc_tf.refinement import gates

ON = np.arange(400) % 4 < 2


def test_a_gate_is_open_where_it_should_be_and_as_sure_as_said():
    features = np.column_stack([ON * 2., ~ON * 3.])
    gate = gates.learned(ON, features)
    np.testing.assert_array_equal(gate.is_on(features), ON)
    np.testing.assert_allclose(np.median(np.abs(features @ gate.kernel + gate.bias)), gates.SURE,
                               rtol=1e-5)


def test_rounding_of_a_constant_is_no_feature():
    nearly = 0.3 + 1e-16 * np.arange(400)  # In units of its deviation it would vary.
    gate = gates.learned(ON, np.column_stack([ON * 2., nearly]))
    assert gate.kernel[1] == 0. and np.isfinite(gate.bias)


def test_what_features_do_not_tell_has_no_gate():
    noise = np.random.default_rng(0).normal(size=(400, 3))
    assert gates.learned(ON, noise) is None
    assert gates.learned(np.ones(400, bool), noise) is None
