"""Figures that set models side by side."""

import numpy as np
import pytest

from tests.plots.drawing import drawn
from vsc_tf import plots
from vsc_tf.plots import Panel

RNG = np.random.default_rng(0)


def ticks(axis):
    return [label.get_text() for label in axis.get_ticklabels()]


def test_error_curves_sort_by_x_and_keep_colours_over_panels():
    first, second = drawn(plots.error_curves([
        Panel("α", "ELBO, nats", {"VSC": ([0.2, 0.1], [-2.0, -3.0], [0.5, np.nan])},
              {"VAE": (-1.0, 0.25)}, log=True),
        Panel("β", "ELBO, nats", {"VAE": ([1.0], [-1.0], [0.25])})]))
    line = first.containers[0].lines[0]
    assert line.get_xydata().tolist() == [[0.1, -3.0], [0.2, -2.0]]
    bars = first.containers[0].lines[2][0].get_segments()
    assert [float(np.ptp(bar[:, 1])) for bar in bars] == [0.0, 1.0]
    assert first.get_xscale() == "log" and ticks(first.xaxis) == ["0.1", "0.2"]
    level = next(line for line in first.lines if line.get_label() == "VAE")
    assert level.get_color() == second.containers[0].lines[0].get_color() != line.get_color()
    assert len(first.patches) == 1  # The level's band.


def test_error_curves_leave_gaps_where_nothing_was_measured():
    axes, = drawn(plots.error_curves([Panel(
        "x", "y", {"VSC": ([1.0, 2.0], [np.nan, 3.0], [np.nan, np.nan])}, {"VAE": (np.nan, 0.1)})]))
    assert [line.get_label() for line in axes.lines if line.get_label() == "VAE"] == []


@pytest.mark.parametrize(("panels", "message"), [
    ([], "at least one panel"),
    ([Panel("x", "y", {"VSC": ([1.0, 2.0], [1.0], [0.0])})], "'VSC' must have x, y and error of"),
    ([Panel("x", "y", {"VSC": ([np.nan], [1.0], [0.0])})], "must have finite x"),
    ([Panel("x", "y", {"VSC": ([0.0], [1.0], [0.0])}, log=True)], "positive x on a logarithmic"),
])
def test_error_curves_bad_input(panels, message):
    with pytest.raises(ValueError, match=message):
        plots.error_curves(panels)


def test_grouped_bars_stand_side_by_side():
    axes, = drawn(plots.grouped_bars([[0.9, np.nan], [0.5, 0.6]], [[0.1, 0.0], [np.nan, 0.2]],
                                     ["hat", "a group of a long name"], ["VSC", "VAE"], "purity"))
    assert ticks(axes.xaxis) == ["hat", "a group of a long name"]
    heights = [bar.get_height() for bar in axes.patches]
    np.testing.assert_array_equal(heights, [0.9, np.nan, 0.5, 0.6])
    centres = [bar.get_x() + bar.get_width() / 2 for bar in axes.patches]
    np.testing.assert_allclose(centres, [-0.2, 0.8, 0.2, 1.2])


def test_measure_dots_leave_gaps_and_read_downwards():
    axes = drawn(plots.measure_dots({"ELBO": ([-3.0, np.nan], [0.5, np.nan]),
                                     "purity": ([0.4, 0.9], [0.0, 0.0])}, ["VAE", "VSC"]))
    assert [a.get_title() for a in axes[:2]] == ["ELBO", "purity"]
    assert ticks(axes[0].yaxis) == ["VAE", "VSC"]
    assert axes[1].containers[0].lines[0].get_xydata().tolist() == [[0.4, 0.0], [0.9, 1.0]]
    assert axes[0].get_ylim() == (1.5, -0.5)


def test_class_similarity_writes_its_numbers():
    axes = drawn(plots.class_similarity(
        {"VSC": [[0.9, 0.2], [0.2, 0.8]], "other": np.eye(2)}, ["bag", "boot"]))
    assert [text.get_text() for text in axes[0].texts] == ["0.90", "0.20", "0.20", "0.80"]
    assert axes[1].get_title() == "other"


