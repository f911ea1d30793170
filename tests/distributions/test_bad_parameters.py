"""Parameters that must be positive, with `validate_args`."""
import pytest
import tensorflow as tf

from vsc_tf import distributions

GOOD = {"loc": 0., "scale": 1., "threshold": 1., "concentration": 3., "rate": 2.}


@pytest.mark.parametrize(("kind", "names"), [
    (distributions.ThresholdedNormal, ["scale", "threshold"]),
    (distributions.ThresholdedLaplace, ["scale", "threshold"]),
    (distributions.GammaThresholdedLaplace, ["scale", "concentration", "rate"]),
    (distributions.GammaThresholdedNormal, ["scale", "concentration", "rate"])])
def test_each_is_named(kind, names):
    good = {name: GOOD[name] for name in ["loc", *names]}
    kind(**good, validate_args=True)
    for name in names:
        for bad in (0., -1.):
            with pytest.raises(tf.errors.InvalidArgumentError, match=f"`{name}` must be positive"):
                kind(**{**good, name: bad}, validate_args=True)
