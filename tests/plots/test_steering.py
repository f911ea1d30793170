"""Figures of traversals, variations and pairs hold what they were given, in its place."""
import numpy as np
import pytest

from tests.plots.drawing import drawn
from vsc_tf import plots

RNG = np.random.default_rng(0)
IMAGES = [(6, 5), (6, 5, 1), (6, 5, 3)]
NAMES = [f"f{i}" for i in range(40)]


def ticks(axis):
    return [label.get_text() for label in axis.get_ticklabels()]


def tile(axes, row, column, shape):
    """The image in a row and a column of a mosaic with gaps of one pixel."""
    y, x = row * (shape[0] + 1), column * (shape[1] + 1)
    return np.asarray(axes.images[0].get_array())[y:y + shape[0], x:x + shape[1]]


def unit(x, low, high):
    return np.clip((x - low) / (high - low), 0., 1.).squeeze()


@pytest.mark.parametrize("shape", IMAGES)
def test_traversed_images_have_a_row_for_each_latent(shape):
    x = RNG.normal(size=(2, 4, *shape))
    axes, = drawn(plots.traversals(x, ["3: hat", "7"], shape, ["off", "", "", "95 %"]))
    assert ticks(axes.yaxis) == ["3: hat", "7"]
    assert ticks(axes.xaxis) == ["off", "", "", "95 %"]
    for row, column in ((0, 2), (1, 1), (1, 3)):
        np.testing.assert_allclose(tile(axes, row, column, shape),
                                   unit(x[row, column], x.min(), x.max()))


def test_traversed_tables_show_the_features_that_change_most():
    x = np.zeros((3, 5, 40))
    x[0, :, 7], x[0, :, 2] = np.arange(5), -0.1 * np.arange(5)
    *panels, empty, bar = drawn(plots.traversals(x, ["a", "b", "c"], (40,), list("12345"), NAMES))
    assert [axes.get_title() for axes in panels] == ["a", "b", "c"]
    assert ticks(panels[0].yaxis)[:2] == ["f7", "f2"] and len(ticks(panels[0].yaxis)) == 8
    np.testing.assert_array_equal(panels[0].images[0].get_array()[0], np.arange(5))
    assert ticks(panels[0].xaxis) == list("12345")
    assert bar.get_ylabel() == "value of the feature" and not empty.axison


@pytest.mark.parametrize("shape", IMAGES)
def test_varied_images_stand_beside_their_object(shape):
    x, varied = RNG.random((2, *shape)), RNG.random((2, 3, *shape))
    axes, = drawn(plots.variations(x, varied, shape, ["bag", "boot"]))
    assert ticks(axes.yaxis) == ["bag", "boot"]
    np.testing.assert_allclose(tile(axes, 1, 0, shape), unit(x[1], x.min(), x.max()))
    np.testing.assert_allclose(tile(axes, 1, 3, shape), unit(varied[1, 2], x.min(), x.max()))


def test_varied_tables_show_the_features_that_vary_within_an_object():
    x, varied = np.zeros((2, 40)), np.zeros((2, 4, 40))
    x[:, 3] = 5.              # The object alone differs: no variation.
    varied[1, :, 11] = [0., 1., 0., 1.]
    first, second, _ = drawn(plots.variations(x, varied, (40,), ["sit", "walk"], NAMES))
    assert [first.get_title(), second.get_title()] == ["sit", "walk"]
    assert ticks(second.xaxis)[0] == "f11" and len(ticks(second.xaxis)) == 24
    np.testing.assert_array_equal(second.images[0].get_array()[:, 0], [0., 0., 1., 0., 1.])
    assert "f3" not in ticks(second.xaxis)[:1]


def bars(axes):
    """Latent -> heights of its two bars."""
    centres = [round(bar.get_x() + bar.get_width() / 2) for bar in axes.patches]
    found = {}
    for centre, bar in zip(centres, axes.patches, strict=True):
        found.setdefault(ticks(axes.xaxis)[centre], []).append(bar.get_height())
    return {name: sorted(heights) for name, heights in found.items()}


