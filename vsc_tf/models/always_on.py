"""A warning after training: latents that are on for all observations."""
import warnings

import numpy as np

from vsc_tf.models.coding import Coding
from vsc_tf.models.data import usual_batch

# Optimizer steps before which nobody is warned: gates had no time to switch. Of 30 rectified
# Normals on Smiley 20 were on for all observations after 100 steps, 12 after 300, 3 after 1,000.
LEAST_STEPS = 500
SHARE = 0.99  # A latent that is on for more than this share is on for all, but for odd ones.


def always_on(z: np.ndarray) -> np.ndarray:
    """Which latents are on for all of n observations, from codes `[n, latent_dim]`; bool.

    >>> always_on(np.array([[0.5, 0.], [-2., 1.]])).tolist()
    [True, False]
    """
    is_on = np.abs(z) > 0.  # False for NaN: training that broke is another matter.
    return is_on.mean(axis=0) > SHARE


def warn(model: Coding, x: np.ndarray, batch_size: int) -> None:
    """A `UserWarning`, at the line that called `fit`, if latents are on for all of `x`.

    Args:
        model: The trained model; its codes can be 0.
        x: Raw observations `[n, *shape]`.
        batch_size: Positive integer, observations of a batch that it was trained on.
    """
    count = int(always_on(model.encode(x).z).sum())
    if count:
        found = "is on for all observations, so it tells" if count == 1 else (
            "are on for all observations, so they tell")
        warnings.warn(
            f"{count} of {model.latent_dim} latents {found} "
            f"nothing about which features an object has. Cure: {_price(model)}{_scale(model)}"
            f"{_batch(batch_size, len(x))}; or more epochs.",
            UserWarning, stacklevel=3)


def _scale(model: Coding) -> str:
    """Another likelihood, where this one can explain by a scale of its own what codes should."""
    if model.likelihood.params_per_value == 1:
        return ""
    return "; one learned scale for each column, likelihood='column_gaussian'"


def _batch(batch_size: int, count: int) -> str:
    """Larger batches, where these are small and there are observations for larger ones."""
    more = usual_batch(count)
    return f"; batch_size={more} in place of {batch_size}" if batch_size < more else ""


def _price(model: Coding) -> str:
    """How this model makes latents that are on dearer."""
    weight = model.schedules.final_values().get("sparsity_weight")
    if weight is None:  # Then the recipe's knot would be of no effect.
        return ("a price for each of them, penalties=['sparsity_price'] with "
                "Recipe(sparsity_weight=...)")
    return f"a higher price for each of them, Recipe(sparsity_weight=...) above {float(weight):.3g}"
