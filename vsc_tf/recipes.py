"""What makes codes switch: schedules, starts and refinement, as shares of a run."""
import dataclasses
import math

import keras

from vsc_tf import checks
from vsc_tf.schedules import Schedule


NOISE, FEW, MANY = 0.5, 1000, 5000  # For few observations so much noise, for many none.


@keras.saving.register_keras_serializable(package="vsc_tf")
@dataclasses.dataclass(frozen=True)
class Recipe:
    """How a run goes from its first step to its last; `fit` applies it.

    Knots are shares of the run, from 0 at its first step to 1 at its last: whatever the number
    of epochs, nothing is left behind. A value is reached linearly. Knots of schedules that a
    model does not have are of no effect.

    A second `fit` is a new run, unless it resumes (`initial_epoch` above 0, or
    `keras.callbacks.BackupAndRestore`). `recipe=None` means no schedules, noise or refinement; set
    schedules by callbacks.

    Args:
        learning_rate: Factor on the compiled learning rate until `decay_begin`.
        final_learning_rate: Factor from `decay_end` on. With a learning rate schedule of your
            own both are of no effect.
        decay_begin, decay_end: Shares; where they are equal the rate drops at once.
        gradient_clip: Gradients longer than this many times their usual length (a root mean
            square, from Adam's second moments) are shortened to it; 0 turns this off.
        noise: Standard deviation of Gaussian noise on scaled values, drawn anew at each step
            ([B95]): without it small data sets overfit. Only values with a Gaussian
            likelihood get it, and only if the scaling knows their widths. `None` goes by the
            number of observations: 0.5 up to 1,000, falling with its logarithm to 0 at 5,000; 0
            for batches.
        slab_warmup: Share at which the slab weight, [T20]'s lambda, starts to rise from 0.
        slab_ramp: Share that it takes to reach 1. With 0 for both it is 1 throughout.
        final_sharpness: Sharpness of the gate at the last step, linear from the posterior's own
            at the first; `None` keeps that.
        sparsity: What active latents cost in a `VSC`: "price", the same for each, or "kl", by
            how far their share is from alpha.
        sparsity_weight: Final weight of that penalty; `None` is what goes with the likelihood.
        sparsity_warmup, sparsity_ramp: Shares: it is 0 until the first, then rises as long as the
            second says.
        gate_penalty: Weight of the penalty on the squared log-odds of gates, nats.
        final_gate_penalty: What it changes to; `gate_penalty_end`: by which share.
        spike_bias: What the gates' log-odds start from in a `VSC`.
        refine_begin, refine_end: Shares between which latents that are on without their feature
            are looked for and set right (`vsc_tf.refinement`); with 0 for the end, never.
        refine_every: Share from one time to the next.

    >>> Recipe().schedules(steps=9000)["sparsity_weight"]
    (0, 4000, 0.0, 0.05)
    """

    learning_rate: float = 1.0
    final_learning_rate: float = 0.05
    decay_begin: float = 2 / 3
    decay_end: float = 1.
    gradient_clip: float = 5.
    noise: float | None = None
    slab_warmup: float = 0.
    slab_ramp: float = 0.
    final_sharpness: float | None = None
    sparsity: str = "price"
    sparsity_weight: float | None = None
    sparsity_warmup: float = 0.
    sparsity_ramp: float = 4 / 9
    gate_penalty: float = 0.003
    final_gate_penalty: float = 0.0002
    gate_penalty_end: float = 2 / 3
    spike_bias: float = 3.
    refine_begin: float = 1 / 9
    refine_end: float = 1.
    refine_every: float = 1 / 27

    def __post_init__(self):
        for name in ("decay_begin", "decay_end", "slab_warmup", "slab_ramp", "sparsity_warmup",
                     "sparsity_ramp", "gate_penalty_end", "refine_begin", "refine_end",
                     "refine_every"):
            checks.share(name, getattr(self, name))
        for name in ("final_learning_rate", "gradient_clip", "gate_penalty",
                     "final_gate_penalty"):
            checks.non_negative(name, getattr(self, name))
        for name in ("noise", "sparsity_weight"):
            if getattr(self, name) is not None:
                checks.non_negative(name, getattr(self, name))
        checks.positive("learning_rate", self.learning_rate)
        checks.finite("spike_bias", self.spike_bias)
        checks.one_of("sparsity", self.sparsity, ("kl", "price"))
        if self.final_sharpness is not None:
            checks.positive("final_sharpness", self.final_sharpness)
        self._check_order("decay_begin", self.decay_begin, "decay_end", self.decay_end)
        for name in ("slab", "sparsity"):
            total = getattr(self, f"{name}_warmup") + getattr(self, f"{name}_ramp")
            if total > 1. + 1e-9:  # It would end before the last value is reached.
                raise ValueError(f"Arguments `{name}_warmup` and `{name}_ramp` of a recipe must "
                                 f"add up to at most 1. Received: {total:g}")
        if self.refines:
            self._check_order("refine_begin", self.refine_begin, "refine_end", self.refine_end)
            checks.positive("refine_every", self.refine_every)

    def _check_order(self, first, begin, second, end):
        if end < begin:
            raise ValueError(f"Argument `{second}` of a recipe must not be before `{first}`. "
                             f"Received: {first}={begin}, {second}={end}")

    @property
    def refines(self) -> bool:
        """Whether latents are looked after while training."""
        return self.refine_end > 0.

    def noise_for(self, count: int | None) -> float:
        """Noise for so many observations; `None` is a number that is not known.

        >>> [round(Recipe().noise_for(count), 2) for count in (100, 1000, 1500, 3000, 5000)]
        [0.5, 0.5, 0.37, 0.16, 0.0]
        """
        if self.noise is not None:
            return self.noise
        if count is None:
            return 0.
        share = math.log(MANY / count) / math.log(MANY / FEW)
        return NOISE * min(max(share, 0.), 1.)

    def rate(self, steps: int) -> Schedule:
        """(begin, end, initial, final) of the factor on the learning rate, in steps."""
        return (round(self.decay_begin * steps), round(self.decay_end * steps),
                self.learning_rate, self.final_learning_rate)

    def schedules(self, steps: int, sparsity_weight: float = 0.05) -> dict[str, tuple]:
        """Name -> (begin, end, initial, final) in a run of so many optimizer steps.

        `None` stands for the value that the schedule of the model has at present. The sparsity
        weight is for a recipe that has none of its own.
        """
        def at(share):
            return round(share * steps)

        price = sparsity_weight if self.sparsity_weight is None else self.sparsity_weight

        warm_from, warm_to = at(self.slab_warmup), at(self.slab_warmup) + at(self.slab_ramp)
        sparse_from = at(self.sparsity_warmup)
        sparse_to = sparse_from + at(self.sparsity_ramp)
        penalty_to = at(self.gate_penalty_end)
        return {
            "slab_weight": (warm_from, warm_to, 0. if warm_to else 1., 1.),
            "gate_sharpness": (0, steps, None, self.final_sharpness),
            "sparsity_weight": (sparse_from, sparse_to, 0. if sparse_to else price, price),
            "gate_penalty_weight": (
                0, penalty_to, self.gate_penalty,
                self.final_gate_penalty if penalty_to else self.gate_penalty)}

    def get_config(self) -> dict:
        return dataclasses.asdict(self)

    @classmethod
    def from_config(cls, config: dict) -> "Recipe":
        return cls(**config)


PAPER = Recipe(
    learning_rate=1., final_learning_rate=0.1, decay_begin=2 / 7, decay_end=2 / 7, gradient_clip=0.,
    noise=0.,
    slab_warmup=15 / 70, slab_ramp=5 / 70, final_sharpness=200., sparsity="kl",
    sparsity_weight=1., sparsity_ramp=0., gate_penalty=0., final_gate_penalty=0.,
    gate_penalty_end=0., spike_bias=0., refine_begin=0., refine_end=0., refine_every=0.)

RECIPES = {"default": Recipe(), "paper": PAPER, "none": None}


def get(identifier: str | Recipe | None) -> Recipe | None:
    """A recipe from its name, or the object itself; `None` is no recipe.

    >>> get("default").sparsity
    'price'
    """
    if identifier is None or isinstance(identifier, Recipe):
        return identifier
    if not isinstance(identifier, str) or identifier not in RECIPES:
        raise ValueError(f"Argument `recipe` must be a Recipe, None or one of {sorted(RECIPES)}. "
                         f"Received: recipe={identifier!r}")
    return RECIPES[identifier]
