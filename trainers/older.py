"""Settings of earlier versions, in terms of this one.

Versions 0.1 counted the knots of the schedules in optimizer steps, and kept them with each run.
"""
import sys
from collections.abc import Mapping
from typing import Any

SHARES_1 = {  # Setting of versions 0.1, in steps -> the recipe's knot.
    "warmup_steps": "slab_warmup", "ramp_steps": "slab_ramp",
    "sparsity_warmup_steps": "sparsity_warmup", "sparsity_ramp_steps": "sparsity_ramp",
    "rezero_begin": "refine_begin", "rezero_end": "refine_end",
    "gate_penalty_steps": "gate_penalty_end"}
_BOTH = ("decay_begin", "decay_end")  # In steps there, shares of the run here.


def is_old(config: Mapping[str, Any]) -> bool:
    """Whether a run's configuration was written by a version 0.1."""
    return "steps" in config and "recipe" not in config


def upgraded(config: Mapping[str, Any]) -> dict[str, Any]:
    """A run's configuration as this version has it, the same run to the last step.

    >>> upgraded({"steps": 100, "steps_per_epoch": 10, "warmup_steps": 25})["slab_warmup"]
    0.25
    """
    if not is_old(config):
        return dict(config)
    steps = config["steps"]
    new = {name: value for name, value in config.items() if name not in SHARES_1}
    new |= {SHARES_1[name]: share_of(config[name], steps) for name in SHARES_1 if name in config}
    new |= {name: share_of(config[name], steps) for name in _BOTH if name in config}
    return {**new, "recipe": "default", "refine_every": config["steps_per_epoch"] / steps,
            "gradient_clip": 0., "noise": 0.}


def in_shares(given: Mapping[str, Any], steps: int) -> dict[str, Any]:
    """Settings that a command line names, with those of versions 0.1 as shares of the run.

    Says so on standard error: the old names go with version 0.4.
    """
    old = {name: SHARES_1[name] for name in given if name in SHARES_1}
    for name, knot in old.items():
        print(f"note: --{name.replace('_', '-')} {given[name]} is --{knot.replace('_', '-')} "
              f"{share_of(given[name], steps):.4g} now, a share of the run; the old flag goes with "
              "version 0.4", file=sys.stderr)
    return {**{name: value for name, value in given.items() if name not in old},
            **{knot: share_of(given[name], steps) for name, knot in old.items()}}


def share_of(value: int, steps: int) -> float:
    """Steps as a share of the run; what lies beyond its end is its end.

    >>> share_of(50, 200)
    0.25
    """
    return min(1., value / steps)
