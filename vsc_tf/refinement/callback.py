"""When a model is refined while it trains."""
import math
from typing import Any

import keras
import numpy as np

from vsc_tf import checks, containers, workers
from vsc_tf.refinement.regroup import regroup
from vsc_tf.refinement.separation import separate
from vsc_tf.refinement.settling import settle
from vsc_tf.refinement.surgery import join, rezero, split, unmix
from vsc_tf.refinement.weights import assign, check_gates, last_loss

LAST_SPLIT = 0.75  # Share of the time of refinement after which nothing is split any more.
REGROUP = 1 / 3, 2 / 3  # Shares at which latents are regrouped, which takes seconds: what trains
                        # to tell features one each until then says more of them.
RISE = 1.   # Nats of the loss, by what is done, from which on a model has to settle;
SOME = 2000  # observations by which it is known.


class Rezero(keras.callbacks.Callback):
    """Calls what is in `refinement` every so many steps.

    Latents that are on without their feature get a chance to be off there. Latents that are on
    for either of two features become two, those that tell several features together are turned to
    tell one each, and features that add up get a latent each: not in the last quarter, as training
    has to follow. Latents that share a feature get one gate. At one and two thirds of the time
    features that move get latents of their own. Where the loss rises by all that, the model takes
    50 steps aside (`settling.settle`). If it is still higher after that, and features were given a
    latent each, they did not add up: all is done again without. Nothing is done before a slab
    warm-up has ended: until then the decoder does not see the slab means. Put it before callbacks
    that save the model.

    Args:
        x: Raw training observations `[n, *shape]`, an array or a DataFrame, as for `fit`; 5,000
            are looked at, evenly spaced, as data may be ordered by class.
        begin, end: Optimizer steps between which it happens.
        every: Positive integer, optimizer steps from one time to the next.

    Raises:
        ValueError: Steps that are none, or `x` that the model could not be fitted to; the
            latter when training begins.

    >>> Rezero(np.zeros([9000, 4]), begin=1000, end=7000).x.shape
    (5000, 4)
    """

    def __init__(self, x: Any, begin: int, end: int, every: int = 500):
        super().__init__()
        self.begin = checks.steps(type(self).__name__, begin)
        self.end = checks.steps(type(self).__name__, end)
        self.every = checks.positive_integer("every", every)
        if end < begin:
            raise ValueError("Rezero needs an `end` that is not before `begin`. Received: "
                             f"begin={begin}, end={end}")
        if containers.problem(x) or not hasattr(x, "columns") and not hasattr(x, "subset"):
            # But for DataFrames, with their names, and images on disk.
            x = checks.observations(x, missing=True)
        rows = np.linspace(0, len(x) - 1, min(len(x), 5000)).astype(int)
        self.x = getattr(x, "iloc", x)[rows]

    def times(self) -> tuple[int, int, int]:
        """First and last optimizer step, and steps from one time to the next."""
        return self.begin, self.end, self.every

    def on_train_begin(self, logs: dict | None = None) -> None:
        check_gates(self.model, type(self).__name__)
        self.x = self.model.check(self.x)

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        # Not when training begins: a backup may be restored then.
        self._step = int(self.model.optimizer.iterations.numpy())

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        before, step = self._step, int(self.model.optimizer.iterations.numpy())
        self._step = step
        begin, end, every = self.times()
        is_due = begin <= step <= end and step // every > before // every
        if is_due and self.model.failure.happened():
            return  # Codes are NaN by now; to say so is up to `StopOnNaN`.
        if is_due and self.model.schedule_values(step)["slab_weight"] == 1.:
            if workers.current().is_chief:
                self._refine(step, begin, end, every)
            # Of several workers one decides: on another machine the last bits may be others.
            workers.send((*self.model.variables, *self.model.optimizer.variables))

    def _refine(self, step, begin, end, every):
        model, some = self.model, self.x[::max(1, len(self.x) // SOME)]
        variables = [*model.weights, *model.optimizer.variables]
        before, loss = [variable.numpy() for variable in variables], last_loss(model, some)

        def has_risen():
            return last_loss(model, some) - loss > RISE

        due = [begin + share * (end - begin) for share in REGROUP]
        separates = step <= (1. - LAST_SPLIT) * begin + LAST_SPLIT * end
        regroups = separates and step // every in [math.ceil(at / every) for at in due]
        separated = self._rearrange(separates, separates, regroups)
        if has_risen() and settle(model, self.x) and separated and has_risen():
            assign(variables, before)  # These features do not add up.
            self._rearrange(separates, False, regroups)
            if has_risen():
                settle(model, self.x)

    def _rearrange(self, splits, separates, regroups):
        """Does what is due; whether latents were separated."""
        rezero(self.model, self.x)
        if splits:
            split(self.model, self.x)
            unmix(self.model, self.x)
        separated = separates and separate(self.model, self.x) is not None
        if regroups:
            regroup(self.model, self.x)
        join(self.model, self.x)
        return separated


class Refinement(Rezero):
    """`Rezero` at shares of the run that the model is in; `fit` adds it for a recipe.

    Args:
        x: As for `Rezero`.
        begin, end: Shares of the run between which it happens.
        every: Share of the run from one time to the next.

    >>> Refinement(np.zeros([5, 4]), begin=0.1, end=1., every=0.05).shares
    (0.1, 1.0, 0.05)
    """

    def __init__(self, x: Any, begin: float, end: float, every: float):
        super().__init__(x, begin=0, end=0)
        self.shares = tuple(checks.share(name, value) for name, value in (
            ("begin", begin), ("end", end), ("every", every)))

    def times(self) -> tuple[int, int, int]:
        run = self.model.run
        first, steps = int(run.first.numpy()), int(run.steps.numpy())
        begin, end, every = (round(share * steps) for share in self.shares)
        return first + begin, first + end, max(1, every)
