"""Scaling: each method by hand, what is constant, the way back, and what is kept."""
import keras
import numpy as np
import pytest
import tensorflow as tf

from vsc_tf.scaling import METHODS, Scaling

TRAIN = np.array([[0.0, 5.0, -1.0], [4.0, 5.0, 3.0], [2.0, 5.0, 1.0], [2.0, 5.0, 1.0]])


def adapted(method, x=TRAIN):
    scaling = Scaling(method)
    scaling.adapt(x)
    return scaling


def test_none_changes_nothing():
    np.testing.assert_array_equal(adapted("none")(TRAIN), TRAIN)
    assert adapted("none").weights == []


def test_min_max_by_hand():
    expected = [[0, 0, 0], [1, 0, 1], [0.5, 0, 0.5], [0.5, 0, 0.5]]
    np.testing.assert_allclose(adapted("min_max")(TRAIN), expected)


def test_standardise_by_hand():
    root = np.sqrt(2)  # Deviations of both columns: sqrt(8 / 4).
    expected = [[-2 / root, 0, -2 / root], [2 / root, 0, 2 / root], [0, 0, 0], [0, 0, 0]]
    np.testing.assert_allclose(adapted("standardise")(TRAIN), expected, rtol=1e-6)


def test_centre_by_hand():
    root = np.sqrt(4 / 3)  # Of the mean of the variances 2, 0 and 2.
    expected = [[-2 / root, 0, -2 / root], [2 / root, 0, 2 / root], [0, 0, 0], [0, 0, 0]]
    np.testing.assert_allclose(adapted("centre")(TRAIN), expected, rtol=1e-6)
    assert adapted("centre").inverse_scale(np.ones(3)).numpy() == pytest.approx(root)


def test_unit_norm_by_hand():
    x = np.array([[3.0, 4.0], [0.0, -2.0], [0.0, 0.0]])
    np.testing.assert_allclose(adapted("unit_norm", x)(x), [[0.6, 0.8], [0, -1], [0, 0]], rtol=1e-6)


def test_unit_norm_of_images_is_over_all_their_values():
    x = np.random.default_rng(0).uniform(size=(6, 4, 3, 2)).astype("float32")
    scaled = adapted("unit_norm", x)(x).numpy()
    np.testing.assert_allclose(np.sum(scaled**2, axis=(1, 2, 3)), np.ones(6), rtol=1e-5)


@pytest.mark.parametrize("method", ["min_max", "standardise"])
@pytest.mark.parametrize("value", [0.0, 0.1, -7.3, 1e6])
def test_constant_columns_scale_to_zero_and_come_back(method, value):
    # 0.1 is no binary fraction: the mean of many float32 copies need not be the value itself.
    x = np.c_[np.arange(1000.0), np.full(1000, value)].astype("float32")
    scaling = adapted(method, x)
    np.testing.assert_allclose(scaling(x)[:, 1], np.zeros(1000), atol=1e-6)
    np.testing.assert_allclose(scaling.inverse(scaling(x))[:, 1], x[:, 1], rtol=1e-6)
    # A new value where training had one only: still finite, still 0.
    assert float(scaling(np.array([[0.0, value + 1]], "float32"))[0, 1]) == 0


@pytest.mark.parametrize("method", METHODS)
def test_inverse_of_scaled_is_the_original(method):
    x = np.random.default_rng(1).normal(3, 10, (20, 4, 3)).astype("float32")
    scaling = adapted(method, x[:15])
    np.testing.assert_allclose(scaling.inverse(scaling(x), like=x), x, rtol=1e-4, atol=1e-4)
    assert scaling(x).shape == x.shape


@pytest.mark.parametrize("method", [method for method in METHODS if method != "log1p"])
def test_a_spread_in_raw_units_is_the_difference_of_two_raw_values(method):
    x = np.random.default_rng(1).normal(3, 10, (20, 4, 3)).astype("float32")
    scaling = adapted(method, x)
    scale = np.full((20, 4, 3), 0.25, "float32")
    for like in (None, x):
        expected = scaling.inverse(scale, like) - scaling.inverse(0 * scale, like)
        np.testing.assert_allclose(
            scaling.inverse_scale(scale, like), expected, rtol=1e-4, atol=1e-5)


def test_unit_norm_without_a_model_observation_comes_back_at_the_mean_length():
    x = np.array([[3.0, 4.0], [0.0, 15.0]])  # Lengths 5 and 15.
    scaling = adapted("unit_norm", x)
    np.testing.assert_allclose(scaling.inverse([[0.6, 0.8]]), [[6.0, 8.0]], rtol=1e-6)
    np.testing.assert_allclose(
        scaling.inverse([[0.6, 0.8]], like=np.array([[0.0, 2.0]])), [[1.2, 1.6]], rtol=1e-6)


