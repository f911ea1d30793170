import numpy as np
import pytest

from vsc_tf.metrics import _factors, discrete_factors


@pytest.mark.parametrize(("n", "values", "discrete"), [
    pytest.param(100, np.arange(20) / 7, True, id="twenty-values"),
    pytest.param(105, np.arange(21) / 7, False, id="twenty-one-values"),
    pytest.param(90, np.arange(20) / 7, False, id="twenty-values-seen-less-than-five-times"),
    pytest.param(2000, np.arange(40), True, id="forty-whole-numbers"),
    pytest.param(1900, np.arange(40), False, id="whole-numbers-seen-less-than-fifty-times"),
    pytest.param(2000, np.arange(40) + 0.5, False, id="forty-halves"),
    pytest.param(20, [0, 1], True, id="coin"),
    pytest.param(20, [3.5], True, id="constant"),
])
def test_which_factors_are_discrete(n, values, discrete):
    assert discrete_factors(np.resize(values, n)[:, None]).tolist() == [discrete]


def test_code_bins_are_of_equal_width():
    middles = 5.0 + (np.arange(20) + 0.5) / 10.0
    z = np.array([5.0, *middles, 7.0])[:, None]
    assert _factors.code_bins(z).ravel().tolist() == [0, *range(20), 19]


def test_many_exact_zeros_are_a_bin_of_their_own():
    z = np.linspace(-1.0, 1.0, 200)
    z[:10] = 0.0  # A twentieth.
    bins = _factors.code_bins(z[:, None]).ravel()
    assert (bins[:10] == 20).all() and (bins[10:] < 20).all()
    z[9] = 1e-9  # One fewer: zeros are values like any other.
    assert _factors.code_bins(z[:, None]).max() == 19


@pytest.mark.parametrize("constant", [0.0, -2.0, 1e300])
def test_constant_latent_is_one_bin(constant):
    assert len(np.unique(_factors.code_bins(np.full((20, 1), constant)))) == 1


def test_continuous_factors_get_equally_filled_bins_beside_zero():
    values = np.exp(np.random.default_rng(0).normal(size=1000))
    values[:500] = 0.0
    labels = _factors.read(np.ones((1000, 1)), values[:, None]).labels.ravel()
    assert np.bincount(labels).tolist() == [50] * 10 + [500]


@pytest.mark.parametrize("side", [-1.0, 1.0])
def test_bins_of_a_factor_that_nearly_always_has_one_value_still_vary(side):
    values = np.full(1000, 3.0)
    values[:30] += side * np.linspace(0.1, 1.0, 30)
    sample = _factors.read(np.ones((1000, 1)), values[:, None])
    assert not sample.discrete[0]
    np.testing.assert_array_equal(
        sample.labels.ravel() == sample.labels[-1], values == 3.0)


def test_constant_factors_are_left_out():
    factors = np.column_stack([np.ones(40), np.arange(40) % 2, np.zeros(40)])
    sample = _factors.read(np.ones((40, 3)), factors)
    assert sample.varies.tolist() == [False, True, False]
    assert sample.labels.shape == sample.factors.shape == (40, 1)


@pytest.mark.parametrize("seed", range(6))
def test_halves_are_apart_and_hold_every_class(seed):
    labels = np.repeat([0, 1, 2], [2, 3, 45])
    train, test = _factors.halves(labels, np.random.default_rng(seed), most=100)
    assert sorted([*train, *test]) == list(range(50))
    assert set(labels[train]) == set(labels[test]) == {0, 1, 2}


def test_halves_of_some_observations():
    labels = np.arange(50) % 3
    train, test = _factors.halves(labels, np.random.default_rng(0), most=10)
    assert len(train) == len(test) == 10 and not set(train) & set(test)
