import json
import tracemalloc

import numpy as np
import pytest

from vsc_tf.metrics import (
    correlation,
    factor_report,
    group_presence,
    group_purity,
    presence_accuracy,
    presence_of,
)

GROUPS = np.repeat([0, 1, 2, 3], [4, 6, 3, 5])
NAMES = ["bowtie", "hat", "eyes", "mouth"]


def draw(n, probability=0.5, seed=1):
    rng = np.random.default_rng(seed)
    presence = rng.random((n, 4)) < probability
    return presence[:, GROUPS] * rng.normal(0.0, 0.5, (n, 18))


@pytest.fixture(scope="module")
def factors():
    return draw(3000)


def test_presence_of_takes_any_factor_of_the_group():
    factors = [[0.0, 0.0, 0.1], [0.0, -2.0, 0.0], [0.0, 0.0, 0.0]]
    np.testing.assert_array_equal(
        presence_of(factors, [1, 0, 1]), [[0, 1], [1, 0], [0, 0]])


def test_presence_accuracy_by_hand():
    z = [[1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.0, 1.0], [0.0, 0.0]]
    presence = [[1], [1], [1], [0], [0]]
    # Latent 0: on in 2 of 3 present, off in 2 of 2 absent. Latent 1: 2 of 3, 1 of 2.
    np.testing.assert_allclose(presence_accuracy(z, presence), [(2 / 3 + 1) / 2])


@pytest.mark.parametrize(("z", "accuracy"), [
    pytest.param([[1.0], [2.0], [0.0], [0.0]], 1.0, id="perfect"),
    pytest.param([[0.0], [0.0], [1.0], [1.0]], 0.0, id="on-when-absent"),
    pytest.param([[1.0], [1.0], [1.0], [1.0]], 0.5, id="always-on"),
    pytest.param([[0.0], [0.0], [0.0], [0.0]], 0.5, id="dead"),
])
def test_presence_accuracy_limits(z, accuracy):
    present = np.array([[True], [True], [False], [False]])
    np.testing.assert_array_equal(presence_accuracy(z, present), [accuracy])


@pytest.mark.parametrize("value", [0, 1])
def test_presence_that_never_varies_is_chance(value):
    assert presence_accuracy([[0.0], [1.0]], [[value], [value]]).tolist() == [0.5]
    factors = np.array([[value, 1.0], [2.0 * value, 0.0], [value, 2.0]])
    assert group_presence(factors, factors, [0, 1]).accuracy.tolist() == [0.5, 1.0]


@pytest.mark.parametrize("transform", [
    pytest.param(lambda z: z, id="perfect"),
    pytest.param(lambda z: np.hstack([z, z]), id="duplicated"),
    pytest.param(lambda z: z[:, ::-1], id="permuted"),
    pytest.param(lambda z: np.hstack([z, np.zeros((len(z), 5))]), id="with-dead-latents"),
])
def test_codes_that_tell_everything(factors, transform):
    report = factor_report(transform(factors), factors, GROUPS, NAMES)
    for name in NAMES:
        assert report[f"presence_{name}"] == report[f"group_presence_{name}"] == 1.0
    assert (report["leak"], report["hit"]) == (0.0, 1.0)
    assert report["source_correlation"] == pytest.approx(1.0)
    assert report["purity"] > 0.95


def test_dense_code_says_nothing_of_presence(factors):
    dense = factors + 1e-3
    report = factor_report(dense, factors, GROUPS, NAMES)
    assert [report[f"presence_{name}"] for name in NAMES] == [0.5] * 4
    assert [report[f"group_presence_{name}"] for name in NAMES] == [0.5] * 4
    assert (report["leak"], report["hit"]) == (1.0, 1.0)
    assert report["purity"] > 0.9  # Purity alone would not see it.


def test_random_code_is_at_chance(factors):
    rng = np.random.default_rng(5)
    z = rng.normal(size=(3000, 30)) * (rng.random((3000, 30)) < 0.3)
    report = factor_report(z, factors, GROUPS, NAMES)
    assert all(abs(report[f"presence_{name}"] - 0.5) < 0.05 for name in NAMES)
    assert report["leak"] == pytest.approx(0.3, abs=0.02)