@pytest.mark.parametrize("method", ["unit_norm", "min_max", "standardise"])
def test_zeros_have_finite_values_and_gradients(method):
    scaling = adapted(method, np.zeros((4, 3)))
    x = tf.zeros([2, 3])
    with tf.GradientTape() as tape:
        tape.watch(x)
        scaled = scaling(x)
    np.testing.assert_array_equal(scaled, np.zeros((2, 3)))
    np.testing.assert_array_equal(scaling.inverse(scaled, like=x), np.zeros((2, 3)))


@pytest.mark.parametrize("method", ["min_max", "standardise"])
def test_is_fitted_to_what_adapt_saw_and_to_nothing_later(method):
    scaling = adapted(method)
    before = [w.numpy() for w in scaling.weights]
    outside = scaling(10 * TRAIN)
    assert float(tf.reduce_max(outside)) > 2  # Not clipped, not refitted.
    for weight, value in zip(scaling.weights, before):
        np.testing.assert_array_equal(weight, value)
    assert scaling.trainable_weights == []


def test_adapt_again_forgets_the_first_time():
    scaling = adapted("min_max")
    scaling.adapt(2 * TRAIN)
    np.testing.assert_allclose(scaling(2 * TRAIN), adapted("min_max")(TRAIN))


def test_deviations_far_from_zero_are_accurate():
    # In float32 the mean of squares less the squared mean would be lost here.
    x = (1e4 + np.random.default_rng(2).normal(0, 0.1, (5000, 1))).astype("float32")
    scaled = adapted("standardise", x)(x).numpy()
    assert scaled.std() == pytest.approx(1, abs=1e-3)
    assert scaled.mean() == pytest.approx(0, abs=2e-2)  # The mean is kept as float32: 5e-4 off.


@pytest.mark.parametrize("dtype", ["uint8", "int8", "float64", "bool"])
@pytest.mark.parametrize("method", METHODS)
def test_every_dtype_of_observations_becomes_float32(method, dtype):
    low, high = {"int8": (-128, 127), "uint8": (0, 255)}.get(dtype, (0, 1))
    x = np.array([[low, high, high], [high, high, low]], dtype)
    scaled = adapted(method, x)(x)
    assert scaled.dtype == tf.float32
    np.testing.assert_allclose(scaled, adapted(method, x.astype("float32"))(x.astype("float32")))


@pytest.mark.parametrize("method", METHODS)
def test_computes_in_float32_under_any_policy(method):
    x = (1000. + TRAIN).astype("float32")  # bfloat16 knows 1000 and 1004 only.
    scaling = Scaling(method, dtype="mixed_bfloat16")
    scaling.adapt(x)
    np.testing.assert_array_equal(scaling(x), adapted(method, x)(x))
    np.testing.assert_allclose(scaling.inverse(scaling(x), like=x), x, rtol=1e-6)


@pytest.mark.parametrize("method", METHODS)
def test_survives_a_keras_round_trip_with_what_it_was_fitted_to(method, tmp_path):
    layer = Scaling(method)
    model = keras.Sequential([keras.Input((3,)), layer])
    layer.adapt(TRAIN)
    model.save(tmp_path / "scaling.keras")
    restored = keras.models.load_model(tmp_path / "scaling.keras")
    np.testing.assert_array_equal(restored(TRAIN), model(TRAIN))
    scaled = model(TRAIN)
    np.testing.assert_array_equal(restored.layers[-1].inverse(scaled), layer.inverse(scaled))


@pytest.mark.parametrize("method", ["minmax", None, "", ["none"]], ids=repr)
def test_unknown_methods_are_named(method):
    with pytest.raises(ValueError, match=r"`scaling` must be one of \('none', 'unit_norm', "
                                         r"'min_max', 'standardise', 'centre', 'log1p', "
                                         r"'columns'\). Received: scaling="):
        Scaling(method)


@pytest.mark.parametrize("method", [method for method in METHODS if method != "columns"])
def test_what_is_missing_stays_so_in_a_column_of_one_value(method):
    scaling = Scaling(method, missing=True)
    scaling.adapt(np.array([[1., 2.], [1., 3.], [np.nan, 4.]]))
    seen = scaling(np.array([[1., 2.], [np.nan, 2.]])).numpy()
    np.testing.assert_array_equal(seen[:, 2:], [[0., 0.], [1., 0.]])
    assert np.isnan(scaling.values(np.array([[np.nan, 2.]]))[0, 0])
