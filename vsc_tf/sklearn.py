"""The door to scikit-learn: an estimator over the same model."""
from __future__ import annotations

import contextlib
import random
import warnings
from collections.abc import Iterator, Mapping
from typing import Any

import keras
import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils import check_random_state, shuffle
from sklearn.utils.validation import check_is_fitted, validate_data

from vsc_tf import checks, networks, recipes
from vsc_tf.datasets import Table, describe
from vsc_tf.likelihoods import Likelihood
from vsc_tf.models import VSC, LatentModel
from vsc_tf.models.data import usual_batch

STEPS = 9000  # Of `fit`, as of `trainers.fit`: with 4,000 latents of a signed table stay on.


class VSCEncoder(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """Sparse codes of tables by a `vsc_tf.VSC` ([T20]), as scikit-learn's transformers are used.

    `transform` gives the codes z, with exact zeros; `score` is the evidence lower bound in nats
    per observation, larger is better, so `GridSearchCV` compares models of the same likelihood
    by it. Scaling and likelihood suit the data unless they are given. NaN is a missing value,
    which needs no imputer before it; infinite values are refused. Sparse matrices are made dense
    a batch at a time.

    Args:
        latent_dim: Positive integer J, the most features there can be.
        likelihood: Name or layer of `vsc_tf.likelihoods`; "auto" is what suits the data. Or what
            `vsc_tf.datasets.describe` says of a whole DataFrame, of which parts are fitted.
        kinds: With "auto", column of a DataFrame -> what it is to be instead of what
            `vsc_tf.datasets.describe` takes it for.
        hidden_units: Positive integer, ReLU units of encoder and decoder.
        sparsity_weight: Number of at least 0, the price of a latent that is on; `None` is what
            goes with the likelihood.
        total_steps: Positive integer, optimizer steps of the whole run, of which the recipe's
            schedules are shares; `None` is 9,000 for `fit`. `partial_fit` needs it.
        batch_size: Positive integer, observations a step, at most all there are; `None` is a
            sixth of them, at least 32 and at most 500.
        random_state: Integer, `numpy.random.RandomState` or `None`, of weights, batches and noise.
        verbose: Keras's.

    Attributes:
        model_: The fitted `vsc_tf.VSC`: what it can do besides, and what is saved or exported.
        n_features_in_: Number of columns.
        feature_names_in_: Names of the columns, if `X` had names that are text.

    >>> X = np.random.default_rng(0).normal(size=(50, 3))
    >>> encoder = VSCEncoder(latent_dim=2, total_steps=3, hidden_units=8, random_state=0)
    >>> encoder.fit_transform(X).shape, encoder.get_feature_names_out().tolist()
    ((50, 2), ['vscencoder0', 'vscencoder1'])
    """

    model_: LatentModel

    def __init__(self, latent_dim: int = 10, likelihood: Any = "auto",
                 kinds: Mapping[str, str] | None = None, hidden_units: int = 512,
                 sparsity_weight: float | None = None, total_steps: int | None = None,
                 batch_size: int | None = None, random_state: Any = None, verbose: Any = 0):
        self.latent_dim = latent_dim
        self.likelihood = likelihood
        self.kinds = kinds
        self.hidden_units = hidden_units
        self.sparsity_weight = sparsity_weight
        self.total_steps = total_steps
        self.batch_size = batch_size
        self.random_state = random_state
        self.verbose = verbose

    def fit(self, X: ArrayLike, y: Any = None) -> VSCEncoder:
        """Fits a new model to observations `X` `[n, columns]`; `y` is not looked at."""
        x = self._checked(X, reset=True)
        steps = STEPS if self.total_steps is None else checks.positive_integer(
            "total_steps", self.total_steps)
        self._begin(x, steps, x.shape[0])
        self._train(x, steps)
        return self

    def partial_fit(self, X: ArrayLike, y: Any = None) -> VSCEncoder:
        """Goes once through more observations, as a part of a run of `total_steps` steps.

        The first call makes the model and fits its scaling, so let `X` be typical then.
        """
        if self.total_steps is None:
            raise ValueError("Argument `total_steps` must be the optimizer steps of all calls of "
                             "partial_fit together, as schedules are shares of them. Received: "
                             "total_steps=None. Give about n / batch_size times the passes.")
        is_new = not hasattr(self, "model_")
        x = self._checked(X, reset=is_new)
        if is_new:
            self._begin(x, checks.positive_integer("total_steps", self.total_steps))
        # In an order of its own: a stream of batches would begin where the call before ended.
        step = int(self.model_.optimizer.iterations.numpy())
        x = shuffle(x, random_state=np.random.RandomState([self.model_.seed, step]))
        self._train(x, -(-x.shape[0] // self._batch(x)), shuffle=False)
        return self

    def transform(self, X: ArrayLike) -> np.ndarray:
        """Codes z `[n, latent_dim]`; 0 where a latent is off."""
        check_is_fitted(self)
        return self.model_.encode(self._checked(X)).z

    def inverse_transform(self, X: ArrayLike) -> Any:
        """Mean of p(x|z) `[n, columns]` in raw units, of codes `X` `[n, latent_dim]`.

        Of a DataFrame's columns it is a pandas DataFrame again, with the most probable classes.
        """
        check_is_fitted(self)
        x, table = self.model_.decode(X), self.model_.table
        return x if table is None else table.frame(x, getattr(X, "index", None))

    def score(self, X: ArrayLike, y: Any = None) -> float:
        """The evidence lower bound, nats per observation; larger is better."""
        check_is_fitted(self)
        return float(self.model_.score(self._checked(X))["elbo"].mean(dtype=np.float64))

    def _checked(self, X, reset=False):
        if not hasattr(X, "dtypes") or not all(isinstance(name, str) for name in X.columns):
            return validate_data(self, X, reset=reset, ensure_all_finite="allow-nan",
                                 accept_sparse="csr")
        validate_data(self, X, reset=reset, skip_check_array=True)  # Names alone.
        if not len(X) or not len(X.columns):
            raise ValueError(f"Found array with 0 {'feature' if len(X) else 'sample'}(s) "
                             f"(shape={X.shape}) while a minimum of 1 is required.")
        return X

    def _batch(self, x):
        count = x.shape[0]
        return min(checks.batch_size(self.batch_size, usual_batch(count)), count)

    def _begin(self, x, steps, count=None):
        """A new model, adapted to `x` and at the start of a run on `count` observations."""
        seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        likelihood = self.likelihood
        if self.kinds:
            likelihood = describe(x, self.kinds)
        elif isinstance(likelihood, Likelihood):  # The parameter stays as it is, without weights.
            likelihood = type(likelihood).from_config(likelihood.get_config())
        elif not isinstance(likelihood, (str, Table)):
            raise ValueError("Argument `likelihood` must be a name, a layer of vsc_tf.likelihoods "
                             f"or what datasets.describe gives. Received: {likelihood!r}")
        with _initializers(seed):
            model = VSC(self.latent_dim, likelihood=likelihood, seed=seed,
                        encoder=networks.mlp(self.hidden_units, "encoder"),
                        decoder=networks.mlp(self.hidden_units, "decoder"),
                        recipe=recipes.Recipe(sparsity_weight=self.sparsity_weight))
            model.compile(keras.optimizers.Adam(), steps_per_execution=min(10, steps))
            model.prepare(x, self._batch(x))
        model.keep_names(getattr(self, "feature_names_in_", ()))
        if self.verbose and model.table is not None:
            print(model.table)
        model.start_run(steps, count)
        self.model_ = model

    def _train(self, x, steps, shuffle=True):
        """So many steps of the run that the model is in."""
        model = self.model_
        done = int(model.optimizer.iterations.numpy()) + steps < int(model.run.steps.numpy())
        with warnings.catch_warnings():
            if done:  # Latents that are always on are no news before the end.
                warnings.simplefilter("ignore", UserWarning)
            model.fit(x, batch_size=self._batch(x), initial_epoch=1, epochs=2,
                      steps_per_epoch=steps, shuffle=shuffle, verbose=self.verbose)

    @property
    def _n_features_out(self) -> int:
        return self.model_.latent_dim

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "model_")

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = tags.input_tags.sparse = True
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags


@contextlib.contextmanager
def _initializers(seed: int) -> Iterator[None]:
    """Weights that follow from a seed; Keras takes theirs from Python's own generator."""
    state = random.getstate()
    random.seed(seed)
    try:
        yield
    finally:
        random.setstate(state)
