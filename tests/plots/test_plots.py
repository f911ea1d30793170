"""Figures of codes, and what all figures keep to."""
import ast
import pathlib

import numpy as np
import pytest

from tests.plots.drawing import drawn, picture, ticks
from vsc_tf import plots

RNG = np.random.default_rng(0)


def test_no_module_uses_pyplot():  # Its global state needs a display and is not thread-safe.
    for path in pathlib.Path(plots.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                assert "pyplot" not in ast.unparse(node), path.name


def test_spikes_per_class_by_hand():
    probs = np.array([
        [0.2, 1.0, 0.001, 0.9, 0.0],
        [0.4, 1.0, 0.001, 0.7, 0.6],
        [0.9, 1.0, 0.001, 0.0, 0.0]])
    axes = drawn(plots.spikes_per_class(probs, [2, 2, 0], ["shirt", "bag", "boot"]))
    # Shirt's latent 0; boot's 3 and 4, the one that tells more first; 1 is always on; 2 dead.
    assert ticks(axes[0].xaxis) == ["0", "3", "4", "1"]
    assert ticks(axes[0].yaxis) == ["shirt", "boot"]  # No bag was seen.
    np.testing.assert_allclose(picture(axes[0]), [[0.9, 0.0, 0.0, 1.0], [0.3, 0.8, 0.3, 1.0]])
    assert axes[0].get_title() == "4 live of 5 latents"


def test_spikes_per_class_without_names_and_without_life():
    axes = drawn(plots.spikes_per_class(np.full((4, 3), 0.5), [7, 7, 9, 9]))
    assert ticks(axes[0].yaxis) == ["7", "9"]
    axes = drawn(plots.spikes_per_class(np.zeros((4, 3)), [0, 1, 0, 1]))
    assert axes[0].get_title() == "0 live of 3 latents"
    assert axes[0].texts[0].get_text() == "no latent is live"


@pytest.mark.parametrize(("probs", "labels", "names", "message"), [
    pytest.param([[1.5]], [0], ["a"], "must hold probabilities.*1.5", id="above-1"),
    pytest.param([[np.nan]], [0], ["a"], "must be finite", id="nan"),
    pytest.param([[0.5]], [0, 1], ["a", "b"], "each of the 1 observations", id="length"),
    pytest.param([[0.5]], [0.0], ["a"], "one integer.*float64", id="float-labels"),
    pytest.param([[0.5]], [1], ["a"], "must name every label.*1 names", id="names"),
    pytest.param([[0.5]], [-1], ["a"], "must name every label", id="negative"),
])
def test_spikes_per_class_bad_input(probs, labels, names, message):
    with pytest.raises(ValueError, match=message):
        plots.spikes_per_class(probs, labels, names)


def test_correlation_matrix_orders_and_frames_groups():
    A = np.array([[0.0, 0.0, 0.2, 0.9], [0.8, 0.0, 0.1, 0.0], [0.0, 0.0, 0.7, 0.3]])
    figure = plots.correlation_matrix(A, ["a1", "b1", "a2"], [0, 1, 0], ["hat", "eyes"])
    axes = drawn(figure)[0]
    assert ticks(axes.yaxis) == ["a1", "a2", "b1"]
    assert ticks(axes.xaxis) == ["3", "2", "0"]
    np.testing.assert_array_equal(
        picture(axes), [[0.9, 0.2, 0.0], [0.3, 0.7, 0.0], [0.0, 0.1, 0.8]])
    frames = [(*patch.get_xy(), patch.get_width(), patch.get_height()) for patch in axes.patches]
    assert frames == [(-0.5, -0.5, 2, 2), (1.5, 1.5, 1, 1)]
    assert [text.get_text() for text in axes.texts] == ["hat", "eyes"]
    assert axes.get_title() == "3 of 4 latents follow a source"


def test_correlation_matrix_of_a_code_that_follows_nothing_and_of_a_wide_one():
    axes = drawn(plots.correlation_matrix(np.zeros((2, 3)), ["a", "b"], [0, 1], ["g", "h"]))
    assert axes[0].texts[0].get_text() == "no latent follows a source"
    assert not axes[0].patches
    wide = plots.correlation_matrix(RNG.random((2, 300)), ["a", "b"], [0, 1], ["g", "h"])
    assert wide.get_size_inches()[0] <= 14
    assert len(ticks(drawn(wide)[0].xaxis)) <= 60


@pytest.mark.parametrize(("change", "message"), [
    pytest.param({"A": [[np.nan], [0.0]]}, "`A` must be finite", id="nan"),
    pytest.param({"A": [[2.0], [0.0]]}, "from 0 to 1", id="no-correlation"),
    pytest.param({"factor_names": ["a"]}, "`factor_names` must hold 2", id="factor-names"),
    pytest.param({"group_names": ["g"]}, "`group_names` must hold 2", id="group-names"),
    pytest.param({"groups": [0]}, "one integer for each factor", id="groups"),
])
def test_correlation_matrix_bad_input(change, message):
    given = {"A": [[0.5], [0.1]], "factor_names": ["a", "b"], "groups": [0, 1],
             "group_names": ["g", "h"]}
    with pytest.raises(ValueError, match=message):
        plots.correlation_matrix(**(given | change))


def test_spike_histogram_by_hand():
    left, right = drawn(plots.spike_histogram([[0, 1, 2], [0, 0, 3], [0, 5, 6], [0, 7, 8]]))
    assert [bar.get_height() for bar in left.patches] == [0.0, 0.25, 0.75, 0.0]
    assert [bar.get_height() for bar in right.patches] == [1.0, 0.75, 0.0]
    assert left.get_legend().get_texts()[0].get_text() == "mean 1.8"
    assert right.get_title().endswith("2 live, 1 always")


@pytest.mark.parametrize("z", [np.zeros((3, 4)), np.ones((3, 1)), np.eye(300)])
def test_spike_histogram_limits(z):
    drawn(plots.spike_histogram(z))


def test_spike_histogram_bad_input():
    with pytest.raises(ValueError, match="`z` must be finite"):
        plots.spike_histogram([[np.nan]])
