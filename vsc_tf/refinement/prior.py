"""Gates and slabs of new latents at pseudo-inputs, of which the posterior is the prior."""
from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf
from sklearn.linear_model import Ridge
from threadpoolctl import threadpool_limits

DRAWS = 50        # Of each component of the prior, at most.
STEADY = 1.       # Of the ridge regression, in observations.
MOST_VALUES = 20_000_000  # Of what is made of the draws.


def draw(model: keras.Model, size: int) -> np.ndarray:
    """Codes of each component of the prior [draws, components, latent_dim]; `size` values each."""
    components = model.prior.pseudo_inputs.shape[0]
    draws = int(np.clip(MOST_VALUES // (components * size), 10, DRAWS))
    return model.components().sample(draws, seed=(0, 0)).numpy()


def fit_prior(model: keras.Model, drawn: tuple[np.ndarray, np.ndarray],
              usual: Sequence[np.ndarray], where: Sequence[np.ndarray],
              weights: tuple[np.ndarray, np.ndarray], features: np.ndarray) -> None:
    """Changes the posterior's functions so that they are right at pseudo-inputs.

    What the components made is looked at: how often a new latent is on there, its mean and its
    variance, with one usual value added to them. The functions change by ridge regression to say
    so at pseudo-inputs, and as little as can be at the observations.

    Args:
        drawn: Where latents are on in draws of the components, and values, [draws, components, k].
        usual: Values of each latent in observations that it is on for.
        where: Columns of the gates, slab means and log-variances of the k latents.
        weights: Kernel [F, 3 J] and bias [3 J]; they are changed.
        features: What they are linear functions of [n, F].
    """
    (is_on, values), (kernel, bias) = drawn, weights
    pseudo = np.asarray(model.encoder(tf.convert_to_tensor(model.prior.pseudo_inputs)), "float32")
    count = is_on.sum(axis=0)
    mean = (np.sum(values * is_on, axis=0) + [np.mean(each) for each in usual]) / (count + 1.)
    variance = (np.sum(is_on * (values - mean)**2, axis=0)
                + [np.var(each) for each in usual]) / (count + 1.) + np.exp(bias[where[2]])
    log_odds = np.log((count + 0.2) / (len(is_on) - count + 0.2))
    rows = np.concatenate([features, pseudo]).astype("float64")
    width = features.std(axis=0)
    width = np.where(width > 0., width, 1.)
    for part, wanted in zip(where, (log_odds, mean, np.log(variance)), strict=True):
        change = wanted - pseudo @ kernel[:, part] - bias[part]
        change = np.pad(change, ((len(features), 0), (0, 0)))  # None at the observations.
        with threadpool_limits(1):
            fit = Ridge(STEADY).fit(rows / width, change)
        kernel[:, part] += np.reshape(fit.coef_, [-1, len(width)]).T / width[:, np.newaxis]
        bias[part] += fit.intercept_
