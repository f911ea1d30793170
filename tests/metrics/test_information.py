import numpy as np
import pytest

from vsc_tf.metrics import mig, modularity, mutual_information

GRID = np.array([[a, b, c] for a in range(2) for b in range(3) for c in range(4)] * 20)


@pytest.fixture(scope="module")
def random_codes():
    return np.random.default_rng(1).normal(size=(4000, 12))


@pytest.fixture(scope="module")
def factors():
    return np.random.default_rng(2).integers(0, 4, (4000, 3))


def test_mutual_information_by_hand():
    # Joint counts 3, 1 / 1, 3 of eight: each margin is a half.
    z = np.repeat([0.0, 1.0, 0.0, 1.0], [9, 3, 3, 9])[:, None]
    factor = np.repeat([0, 0, 1, 1], [9, 3, 3, 9])[:, None]
    by_hand = 2 * (3 / 8 * np.log(3 / 8 / 0.25) + 1 / 8 * np.log(1 / 8 / 0.25))
    np.testing.assert_allclose(mutual_information(z, factor), [[by_hand]])


def test_perfect_code_has_the_entropy_on_the_diagonal():
    information = mutual_information(GRID, GRID)
    np.testing.assert_allclose(information, np.diag(np.log([2, 3, 4])), atol=1e-12)
    assert mig(GRID, GRID) == pytest.approx(1.0)
    assert modularity(GRID, GRID) == pytest.approx(1.0)


def test_mig_by_hand():
    factor = np.repeat([0, 0, 1, 1], [9, 3, 3, 9])[:, None]
    worse = np.repeat([0.0, 1.0, 0.0, 1.0], [9, 3, 3, 9])[:, None]
    second = mutual_information(worse, factor)[0, 0]
    codes = np.hstack([worse, factor])
    assert mig(codes, factor) == pytest.approx(1.0 - second / np.log(2))


def test_duplicated_code_has_no_gap_but_is_modular():
    twice = np.hstack([GRID, GRID])
    assert mig(twice, GRID) == pytest.approx(0.0, abs=1e-12)
    assert modularity(twice, GRID) == pytest.approx(1.0)


def test_latent_of_two_factors_equally_is_not_modular():
    factors = np.array([[0, 0], [0, 1], [1, 0], [1, 1]] * 5)
    both = factors @ np.array([[1.0], [2.0]])
    assert modularity(both, factors) == pytest.approx(0.0, abs=1e-12)
    assert modularity(np.hstack([both, factors]), factors) == pytest.approx(2 / 3)


def test_random_code(random_codes, factors):
    assert mig(random_codes, factors) < 0.01
    assert 0.0 < modularity(random_codes, factors) < 0.6


def test_only_names_and_scales_differ(random_codes, factors):
    z = factors + 0.3 * random_codes[:, :3]
    for measure in (mig, modularity):
        expected = measure(z, factors)
        assert measure(z[:, [2, 0, 1]], factors[:, [1, 2, 0]]) == pytest.approx(expected)
        assert measure(-1e-200 * z, factors) == pytest.approx(expected, abs=0.01)
        assert measure(1e200 * z, 1e200 * factors) == pytest.approx(expected, abs=1e-6)
        dead = np.hstack([z, np.zeros((4000, 4)), np.full((4000, 1), 0.1)])
        assert measure(dead, factors) == pytest.approx(expected)
        constant = np.column_stack([factors, np.full(4000, 7.0)])
        assert measure(z, constant) == pytest.approx(expected)


def test_presence_is_in_the_bin_of_exact_zeros():
    rng = np.random.default_rng(3)
    present = rng.random(4000) < 0.5
    z = present * rng.normal(size=4000)  # Off is among the smallest sizes, yet not small.
    information = mutual_information(z[:, None], present[:, None])
    np.testing.assert_allclose(information, np.log(2), atol=1e-3)


def test_continuous_factor_is_told_by_its_own_code():
    line = np.random.default_rng(4).uniform(size=4000)[:, None]
    assert mig(line, line) > 0.9
    noise = np.random.default_rng(5).uniform(size=(4000, 1))
    assert mig(noise, line) < 0.03


@pytest.mark.parametrize("constant", [0.0, 0.1])
def test_constant_codes_tell_nothing(factors, constant):
    flat = np.full((4000, 2), constant)
    assert not mutual_information(flat, factors).any()
    assert (mig(flat, factors), modularity(flat, factors)) == (0.0, 0.0)


@pytest.mark.parametrize(("z", "factors", "message"), [
    pytest.param(np.full((20, 1), np.nan), GRID[:20], "`z` must be finite", id="nan"),
    pytest.param(GRID[:20], np.full((20, 1), np.inf), "`factors` must be finite", id="inf"),
    pytest.param(GRID[:20], GRID[:21], "as many rows as `z`, 20", id="lengths"),
    pytest.param(GRID[:19], GRID[:19], r"at least 20 rows.*\(19, 3\)", id="fewer-than-bins"),
    pytest.param(GRID[:20], np.ones((20, 2)), "at least 1 factors that vary.*0 of 2", id="flat"),
    pytest.param(GRID[:20], GRID[:20, 0], "`factors` must have two axes", id="rank"),
    pytest.param(GRID[:20], [["a"]] * 20, "`factors` must hold real numbers", id="strings"),
])
@pytest.mark.parametrize("measure", [mutual_information, mig])
def test_bad_arrays(measure, z, factors, message):
    with pytest.raises(ValueError, match=message):
        measure(z, factors)


def test_modularity_needs_two_factors():
    with pytest.raises(ValueError, match="at least 2 factors that vary.*Received: 1 of 1"):
        modularity(GRID, GRID[:, :1])