@pytest.mark.parametrize("shape", IMAGES)
def test_two_images_and_the_latents_they_share(shape):
    a, b, c = RNG.random((3, *shape))
    *pictures, below = drawn(plots.two_objects(
        {"bag": a, "boot": b, "mixed": c}, [1., 0., 2., 0.], [3., 0., 0., .5], shape))
    assert [axes.get_title() for axes in pictures] == ["bag", "boot", "mixed"]
    both = np.stack([a, b])
    np.testing.assert_allclose(pictures[2].images[0].get_array(), unit(c, both.min(), both.max()))
    assert ticks(below.xaxis) == ["0", "2", "3"]  # The strongest first; 1 is off in both.
    assert bars(below) == {"0": [-3., 1.], "2": [0., 2.], "3": [-.5, 0.]}
    assert [text.get_text() for text in below.get_legend().get_texts()] == [
        "shared", "only in the first", "only in the second"]


def test_two_rows_of_a_table_are_bars_of_where_they_differ():
    a, b = np.zeros(40), np.zeros(40)
    a[4], b[9] = 3., -2.
    above, below = drawn(plots.two_objects({"a": a, "b": b}, [1.], [0.], (40,), NAMES))
    assert ticks(above.yaxis)[:2] == ["f4", "f9"] and len(ticks(above.yaxis)) == 8
    assert [bar.get_width() for bar in above.containers[0]][:2] == [3., 0.]
    assert [bar.get_width() for bar in above.containers[1]][:2] == [0., -2.]
    assert bars(below) == {"0": [0., 1.]}


def test_two_objects_with_nothing_on_are_drawn():
    *_, below = drawn(plots.two_objects({"a": np.eye(3), "b": np.eye(3)}, [0.], [0.], (3, 3)))
    assert not below.patches


def test_long_names_stay_within_the_figure():
    figure = plots.image_rows([("a name of some thirty letters!", np.eye(9)[None])] * 12, (9, 9))
    axes, = drawn(figure)
    assert min(label.get_window_extent().x0 for label in axes.get_yticklabels()) >= 0.


def test_figures_have_a_ground_of_their_own():  # To be read on dark pages, too.
    assert plots.traversals(np.eye(9)[None, None], ["a"], (9, 9)).get_facecolor() == (1, 1, 1, 1)


@pytest.mark.parametrize(("call", "message"), [
    (lambda: plots.traversals(np.ones((2, 9)), ["a", "b"], (9,)), r"\[m, n, ...\] observations"),
    (lambda: plots.traversals(np.ones((2, 3, 9)), ["a"], (9,)), "`names` must hold 2 names"),
    (lambda: plots.traversals(np.ones((1, 3, 9)), ["a"], (9,), ["x"]), "`columns` must hold 3"),
    (lambda: plots.traversals(np.ones((1, 3, 9)), ["a"], (9,), None, ["x"]), "must hold 9 names"),
    (lambda: plots.traversals(np.full((1, 3, 9), np.nan), ["a"], (9,)), "must be finite"),
    (lambda: plots.variations(np.ones((2, 9)), np.ones((1, 3, 9)), (9,)), "2 and 1"),
    (lambda: plots.variations(np.ones((1, 9)), np.ones((1, 3, 9)), (9,), "ab"), "1 names.*2"),
    (lambda: plots.two_objects({"a": np.ones(9)}, [1.], [1.], (9,)), "at least two observations"),
    (lambda: plots.two_objects({"a": np.ones(9), "b": np.ones(9)}, [1.], [1., 2.], (9,)),
     "one for each latent"),
    (lambda: plots.two_objects({"a": np.ones(9), "b": np.ones(9)}, [-1.], [1.], (9,)),
     "non-negative numbers"),
    (lambda: plots.two_objects({"a": np.ones(9), "b": np.ones(8)}, [1.], [1.], (9,)),
     "`b` must hold at least one observation"),
])
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()