def test_one_leaking_latent_breaks_the_group_but_not_the_best():
    factors = np.array([[1.0, 0.0], [2.0, 0.0], [0.0, 0.0], [0.0, 4.0], [0.0, 1.0], [0.0, 0.0]])
    leaking = np.where(factors[:, :1] > 0.0, 9.0 * factors[:, :1], 0.1)  # Follows source 0.
    leaking[2] = 0.0
    result = group_presence(np.hstack([factors, leaking]), factors, [0, 1])
    assert result.attribute.tolist() == [0, 1, 0]
    # Attribute 0 is absent in four rows, its latent 2 is on in three of them.
    np.testing.assert_allclose(result.accuracy, [(1.0 + 1 / 4) / 2, 1.0])
    assert result.leak == pytest.approx((0.0 + 0.0 + 3 / 4) / 3)
    assert result.hit == 1.0
    assert presence_accuracy(
        np.hstack([factors, leaking]), presence_of(factors, [0, 1])).tolist() == [1.0, 1.0]


def test_live_latent_that_follows_nothing_leaks_and_belongs_nowhere(factors):
    z = np.hstack([factors, np.ones((3000, 2))])
    result = group_presence(z, factors, GROUPS)
    assert result.attribute[18:].tolist() == [-1, -1]
    assert result.leak == pytest.approx(2 / 20)
    assert (result.hit, result.accuracy.tolist()) == (1.0, [1.0] * 4)
    report = factor_report(z, factors, GROUPS, NAMES)
    alone = group_purity(correlation(factors, factors), GROUPS)
    assert report["purity"] == pytest.approx(alone * 18 / 20)


def test_attribute_without_latents_scores_chance(factors):
    result = group_presence(factors[:, GROUPS != 3], factors, GROUPS)
    assert result.accuracy.tolist() == [1.0, 1.0, 1.0, 0.5]


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_constant_codes_give_defined_values(factors, value):
    report = factor_report(np.full((3000, 6), value), factors, GROUPS, NAMES)
    expected = {"live": 6 * value, "purity": 0.0, "leak": value, "hit": 0.0,
                "source_correlation": 0.0}
    for name in NAMES:
        expected |= {f"presence_{name}": 0.5, f"group_presence_{name}": 0.5}
    assert report == expected


@pytest.mark.parametrize("seed", range(5))
def test_few_observations_of_rare_attributes_work(seed):
    factors = draw(12, probability=0.1, seed=seed)
    report = factor_report(factors, factors, GROUPS, NAMES)
    assert np.isfinite(list(report.values())).all()
    seen = presence_of(factors, GROUPS).any(axis=0)
    for name, was_seen in zip(NAMES, seen, strict=True):
        assert report[f"presence_{name}"] == (1.0 if was_seen else 0.5)


def test_report_survives_json(factors):
    report = factor_report(factors, factors, GROUPS, NAMES)
    assert all(type(value) is float for value in report.values())
    assert json.loads(json.dumps(report)) == report


def test_memory_holds_no_square_of_the_observations():
    factors = draw(20_000)
    z = np.hstack([factors, np.zeros((20_000, 42))]).astype(np.float32)
    tracemalloc.start()
    factor_report(z, factors, GROUPS, NAMES)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100e6  # Even a boolean [n, n] would be 400 MB; z in float64 is 10 MB.


@pytest.mark.parametrize(("presence", "message"), [
    pytest.param([[0.5], [1.0]], "0 and 1 only. Received: values from 0.5 to 1", id="floats"),
    pytest.param([[1]], "as many rows as `z`, 2", id="length"),
    pytest.param([0, 1], "`presence` must have two axes", id="rank"),
])
def test_bad_presence(presence, message):
    with pytest.raises(ValueError, match=message):
        presence_accuracy([[0.0], [1.0]], presence)


@pytest.mark.parametrize(("change", "message"), [
    pytest.param({"z": [[np.nan, 1.0]] * 4}, "`z` must be finite", id="nan"),
    pytest.param({"z": np.zeros((3, 2))}, "as many rows as `z`, 3", id="lengths"),
    pytest.param({"factors": np.zeros(4)}, "`factors` must have two axes", id="rank"),
    pytest.param({"groups": [0, 3]}, "every number from 0", id="gap"),
    pytest.param({"groups": [0, 0], "group_names": ["hat"]}, "at least two", id="one-group"),
    pytest.param({"group_names": ["hat"]}, r"each of the 2.*\['hat'\]", id="too-few-names"),
    pytest.param({"group_names": ["a", "a"]}, "a different name", id="same-names"),
])
def test_bad_report(change, message):
    factors = np.array([[0.0, 0.0], [1.0, 0.0], [2.0, 3.0], [0.0, 1.0]])
    given = {"z": factors, "factors": factors, "groups": [0, 1], "group_names": ["hat", "eyes"]}
    with pytest.raises(ValueError, match=message):
        factor_report(**(given | change))
