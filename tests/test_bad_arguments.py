"""Arguments of every public class that are refused, by name."""
import inspect

import numpy as np
import pytest

from tests.parts import LATENT, LIKELIHOODS, MODELS, OBJECTIVES, PENALTIES, POSTERIORS, PRIORS
from vsc_tf import LatentModel, penalties, priors, scaling

CLASSES = [*LIKELIHOODS, *OBJECTIVES, *PENALTIES, *POSTERIORS, *PRIORS, *MODELS, scaling.Scaling]
BAD = {  # Wherever a public class has an argument of this name, these are refused by name.
    "latent_dim": [0, -1, 2.5, True, "3"],
    "threshold": [0., -1, "1", None],
    "gradients": ["straight", None],
    "cost": ["kl", None],
    "threshold_weight": [-1, "1", None],
    "alpha": [0, 1, -0.5, 1.5, "0.1", True],
    "beta": [-1, -0.1, "4", True, None, float("nan"), float("inf")],
    "kl_weight": [-1, "4", None, float("nan")],
    "weight": [-2, "1", None, float("inf")],
    "start": ["zeros", None],
    "samples": [0, 1.5],
    "count": [0, 2.5],
    "encoder": ["mlp", 3],
    "decoder": ["mlp", lambda z: z],
    "posterior": ["laplace", 3, None],
    "prior": ["uniform", 3, None],
    "likelihood": ["normal", 3, None],
    "objective": ["elbo", 3, None],
    "recipe": ["usual", 3],
    "seed": [1.5, "0", 2**40],
    "scaling": ["zscore"],
    "method": ["zscore"],
    "selector": ["argmax"],
    "bound": ["iwae", "loss"],
    "relaxation": ["gumbel"],
    "spike_activation": ["sigmoid"],
    "spike_bias": ["3", None, float("nan")],
    "sharpness": [0., -1, "2"],
    "slab": ["laplace", 3],
    "variance_floor": [0., -1, "1"],
}
ANOTHER_NAME = {"method": "scaling"}  # What the argument is called where people give it.


def given(table):
    """Every class that has an argument named in `table`, with each of the values there."""
    for kind in CLASSES:
        required = {"latent_dim": LATENT} if kind in MODELS else {}
        for name, values in table.items():
            if name in inspect.signature(kind.__init__).parameters:
                for value in values:
                    # Not the address of a function: all workers must collect the same tests.
                    shown = getattr(value, "__name__", repr(value))
                    yield pytest.param(kind, {**required, name: value}, name,
                                       id=f"{kind.__name__}-{name}-{shown}")


@pytest.mark.parametrize(("kind", "arguments", "name"), given(
    {name: [np.int64(3)] for name in ("latent_dim", "samples", "count")}))
def test_whole_numbers_may_be_numpy_s(kind, arguments, name):
    config = kind(**arguments).get_config()
    assert config[name] == 3 and type(config[name]) is int


@pytest.mark.parametrize(("kind", "arguments", "name"), given(BAD))
def test_bad_arguments_are_refused_by_name(kind, arguments, name):
    named = ANOTHER_NAME.get(name, name)
    with pytest.raises(ValueError, match=rf"`{named}` .*must be .*Received: {named}="):
        kind(**arguments)


@pytest.mark.parametrize("kind", MODELS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("value", [None, 0])
def test_a_model_needs_a_number_of_latents(kind, value):
    with pytest.raises(ValueError, match="`latent_dim` must be a positive integer"):
        kind(value)


@pytest.mark.parametrize("kind", [priors.FixedSparsePrior], ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("value", [0., -1., "1", float("inf")])
def test_scales_are_positive(kind, value):
    with pytest.raises(ValueError, match="`scale` must be a positive number.*Received: scale="):
        kind(scale=value)


def test_a_penalty_is_known_by_its_name_once():
    for given in (["sparsity_kl", "sparsity_price"], [penalties.DecoderNorm()] * 2):
        with pytest.raises(ValueError, match="`penalties` must hold penalties of different names"):
            LatentModel(LATENT, penalties=given)
    with pytest.raises(ValueError, match="`penalty` must be a vsc_tf.penalties Penalty or one of"):
        LatentModel(LATENT, penalties=["l1"])
