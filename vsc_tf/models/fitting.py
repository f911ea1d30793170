"""Fitting a model to data: checks, the stream of batches, the recipe."""
import math
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import ArrayLike

from vsc_tf import checks
from vsc_tf.datasets import columns
from vsc_tf.likelihoods import suited_to
from vsc_tf.models import always_on
from vsc_tf.models.data import TrainingData
from vsc_tf.refinement import Refinement

_Base: Any = object  # For type checkers: the rest is in `LatentModel`.


class Fitting(_Base):
    """Mixin of `LatentModel`: `adapt`, `fit`, `evaluate` and the checks of data."""

    steps_per_execution: int  # Keras's.

    def adapt(self, x: np.ndarray) -> None:
        """Fits what depends on the training set before any step: scaling, pseudo-inputs.

        Args:
            x: Training observations `[n, *shape]`, in raw units. `fit` calls this by itself
                on its first call; call it first when `fit` gets a `tf.data.Dataset` that is
                too long to go through once more.
        """
        names = columns.of(x)
        x = checks.observations(self.arranged(x), self.event_shape if self.built else None)
        with self.distribute_strategy.scope():
            if self.likelihood is None:
                self.choose(suited_to(x))
            if not self.built:
                self.build((None, *x.shape[1:]))
            self.scaling.adapt(x)
            self.check_target(x)
            self.prior.adapt(x, self.scaling, self.seed)
            self.run.adapted.assign(1.)
        self.keep_names(names)

    def prepare(self, x: Any, batch_size: int | None = None) -> TrainingData:
        """Checks what `fit` is given and, if it is the first data, adapts the model to them."""
        data = TrainingData(self.arranged(x), self.event_shape if self.built else None, batch_size)
        if not self.built or not self.run.adapted.numpy():
            if self.likelihood is None:
                self.choose(suited_to(data.to_start_from(False)))
            self.adapt(data.to_start_from(self.scaling.method != "none"))
        return data

    def fit(self, x: Any = None, y: Any = None, batch_size: int | None = None, epochs: int = 1,
            verbose: Any = "auto", callbacks: Any = None, validation_split: float = 0.,
            validation_data: Any = None, shuffle: bool = True, class_weight: Any = None,
            sample_weight: Any = None, initial_epoch: int = 0, steps_per_epoch: int | None = None,
            **kwargs: Any) -> keras.callbacks.History:
        """`keras.Model.fit` without targets; data are checked before the first step.

        Fitting again goes on from the weights there are, as a new run of the recipe, with other
        data if you like; parts with `trainable = False` stay as they are (compile again after
        changing that). Scaling and pseudo-inputs stay those of the first data: call `adapt` for
        others. At the end a `UserWarning` tells of latents that are on for all observations of an
        array; not after runs of a few hundred steps.

        Args:
            x: Observations `[n, *shape]` in raw units (a DataFrame's columns are brought into
                the model's order by their names, which the first one gives it), or a `tf.data.Dataset` of batches `x`
                or `(x, labels)`; labels are never looked at. Shuffled arrays become a stream of
                full batches in which batch number s is a function of the seed and s alone, so
                the last batch of an epoch goes on into the next pass.
            y: Ignored, so that a labelled data set can be handed over as it is.
            initial_epoch: Above 0, the run that the model is in goes on.
            steps_per_epoch: Needed for a data set whose length Keras cannot know.

        Raises:
            ValueError: NaN or infinite values, an empty set, a wrong shape, fewer
                observations than one batch, an unknown length with a recipe.
        """
        if sample_weight is not None or class_weight is not None:
            raise ValueError(f"{type(self).__name__} weighs all observations alike. Received: "
                             "sample_weight or class_weight. Resample the data instead.")
        if not self.compiled:
            raise ValueError(f"Training needs an optimizer. Received: a {type(self).__name__} that "
                             "was not compiled. Call compile(optimizer='adam') first.")
        names = columns.of(x)
        if validation_split and validation_data is None:
            x, validation_data = _split(self.arranged(x), validation_split)
        is_open = self.likelihood is None
        data = self.prepare(x, batch_size)
        self.keep_names(names)
        if is_open and verbose:
            print(self.chosen)
        if not self.optimizer.built:
            with self.distribute_strategy.scope():
                self.optimizer.build(self.trainable_variables)
        validation_data = self._arranged_validation(validation_data)
        if isinstance(validation_data, np.ndarray):
            self.check_target(self.check(validation_data, "validation_data"))
        self.failure.reset()
        steps: Any = steps_per_epoch or data.steps_per_epoch()
        callbacks = [*self._begin_run(data, steps, epochs, initial_epoch), *_listed(callbacks)]
        if data.batch_size and shuffle:
            begins_at = _FirstStep()
            x, callbacks = data.stream(self.seed, lambda: begins_at.step), [*callbacks, begins_at]
            batch_size, steps_per_epoch, shuffle = None, steps, False  # It is shuffled already.
            self._end_epochs_with(steps)
            kwargs.setdefault("validation_batch_size", data.batch_size)
        else:
            x, shuffle = data.x, shuffle and data.batch_size > 0
        history = super().fit(
            x, batch_size=batch_size, epochs=epochs, verbose=verbose,
            callbacks=callbacks, validation_data=validation_data, shuffle=shuffle,
            initial_epoch=initial_epoch, steps_per_epoch=steps_per_epoch, **kwargs)
        if self._has_settled() and isinstance(data.x, np.ndarray):  # Others are dear to read.
            always_on.warn(self, data.some())
        return history

    def _arranged_validation(self, data: Any) -> Any:
        """Validation data, a DataFrame in it as an array; Keras would not look at its names."""
        if isinstance(data, tuple) and data:
            return (self._arranged_validation(data[0]), *data[1:])
        return self.check(data, "validation_data") if columns.of(data) else data

    def _has_settled(self) -> bool:
        """Whether codes can be 0, had time to become so, and training was not stopped early."""
        return (self.posterior.family.has_atom and not self.stop_training
                and int(self.optimizer.iterations.numpy()) >= always_on.LEAST_STEPS)

    def _end_epochs_with(self, steps: int) -> None:
        """Steps in one go must divide an epoch: of an endless stream Keras would take more."""
        at_once: Any = self.steps_per_execution
        if steps % at_once:
            self.steps_per_execution, self.train_function = math.gcd(steps, at_once), None

    def _maybe_symbolic_build(self, iterator=None, data_batch=None):
        """Nothing is left for Keras to build, and it cannot take batches that replicas share
        unevenly."""

    def _begin_run(self, data: TrainingData, steps_per_epoch: int | None, epochs: int,
                   initial_epoch: int) -> list[keras.callbacks.Callback]:
        """Starts a run of the recipe unless one goes on; returns the callbacks that it needs."""
        recipe, resumes = self.recipe, initial_epoch > 0
        if recipe is None:
            if not resumes:
                self.run.forget_rate()
            return []
        if steps_per_epoch is None:
            raise ValueError("A recipe needs the number of steps. Received: a data set whose "
                             "length is unknown. Give steps_per_epoch=..., or make the model with "
                             "recipe=None.")
        if not (resumes and self.run.steps.numpy() > 0):
            first = int(self.optimizer.iterations.numpy()) - initial_epoch * steps_per_epoch
            self._start(max(0, first), steps_per_epoch * epochs)
        if not (recipe.refines and self.posterior.can_be_refined and self.posterior.trainable):
            return []
        return [Refinement(data.some(), recipe.refine_begin, recipe.refine_end,
                           recipe.refine_every)]

    def _start(self, first: int, steps: int) -> None:
        rate = self.optimizer.learning_rate
        self.run.begin(first, steps, self.recipe.rate(steps),
                       float(rate.numpy()) if isinstance(rate, keras.Variable) else None)
        for name, (begin, end, *values) in self.recipe.schedules(
                steps, self.likelihood.sparsity_weight).items():
            if name in self.schedules.rows:
                default = self.default_schedules[name][2]
                self.set_schedule(name, (first + begin, first + end, *(
                    default if value is None else value for value in values)))

    def check(self, x: ArrayLike, what: str = "x") -> np.ndarray:
        """Raw observations as float32 `[n, *shape]`, or a ValueError that says what is wrong."""
        if not self.built:
            raise ValueError(f"This {type(self).__name__} has no weights yet. Call fit(x), or "
                             "adapt(x) with training observations, first.")
        return checks.observations(self.arranged(x, what), self.event_shape, what=what)

    def check_target(self, x: np.ndarray) -> None:
        """A ValueError if observations are not what the likelihood is for."""
        for i in range(0, len(x), 50_000):
            part = x[i:i + 50_000]
            self.likelihood.check(np.asarray(self.likelihood.target(part, self.scaling(part))))

    def evaluate(self, x: Any = None, y: Any = None, return_dict: bool = True,
                 **kwargs: Any) -> Any:
        """Mean of every term over the observations, nats per observation, as a dict.

        Codes are exact draws (zeros are zeros) from the posterior without warm-up, and the
        penalties have the weights they end with. `y` is ignored.
        """
        if x is not None and not isinstance(x, tf.data.Dataset):
            x = self.check(x)
            if not kwargs.get("_use_cached_eval_dataset"):  # Of `fit`, which has checked it.
                self.check_target(x)
        return super().evaluate(x, return_dict=return_dict, **kwargs)


class _FirstStep(keras.callbacks.Callback):
    """Keeps the optimizer step that training begins at, once a backup was restored."""

    def on_train_begin(self, logs: dict | None = None) -> None:
        self.step = int(self.model.optimizer.iterations.numpy())


def _split(x, share: float) -> tuple[Any, Any]:
    """The last `share` of an array for validation, as Keras takes it."""
    x = checks.observations(x)
    last = int(len(x) * (1. - checks.share("validation_split", share)))
    if not 0 < last < len(x):
        raise ValueError("Argument `validation_split` must leave rows for both parts. Received: "
                         f"validation_split={share} of {len(x)} observations")
    return x[:last], x[last:]


def _listed(callbacks) -> list:
    """Callbacks as a list, however they were given."""
    if callbacks is None:
        return []
    if isinstance(callbacks, keras.callbacks.CallbackList):
        return list(callbacks.callbacks)
    return list(callbacks) if isinstance(callbacks, (list, tuple)) else [callbacks]
