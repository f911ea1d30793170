"""Terms of single observations."""
import numpy as np
import pytest

import vsc_tf
from vsc_tf.models import evidence

MODELS = {"VSC": lambda **parts: vsc_tf.VSC(3, prior=vsc_tf.PseudoInputPrior(4), **parts),
          "VAE": lambda **parts: vsc_tf.VAE(3, **parts),
          "VampPriorVAE": lambda **parts: vsc_tf.VampPriorVAE(3, 4, **parts),
          "BetaTCVAE": lambda **parts: vsc_tf.BetaTCVAE(3, **parts)}


def make(name, rows):
    model = MODELS[name](seed=0, encoder=vsc_tf.networks.mlp(8), decoder=vsc_tf.networks.mlp(8))
    model.adapt(rows)
    return model


@pytest.mark.parametrize("name", MODELS)
def test_scores_do_not_depend_on_the_other_observations_and_repeat(name, rows):
    model = make(name, rows)
    scores = model.score(rows)
    again = model.score(rows[::-1], batch_size=7)
    assert set(scores) == set(model.term_names) - {"total_correlation"}
    for key, value in scores.items():
        assert value.shape == (96,)
        np.testing.assert_allclose(again[key][::-1], value, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", MODELS)
def test_elbo_is_the_mean_of_log_weights_over_draws(name, rows, monkeypatch):
    monkeypatch.setattr(evidence, "SCORE_DRAWS", 4000)
    model = make(name, rows)
    x = np.unique(rows, axis=0)
    scores, weights = model.score(x), model.log_weights(x, 4000)
    if name == "VSC":  # Its bound has the prior's selector in it, and is below that of the mixture.
        np.testing.assert_allclose(
            scores["elbo"], scores["reconstruction"] - scores["kl"] - scores["selection_kl"],
            rtol=1e-5)
        assert (scores["elbo"] <= np.logaddexp.reduce(weights) - np.log(4000) + 0.1).all()
    else:
        error = weights.std(axis=0) / np.sqrt(4000)
        assert (np.abs(scores["elbo"] - weights.mean(axis=0)) < 6 * error).all()


def test_terms_agree_with_evaluate_where_nothing_is_drawn(rows):
    model = make("VSC", rows)
    model.compile("adam", jit_compile=False)
    scores, means = model.score(rows), model.evaluate(rows, verbose=0)
    for name in ("kl", "selection_kl", "sparsity", "gate_penalty", "l0"):
        assert scores[name].mean() == pytest.approx(means[name], rel=1e-4)


def test_an_auto_encoder_s_score_is_its_log_likelihood(rows):
    model = vsc_tf.Autoencoder(3, likelihood="gaussian", seed=0)
    model.adapt(rows)
    error = ((model.reconstruct(rows) - rows)**2).sum(axis=1)
    expected = -0.5 * error - 6 * np.log(2 * np.pi)  # Twelve values of standard deviation 1.
    found = model.score(rows)
    assert set(found) == {"reconstruction"}
    np.testing.assert_allclose(found["reconstruction"], expected, rtol=1e-4)
