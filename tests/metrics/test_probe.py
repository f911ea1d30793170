import numpy as np
import pytest

from vsc_tf.metrics import logistic_probe

Y = np.arange(300) % 3
ONE_HOT = np.eye(3)[Y]
NOISE = np.random.default_rng(0).normal(size=(300, 3))


@pytest.mark.parametrize("names", [[0, 1, 2], [7.0, -1.0, 5.0], ["cat", "dog", "owl"]])
def test_codes_of_the_class_are_read_whatever_its_name(names):
    y = np.array(names)[Y]
    assert logistic_probe(ONE_HOT, y, ONE_HOT[:50], y[:50]) == 1.0


def test_accuracy_is_the_share_of_the_test_split():
    wrong = np.where(np.arange(300) < 60, (Y + 1) % 3, Y)
    assert logistic_probe(ONE_HOT, Y, ONE_HOT, wrong) == pytest.approx(0.8)


def test_noise_is_at_chance():
    other = np.random.default_rng(1).normal(size=(300, 3))
    assert logistic_probe(NOISE, Y, other, Y) == pytest.approx(1 / 3, abs=0.08)


def test_constant_codes_tell_the_commonest_class():
    flat = np.full((10, 2), 0.1)
    y = [0] * 7 + [1] * 3
    assert logistic_probe(flat, y, flat, y) == 0.7


def test_latents_are_standardised_by_the_training_split():
    z = ONE_HOT + 0.8 * NOISE
    expected = logistic_probe(z, Y, z, Y)
    assert 0.7 < expected < 1.0
    scale, shift = np.array([1e-8, 1.0, 1e200]), np.array([1e-8, 5.0, -1e200])
    assert logistic_probe(z * scale + shift, Y, z * scale + shift, Y) == expected
    moved = logistic_probe(z, Y, z + 100.0 * np.eye(3)[0], Y)  # Not by the test split's own.
    assert moved == pytest.approx(1 / 3)
    constant = np.hstack([z, np.full((300, 1), 0.1)])
    assert logistic_probe(constant, Y, constant + [0, 0, 0, 5.0], Y) == expected


def test_class_unknown_to_the_training_split_is_wrong():
    assert logistic_probe(ONE_HOT, Y, ONE_HOT[:3], [0, 1, 9]) == pytest.approx(2 / 3)


@pytest.mark.parametrize(("change", "message"), [
    pytest.param({"z_train": np.full((300, 3), np.nan)}, "`z_train` must be finite", id="nan"),
    pytest.param({"z_test": ONE_HOT[:9]}, "`y_test` must have as many labels as `z_test` has "
                 "rows, 9", id="lengths"),
    pytest.param({"z_test": ONE_HOT[:, :2]}, "as many latents as `z_train`, 3", id="latents"),
    pytest.param({"y_train": np.ones(300)}, r"at least two classes.*\[1.0\] only", id="one-class"),
    pytest.param({"y_train": ONE_HOT}, "one label for each.*argmax", id="one-hot"),
    pytest.param({"y_train": np.where(Y > 0, Y, np.nan)}, "100 NaN or infinite", id="nan-label"),
    pytest.param({"y_train": NOISE[:, 0]}, "must hold classes.*Bin", id="continuous"),
    pytest.param({"y_test": Y.astype(str)}, "both be numbers or both strings", id="kinds"),
    pytest.param({"y_test": [None] * 300}, "one label for each.*object", id="objects"),
])
def test_bad_input(change, message):
    given = {"z_train": ONE_HOT, "y_train": Y, "z_test": ONE_HOT, "y_test": Y}
    with pytest.raises(ValueError, match=message):
        logistic_probe(**(given | change))
