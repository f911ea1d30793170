import ast
import pathlib

import numpy as np
import pytest

from tests.plots.drawing import drawn
from vsc_tf import plots

RNG = np.random.default_rng(0)


def lines(axes):
    return {line.get_label(): line.get_ydata().tolist() for line in axes.lines}


def picture(axes):
    return np.asarray(axes.images[0].get_array())


def ticks(axis):
    return [label.get_text() for label in axis.get_ticklabels()]


def test_no_module_uses_pyplot():  # Its global state needs a display and is not thread-safe.
    for path in pathlib.Path(plots.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                assert "pyplot" not in ast.unparse(node), path.name


def full_log():
    log = {"epoch": [0, 1, 2], "step": [10, 20, 30], "loss": [30.0, 20.0, 16.0],
           "elbo": [-28.0, -18.0, -14.0], "elbo_paper": [-27.0, -17.0, -13.0],
           "reconstruction": [-20.0, -12.0, -9.0], "kl": [7.0, 5.0, 4.0],
           "selection_kl": [1.0, 1.0, 1.0], "sparsity": [4.0, 4.0, 2.0],
           "gate_penalty": [200.0, 100.0, 50.0], "l0": [9.0, 8.0, 7.0],
           "slab_weight": [1.0, 1.0, 1.0], "gate_sharpness": [50.0, 100.0, 200.0],
           "sparsity_weight": [0.0, 0.25, 1.0], "gate_penalty_weight": [0.01, 0.01, 0.0]}
    return log | {f"val_{name}": list(np.add(log[name], 0.5)) for name in ("elbo", "l0")}


def test_training_curves_of_a_full_log():
    axes = drawn(plots.training_curves(full_log()))
    assert [a.get_title() for a in axes] == [
        "Objective", "What is paid", "Sparsity of codes", "Schedules"]
    assert {a.get_xlabel() for a in axes} == {"optimizer step"}
    assert axes[0].get_ylabel() == "nats per observation"
    assert lines(axes[0])["objective (−loss)"] == [-30.0, -20.0, -16.0]
    paid = lines(axes[1])
    assert paid["weight × sparsity"] == [0.0, 1.0, 2.0]
    assert paid["weight × gate penalty"] == [2.0, 1.0, 0.0]
    training, validation = axes[2].lines
    assert training.get_linestyle() == "-" and validation.get_linestyle() == "--"
    assert validation.get_ydata().tolist() == [9.5, 8.5, 7.5]
    assert validation.get_color() == training.get_color()
    assert lines(axes[3])["gate sharpness (largest 200)"] == [0.25, 0.5, 1.0]


@pytest.mark.parametrize("missing", sorted(full_log()))
def test_training_curves_cope_with_a_missing_column(missing):
    log = full_log()
    del log[missing]
    assert len(drawn(plots.training_curves(log))) >= 3


def test_training_curves_count_rows_and_skip_what_was_not_logged():
    log = {"elbo": [-3.0, -2.0, -1.0], "val_elbo": [np.nan, -2.5, np.nan], "other": [1, 2, 3]}
    (axes,) = drawn(plots.training_curves(log))
    assert axes.get_xlabel() == "row of the log"
    assert axes.lines[1].get_xydata().tolist() == [[1.0, -2.5]]


def test_training_curves_of_one_row_of_validation_only_and_of_nan():
    drawn(plots.training_curves({"step": [1], "loss": [3.0], "slab_weight": [0.0]}))
    (axes,) = drawn(plots.training_curves({"step": [1, 2], "val_loss": [3.0, 2.0]}))
    assert list(lines(axes)) == ["objective (−loss) (validation)"]
    drawn(plots.training_curves({"step": [1, 2], "loss": [np.nan, np.nan]}))


def test_training_curves_focus_on_what_follows_a_steep_start():
    elbo = np.r_[-1e6, np.linspace(-50.0, -40.0, 49)]
    (axes,) = drawn(plots.training_curves({"elbo": elbo}))
    assert axes.get_ylim()[0] > -60.0
    assert axes.lines[0].get_ydata()[0] == -1e6  # Still there, only out of the frame.


@pytest.mark.parametrize(("log", "message"), [
    pytest.param({}, r"must have rows.*Received: columns=\[\]", id="empty"),
    pytest.param({"loss": []}, "must have rows", id="no-rows"),
    pytest.param({"time": [1.0]}, r"must have rows and one of.*\['time'\]", id="unknown"),
    pytest.param({"loss": [1.0, 2.0], "step": [1]}, "equal length", id="lengths"),
    pytest.param({"loss": 1.0}, "rank 1", id="scalar"),
])
def test_training_curves_bad_log(log, message):
    with pytest.raises(ValueError, match=message):
        plots.training_curves(log)


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
