"""What a VSC could be asked in versions 0.1 still works, with a warning that says what to type."""
import numpy as np
import pytest

import vsc_tf
from vsc_tf import refinement


@pytest.mark.parametrize("name", ["rezero", "split"])
def test_moved_methods_do_what_the_functions_do(name, rows):
    old, new = (vsc_tf.VSC(4, seed=0) for _ in range(2))
    for model in (old, new):
        model.adapt(rows)
    new.set_weights(old.get_weights())
    with pytest.warns(DeprecationWarning, match=rf"vsc_tf\.refinement\.{name}\(model, x\)"):
        found = getattr(old, name)(rows)
    expected = getattr(refinement, name)(new, rows)
    assert len(found) == len(expected)
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    for ours, theirs in zip(old.get_weights(), new.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_moved_arguments_warn():
    with pytest.warns(DeprecationWarning, match="belong to its parts now"):
        model = vsc_tf.VSC(4, spike_bias=2.)
    assert model.posterior.spike_bias == 2.
