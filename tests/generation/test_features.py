"""The report of features is what the single measures say."""
import numpy as np
import pytest

from vsc_tf import generation, metrics
from vsc_tf.datasets import Info, Split


def test_report_says_what_each_live_latent_is(vsc, rows):
    on = rows[:, ::4]
    data = Split(rows, y=on[:, 0].astype(int), factors=on)
    report = generation.feature_report(vsc, data, examples=5)
    z = vsc.encode(rows).z
    assert sorted(f.dim for f in report) == np.flatnonzero(metrics.live(z)).tolist()
    for f in report:
        values = z[:, f.dim][z[:, f.dim] != 0.]
        assert f.rate == pytest.approx(len(values) / len(z))
        np.testing.assert_allclose([f.low, f.median, f.high],
                                   np.quantile(values, [0.05, 0.5, 0.95]), rtol=1e-5)
        sizes = np.abs(z[f.examples, f.dim])
        assert sizes[0] == np.abs(values).max() and (np.diff(sizes) <= 0.).all()
        assert (sizes > 0.).all() and len(sizes) <= 5
        np.testing.assert_allclose(f.classes, metrics.class_rates(z, data.y)[:, f.dim])
        np.testing.assert_allclose(f.factors, metrics.correlation(z, on)[:, f.dim])
    order = [f.rate * f.contribution for f in report]
    assert order == sorted(order, reverse=True)


def test_change_is_the_mean_of_switching_off_where_on(model, rows):
    z = model.encode(rows).z
    for f in generation.feature_report(model, Split(rows)):
        on = z[:, f.dim] != 0.
        change = model.reconstruct(rows[on]) - generation.toggle(model, rows[on], [f.dim]).x
        np.testing.assert_allclose(f.change, change.mean(axis=0), atol=1e-5)
        assert f.contribution == pytest.approx(
            generation.contributions(model, z)[on, f.dim].mean(), rel=1e-4)
        assert f.classes is None and f.factors is None


def test_observations_of_another_shape_are_refused(vsc, rows):
    with pytest.raises(ValueError, match=r"`x` must have shape \[n, 12\]. Received"):
        generation.feature_report(vsc, Split(rows[:, :7]))


def test_labels_may_be_ids_of_any_size(vsc, rows):
    y = np.array([0, 1_000_000_007, 2**62])[np.arange(len(rows)) % 3]
    for f in generation.feature_report(vsc, Split(rows, y=y)):
        assert f.labels.tolist() == [0, 1_000_000_007, 2**62] and f.classes.shape == (3,)
        some = generation.goes_with(f._replace(classes=np.array([0., .9, .6])), Info("ids", (12,)))
        assert some == "1000000007, 4611686018427387904"[:30] or some == "2 of 3 classes"
