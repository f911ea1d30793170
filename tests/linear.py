"""A linear-Gaussian model, whose likelihood and posterior are known by formula."""
import keras
import numpy as np

import vsc_tf

FEATURES, LATENT, NOISE = 5, 2, 0.5


def linear_model(widened=0.0, shrunk=1.0, **parts):
    """x = W z + b + noise: the model, 40 observations, and log p(x) by the Normal's formula.

    W has orthogonal columns, so the true posterior has independent latents. The model's has its
    means times `shrunk`, and `widened` on its log variance.
    """
    rng = np.random.default_rng(0)
    w = np.linalg.qr(rng.normal(size=(FEATURES, LATENT)))[0] * [2., 0.7]
    b = rng.normal(size=FEATURES)
    x = rng.normal(size=(40, LATENT)) @ w.T + b + NOISE * rng.normal(size=(40, FEATURES))
    covariance = w @ w.T + NOISE**2 * np.eye(FEATURES)
    error = x - b
    log_p = -0.5 * (np.sum(error @ np.linalg.inv(covariance) * error, axis=1)
                    + np.linalg.slogdet(2 * np.pi * covariance)[1])
    body = keras.layers.Activation("linear")
    model = vsc_tf.VAE(
        LATENT, encoder=keras.Sequential([body]), decoder=keras.Sequential([body]), seed=4,
        likelihood=vsc_tf.likelihoods.FixedGaussian(NOISE), **parts)
    model.adapt(x)
    model.likelihood.head.set_weights([w.T, b])
    variance = 1 / (1 + np.sum(w**2, axis=0) / NOISE**2)
    to_mean = shrunk * w * variance / NOISE**2
    model.posterior.dense.set_weights([
        np.c_[to_mean, np.zeros_like(w)], np.r_[-b @ to_mean, np.log(variance) + widened]])
    model.compile(jit_compile=False)
    return model, x.astype("float32"), log_p
