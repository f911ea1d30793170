"""Figures of a run's log."""
import numpy as np
import pytest

from tests.plots.drawing import drawn
from vsc_tf import plots


def lines(axes):
    return {line.get_label(): line.get_ydata().tolist() for line in axes.lines}


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
