"""Values that float32 cannot tell apart are refused by name, not made constants."""
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vsc_tf
from vsc_tf.datasets import Split, load, resolution
from vsc_tf.datasets.base import check_split
from vsc_tf.datasets.resolution import Resolution

NOISE = np.random.default_rng(0).normal(size=(50, 3))
LARGE = np.array([0., 1e9, 3.]) + NOISE
MESSAGE = "float32 can tell apart. Received: 1e[+]?09 on average.*column {}.*float64 first"


def test_all_ways_in_refuse_what_float32_would_lose(tmp_path):
    np.save(tmp_path / "x.npy", LARGE)
    np.savez(tmp_path / "x.npz", x=LARGE)
    np.savetxt(tmp_path / "x.csv", LARGE, delimiter=",", header="a,b,c", comments="", fmt="%.17g")
    for name, column in (("x.npy", "1"), ("x.npz", "1"), ("x.csv", "'b'")):
        with pytest.raises(ValueError, match=f"x.*values that float32.*column {column}. Take"):
            load(tmp_path / name)
    model = vsc_tf.VAE(2, encoder=vsc_tf.networks.mlp(4))
    model.compile(optimizer="adam")
    for way in (model.adapt, model.fit):
        with pytest.raises(ValueError, match="`x`: expected values that float32.*column 1"):
            way(LARGE)
    with pytest.raises(ValueError, match="`factors`: expected values that float32"):
        check_split(Split(NOISE, factors=LARGE), "mine")


@pytest.mark.parametrize("x", [
    NOISE, 1e30 * NOISE, 1e4 + NOISE, np.full((9, 2), 1e9 + 0.3), np.arange(20)[:, None],
    np.array([[2**40], [2**41]]), np.ones((3, 2), bool), np.full((3, 1), np.nan),
    (1e9 + NOISE).astype("float32"), np.array([[1e300], [2e300]])],
    ids=["unit", "large", "offset", "constant", "whole", "powers", "bool", "nan", "float32",
         "huge"])
def test_what_float32_holds_passes(x):
    resolution.check(x, "x")


def test_ids_and_times_are_lost():
    for x in (np.arange(1_700_000_000_000, 1_700_000_000_090)[:, None],
              (2**53 + np.arange(0, 400, 2))[:, None]):
        with pytest.raises(ValueError, match="x: expected values that float32.*column 0.*of ids"):
            resolution.check(x, "x")


@settings(max_examples=60, deadline=None)
@given(offset=st.floats(-1e12, 1e12), scale=st.floats(1e-3, 1e3), parts=st.integers(1, 7))
def test_parts_say_what_the_whole_says(offset, scale, parts):
    x = offset + scale * NOISE
    whole, found = Resolution(), Resolution()
    whole.add(x)
    for part in np.array_split(x, parts):
        found.add(part)
    assert found.lost().tolist() == whole.lost().tolist()
    error = np.abs(x - x.astype("float32")).max(axis=0) / x.std(axis=0)
    sure = np.abs(error - resolution.MOST) > 1e-4  # Not at the very limit.
    is_lost = np.isin(np.arange(3), found.lost())
    np.testing.assert_array_equal(is_lost[sure], (error > resolution.MOST)[sure])
