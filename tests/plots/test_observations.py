"""Figures of observations, reconstructed and generated."""
import numpy as np
import pytest

from tests.plots.drawing import drawn, picture, ticks
from vsc_tf import plots

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("shape", [(8, 6), (8, 6, 1), (8, 6, 3)])
@pytest.mark.parametrize("flat", [False, True])
def test_reconstructed_images_stand_in_two_rows(shape, flat):
    x, x_hat = RNG.random((2, 4, *shape))
    x[0].flat[:2] = 0.0, 1.0  # So that black is 0 and white 1.
    given = [a.reshape(4, -1) if flat else a for a in (x, x_hat)]
    (axes,) = drawn(plots.reconstructions(*given, shape, count=3))
    assert ticks(axes.yaxis) == ["original", "reconstruction"]
    image = picture(axes).reshape(17, 20, -1)  # Two of 8 and three of 6 with gaps of 1.
    for i in range(3):
        columns = slice(7 * i, 7 * i + 6)
        np.testing.assert_allclose(image[:8, columns], x[i].reshape(8, 6, -1))
        np.testing.assert_allclose(image[9:, columns], x_hat[i].reshape(8, 6, -1))
    assert (image[8] == 1.0).all() and (image[:, 6] == 1.0).all()


def test_images_scale_by_the_originals_and_wrap_after_ten():
    x = np.stack([np.full((2, 2), value) for value in np.linspace(0, 255, 12)]).astype(np.uint8)
    (axes,) = drawn(plots.reconstructions(x, x * 2.0, (2, 2), count=12))
    assert ticks(axes.yaxis) == ["original", "reconstruction"] * 2
    image = picture(axes)
    assert image.shape == (4 * 3 - 1, 10 * 3 - 1)
    assert image[0, 3 * 9] == pytest.approx(x[9, 0, 0] / 255)
    assert image[3, 3 * 9] == 1.0  # Clipped.
    assert image[6, 3] == 1.0 and image[6, 0] == pytest.approx(x[10, 0, 0] / 255)
    assert "white 255" in axes.get_xlabel()


def test_constant_images_are_drawn():
    drawn(plots.reconstructions(np.zeros((2, 4, 4)), np.zeros((2, 4, 4)), (4, 4)))
    drawn(plots.generated(np.ones((1, 4, 4, 3)), (4, 4, 3)))


def test_reconstructed_tables():
    x = np.array([[0.0, 100.0, 5.0], [1.0, 300.0, 5.0], [2.0, 200.0, 5.0]])
    x_hat = x + [[0.2, -20.0, 0.0]]
    axes = drawn(plots.reconstructions(x, x_hat, (3,), 2, ["time", "force", "flat"]))
    original, reconstruction, difference = axes[:3]
    np.testing.assert_allclose(picture(original), [[0.0, 0.0, 0.0], [0.5, 1.0, 0.0]])
    np.testing.assert_allclose(picture(reconstruction), [[0.1, -0.1, 0.0], [0.6, 0.9, 0.0]])
    np.testing.assert_allclose(picture(difference), [[0.1, -0.1, 0.0]] * 2, atol=1e-12)
    assert ticks(difference.xaxis) == ["time", "force", "flat"]
    points = [a for a in axes if a.collections and a.get_title() == "all values shown"]
    np.testing.assert_allclose(
        np.asarray(points[0].collections[0].get_offsets()),
        np.stack([picture(original).ravel(), picture(reconstruction).ravel()], axis=1))


def test_wide_tables_do_not_write_names_out():
    x = RNG.random((5, 50))
    axes = drawn(plots.reconstructions(x, x, (50,), feature_names=[str(i) for i in range(50)]))
    assert axes[2].get_xlabel() == "feature"


@pytest.mark.parametrize(("change", "message"), [
    pytest.param({"shape": (2, 2, 2)}, r"shape of one observation.*\(2, 2, 2\)", id="channels"),
    pytest.param({"shape": (2, 2, 1, 1)}, "shape of one observation", id="rank-4"),
    pytest.param({"shape": (0,)}, "shape of one observation", id="zero"),
    pytest.param({"shape": (5,)}, r"of shape \(5,\).*Received: shape=\(3, 4\)", id="size"),
    pytest.param({"x": np.zeros((0, 4))}, "`x` must hold at least one", id="empty"),
    pytest.param({"x": np.zeros(4)}, r"`x` must hold at least one.*x\[None\]", id="single"),
    pytest.param({"x_hat": np.zeros((2, 4))}, "same observations. Received: 3 and 2", id="n"),
    pytest.param({"x_hat": np.full((3, 4), np.nan)}, "`x_hat` must be finite.*12", id="nan"),
    pytest.param({"x": np.full((3, 4), "a")}, "`x` must hold real numbers", id="strings"),
    pytest.param({"count": 0}, "`count` must be a positive integer.*count=0", id="count"),
    pytest.param({"count": True}, "`count` must be a positive integer", id="bool-count"),
    pytest.param({"feature_names": ["a"]}, "must hold 4 names.*Received: 1", id="names"),
])
def test_reconstructions_bad_input(change, message):
    given = {"x": np.zeros((3, 4)), "x_hat": np.zeros((3, 4)), "shape": (4,)}
    with pytest.raises(ValueError, match=message):
        plots.reconstructions(**(given | change))


@pytest.mark.parametrize("shape", [(8, 6), (8, 6, 1), (8, 6, 3)])
def test_generated_images_stand_in_a_grid(shape):
    x = RNG.random((5, *shape))
    x[0].flat[:2] = 0.0, 1.0
    (axes,) = drawn(plots.generated(x, shape))
    image = picture(axes).reshape(17, 20, -1)  # Two rows of three; the sixth is white.
    np.testing.assert_allclose(image[9:, 7:13], x[4].reshape(8, 6, -1))
    assert (image[9:, 14:] == 1.0).all()


def test_generated_tables_and_very_long_images():
    axes = drawn(plots.generated([[0.0, 7.0], [4.0, 7.0], [1.0, 7.0]], (2,), count=2))
    assert picture(axes[0]).tolist() == [[0.0, 0.0], [1.0, 0.0]]
    figure = plots.generated(RNG.random((3, 1, 500)), (1, 500))
    assert max(figure.get_size_inches()) < 16
    drawn(figure)
