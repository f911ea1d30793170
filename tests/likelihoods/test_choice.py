"""What `likelihood="auto"` chooses, and that a model keeps it."""
import keras
import numpy as np
import pytest

import vsc_tf
from vsc_tf import likelihoods, networks

RNG = np.random.default_rng(0)
BINARY = (RNG.random((40, 5)) < 0.5).astype("float32")
TABLE = RNG.normal(100., [1., 2., 5., 10., 50.], (40, 5)).astype("float32")
GREY = RNG.random((40, 4, 3)).astype("float32")
COUNTS = RNG.poisson(RNG.gamma(0.5, 1., (200, 12))).astype("float32")
GREY_LEVELS = np.where(RNG.random((200, 64)) < 0.5, 0, RNG.integers(1, 17, (200, 64)))


def model(**kwargs):
    keras.utils.set_random_seed(0)
    made = vsc_tf.VSC(3, seed=0, prior=vsc_tf.PseudoInputPrior(4), encoder=networks.mlp(8),
                      decoder=networks.mlp(8), **kwargs)
    made.compile(optimizer="adam", jit_compile=False)
    return made


@pytest.mark.parametrize("x, expected", [
    (BINARY, ("bernoulli", "none")), (TABLE, ("column_gaussian", "standardise")),
    (GREY, ("shared_gaussian", "centre")), (COUNTS, ("column_gaussian", "log1p")),
    (np.where(RNG.random(COUNTS.shape) < 0.1, np.nan, COUNTS), ("column_gaussian", "log1p")),
    # No counts: a fraction, a negative number, grey levels, large numbers, a column among binary
    # ones, and what has an axis more.
    (COUNTS / 2, ("column_gaussian", "standardise")), (-COUNTS, ("column_gaussian", "standardise")),
    (GREY_LEVELS, ("column_gaussian", "standardise")), (COUNTS + 20, ("column_gaussian",
                                                                      "standardise")),
    (np.column_stack([BINARY, np.arange(40)]), ("column_gaussian", "standardise")),
    (COUNTS.reshape(200, 4, 3), ("shared_gaussian", "centre")),
    # One other number far down is enough.
    (np.concatenate([np.zeros((15_000, 2)), [[0., .5]]]), ("column_gaussian", "standardise"))])
def test_choice_goes_by_values_and_axes(x, expected):
    assert likelihoods.suited_to(x)[:2] == expected


@pytest.mark.parametrize("x, likelihood, scaling", [
    (BINARY, "Bernoulli", "none"), (TABLE, "ColumnGaussian", "standardise"),
    (GREY, "SharedGaussian", "centre"), (COUNTS, "ColumnGaussian", "log1p")])
def test_fit_chooses_says_so_and_keeps_it(x, likelihood, scaling, capsys, tmp_path):
    auto = model()
    auto.fit(x, batch_size=20, verbose=2)
    assert capsys.readouterr().out.startswith("Likelihood ")
    assert (type(auto.likelihood).__name__, auto.scaling.method) == (likelihood, scaling)
    auto.fit(x, batch_size=20, verbose=2)
    assert "Likelihood" not in capsys.readouterr().out  # Once.

    auto.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert (type(loaded.likelihood).__name__, loaded.scaling.method) == (likelihood, scaling)
    for one in (auto, loaded):  # The optimizer's state belongs to the same weights.
        one.fit(x, batch_size=20, epochs=1, verbose=0)
    np.testing.assert_array_equal(loaded.encode(x).z, auto.encode(x).z)


def test_chosen_by_data_or_given_by_name_is_the_same_model(capsys):
    chosen, given = model(), model(likelihood="column_gaussian", scaling="standardise")
    for one in (chosen, given):
        keras.utils.set_random_seed(1)
        one.fit(TABLE, batch_size=20, verbose=0)
    assert not capsys.readouterr().out
    assert [w.shape for w in chosen.weights] == [w.shape for w in given.weights]
    np.testing.assert_array_equal(chosen.encode(TABLE).z, given.encode(TABLE).z)


def test_what_is_given_stays():
    only_scaling = model(scaling="min_max")
    only_scaling.adapt(TABLE)
    assert (type(only_scaling.likelihood).__name__, only_scaling.scaling.method) == (
        "ColumnGaussian", "min_max")
    only_likelihood = model(likelihood="gaussian")
    only_likelihood.adapt(TABLE)
    assert only_likelihood.scaling.method == "none"


def test_built_without_data_it_is_a_bernoulli_and_refuses_other_data():
    built = model()
    built.build((None, 5))
    with pytest.raises(ValueError, match="likelihood"):
        built.fit(TABLE, batch_size=20, verbose=0)


def test_copy_of_a_model_that_saw_no_data_chooses_for_itself():
    copy = vsc_tf.VSC.from_config(model().get_config())
    copy.adapt(TABLE)
    assert copy.scaling.method == "standardise"