@pytest.mark.parametrize(("call", "message"), [
    (lambda: plots.grouped_bars([[1.0]], [[1.0, 2.0]], ["a"], ["b"], "y"), r"shape \(1, 1\)"),
    (lambda: plots.grouped_bars([], [], [], [], "y"), "not be empty"),
    (lambda: plots.measure_dots({}, ["a"]), "at least one measure"),
    (lambda: plots.measure_dots({"m": ([1.0], [1.0, 2.0])}, ["a"]), "1 values and errors"),
    (lambda: plots.class_similarity({"m": [[1.0]]}, ["a", "b"]), r"arrays \[2, 2\]"),
    (lambda: plots.class_similarity({"m": [[2.0]]}, ["a"]), "values from 0 to 1"),
    (lambda: plots.class_similarity({}, ["a"]), "one or more arrays"),
    (lambda: plots.correlation_matrices({}, [0, 1], ["g", "h"]), "at least one matrix"),
    (lambda: plots.correlation_matrices({"m": [[0.5], [0.1]]}, [0, 1], ["g"]),
     "`group_names` must hold 2 names"),
    (lambda: plots.latent_grid(np.zeros((3, 2, 2)), (2, 2), (-1, 1)), "square number.*3"),
    (lambda: plots.latent_grid(np.zeros((4, 2)), (2,), (-1, 1)), "that of an image"),
    (lambda: plots.image_rows([], (2, 2)), "at least one row"),
    (lambda: plots.image_rows([("a", np.zeros((1, 2, 2))), ("b", np.zeros((2, 2, 2)))], (2, 2)),
     r"same number of images. Received: \[1, 2\]"),
    (lambda: plots.mean_codes({}, [0], ["a"]), "codes of at least one model"),
    (lambda: plots.mean_codes({"VSC": np.zeros((2, 3))}, [0], ["a"]), "as many rows as `labels`"),
    (lambda: plots.mean_codes({"VSC": np.zeros((1, 3))}, [1], ["a"]), "each with a class name"),
    (lambda: plots.grid_codes(np.zeros((4, 3))), "two latents"),
])
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_correlation_matrices_are_each_in_their_own_order():
    A = np.array([[0.0, 0.2, 0.9], [0.8, 0.1, 0.0]])
    axes = drawn(plots.correlation_matrices(
        {"VAE": A, "VSC": A[:, ::-1], "nothing": np.zeros((2, 1))}, [0, 1], ["hat", "eyes"],
        across=2))
    for panel in axes[:2]:
        np.testing.assert_array_equal(panel.images[0].get_array(), [[0.9, 0.2, 0], [0, 0.1, 0.8]])
        assert len(panel.patches) == 2
    assert ticks(axes[0].yaxis) == ["hat", "eyes"] and not any(ticks(axes[1].yaxis))
    assert axes[2].texts[0].get_text() == "no latent follows a source"
    assert not axes[3].axison  # Two in a row; the fourth place stays empty.


def test_grid_of_codes_reads_left_to_right_and_top_to_bottom():
    codes, span = plots.grid_codes(RNG.uniform(-2, 2, (10_000, 2)), side=5)
    assert span[1] == pytest.approx(1.9, abs=0.02) and span[0] == -span[1]
    assert codes.dtype == np.float32 and codes.shape == (25, 2)
    np.testing.assert_allclose(codes[1] - codes[0], [span[1] / 2, 0.0], rtol=1e-6)
    np.testing.assert_allclose(codes[5] - codes[0], [0.0, span[1] / 2], rtol=1e-6)
    assert plots.grid_codes(np.zeros((9, 2)))[1] == (-1.0, 1.0)


@pytest.mark.parametrize("shape", [(4, 3), (4, 3, 1), (4, 3, 3)])
def test_latent_grid_and_rows_of_images(shape):
    images = RNG.random((4, *shape))
    images[0].flat[:2] = 0.0, 1.0
    axes, = drawn(plots.latent_grid(images, shape, (-2, 2)))
    picture = np.asarray(axes.images[0].get_array()).reshape(9, 7, -1)
    np.testing.assert_allclose(picture[5:, 4:], images[3].reshape(4, 3, -1))
    assert axes.get_xlabel() == "first latent, -2 to 2"
    axes, = drawn(plots.image_rows([("clean", images), ("VSC", 2 * images)], shape))
    picture = np.asarray(axes.images[0].get_array()).reshape(9, 15, -1)
    np.testing.assert_allclose(picture[5:, :3], np.minimum(2 * images[0], 1).reshape(4, 3, -1))
    assert ticks(axes.yaxis) == ["clean", "VSC"]


def test_mean_codes_by_class():
    z = np.array([[1.0, 0.0], [3.0, -8.0], [0.0, 0.0]])
    axes = drawn(plots.mean_codes({"VSC": z, "AE": z[:, :1]}, [2, 2, 0], ["a", "b", "c"]))
    panels = [a for a in axes if a.images]
    np.testing.assert_array_equal(panels[0].images[0].get_array(), [[0.0, 0.0], [2.0, -4.0]])
    assert ticks(panels[0].yaxis) == ["a", "c"]
    assert panels[0].images[0].get_clim() == (-4.0, 4.0)
    drawn(plots.mean_codes({"off": np.zeros((2, 2))}, [0, 1], ["a", "b"]))
