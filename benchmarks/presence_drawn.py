"""What a family of drawn data gives."""
from typing import NamedTuple

import numpy as np


class Drawn(NamedTuple):
    """Observations with their features.

    x: float32 `[n, ...]`, raw units.
    presence: bool `[n, K]`, which features each observation has.
    freedom: integers `[K]`, in how many ways each feature varies where it is present.
    signed: whether features have a sign, so that one-sided codes need two latents for one.
    always: how many values every observation has, such as a baseline: a latent each is always on.
    """

    x: np.ndarray
    presence: np.ndarray
    freedom: np.ndarray
    signed: bool = False
    always: int = 0


def present(rng, n, probs):
    """bool `[n, K]`: independent features of these probabilities."""
    return rng.random((n, len(probs))) < probs
