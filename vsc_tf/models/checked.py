"""Keras's own ways in, behind checks of what they are given."""
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import ArrayLike

from vsc_tf import checks
from vsc_tf.datasets.on_demand import OnDemand, SparseRows
from vsc_tf.models.batched import Batched, dense_batches, is_batched

NO_LABELS = np.zeros  # Keras forgets weights that come without labels.

_Base: Any = object  # For type checkers: the rest is in `LatentModel` and `keras.Model`.


class Checked(_Base):
    """Mixin of `LatentModel`: `evaluate`, `predict` and the like, and the checks of data.

    Keras would make an array of whatever it is given: of a DataFrame one without names, of
    observations with NaN one that reads as latents that are off.
    """

    def check(self, x: ArrayLike, what: str = "x", expected: str = checks.ARRAY) -> Any:
        """Raw observations as float32 `[n, *shape]`, or a ValueError that says what is wrong.

        A sparse matrix becomes `SparseRows`, whose rows are made dense when they are asked for.
        """
        if not self.built:
            raise ValueError(f"This {type(self).__name__} has no weights yet. Call fit(x), or "
                             "adapt(x) with training observations, first.")
        x = self.arranged(x, what)
        if isinstance(x, SparseRows):
            if x.shape[1:] != self.event_shape:
                raise ValueError(f"Argument `{what}` must have shape [n, {self.event_shape[0]}]. "
                                 f"Received: a sparse matrix of shape {x.shape}")
            return x
        return checks.observations(x, self.event_shape, what=what,
                                   expected=expected, missing=self.scaling.missing,
                                   names=self.column_names)

    def check_any(self, x: Any, what: str = "x") -> Any:
        """As `check`; what comes in batches, or is on disk, stays as it is."""
        if is_batched(x):
            Batched(x, self.event_shape if self.built else None, what)
            return x
        if isinstance(x, OnDemand):
            return x
        x = self.check(x, what, f"{checks.ARRAY}, {checks.BATCHED}")
        return dense_batches(x) if isinstance(x, SparseRows) else x

    def check_target(self, x: np.ndarray) -> None:
        """A ValueError if observations are not what the likelihood is for."""
        for i in range(0, len(x), 5_000):
            part = x[i:i + 5_000]
            if isinstance(x, SparseRows):  # Those on disk were not looked at before.
                checks.observations(part)
            self.likelihood.check(np.asarray(
                self.likelihood.target(part, self.scaling.values(part))))

    def check_validation(self, data: Any) -> Any:
        """`validation_data` as `fit` takes it: x, (x, labels) or (x, labels, weights)."""
        if data is None or is_batched(data):
            return data if data is None else self.check_any(data, "validation_data")
        x, y, weights = data, None, None
        if isinstance(data, (tuple, list)):
            if not 0 < len(data) < 4:
                raise ValueError("Argument `validation_data` must be x, (x, labels) or (x, labels, "
                                 f"weights). Received: {len(data)} of them.")
            x, y, weights = (*data, None, None)[:3]
        x = self.check_any(x, "validation_data")
        if isinstance(x, np.ndarray):
            self.check_target(x)
        if weights is None:
            return x, y
        return x, NO_LABELS(len(x)), checks.weights(weights, len(x), "validation_data")

    def evaluate(self, x: Any = None, y: Any = None, batch_size: int | None = None,
                 sample_weight: ArrayLike | None = None, return_dict: bool = True,
                 **kwargs: Any) -> Any:
        """Mean of every term over the observations, nats per observation, as a dict.

        Codes are exact draws (zeros are zeros) from the posterior without warm-up, and the
        penalties have the weights they end with. `y` is ignored.

        Args:
            x: Observations `[n, *shape]`, or what comes in batches, as for `fit`.
            sample_weight: Weights `[n]`: means become sum_i w_i t_i / sum_i w_i.
            batch_size, return_dict, **kwargs: Keras's.
        """
        if not kwargs.get("_use_cached_eval_dataset"):  # Of `fit`, which has checked it.
            x = self.check_any(x)
            if isinstance(x, np.ndarray):
                self.check_target(x)
                batch_size = checks.batch_size(batch_size, 32)
            if sample_weight is not None:
                if is_batched(x):
                    raise ValueError("Argument `sample_weight` goes with an array. Received: "
                                     "batches, too. Let them hold (x, labels, weights).")
                sample_weight = checks.weights(sample_weight, len(x))
                kwargs["y"] = NO_LABELS(len(x))
        return super().evaluate(x, batch_size=batch_size, sample_weight=sample_weight,
                                return_dict=return_dict, **kwargs)

    def predict(self, x: Any, batch_size: int | None = None, **kwargs: Any) -> Any:
        """`keras.Model.predict`: reconstructions in raw units."""
        x = self.check_any(x)
        if isinstance(x, np.ndarray):
            batch_size = checks.batch_size(batch_size, 32)
        return super().predict(x, batch_size=batch_size, **kwargs)

    def __call__(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        return super().__call__(self._one_batch(x), *args, **kwargs)

    def predict_on_batch(self, x: Any) -> Any:
        """`keras.Model.predict_on_batch`, likewise."""
        return super().predict_on_batch(self._one_batch(x))

    def test_on_batch(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        """`keras.Model.test_on_batch`, likewise."""
        return super().test_on_batch(self._one_batch(x), *args, **kwargs)

    def train_on_batch(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        """`keras.Model.train_on_batch`, likewise."""
        return super().train_on_batch(self._one_batch(x), *args, **kwargs)

    def _one_batch(self, x: Any) -> Any:
        """A batch, checked; tensors stay as they are, so that they have gradients."""
        if tf.is_tensor(x) or type(x).__name__ == "KerasTensor":
            return x
        return self.check(x)
