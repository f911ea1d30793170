"""The estimator is one by scikit-learn's own checks, and behaves in its pipelines."""
import pickle
import random

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from vsc_tf import likelihoods
from vsc_tf.datasets import describe
from vsc_tf.sklearn import VSCEncoder

X = np.random.default_rng(0).normal(size=(40, 3))
EXPECTED_FAILURES: dict = {}  # Check -> reason. None so far.


pytestmark = pytest.mark.usefixtures("eagerly")


def encoder(**kwargs):
    return VSCEncoder(**{"latent_dim": 2, "total_steps": 1, "hidden_units": 4, "random_state": 0,
                         **kwargs})


@parametrize_with_checks([encoder()], expected_failed_checks=lambda _: EXPECTED_FAILURES)
def test_scikit_learns_own_check(estimator, check):
    check(estimator)


def test_names_go_in_and_out():
    frame = pd.DataFrame(X, columns=["height", "width", "mass"], index=range(7, 47))
    fitted = encoder().set_output(transform="pandas").fit(frame)
    assert fitted.feature_names_in_.tolist() == ["height", "width", "mass"]
    assert fitted.model_.column_names == ("height", "width", "mass")
    codes = fitted.transform(frame)
    assert codes.columns.tolist() == ["vscencoder0", "vscencoder1"]
    assert codes.index.tolist() == frame.index.tolist()
    np.testing.assert_array_equal(codes, fitted.model_.encode(frame).z)
    assert fitted.score(frame) == pytest.approx(fitted.model_.score(frame)["elbo"].mean())
    again = fitted.inverse_transform(codes)
    assert again.columns.tolist() == frame.columns.tolist()
    assert again.index.tolist() == frame.index.tolist()
    np.testing.assert_array_equal(again, fitted.model_.decode(codes.to_numpy()))


def test_it_stands_in_pipelines_and_searches():
    frame = pd.DataFrame(X, columns=["a", "b", "c"])
    pipeline = make_pipeline(
        ColumnTransformer([("scaled", StandardScaler(), ["a", "b"])], remainder="passthrough"),
        encoder(likelihood=likelihoods.ColumnGaussian()))
    search = GridSearchCV(pipeline, {"vscencoder__latent_dim": [1, 2]}, cv=2).fit(frame)
    assert search.transform(frame).shape == (40, search.best_params_["vscencoder__latent_dim"])
    assert search.best_score_ == pytest.approx(max(search.cv_results_["mean_test_score"]))
    assert pipeline["vscencoder"].likelihood.weights == []  # The parameter is not what is fitted.


def test_a_pickled_one_goes_on_and_a_clone_begins_anew():
    fitted = encoder(total_steps=4, batch_size=20).partial_fit(X)
    again = pickle.loads(pickle.dumps(fitted))
    assert not hasattr(clone(fitted), "model_")
    for each in (fitted, again):
        each.partial_fit(X)
        assert int(each.model_.optimizer.iterations) == 4
    np.testing.assert_array_equal(again.transform(X), fitted.transform(X))


def test_parts_of_a_run_follow_the_schedules_of_the_whole():
    x = (X > 0.).astype("float32")  # Not few numbers, which `fit` alone would add noise to.
    parts = encoder(total_steps=4, batch_size=20)
    whole = encoder(total_steps=4, batch_size=20).fit(x)
    for _ in range(2):
        parts.partial_fit(x)
    assert int(parts.model_.run.steps) == 4
    np.testing.assert_allclose(parts.transform(x), whole.transform(x), atol=5e-4)


def test_partial_fit_needs_to_know_how_long_the_run_is():
    with pytest.raises(ValueError, match="`total_steps` must be.*Received: total_steps=None"):
        encoder(total_steps=None).partial_fit(X)


def test_python_s_and_numpy_s_random_numbers_are_left_alone():
    random.seed(3)
    np.random.seed(3)
    expected = random.random(), np.random.rand()
    random.seed(3)
    np.random.seed(3)
    encoder().fit(X)
    assert (random.random(), np.random.rand()) == expected


def test_missing_values_are_taken_and_infinite_ones_refused():
    frame = pd.DataFrame(X.copy(), columns=["a", "b", "c"])
    frame.loc[::4, "b"] = None
    fitted = encoder().fit(frame)
    assert fitted.model_.scaling.missing and np.isfinite(fitted.transform(frame)).all()
    with pytest.raises(ValueError, match="finite numbers in column 'b'. Received: infinite"):
        fitted.transform(frame.fillna(np.inf))
    complete = encoder().fit(X)
    with pytest.raises(ValueError, match="must be finite"):
        complete.transform(frame.to_numpy())


def test_tables_of_several_kinds_go_in_as_they_are():
    frame = pd.DataFrame({"mass": X[:, 0], "colour": ["red", "blue", "grey", None] * 10,
                          "visits": [0, 1, 4, 9] * 10})
    fitted = encoder(kinds={"visits": "gaussian"}).set_output(transform="pandas").fit(frame)
    assert fitted.model_.table.kinds == [("gaussian", 1), ("categorical", 3), ("gaussian", 1)]
    codes = fitted.transform(frame[::-1])
    assert codes.index.tolist() == frame.index.tolist()[::-1]
    again = fitted.inverse_transform(codes)
    assert (again.dtypes.tolist()[::2] == [np.float32] * 2
            and set(again.colour) <= set("red blue grey".split()))
    with pytest.raises(ValueError, match="expected blue, grey, red in column 'colour'.*'pink'"):
        fitted.transform(frame.assign(colour="pink"))


def test_each_part_is_gone_through_once(monkeypatch):
    seen = []
    monkeypatch.setattr("vsc_tf.VSC.with_noise", lambda self, x, seed: seen.append(x.numpy()) or x)
    parts = encoder(total_steps=8, batch_size=16)
    for shift in (0., 100.):
        seen.clear()
        parts.partial_fit(X + shift)
        rows = np.concatenate(seen)
        np.testing.assert_allclose(np.sort(rows, axis=0), np.sort(X + shift, axis=0), rtol=1e-5)
        assert np.any(np.abs(rows - (X + shift)) > 0.1)  # In an order of its own.


def test_folds_may_lack_a_class_and_missing_cells_where_the_whole_table_is_described():
    frame = pd.DataFrame(X, columns=["a", "b", "c"])
    frame["kind"] = ["red", "blue"] * 19 + ["mauve", "blue"]
    frame.loc[39, "a"] = np.nan
    search = GridSearchCV(encoder(likelihood=describe(frame)), {"latent_dim": [1]}, cv=2,
                          error_score="raise").fit(frame)
    assert np.isfinite(search.best_score_)
    with pytest.raises(ValueError, match="`likelihood` must be a name, a layer.*Received: None"):
        encoder(likelihood=None).fit(X)
