"""Functions of the standard Normal against scipy's in float64, compiled and not."""
import numpy as np
import pytest
import scipy.special
import scipy.stats
import tensorflow as tf

import vsc_tf
from vsc_tf.distributions import standard_normal

PROBS = np.array([*10.**-np.arange(1., 37.), 0.02, 0.3, 0.5, 0.6, 0.999, 1. - 2.**-20], "float32")


@pytest.mark.parametrize("jit_compile", [False, True])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_quantiles_are_right_far_out(dtype, jit_compile):
    @tf.function(jit_compile=jit_compile)
    def quantile_and_slope(p):
        with tf.GradientTape() as tape:
            tape.watch(p)
            x = standard_normal.quantile(p)
        return x, tape.gradient(x, p)

    x, slope = quantile_and_slope(tf.constant(PROBS.astype(dtype)))
    true = scipy.special.ndtri(PROBS.astype("float64"))
    tolerance = 1e-6 if dtype == "float32" else 1e-12
    np.testing.assert_allclose(x, true, rtol=tolerance, atol=tolerance)
    np.testing.assert_allclose(slope * scipy.stats.norm.pdf(true), 1., rtol=50 * tolerance)


def test_quantiles_of_0_and_1_are_finite():
    x = standard_normal.quantile(tf.constant([0., 1e-45, 1.])).numpy()
    assert x[0] == x[1] == pytest.approx(-12.785, abs=1e-3)
    assert x[2] == pytest.approx(5.29, abs=0.01)


def test_small_thresholded_codes_train_under_xla():
    x = np.random.default_rng(0).normal(size=(200, 6)).astype("float32")
    model = vsc_tf.LatentModel(
        4, vsc_tf.posteriors.ThresholdedNormal(scale=0.1), vsc_tf.ThresholdedPrior(0.1),
        vsc_tf.networks.mlp(8), vsc_tf.networks.mlp(8), "gaussian", samples=20, seed=0)
    model.compile("adam", jit_compile=True)
    assert np.isfinite(model.fit(x, batch_size=100, epochs=2, verbose=0).history["loss"]).all()
