"""Figures of what latents stand for: each atom on its own scale, examples beside it."""
import matplotlib
import numpy as np
import pytest

from tests.plots.drawing import drawn
from tests.plots.test_steering import ticks, tile, unit
from vsc_tf import plots

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("shape", [(6, 5), (6, 5, 1)])
def test_atoms_of_grey_images_are_signed_and_each_on_its_own_scale(shape):
    x = RNG.normal(size=(12, *shape)) * np.geomspace(1e-3, 1e3, 12).reshape(-1, *[1] * len(shape))
    axes, = drawn(plots.atoms(x, [str(i) for i in range(12)], shape))
    assert [text.get_text() for text in axes.texts] == [str(i) for i in range(12)]
    colours = matplotlib.colormaps["PuOr"]
    for i, (row, column) in ((0, (0, 0)), (11, (1, 1))):
        expected = colours(0.5 + 0.5 * x[i].reshape(6, 5) / np.abs(x[i]).max())[..., :3]
        np.testing.assert_allclose(tile(axes, row, column, shape), expected)


def test_atoms_of_colour_images_are_grey_where_nothing_changes():
    x = np.zeros((1, 6, 5, 3))
    x[0, 2, 2] = [2., -2., 1.]
    axes, = drawn(plots.atoms(x, ["0"], (6, 5, 3)))
    image = tile(axes, 0, 0, (6, 5))
    np.testing.assert_allclose(image[0, 0], 0.5)
    np.testing.assert_allclose(image[2, 2], [1., 0., 0.75])


def test_names_stand_on_their_atoms():
    axes, = drawn(plots.atoms(np.zeros((12, 20, 7)), [str(i) for i in range(12)], (20, 7)))
    places = [text.get_position() for text in axes.texts]
    assert places[1] == (8.5, 0.5) and places[10] == (0.5, 21.5)


def test_atoms_of_a_table_are_bars_of_what_changes_most():
    x = np.zeros((5, 30))
    x[0, 4], x[0, 8] = -2., 1.
    *panels, empty = drawn(plots.atoms(x, list("abcde"), (30,), [f"f{i}" for i in range(30)]))
    assert [axes.get_title() for axes in panels] == list("abcde") and not empty.axison
    assert ticks(panels[0].yaxis)[:2] == ["f4", "f8"]
    assert [bar.get_width() for bar in panels[0].patches] == [-2., 1., 0., 0., 0., 0.]


@pytest.mark.parametrize("shape", [(6, 5), (6, 5, 1), (6, 5, 3)])
def test_examples_follow_what_their_latent_changes(shape):
    x, changes = RNG.random((2, 3, *shape)), RNG.normal(size=(2, *shape))
    axes, = drawn(plots.feature_examples(x, changes, ["1: hat", "5"], shape))
    assert ticks(axes.yaxis) == ["1: hat", "5"]
    expected = unit(x[1, 2], x.min(), x.max())
    expected = expected if len(shape) == 3 and shape[2] == 3 else expected[..., None]
    np.testing.assert_allclose(tile(axes, 1, 3, shape), np.broadcast_to(expected, (6, 5, 3)))
    assert not np.allclose(tile(axes, 0, 0, shape), tile(axes, 1, 0, shape))


@pytest.mark.parametrize(("call", "message"), [
    (lambda: plots.atoms(np.ones((2, 9)), ["a"], (9,)), "`names` must hold 2 names"),
    (lambda: plots.atoms(np.ones((2, 9)), ["a", "b"], (9,), ["x"]), "must hold 9 names"),
    (lambda: plots.atoms(np.full((1, 9), np.inf), ["a"], (9,)), "must be finite"),
    (lambda: plots.feature_examples(np.ones((1, 2, 9)), np.ones((1, 9)), ["a"], (9,)),
     "must be that of an image.*`atoms`"),
    (lambda: plots.feature_examples(np.ones((2, 2, 3, 3)), np.ones((1, 3, 3)), ["a"], (3, 3)),
     "2 and 1"),
    (lambda: plots.feature_examples(np.ones((1, 2, 3, 3)), np.ones((1, 3, 3)), [], (3, 3)),
     "`names` must hold 1 names"),
])
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()
