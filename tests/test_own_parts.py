"""docs/own/: each part is short, trains, is saved and is loaded, and nothing is edited.

A data set and a measure of one's own are in test_own_arrays.py.
"""
import keras
import numpy as np
import pytest
import tensorflow as tf
from tensorflow_probability import distributions as tfd

import vsc_tf
from tests.pages import ROOT, lines, run, sections
from vsc_tf import distributions
from vsc_tf.distributions.contract import _kl_by_moments

PAGES = {path.stem: sections(path)[""] for path in sorted((ROOT / "docs" / "own").glob("*.md"))}
PARTS = ("likelihood", "objective", "penalty", "posterior", "prior")  # Of a model.
LIMITS = {**dict.fromkeys(PAGES, 15), "posterior": 60}


@pytest.fixture(scope="module")
def scripts(tmp_path_factory):
    """Page -> the module that its blocks make, run once."""
    folder, made = tmp_path_factory.mktemp("scripts"), {}

    def of(page):
        if page not in made:
            made[page] = run(PAGES[page], folder / f"own_{page}.py")
        return made[page]

    return of


def test_there_is_a_page_for_each_and_one_that_leads_to_them():
    assert set(PAGES) == {*PARTS, "dataset", "measure"}
    start = (ROOT / "docs" / "own_parts.md").read_text()
    assert [page for page in PAGES if f"](own/{page}.md)" not in start] == []


@pytest.mark.parametrize("page", PAGES)
def test_a_part_is_short(page):
    imports, part, *use = PAGES[page]
    assert use and lines(part) <= LIMITS[page]
    assert all(line.startswith(("import ", "from ")) for line in imports.splitlines())


@pytest.mark.parametrize("page", PARTS)
def test_a_part_trains_and_survives_its_file(page, scripts, tmp_path):
    script = scripts(page)
    model, x = script.model, script.x
    assert int(model.optimizer.iterations) == 2
    terms = model.evaluate(x, verbose=0)
    assert all(np.isfinite(value) for value in terms.values())
    before = [w.numpy() for w in model.trainable_weights]
    model.fit(x, batch_size=32, verbose=0)
    assert all(np.any(w.numpy() != old) for w, old in zip(model.trainable_weights, before))

    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(again.encode(x).z, model.encode(x).z)
    np.testing.assert_array_equal(again.generate(3), model.generate(3))
    assert again.evaluate(x, verbose=0) == pytest.approx(model.evaluate(x, verbose=0), rel=1e-5)
    for name in ("posterior", "prior", "likelihood", "objective"):
        assert getattr(again, name).get_config() == getattr(model, name).get_config()
    assert [p.get_config() for p in again.penalties] == [p.get_config() for p in model.penalties]


@pytest.mark.parametrize("prior", ["beside_normal", "model"])
def test_the_new_family_has_a_likelihood_varies_and_is_exported(prior, scripts, tmp_path):
    script = scripts("posterior")
    model, x = getattr(script, prior), script.x
    assert int(model.optimizer.iterations) >= 2
    assert np.isfinite(model.log_likelihood(x, samples=3)).all()
    z = model.encode(x).z
    same = model.sample_like_step(x, np.ones_like(z), 1.).numpy()
    np.testing.assert_allclose(same, z, rtol=1e-3, atol=1e-3)
    assert vsc_tf.serving.export(model, tmp_path / "laplace").is_dir()


def test_the_new_family_s_draws_and_kl_are_right(scripts):
    script = scripts("posterior")
    q = script.Laplace(tf.constant([0.3, -2.]), tf.constant([0.5, 2.]))
    normal = tf.random.stateless_normal([200_000, 2], [1, 2])
    z = q.from_noise(normal, normal)
    np.testing.assert_allclose(tf.reduce_mean(z, 0), q.mean(), atol=0.03)
    np.testing.assert_allclose(tf.math.reduce_std(z, 0), q.stddev(), rtol=0.02)
    p = distributions.Normal(tf.constant([0.1, 1.]), tf.constant([1.5, 0.7]))
    kl = tfd.kl_divergence(q, p)
    np.testing.assert_allclose(kl, _kl_by_moments(q, p), rtol=1e-5)
    np.testing.assert_allclose(
        kl, tf.reduce_mean(q.log_prob(z) - p.log_prob(z), 0), rtol=0.02)
