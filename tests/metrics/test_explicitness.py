import numpy as np
import pytest

from vsc_tf.metrics import explicitness

FACTORS = np.random.default_rng(0).integers(0, 3, (600, 2))
ONE_HOT = np.eye(3)[FACTORS].reshape(600, 6)


def test_classes_apart_by_planes_are_explicit():
    assert explicitness(ONE_HOT, FACTORS) == pytest.approx(1.0)
    mixed = ONE_HOT @ np.random.default_rng(1).normal(size=(6, 6))  # Not disentangled.
    assert explicitness(mixed, FACTORS) == pytest.approx(1.0)


def test_middle_class_of_a_line_is_not_apart():
    score = explicitness(FACTORS[:, :1], FACTORS[:, :1])
    assert 0.66 < score < 0.85  # Two classes are told, the middle one hardly.


def test_random_code_tells_little():
    z = np.random.default_rng(2).normal(size=(600, 4))
    assert explicitness(z, FACTORS) < 0.12


def test_area_below_a_half_counts_as_a_half():
    noise = np.random.default_rng(5).normal(size=(10, 30, 2))
    scores = [explicitness(z, FACTORS[:30, :1] > 0) for z in noise]
    assert min(scores) == 0.0 < max(scores)


def test_parity_is_beyond_a_plane():
    bits = np.random.default_rng(3).integers(0, 2, (600, 2))
    assert explicitness(bits, (bits.sum(axis=1) % 2)[:, None]) < 0.15


def test_only_names_and_scales_differ():
    z = ONE_HOT + np.random.default_rng(4).normal(size=(600, 6))
    expected = explicitness(z, FACTORS, seed=3)
    assert expected == explicitness(z, FACTORS, seed=3)
    assert explicitness(z[:, ::-1], FACTORS, seed=3) == pytest.approx(expected, abs=1e-3)
    assert explicitness(-1e100 * z, FACTORS, seed=3) == pytest.approx(expected, abs=1e-3)
    assert explicitness(z + 1e6, FACTORS, seed=3) == pytest.approx(expected, abs=1e-3)
    dead = np.hstack([z, np.full((600, 2), 0.1)])
    assert explicitness(dead, FACTORS, seed=3) == pytest.approx(expected, abs=1e-3)
    constant = np.column_stack([FACTORS, np.zeros(600)])
    assert explicitness(z, constant, seed=3) == pytest.approx(expected, abs=1e-3)


def test_constant_codes_tell_nothing():
    assert explicitness(np.ones((600, 2)), FACTORS) == 0.0


def test_class_seen_once_is_left_out():
    rare = FACTORS[:, :1].copy()
    rare[0] = 7
    assert explicitness(ONE_HOT, rare) > 0.98


def test_nothing_but_a_class_seen_once():
    factor = np.zeros((40, 1))
    factor[3] = 1.0
    with pytest.raises(ValueError, match="two classes of two or more.*Received: none"):
        explicitness(np.random.default_rng(0).normal(size=(40, 2)), factor)


@pytest.mark.parametrize(("change", "message"), [
    pytest.param({"z": np.full((600, 1), np.nan)}, "`z` must be finite", id="nan"),
    pytest.param({"z": ONE_HOT[:99]}, "as many rows as `z`, 99", id="lengths"),
    pytest.param({"factors": np.ones((600, 1))}, "at least 1 factors that vary", id="constant"),
    pytest.param({"seed": -1}, "`seed` must be.*Received: seed=-1", id="seed"),
    pytest.param({"seed": 0.5}, "`seed` must be.*Received: seed=0.5", id="seed-type"),
])
def test_bad_input(change, message):
    with pytest.raises(ValueError, match=message):
        explicitness(**({"z": ONE_HOT, "factors": FACTORS} | change))
