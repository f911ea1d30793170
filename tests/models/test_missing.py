"""Missing values: left out of the likelihood, told to the encoder, imputed."""
import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

import vsc_tf
from vsc_tf import networks, serving

RNG = np.random.default_rng(0)
X = (RNG.normal(size=(80, 2)) @ RNG.normal(size=(2, 4)) + 5.).astype("float32")
HOLES = np.where(RNG.uniform(size=X.shape) < 0.2, np.nan, X).astype("float32")


def made(**kwargs):
    return vsc_tf.VSC(2, **{"seed": 0, "prior": vsc_tf.PseudoInputPrior(3), **kwargs},
                      encoder=networks.mlp(6), decoder=networks.mlp(6))


pytestmark = pytest.mark.usefixtures("eagerly", "few_draws")


@pytest.fixture
def few_draws(monkeypatch):
    """Of an imputation: without a graph each takes its time."""
    monkeypatch.setattr("vsc_tf.models.missing.IMPUTE_DRAWS", 3)


@pytest.fixture(scope="module")
def model(eagerly):
    model = made()
    model.compile(optimizer="adam", jit_compile=False)
    model.fit(HOLES, batch_size=40, verbose=0)
    return model


def test_fit_says_what_is_missing(capsys):
    model = made()
    model.compile(optimizer="adam", jit_compile=False)
    model.fit(HOLES, batch_size=80, verbose=2)
    count = np.isnan(HOLES).sum()
    assert (f"Missing: {count} of 320 cells, in 4 of 4 columns; left out of the likelihood, told "
            "to the encoder.") in capsys.readouterr().out


def test_scaling_is_that_of_what_is_there(model):
    np.testing.assert_allclose(model.scaling.offset, np.nanmean(HOLES, axis=0), rtol=1e-5)
    np.testing.assert_allclose(model.scaling.width, np.nanstd(HOLES, axis=0), rtol=1e-5)
    seen = model.scaling(HOLES).numpy()
    np.testing.assert_array_equal(seen[:, 4:], np.isnan(HOLES))
    assert (seen[:, :4][np.isnan(HOLES)] == 0.).all()


def test_the_likelihood_is_that_of_what_is_there(model):
    z = np.zeros([1, len(X), 2], "float32")
    full, part = (model.log_prob(tf.constant(x), tf.constant(z)).numpy()[0] for x in (X, HOLES))
    p = model.likelihood(model.decoder_features(tf.constant(z[0]))).distribution
    values = p.log_prob(model.scaling.values(tf.constant(X))).numpy()
    np.testing.assert_allclose(full, values.sum(axis=1), rtol=1e-4)
    np.testing.assert_allclose(part, np.where(np.isnan(HOLES), 0., values).sum(axis=1), rtol=1e-4)


def test_what_stands_in_a_hole_changes_nothing_but_that_it_is_there(model):
    # No value of the complete row can reach the codes but through the mask.
    a, b = HOLES.copy(), HOLES.copy()
    a[0], b[0] = [np.nan, 5., 5., np.nan], [np.nan, 5., 5., 5.]
    assert np.abs(model.encode(a).loc[0] - model.encode(b).loc[0]).max() > 1e-6
    np.testing.assert_array_equal(model.encode(a).loc[1:], model.encode(b).loc[1:])


def test_reconstruct_imputes_and_keeps_the_rest(model):
    found, mean = model.reconstruct(HOLES), model.predict(HOLES, verbose=0)
    there = ~np.isnan(HOLES)
    np.testing.assert_array_equal(found[there], HOLES[there])
    np.testing.assert_allclose(mean, model.decode(model.encode(HOLES).z), rtol=1e-5)
    # What is imputed is a mean over codes by their weights, near that at one code.
    assert np.isfinite(found).all() and np.abs(found - mean)[~there].max() < 3.


def test_score_says_how_many_cells_counted(model):
    score = model.score(HOLES)
    np.testing.assert_array_equal(score["cells"], (~np.isnan(HOLES)).sum(axis=1))
    assert all(np.isfinite(values).all() for values in score.values())
    assert np.isfinite(model.log_likelihood(HOLES, 3)).all()
    assert np.isfinite(list(model.evaluate(HOLES, verbose=0).values())).all()
    nothing = np.full([1, 4], np.nan)
    assert model.score(nothing)["cells"] == 0. and model.score(nothing)["reconstruction"] == 0.


def test_a_file_keeps_it(model, tmp_path):
    model.save(tmp_path / "m.keras")
    again = keras.models.load_model(tmp_path / "m.keras")
    np.testing.assert_array_equal(again.reconstruct(HOLES), model.reconstruct(HOLES))


def test_frames_with_none_and_na(model):
    frame = pd.DataFrame(HOLES.astype(object)).astype("Float64")
    frame = frame.where(~np.isnan(HOLES), pd.NA)
    for x in (frame, np.where(np.isnan(HOLES), None, HOLES.astype(object))):
        np.testing.assert_array_equal(model.encode(x).z, model.encode(HOLES).z)


def test_a_column_that_is_missing_everywhere_is_refused():
    frame = pd.DataFrame({"a": X[:, 0], "b": np.nan, "c": X[:, 1]})
    with pytest.raises(ValueError, match="values in column 'b'. Received: none in 80 rows"):
        made().adapt(frame)
    with pytest.raises(ValueError,
                       match="in every column. Received: column 1, missing in all of 80"):
        made().adapt(frame.to_numpy())


def test_infinite_values_and_holes_in_pictures_are_refused(model):
    with pytest.raises(ValueError, match="must be finite. Received: infinite values in 1 of 80"):
        model.encode(np.where(np.arange(320).reshape(80, 4) == 9, np.inf, X))
    with pytest.raises(ValueError, match="must be finite. Received: NaN or infinite"):
        made().adapt(HOLES.reshape(80, 2, 2))


def test_a_model_that_knows_of_none_takes_none():
    model = made()
    model.adapt(X)
    with pytest.raises(ValueError, match="must be finite. Received: NaN"):
        model.encode(HOLES)
    built = made(likelihood="column_gaussian", scaling="standardise")
    built.build((None, 4))
    with pytest.raises(ValueError, match=r"missing values \(NaN\).*Scaling\(..., missing=True\)"):
        built.adapt(HOLES)


def test_it_is_served(model, tmp_path):
    tf.config.run_functions_eagerly(False)
    folder = serving.export(model, tmp_path / "holes")
    differences = serving.check(folder, model)
    assert max(max(each.values()) for each in differences.values()) < 1e-5
    assert serving.card.read(folder)["model"]["missing"]
    tf.config.run_functions_eagerly(True)

