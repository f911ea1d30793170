"""The measures of gradients by hand, and that what they tell apart is so."""
import numpy as np
import pytest

from benchmarks import gradients


def test_measures_by_hand():
    expected, mean = np.array([3., 4., 0.]), np.array([3., 4., 5.])
    found = gradients.measures(expected, mean, np.array([0., 0., 1.]),
                               np.array([True, True, False]))
    assert found["cosine"] == pytest.approx(25 / (5 * 50**0.5)) and found["bias"] == 1.
    assert found["noise"] == pytest.approx(0.2)
    assert (found["gate_cosine"], found["gate_bias"], found["gate_noise"]) == (1., 0., 0.)


def test_the_gate_s_weights_are_those_beyond_loc():
    _, posterior, _, _ = gradients.problem(gradients.CASES["thresholded_laplace, exact"], 0)
    mask = gradients.gate_of(posterior, [posterior.dense.bias, posterior.dense.kernel])
    assert mask.sum() == 128 * gradients.LATENTS  # Half of the kernel: log scales.


@pytest.mark.parametrize("family", ["thresholded_laplace", "thresholded_normal"])
def test_exact_gradients_are_nearer_than_published_ones(family):
    found = {name: gradients.measures(*gradients.gradients(
        gradients.CASES[f"{family}, {name}"], 200, 0)) for name in ("published", "exact")}
    assert found["exact"]["cosine"] > found["published"]["cosine"]
    assert found["exact"]["bias"] < 0.5 * found["published"]["bias"]


def test_bad_flags_are_refused(capsys):
    with pytest.raises(SystemExit):
        gradients.main(["cauchy"])
    assert "expected parts of names such as thresholded_normal, published" in (
        capsys.readouterr().err)
    with pytest.raises(SystemExit):
        gradients.main(["--scale", "0"])
    assert "expected a --scale above 0. Received: 0" in capsys.readouterr().err
