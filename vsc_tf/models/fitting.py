"""Fitting a model to data: the stream of batches, the recipe."""
import math
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import ArrayLike

from vsc_tf import checks, containers, workers
from vsc_tf.datasets import columns, resolution
from vsc_tf.datasets.image_files import ImageFiles
from vsc_tf.datasets.on_demand import OnDemand, SparseRows, is_sparse
from vsc_tf.likelihoods import suited_to
from vsc_tf.models import always_on, arguments, shares
from vsc_tf.models.batched import Batched, Start, is_batched
from vsc_tf.models.checked import NO_LABELS
from vsc_tf.models.data import TrainingData, split, spread
from vsc_tf.models.missing import told
from vsc_tf.refinement import Refinement

_Base: Any = object  # For type checkers: the rest is in `LatentModel`.


class Fitting(_Base):
    """Mixin of `LatentModel`: `adapt` and `fit`."""

    steps_per_execution: int  # Keras's.

    def adapt(self, x: ArrayLike, sample_weight: ArrayLike | None = None) -> None:
        """Fits what depends on the training set before any step: scaling, pseudo-inputs.

        Args:
            x: Training observations `[n, *shape]`, in raw units; of a sparse matrix some rows are
                looked at. `fit` calls this by itself
                on its first call; call it first when `fit` gets batches that are too many to go
                through once more.
            sample_weight: Their weights `[n]`, if they have some.
        """
        self.look_at(x)
        names = columns.of(x)
        if is_sparse(x):
            x = spread(SparseRows(x))
        x, given = checks.observations(
            self.arranged(x), self.event_shape if self.built else None,
            missing=self.may_miss(), names=self.column_names or names), x
        resolution.check(given, "Argument `x`", names)
        weights = None if sample_weight is None else checks.weights(sample_weight, len(x))
        counted = Start(x, weights).counted()
        with self.distribute_strategy.scope():
            if self.likelihood is None:
                self.choose(suited_to(counted))
            self.begin_missing(counted, self.column_names or names)
            if not self.built:
                self.build((None, *x.shape[1:]))
            self.scaling.adapt(x, weights)
            self.check_target(x)
            target = np.asarray(self.likelihood.target(counted, self.scaling.values(counted)))
            self.likelihood.adapt(target)
            if self.scaling.keeps_steps:
                self.likelihood.find_steps(target)
            self.prior.adapt(counted, self.scaling, self.seed)
            self.run.adapted.assign(1.)
        self.keep_names(names)

    def prepare(self, x: Any, batch_size: int | None = None, sample_weight: ArrayLike | None = None,
                steps: int | None = None) -> TrainingData:
        """Checks what `fit` is given and, if it is the first data, adapts the model to them.

        Of batches whose number is not known, to those of the first `steps`.
        """
        self.look_at(x)
        data = TrainingData(self.arranged(x), self.event_shape if self.built else None, batch_size,
                            sample_weight, self.may_miss(), self.column_names or columns.of(x))
        if not self.built or not self.run.adapted.numpy():
            if self.likelihood is None:
                self.choose(suited_to(data.to_start_from(False).counted()))
            self.adapt(*data.to_start_from(self.scaling.method != "none", steps))
            self.keep_names(columns.of(x))
            if isinstance(data.x, SparseRows):  # It was adapted to some of them.
                self.check_target(data.x)
            elif isinstance(data.x, OnDemand) and data.x.read_for_scaling:
                self.scaling.adapt_to_parts(data.x)
        elif isinstance(data.x, SparseRows):
            self.check_target(data.x)
        elif not isinstance(data.x, ImageFiles):  # Those are from 0 to 1.
            self.check_target(checks.observations(
                data.to_start_from(False).counted(), missing=self.may_miss()))
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
                the model's order by their names, which the first one gives it), or a
                `tf.data.Dataset` or `keras.utils.PyDataset` of batches `x`, `(x, labels)` or
                `(x, labels, weights)`; labels are never looked at. Shuffled arrays become a
                stream of full batches in which batch number s is a function of the seed and s
                alone, so the last batch of an epoch goes on into the next pass.
            batch_size: Positive integer; `None` is a sixth of the observations, but at least 32,
                as in Keras, and at most 500: codes switch better in batches of hundreds.
            y: Ignored, so that a labelled data set can be handed over as it is.
            sample_weight: Weights w `[n]` of the observations, at least 0. All means over
                observations become sum_i w_i t_i / sum_i w_i: the loss of each batch (Keras
                would divide by its number of rows), what is logged, the scaling. An observation
                of weight 0 counts for nothing.
            initial_epoch: Above 0, the run that the model is in goes on.
            steps_per_epoch: Needed for a data set whose length Keras cannot know.

        Raises:
            ValueError: NaN or infinite values, an empty set, a wrong shape, fewer
                observations than one batch, an unknown length with a recipe.
        """
        if class_weight is not None:
            raise ValueError(f"{type(self).__name__} has no classes. Received: class_weight. Give "
                             "sample_weight, the weight of each observation, instead.")
        if is_sparse(x):
            x = self.arranged(x)
        if is_batched(x):
            Batched(x, self.event_shape if self.built else None)
        elif not isinstance(x, OnDemand) and containers.problem(x):
            checks.observations(x, expected=f"{checks.ARRAY}, {checks.BATCHED}")  # Says which.
        if not self.compiled:
            raise ValueError(f"Training needs an optimizer. Received: a {type(self).__name__} that "
                             "was not compiled. Call compile(optimizer='adam') first.")
        if workers.current().count > 1:
            shares.check(self, x, batch_size, shuffle)
        names, is_open = columns.of(x), self.likelihood is None
        self.look_at(x)
        if validation_split and validation_data is None:
            x, sample_weight, validation_data = split(
                self.arranged(x), sample_weight, validation_split)
        data = self.prepare(
            x, batch_size, sample_weight, steps_per_epoch and steps_per_epoch * epochs)
        self.keep_names(names)
        if is_open and verbose:
            if self.table is not None:
                print(self.table)
            print(self.chosen)
        if self.scaling.missing and verbose and isinstance(data.x, np.ndarray):
            print(told(data.x))
        if not self.optimizer.built:
            with self.distribute_strategy.scope():
                self.optimizer.build(self.trainable_variables)
        validation_data = self.check_validation(validation_data)
        self.failure.reset()
        steps: Any = steps_per_epoch or data.steps_per_epoch()
        callbacks = [*self._begin_run(data, steps, epochs, initial_epoch),
                     *arguments.listed(callbacks)]
        self.begin_noise()
        if verbose and self.noisy_values().any():
            print(f"Noise {self.noise:.2g} on scaled values while training (Recipe.noise).")
        if workers.current().count > 1:
            callbacks.append(shares.begun_alike(self, data, steps, epochs, initial_epoch))
        if data.batch_size and shuffle:
            begun: list[int] = []
            # Once a backup was restored. To a list, since the stream must not know what knows the
            # model: by a way through TensorFlow's state the model would never be freed.
            callbacks = [*callbacks, keras.callbacks.LambdaCallback(
                on_train_begin=lambda logs: begun.append(int(self.optimizer.iterations.numpy())))]
            x = data.stream(self.seed, lambda: begun[-1])
            batch_size, steps_per_epoch, shuffle = None, steps, False  # It is shuffled already.
            sample_weight = None  # It is in there.
            self._end_epochs_with(steps)
            kwargs.setdefault("validation_batch_size", data.batch_size)
        else:
            x, sample_weight = data.x, data.weights
            shuffle = shuffle and not isinstance(x, tf.data.Dataset)
            if workers.current().count > 1:
                x = shares.of_batches(x)
            batch_size = data.batch_size or None
        with workers.explained():
            history = super().fit(
                x, batch_size=batch_size, epochs=epochs, verbose=verbose,
                callbacks=callbacks, validation_data=validation_data, shuffle=shuffle,
                sample_weight=sample_weight, y=None if sample_weight is None else NO_LABELS(len(x)),
                initial_epoch=initial_epoch, steps_per_epoch=steps_per_epoch, **kwargs)
        if self._has_settled() and isinstance(data.x, np.ndarray):  # Others are dear to read.
            always_on.warn(self, data.some(), data.batch_size)
        return history

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
            self._start(max(0, first), steps_per_epoch * epochs, data.count)
        if not (recipe.refines and self.posterior.can_be_refined and self.posterior.trainable):
            return []
        return [Refinement(data.some(), recipe.refine_begin, recipe.refine_end,
                           recipe.refine_every)]

    def start_run(self, steps: int, count: int | None = None) -> None:
        """Starts a run of the recipe that several calls of `fit` make together.

        Each then trains a part of it, if its `initial_epoch` is above 0. The model has seen its
        first data by then (`adapt` or `prepare`), and is compiled.

        Args:
            steps: Positive integer, optimizer steps of the whole run.
            count: Positive integer, observations that it goes through; `None` if that is not known.
                Few get noise (`Recipe.noise`).
        """
        steps = checks.positive_integer("steps", steps)
        count = None if count is None else checks.positive_integer("count", count)
        if not self.optimizer.built:
            self.optimizer.build(self.trainable_variables)
        if self.recipe is not None:
            self._start(int(self.optimizer.iterations.numpy()), steps, count)

    def _start(self, first: int, steps: int, count: int | None) -> None:
        rate = self.optimizer.learning_rate
        self.run.begin(first, steps, self.recipe.rate(steps),
                       float(rate.numpy()) if isinstance(rate, keras.Variable) else None,
                       self.recipe.noise_for(count))
        for name, (begin, end, *values) in self.recipe.schedules(
                steps, self.likelihood.sparsity_weight).items():
            if name in self.schedules.rows:
                default = self.default_schedules[name][2]
                self.set_schedule(name, (first + begin, first + end, *(
                    default if value is None else value for value in values)))
