"""No NaN, no overflow and no value out of range passes for an answer."""
import numpy as np
import pytest
import tensorflow as tf

import vsc_tf
from vsc_tf import models
from vsc_tf.serving import signatures

X = np.random.default_rng(0).normal(size=(60, 4)).astype("float32")
NO_DATA = X.copy()
NO_DATA[[3, 7], 0] = -3.4028235e38  # What raster files call "no data".


def model_of(kind=vsc_tf.VSC, **arguments):
    model = kind(3, seed=0, **{"likelihood": "learned_gaussian", "scaling": "standardise",
                               "encoder": vsc_tf.networks.mlp(8),
                               "decoder": vsc_tf.networks.mlp(8), **arguments})
    model.compile(optimizer="adam")
    return model


@pytest.fixture(scope="module", params=[vsc_tf.VSC, models.VAE, models.Autoencoder],
                ids=lambda kind: kind.__name__)
def model(request):
    model = model_of(request.param)
    model.adapt(X)
    return model


@pytest.mark.parametrize("way", ["encode", "reconstruct", "score", "log_likelihood"])
def test_rows_that_overflow_are_named(model, way):
    if way == "log_likelihood" and not model.prior.is_prior:
        return
    with pytest.warns(UserWarning, match="2 of 60 rows have no finite [a-z ]*, index 3, 7. Their "
                                         "values are too far") as warned:
        found = getattr(model, way)(NO_DATA)
    assert warned[0].filename == __file__
    for array in tf.nest.flatten(found):
        assert np.isfinite(np.delete(array, [3, 7], axis=0)).all()
    broken = found.z if way == "encode" else tf.nest.flatten(found)[0]
    assert np.isnan(broken[[3, 7]].reshape(2, -1)).any(axis=1).all()


def test_nan_does_not_get_past_keras(model):
    for way in (model.predict, model, model.predict_on_batch, model.test_on_batch,
                model.train_on_batch, model.evaluate):
        with pytest.raises(ValueError, match="`x` must be finite.*in 60 of 60 rows"):
            way(X * np.nan)
    if model.posterior.family.has_atom:
        assert np.isnan(model.encode_step(tf.constant(X * np.nan))[0]).all()
    assert np.isnan(model(tf.constant(X * np.nan))).all()


def test_codes_that_overflow_are_named(model):
    with pytest.warns(UserWarning, match="2 of 3 rows have no finite observation, index 0, 2"):
        x = model.decode([[3e38, 3e38, -3e38], [0, 0, 0], [-3e38, -3e38, 3e38]])
    assert np.isfinite(x).all(axis=1).tolist() == [False, True, False]


def test_weights_that_are_broken_are_told_from_rows():
    model = model_of()
    model.adapt(X)
    kernel = model.posterior.dense.kernel
    kernel.assign(kernel * np.nan)
    for way in (model.encode, model.reconstruct, model.score):
        with pytest.raises(ValueError, match="VSC has weights that are NaN.*smaller learning rate"):
            way(X)


def test_an_outlier_does_not_make_the_mean_nan(model):
    x = X.copy()
    x[7, 2] = 1e4
    terms = model.evaluate(x, verbose=0)
    assert all(map(np.isfinite, terms.values()))
    scores = model.score(x)["reconstruction"]
    assert scores.argmin() == 7 and np.isfinite(scores).all()


def test_out_of_range_is_refused_by_every_fit():
    x = (X > 0).astype("float32")
    model = model_of(likelihood="bernoulli", scaling="none")
    model.fit(x, batch_size=30, verbose=0)
    batches = tf.data.Dataset.from_tensor_slices(255 * x).batch(30)
    for way in (model.fit, model.evaluate, model.score, model.log_likelihood):
        for wrong in (-x, 255 * x):
            with pytest.raises(ValueError, match="Bernoulli likelihood needs observations between"):
                way(wrong)
    with pytest.raises(ValueError, match="Received: values from 0 to 255"):
        model.fit(batches)
    with pytest.raises(ValueError, match="Received: values from 0 to 255"):
        model.fit(x, validation_data=(255 * x, None))


def test_a_served_code_of_an_overflow_is_nan():
    model = model_of()
    model.adapt(X)
    encode, _ = signatures.of(model)["encode"]
    z = encode(tf.constant(NO_DATA))["z"].numpy()
    assert np.flatnonzero(np.isnan(z).any(axis=1)).tolist() == [3, 7]
