"""Arguments that a VSC had in 0.1: they still work, and mean what they meant."""
import pytest

import vsc_tf
from vsc_tf import objectives, penalties

GATES = {"spike_activation": "relu_exp", "spike_bias": -2., "relaxation": "binary_concrete",
         "sharpness": 3.}


def test_arguments_of_the_gates_go_to_the_posterior():
    with pytest.warns(DeprecationWarning, match=r"'spike_bias'.*posteriors.SpikeAndSlab") as said:
        model = vsc_tf.VSC(2, **GATES)
    assert said[0].filename == __file__
    config = model.posterior.get_config()
    assert {name: config[name] for name in GATES} == GATES


@pytest.mark.parametrize(("sparsity", "kind"), [
    ("kl", penalties.SparsityKL), ("price", penalties.SparsityPrice)])
def test_bound_and_sparsity_go_to_objective_and_penalties(sparsity, kind):
    with pytest.warns(DeprecationWarning):
        model = vsc_tf.VSC(2, alpha=0.2, bound="elbo_paper", sparsity=sparsity)
    assert model.objective.get_config() == {"kl_weight": 1., "bound": "elbo_paper"}
    first, second = model.penalties
    assert type(first) is kind and (first.alpha, first.weight) == (0.2, 1.)
    assert type(second) is penalties.GatePenalty and second.weight == 0.


def test_one_of_them_brings_the_other_defaults_of_then():
    with pytest.warns(DeprecationWarning):
        model = vsc_tf.VSC(2, bound="elbo")
    assert model.posterior.spike_bias == 1. and model.posterior.sharpness == 100.
    assert type(model.penalties[0]) is penalties.SparsityKL


def test_without_them_nothing_is_said(recwarn):
    model = vsc_tf.VSC(2, posterior=vsc_tf.posteriors.SpikeAndSlab(), objective="average")
    assert not [each for each in recwarn if each.category is DeprecationWarning]
    assert type(model.objective) is objectives.Average


def test_defaults_are_those_of_the_recipe():
    model, plain = vsc_tf.VSC(2), vsc_tf.VSC(2, recipe=None)
    assert [type(each) for each in model.penalties] == [
        penalties.SparsityPrice, penalties.GatePenalty]
    assert type(plain.penalties[0]) is penalties.SparsityKL
    assert (model.posterior.spike_bias, plain.posterior.spike_bias) == (3., 0.)
    assert model.prior.count == plain.prior.count == 128
