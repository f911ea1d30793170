"""Observations as PNG: scales, lines of a table, sizes."""
import io

import numpy as np
import pytest
from PIL import Image

from trainers.explorer.pictures import Pictures


def opened(png):
    return np.asarray(Image.open(io.BytesIO(png)))


def test_images_are_black_to_white_over_the_range_of_all():
    pictures = Pictures(np.array([[[-1., 1.], [3., 0.]]]))
    np.testing.assert_array_equal(
        pictures.pixels(np.array([[-1., 1.], [3., 9.]]))[..., 0], [[0, 128], [255, 255]])
    assert opened(pictures.png(np.zeros([2, 2]), 8)).shape == (8, 8, 3)


@pytest.mark.parametrize("channels", [1, 3])
def test_colours_stay(channels):
    x = np.random.default_rng(0).random((5, 6, 4, channels))
    shown = Pictures(x).pixels(x[0])
    width = x.max() - x.min()
    expected = np.broadcast_to(255 * (x[0] - x.min()) / width, (6, 4, 3))
    np.testing.assert_allclose(shown, expected, atol=0.51)


def test_each_line_of_a_table_holds_names_that_begin_alike():
    names = [*(f"acc-{i}" for i in range(45)), "gyro-0", "angle(x,y)"]
    pictures = Pictures(np.random.default_rng(0).random((9, 47)), names)
    assert pictures.pixels(np.zeros(47)).shape == (4, 40, 3)  # 40, 5, 1 and 1 squares.
    assert (pictures.pixels(np.zeros(47))[1, 5:] == 255).all()  # Paper.
    assert pictures.heads[44:] == ["acc", "gyro", "angle"]


def test_features_have_ranges_of_their_own_and_constant_ones_are_least():
    pictures = Pictures(np.array([[0., 5., -100.], [1., 5., 100.]]))
    same = pictures.pixels(np.array([1., 5., 100.]))
    np.testing.assert_array_equal(same[0, 0], same[1, 0])
    assert (same[0, 0] != same[0, 1]).any()


def test_a_change_is_white_where_there_is_none_and_two_colours_elsewhere():
    pictures = Pictures(np.random.default_rng(0).random((3, 2, 2)))
    shown = opened(pictures.change(np.array([[0., 1.], [-1., 0.]])))[::64, ::64].astype(int)
    assert shown[0, 0].min() > 240 and shown[1, 1].min() > 240
    assert shown[0, 1, 0] > shown[0, 1, 2] and shown[1, 0, 2] > shown[1, 0, 0]  # Orange, purple.


def test_strips_and_grids_have_gaps_between():
    x = np.ones([5, 2, 2])
    pictures = Pictures(np.array([np.zeros([2, 2]), x[0]]))
    assert opened(pictures.strip(x, 8)).shape == (8, 5 * 8 + 4 * 4, 3)
    assert opened(pictures.grid(x, across=4, side=8)).shape == (2 * 8 + 4, 4 * 8 + 3 * 4, 3)
