import numpy as np
import pytest

from vsc_tf.metrics import correlation, exploited, group_purity, group_scores, latent_order

GROUPS = np.repeat([0, 1, 2, 3], [4, 6, 3, 5])


@pytest.fixture(scope="module")
def factors():
    """Sources like Smiley's: four attributes, each present with probability 0.5."""
    rng = np.random.default_rng(1)
    presence = rng.random((3000, 4)) < 0.5
    return presence[:, GROUPS] * rng.normal(0.0, 0.5, (3000, 18))


def test_correlation_is_numpys_on_sizes_with_weak_ones_dropped(factors):
    z = np.random.default_rng(2).normal(size=(3000, 7)) + factors[:, :7]
    full = np.abs(np.corrcoef(np.abs(factors), np.abs(z), rowvar=False)[:18, 18:])
    assert ((full < 0.07) & (full > 0.0)).any()
    np.testing.assert_allclose(
        correlation(z, factors), np.where(full < 0.07, 0.0, full), atol=1e-11)


def test_sign_scale_and_type_do_not_matter(factors):
    z = factors[:, :5]
    expected = correlation(z, factors)
    np.testing.assert_allclose(correlation(-1e-160 * z, factors), expected, atol=1e-9)
    np.testing.assert_allclose(correlation(1e160 * z, factors), expected, atol=1e-9)
    np.testing.assert_allclose(
        correlation(z.astype(np.float32), factors), expected, atol=1e-5)


@pytest.mark.parametrize("constant", [0.0, 0.1, -3.3, 1e30])  # 0.1 has a rounded mean.
def test_constant_columns_correlate_with_nothing(factors, constant):
    flat = np.full((3000, 2), constant)
    assert not correlation(flat, factors).any()
    assert not correlation(factors, flat).any()


def test_perfect_code(factors):
    A = correlation(factors, factors)
    np.testing.assert_allclose(np.diagonal(A), 1.0)
    np.testing.assert_array_equal(latent_order(A), np.arange(18))
    rest = np.where(GROUPS[:, None] == GROUPS, 0.0, A).max(axis=0)  # Chance correlations.
    assert group_purity(A, GROUPS) == pytest.approx(np.mean(1.0 - rest))
    assert group_purity(A, GROUPS) > 0.95


def test_permuted_code_is_put_in_order(factors):
    A = correlation(factors, factors)
    shuffled = correlation(factors[:, np.random.default_rng(3).permutation(18)], factors)
    np.testing.assert_allclose(shuffled[:, latent_order(shuffled)], A)
    assert group_purity(shuffled, GROUPS) == pytest.approx(group_purity(A, GROUPS))


def test_duplicated_code_is_as_pure_and_lies_side_by_side(factors):
    A = correlation(np.hstack([factors, factors]), factors)
    np.testing.assert_array_equal(
        latent_order(A), np.arange(36).reshape(2, 18).T.ravel())
    single = correlation(factors, factors)
    assert group_purity(A, GROUPS) == pytest.approx(group_purity(single, GROUPS))


def test_random_code_follows_nothing(factors):
    A = correlation(np.random.default_rng(4).normal(size=(3000, 30)), factors)
    assert exploited(A).mean() < 0.1
    assert group_purity(A, GROUPS, live=np.ones(30, bool)) < 0.1


def test_order_by_hand():
    A = np.array([[0.0, 0.2, 0.0, 0.9, 0.5], [0.8, 0.7, 0.0, 0.2, 0.5]])
    #  Latents 3 and 4 (tied: first source) follow source 0; 0 and 1 source 1; 2 nothing.
    assert latent_order(A).tolist() == [3, 4, 0, 1, 2]
    assert exploited(A).tolist() == [True, True, False, True, True]


def test_purity_by_hand():
    A = np.array([[0.8, 0.0, 0.0], [0.4, 0.3, 0.0], [0.2, 0.6, 0.0]])
    np.testing.assert_array_equal(
        group_scores(A, [0, 0, 1]), [[0.8, 0.3, 0.0], [0.2, 0.6, 0.0]])
    assert group_purity(A, [0, 0, 1]) == pytest.approx((0.75 + 0.5) / 2)
    assert group_purity(A, [0, 1, 0]) == pytest.approx((0.5 + 0.5) / 2)  # Not contiguous.
    everyone = np.ones(3, bool)
    assert group_purity(A, [0, 0, 1], everyone) == pytest.approx((0.75 + 0.5) / 3)
    assert group_purity(A, [0, 0, 1], ~everyone) == 0.0


@pytest.mark.parametrize(("z", "factors", "message"), [
    pytest.param([[np.nan], [1.0]], [[1.0], [2.0]], "`z` must be finite", id="nan"),
    pytest.param([[0.0], [1.0]], [[1.0], [np.inf]], "`factors` must be finite", id="inf"),
    pytest.param([[0.0], [1.0]], [[1.0]] * 3, "as many rows as `z`, 2", id="lengths"),
    pytest.param([[0.0]], [[1.0]], r"at least 2 rows.*\(1, 1\)", id="one-row"),
    pytest.param([0.0, 1.0], [[1.0], [2.0]], "`z` must have two axes", id="rank"),
    pytest.param(np.zeros((0, 2)), np.zeros((0, 2)), "at least 2 rows", id="empty"),
])
def test_bad_arrays(z, factors, message):
    with pytest.raises(ValueError, match=message):
        correlation(z, factors)


@pytest.mark.parametrize(("groups", "message"), [
    pytest.param([0], r"one integer for each factor.*shape=\(1,\)", id="short"),
    pytest.param([0.0, 1.0], "one integer for each factor.*float64", id="floats"),
    pytest.param([0, 2], r"every number from 0.*\[0, 2\].*Renumber", id="gap"),
    pytest.param([1, 2], r"every number from 0.*\[1, 2\]", id="from-one"),
    pytest.param([-1, 0], r"every number from 0.*\[-1, 0\]", id="negative"),
    pytest.param([0, 0], "at least two attributes.*Received: one", id="one-attribute"),
])
def test_bad_groups(groups, message):
    with pytest.raises(ValueError, match=message):
        group_purity([[0.5, 0.1], [0.1, 0.5]], groups)


@pytest.mark.parametrize("live", [[True], [1, 0], [0.5, 0.5], [[True, False]]])
def test_bad_live(live):
    with pytest.raises(ValueError, match=r"`live` must hold one boolean.*Received: shape="):
        group_purity([[0.5, 0.1], [0.1, 0.5]], [0, 1], live)


@pytest.mark.parametrize("A", [[[-0.1]], [[1.5]]])
def test_bad_strength(A):
    with pytest.raises(ValueError, match="from 0 to 1. Received: values from"):
        latent_order(A)
